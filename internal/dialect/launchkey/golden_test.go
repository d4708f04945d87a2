package launchkey_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// update writes the golden exchanges anew, with fresh randomness in what is sealed.
var update = flag.Bool("update", false, "write testdata/exchanges anew")

// recording is what one client sends, byte for byte, and what it must be answered with.
type recording struct {
	Client    string
	At        int64 // the clock, in seconds
	Exchanges []exchange
}

type exchange struct {
	Name    string
	Method  string
	Path    string
	Headers map[string]string
	Body    string `json:",omitempty"`
	// Token and Plaintext are what the header and the body hold, for whoever reads the file.
	Token     json.RawMessage
	Plaintext json.RawMessage `json:",omitempty"`
	Status    int
	Answer    json.RawMessage `json:",omitempty"` // opened; "*" stands for anything
}

// recordedAt is when all of them were sent.
var recordedAt = time.Date(2026, time.January, 31, 12, 0, 0, 0, time.UTC)

func TestWhatThePublishedClientsSendIsAnsweredAsTheyExpect(t *testing.T) {
	t.Parallel()
	if *update {
		for name, c := range clients {
			record(t, name, c)
		}
	}
	for name := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
				var r recording
				if err := json.Unmarshal(readFile(t, "exchanges/"+name+".json"), &r); err != nil {
					t.Fatal(err)
				}
				in.Clock.Advance(time.Unix(r.At, 0).Sub(in.Clock.Now()))
				w := furnish(t, in)
				w.link("ann")
				for _, e := range r.Exchanges {
					w.play(t, e)
				}
			})
		})
	}
}

func (w *world) play(t *testing.T, e exchange) {
	t.Helper()
	e.checkNotes(t)
	sent := httptest.NewRequestWithContext(w.Context(), e.Method, "http://lk.example.test"+e.Path, strings.NewReader(e.Body))
	for name, value := range e.Headers {
		sent.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, sent)
	a := answer{Status: recorder.Code, Header: recorder.Header(), Raw: recorder.Body.Bytes()}
	w.check(e.Headers["Authorization"], &a)
	if a.Status != e.Status || (e.Answer == nil) != (a.Body == nil) {
		t.Fatalf("%s: %d %s, want %d %s", e.Name, a.Status, a.Body, e.Status, e.Answer)
	}
	if e.Answer == nil {
		return
	}
	var got, want any
	w.must(json.Unmarshal(a.Body, &got))
	w.must(json.Unmarshal(e.Answer, &want))
	if !dialecttest.Fits(got, want) {
		t.Errorf("%s: %s, want %s", e.Name, a.Body, e.Answer)
	}
}

// checkNotes holds what is written beside a request to the request.
func (e exchange) checkNotes(t *testing.T) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(e.Headers["Authorization"], "IOV-JWT "), ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !same(t, raw, string(e.Token)) {
		t.Errorf("%s: the token says %s, %v", e.Name, raw, err)
	}
	if e.Body == "" {
		return
	}
	sealed, err := jose.ParseEncryptedCompact(e.Body, []jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256CBC_HS512})
	if err != nil {
		t.Fatal(err)
	}
	inside, err := sealed.Decrypt(private("api"))
	if err != nil || string(inside) != string(compacted(e.Plaintext)) {
		t.Errorf("%s: the body says %s, %v", e.Name, inside, err)
	}
}

func compacted(raw json.RawMessage) json.RawMessage {
	out, err := json.Marshal(raw)
	if err != nil {
		panic(err)
	}
	return out
}

// record makes the requests of a client, once and for all.
func record(t *testing.T, name string, c sdk) {
	t.Helper()
	w := &world{tb: t}
	out := recording{Client: c.name, At: recordedAt.Unix()}
	for i, s := range c.sends {
		r := by(s.subject, s.method, s.path, nil)
		r.alg, r.sealing.alg, r.funcName = c.alg, c.wrapping, c.function
		if s.body != "" {
			r.sealing.raw = compacted(json.RawMessage(s.body))
		}
		r.sealing.header = func(h object) {
			if c.cty {
				h["cty"] = "application/json"
			}
		}
		r.header = func(h object) {
			if !c.typ {
				delete(h, "typ")
			}
		}
		var token object
		r.claims = func(claims object) {
			at := recordedAt.Unix()
			claims["iat"], claims["nbf"], claims["exp"] = at, at, at+c.life
			claims["jti"] = strings.Replace("0b9c1f6e-1111-4a5b-8c7d-9e0f1a2b3c00", "1111", jti(name, i), 1)
			if c.algClaim {
				claims["alg"] = c.alg
			}
			token = claims
		}
		sent := w.buildAt(r, recordedAt)
		e := exchange{
			Name: s.name, Method: s.method, Path: s.path, Headers: map[string]string{"Authorization": sent.Header.Get("Authorization"), "User-Agent": c.agent},
			Body: bodyOf(t, sent), Status: s.status, Plaintext: r.sealing.raw,
		}
		if kind := c.contentType(e.Body != ""); kind != "" {
			e.Headers["Content-Type"] = kind
		}
		if s.answer != "" {
			e.Answer = compacted(json.RawMessage(s.answer))
		}
		raw, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		e.Token = raw
		out.Exchanges = append(out.Exchanges, e)
	}
	raw, err := json.MarshalIndent(out, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/exchanges/"+name+".json", append(raw, '\n'), 0o644); err != nil { //nolint:gosec // it is committed
		t.Fatal(err)
	}
}

// jti numbers the requests of a client.
func jti(name string, i int) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[len(name)], digits[i>>8&15], digits[i>>4&15], digits[i&15]})
}

func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	raw := make([]byte, r.ContentLength)
	if len(raw) == 0 {
		return ""
	}
	if n, err := r.Body.Read(raw); n != len(raw) {
		t.Fatalf("%d of %d: %v", n, len(raw), err)
	}
	return string(raw)
}
