package receipt_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// asked is when the sample question was put.
var asked = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func newKey(t testing.TB) (*ecdsa.PrivateKey, receipt.JWK) {
	t.Helper()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := receipt.NewJWK(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key, jwk
}

func sampleQuestion() receipt.Question {
	expires := receipt.FormatTime(asked.Add(10 * time.Minute))
	return receipt.Question{
		Organization: receipt.Named{ID: "org-1", Name: "Acme"},
		Application:  receipt.Named{ID: "app-1", Name: "Bank"},
		User:         receipt.UserID{ID: "user-1"},
		Challenge:    "3c1f0a52-8f4e-4a61-9b57-0f3d1a2b4c5d",
		Nonce:        "c2l4dGVlbi1ieXRlcy0h",
		Message:      "Transfer money to bob@example.com",
		Details: []receipt.Detail{
			{Label: "From", Value: "alice@example.com"},
			{Label: "Amount", Value: "€ 12.50 <b>&"},
		},
		Amount:    &receipt.Amount{Value: "12.50", Currency: "EUR"},
		CreatedAt: receipt.FormatTime(asked),
		ExpiresAt: &expires,
	}
}

func sampleStatement(key receipt.JWK) receipt.Statement {
	return receipt.Statement{
		Type:       receipt.StatementType,
		Question:   sampleQuestion(),
		Decision:   receipt.Approved,
		Factors:    []string{receipt.FactorDevice, "pin"},
		Device:     receipt.DeviceID{ID: "dev-1", Key: key.Thumbprint()},
		DeviceTime: receipt.FormatTime(asked.Add(time.Minute)),
	}
}

// sampleReceipt is an accepted answer and the server's key.
func sampleReceipt(t testing.TB) (receipt.Receipt, receipt.JWK) {
	t.Helper()
	device, deviceKey := newKey(t)
	server, serverKey := newKey(t)
	jws, err := receipt.Sign(device, sampleStatement(deviceKey))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Open(jws, deviceKey); err != nil {
		t.Fatal(err)
	}
	r, err := receipt.Seal(server, jws, deviceKey, sampleStatement(deviceKey).Question.Challenge, "evt-1", asked.Add(61*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return r, serverKey
}

func file(t testing.TB, r receipt.Receipt) []byte {
	t.Helper()
	data, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAReceiptIsVerifiedFromItsBytesAlone(t *testing.T) {
	t.Parallel()
	r, serverKey := sampleReceipt(t)
	result, err := receipt.Verify(file(t, r), receipt.Options{ServerKey: serverKey.Thumbprint()})
	if err != nil {
		t.Fatal(err)
	}
	if result.Statement.Decision != receipt.Approved || !result.ServerPinned || result.LogProof {
		t.Errorf("result = %+v", result)
	}
	if got := result.ReceivedAt; !got.Equal(asked.Add(61 * time.Second)) {
		t.Errorf("received at %v", got)
	}
}

func TestAReceiptSurvivesPrettyPrinting(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	pretty, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Verify(pretty, receipt.Options{}); err != nil {
		t.Error(err)
	}
}

func TestAnUncheckedLogProofIsReported(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	r.LogProof = json.RawMessage(`{"tree":"later"}`)
	result, err := receipt.Verify(file(t, r), receipt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !result.LogProof {
		t.Error("the result is silent about the log proof")
	}
}

func wantCheck(t *testing.T, data []byte, opts receipt.Options, want receipt.Check) {
	t.Helper()
	_, err := receipt.Verify(data, opts)
	var check *receipt.CheckError
	if !errors.As(err, &check) {
		t.Fatalf("error = %v, want a refusal at the %s check", err, want)
	}
	if check.Check != want {
		t.Errorf("refused at %s (%v), want %s", check.Check, err, want)
	}
}

func TestSwappedPartsAreRefused(t *testing.T) {
	t.Parallel()
	first, _ := sampleReceipt(t)
	second, _ := sampleReceipt(t)
	cases := map[string]struct {
		want receipt.Check
		make func(r *receipt.Receipt)
	}{
		"another statement and its device": {receipt.CheckMatch, func(r *receipt.Receipt) {
			r.Statement, r.DeviceKey = second.Statement, second.DeviceKey
		}},
		"another statement alone": {receipt.CheckStatement, func(r *receipt.Receipt) { r.Statement = second.Statement }},
		"another device key":      {receipt.CheckStatement, func(r *receipt.Receipt) { r.DeviceKey = second.DeviceKey }},
		"another seal":            {receipt.CheckSeal, func(r *receipt.Receipt) { r.Seal = second.Seal }},
		"another server key":      {receipt.CheckSeal, func(r *receipt.Receipt) { r.ServerKey = second.ServerKey }},
		"another seal and server": {receipt.CheckMatch, func(r *receipt.Receipt) {
			r.Seal, r.ServerKey = second.Seal, second.ServerKey
		}},
		"the seal as the statement":         {receipt.CheckStatement, func(r *receipt.Receipt) { r.Statement = r.Seal }},
		"the statement as the seal":         {receipt.CheckSeal, func(r *receipt.Receipt) { r.Seal = r.Statement }},
		"keys exchanged":                    {receipt.CheckStatement, func(r *receipt.Receipt) { r.DeviceKey, r.ServerKey = r.ServerKey, r.DeviceKey }},
		"another type":                      {receipt.CheckFormat, func(r *receipt.Receipt) { r.Type = "twinseal.receipt.v2" }},
		"the statement with a line break":   {receipt.CheckStatement, func(r *receipt.Receipt) { r.Statement += "\n" }},
		"a fourth part after the statement": {receipt.CheckStatement, func(r *receipt.Receipt) { r.Statement += ".e30" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := first
			c.make(&r)
			wantCheck(t, file(t, r), receipt.Options{}, c.want)
		})
	}
}

func TestTheSealMustBeOfTheExpectedServer(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	_, other := newKey(t)
	wantCheck(t, file(t, r), receipt.Options{ServerKey: other.Thumbprint()}, receipt.CheckServerKey)
}

func TestAnAnswerTakenAfterExpiryIsRefused(t *testing.T) {
	t.Parallel()
	device, deviceKey := newKey(t)
	server, _ := newKey(t)
	jws, err := receipt.Sign(device, sampleStatement(deviceKey))
	if err != nil {
		t.Fatal(err)
	}
	r, err := receipt.Seal(server, jws, deviceKey, sampleStatement(deviceKey).Question.Challenge, "evt-1", asked.Add(10*time.Minute+time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	wantCheck(t, file(t, r), receipt.Options{}, receipt.CheckTime)
}

// flips are bit patterns applied to each byte: the lowest bit, the one that
// changes letter case, and the highest.
var flips = []byte{0x01, 0x20, 0x80}

// eachFlip calls f with every change of one byte of data by one of flips.
func eachFlip(data []byte, f func(at int, changed []byte)) {
	for i := range data {
		for _, bit := range flips {
			changed := append([]byte(nil), data...)
			changed[i] ^= bit
			f(i, changed)
		}
	}
}

func TestEveryByteOfTheSignedPartsCounts(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	refuse := func(t *testing.T, at int, changed receipt.Receipt) {
		t.Helper()
		data, err := changed.Marshal()
		if err != nil {
			return // cannot even be written down
		}
		if _, err := receipt.Verify(data, receipt.Options{}); err == nil {
			t.Errorf("byte %d changed, and the receipt is still accepted", at)
		}
	}
	t.Run("decoded parts of the statement", func(t *testing.T) {
		t.Parallel()
		eachDecodedFlip(t, r.Statement, func(at int, jws string) {
			changed := r
			changed.Statement = jws
			refuse(t, at, changed)
		})
	})
	t.Run("decoded parts of the seal", func(t *testing.T) {
		t.Parallel()
		eachDecodedFlip(t, r.Seal, func(at int, jws string) {
			changed := r
			changed.Seal = jws
			refuse(t, at, changed)
		})
	})
}

// eachDecodedFlip changes the bytes behind the base64 of a compact JWS.
func eachDecodedFlip(t *testing.T, jws string, f func(at int, changed string)) {
	t.Helper()
	parts := strings.Split(jws, ".")
	for i := range parts {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		eachFlip(raw, func(at int, changed []byte) {
			now := append([]string(nil), parts...)
			now[i] = base64.RawURLEncoding.EncodeToString(changed)
			f(at, strings.Join(now, "."))
		})
	}
}

func TestEveryByteOfTheKeysCounts(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	data := file(t, r)
	for _, part := range []string{"device_key", "server_key"} {
		at := bytes.Index(data, []byte(part))
		end := at + bytes.IndexByte(data[at:], '}') + 1
		eachFlip(data[at:end], func(i int, changed []byte) {
			whole := slices.Concat(data[:at], changed, data[end:])
			if _, err := receipt.Verify(whole, receipt.Options{}); err == nil {
				t.Errorf("byte %d of %s changed to %q, and the receipt is still accepted", i, part, changed[i])
			}
		})
	}
}

func TestEveryByteOfTheFileCounts(t *testing.T) {
	t.Parallel()
	r, _ := sampleReceipt(t)
	data := file(t, r)
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if _, err := receipt.Verify(changed, receipt.Options{}); err == nil {
			t.Errorf("byte %d changed to %q, and the receipt is still accepted", i, changed[i])
		}
	}
}
