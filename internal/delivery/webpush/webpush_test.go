package webpush_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/webpush"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

var encode = base64.RawURLEncoding.EncodeToString

// phone is the browser's side of a subscription.
type phone struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newPhone(t testing.TB) phone {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return phone{key, auth}
}

func (p phone) target(endpoint string) *mfa.PushTarget {
	return &mfa.PushTarget{Endpoint: endpoint, P256DH: encode(p.key.PublicKey().Bytes()), Auth: encode(p.auth)}
}

// open decrypts as RFC 8291 tells a browser to, written apart from what encrypts.
func (p phone) open(t *testing.T, body []byte) []byte {
	t.Helper()
	salt, keyLength := body[:16], int(body[20])
	sender, sealed := body[21:21+keyLength], body[21+keyLength:]
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := p.key.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	info := "WebPush: info\x00" + string(p.key.PublicKey().Bytes()) + string(sender)
	derive := func(secret, salt []byte, info string, size int) []byte {
		key, err := hkdf.Key(sha256.New, secret, salt, info, size)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	ikm := derive(shared, p.auth, info, 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain = bytes.TrimRight(plain, "\x00")
	return bytes.TrimSuffix(plain, []byte{2})
}

func newSender(t testing.TB, allowLoopback bool) *webpush.Sender {
	t.Helper()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := webpush.New(webpush.Config{Contact: "admin@example.com", Key: key, AllowLoopback: allowLoopback})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// toProvider sends every message to the fake, whose address is known only when it runs.
type toProvider struct {
	*webpush.Sender
	address string
}

func (p toProvider) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.Push != nil && m.Push.Endpoint == "" {
		target := *m.Push
		target.Endpoint, m.Push = p.address, &target
	}
	return p.Sender.Send(ctx, m)
}

func TestSender(t *testing.T) {
	t.Parallel()
	device := newPhone(t)
	message := mfa.Message{Channel: mfa.ChannelPush, To: "authenticator-id", Subject: "Bank asks", Text: "Pay 918273 to Émile?", Push: device.target(""), Challenge: "challenge-id"}
	p := deliverytest.Provider{
		Answers: map[deliverytest.Mode]deliverytest.Answer{
			deliverytest.Accepts: {Status: 201}, deliverytest.Refuses: {Status: 410}, deliverytest.Limits: {Status: 429},
			deliverytest.Breaks: {Status: 502}, deliverytest.Babbles: {Status: 200, Body: "?"},
		},
		Check: func(t *testing.T, r *http.Request, body []byte) {
			t.Helper()
			var got map[string]string
			want := map[string]string{"title": message.Subject, "body": message.Text, "device": message.To, "challenge": "challenge-id"}
			if err := json.Unmarshal(device.open(t, body), &got); err != nil || !maps.Equal(got, want) {
				t.Errorf("decrypted %v, %v", got, err)
			}
			h := r.Header
			if r.Method != http.MethodPost || h.Get("Content-Encoding") != "aes128gcm" || h.Get("Ttl") != "3600" || h.Get("Urgency") != "high" || len(body) > 4096 {
				t.Errorf("%s of %d bytes with %v", r.Method, len(body), h)
			}
			checkVAPID(t, h.Get("Authorization"), "http://"+r.Host)
		},
	}
	deliverytest.Run(t, deliverytest.Subject{
		New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
			t.Helper()
			return toProvider{newSender(t, true), p.Start(t, m) + "/push/secret-path"}
		},
		Message:     message,
		Unsuitable:  map[string]mfa.Message{"sms": {Channel: mfa.ChannelSMS, To: "+1"}, "no target": {Channel: mfa.ChannelPush}, "no key": {Channel: mfa.ChannelPush, Push: &mfa.PushTarget{}}},
		NoReference: true,
	})
}

// checkVAPID verifies the token under the key that stands beside it.
func checkVAPID(t *testing.T, header, audience string) {
	t.Helper()
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	point, err := base64.RawURLEncoding.DecodeString(key)
	if !ok || err != nil || len(point) != 65 {
		t.Fatalf("authorization %q", header)
	}
	jwk := receipt.JWK{Kty: "EC", Crv: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}
	public, err := jwk.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return public, nil }, jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired(), jwt.WithAudience(audience))
	if err != nil || claims["sub"] != "mailto:admin@example.com" {
		t.Errorf("claims %v, %v", claims, err)
	}
}

func TestAnEndedSubscriptionIsToldApart(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 410} {
		p := deliverytest.Provider{
			Check:   func(*testing.T, *http.Request, []byte) {},
			Answers: map[deliverytest.Mode]deliverytest.Answer{deliverytest.Refuses: {Status: status}},
		}
		_, err := newSender(t, true).Send(t.Context(), mfa.Message{Channel: mfa.ChannelPush, Push: newPhone(t).target(p.Start(t, deliverytest.Refuses))})
		if !mfa.IsPermanent(err) || !errors.Is(err, webpush.ErrGone) {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

func TestALongMessageIsCutToFit(t *testing.T) {
	t.Parallel()
	device := newPhone(t)
	p := deliverytest.Provider{
		Answers: map[deliverytest.Mode]deliverytest.Answer{deliverytest.Accepts: {Status: 201}},
		Check: func(t *testing.T, _ *http.Request, body []byte) {
			t.Helper()
			var got map[string]string
			if err := json.Unmarshal(device.open(t, body), &got); err != nil || !strings.HasSuffix(got["body"], "é…") || !strings.HasSuffix(got["title"], "…") {
				t.Errorf("got %v, %v", got, err)
			}
		},
	}
	m := mfa.Message{Channel: mfa.ChannelPush, Subject: strings.Repeat("t", 999), Text: "x" + strings.Repeat("é", 9999), Push: device.target(p.Start(t, deliverytest.Accepts))}
	if _, err := newSender(t, true).Send(t.Context(), m); err != nil {
		t.Error(err)
	}
}

func TestNothingButPublicAddressesIsCalled(t *testing.T) {
	t.Parallel()
	device := newPhone(t)
	p := deliverytest.Provider{Check: func(t *testing.T, _ *http.Request, _ []byte) {
		t.Helper()
		t.Error("the server's own machine was called")
	}}
	local := p.Start(t, deliverytest.Accepts)
	for _, endpoint := range []string{
		local, strings.Replace(local, "127.0.0.1", "localhost", 1), "https://127.0.0.1/", "https://127.8.8.8/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/", "https://172.16.3.4/",
		"https://192.168.1.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/", "https://[::]/", "https://[fe80::1]/",
		"https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://255.255.255.255/", "http://push.example.com/",
		"https://user:pw@push.example.com/", "ftp://push.example.com/", "//push.example.com", "https://", "%", "",
	} {
		_, err := newSender(t, false).Send(t.Context(), mfa.Message{Channel: mfa.ChannelPush, Push: device.target(endpoint)})
		if !mfa.IsPermanent(err) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%q: got %v", endpoint, err)
		}
	}
	if err := webpush.CheckTarget(*device.target("https://updates.push.services.mozilla.com/wpush/v2/x"), false); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if err := webpush.CheckTarget(*device.target("https://1.1.1.1:8443/x"), false); err != nil {
		t.Errorf("a public address: %v", err)
	}
	if err := webpush.CheckTarget(*device.target("https://10.0.0.1/x"), true); err == nil {
		t.Error("loopback alone is allowed, a private network is not")
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, contact := range []string{"", "mailto:a@example.com", "Ann <a@example.com>", "https://example.com"} {
		if _, err := webpush.New(webpush.Config{Contact: contact, Key: key}); err == nil || !strings.HasPrefix(err.Error(), "push: contact") {
			t.Errorf("%q: got %v", contact, err)
		}
	}
	if _, err := webpush.New(webpush.Config{Contact: "a@example.com"}); err == nil {
		t.Error("no key was taken")
	}
	s := newSender(t, false)
	if point, err := base64.RawURLEncoding.DecodeString(s.PublicKey()); err != nil || len(point) != 65 || point[0] != 4 {
		t.Errorf("public key %q", s.PublicKey())
	}
}

func FuzzCheckTarget(f *testing.F) {
	good := newPhone(f).target("https://push.example.com/x")
	f.Add(good.Endpoint, good.P256DH, good.Auth)
	f.Add("https://[::ffff:10.0.0.1%25eth0]/", "BA==", "x")
	f.Fuzz(func(t *testing.T, endpoint, key, auth string) {
		err := webpush.CheckTarget(mfa.PushTarget{Endpoint: endpoint, P256DH: key, Auth: auth}, false)
		if err == nil && !strings.HasPrefix(strings.ToLower(endpoint), "https://") {
			t.Fatalf("%q was taken", endpoint)
		}
	})
}
