package loginid_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// update writes the golden exchanges anew.
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
	Headers map[string]string `json:",omitempty"`
	Body    string            `json:",omitempty"`
	// Token is what the header's holds, for whoever reads the file.
	Token  json.RawMessage `json:",omitempty"`
	Status int
	Answer json.RawMessage `json:",omitempty"` // "*" stands for anything
}

// recordedAt is when all of them were sent; bobID is a user who is there, as eve is.
var recordedAt = time.Date(2026, time.January, 31, 12, 0, 0, 0, time.UTC)

const (
	bobID = "6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10"
	eveID = "0b9c1f6e-2b7d-4a5b-8c7d-9e0f1a2b3c4d"
)

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
				raw, err := os.ReadFile("testdata/exchanges/" + name + ".json")
				if err != nil {
					t.Fatal(err)
				}
				var r recording
				if err := json.Unmarshal(raw, &r); err != nil {
					t.Fatal(err)
				}
				in.Clock.Advance(time.Unix(r.At, 0).Sub(in.Clock.Now()))
				w := furnishWith(t, in, map[string]*ecdsa.PrivateKey{backend: goldenKey(t), twin: goldenKey(t), app: newKey(t), stranger: newKey(t)})
				w.named("bob", bobID)
				w.named("eve", eveID)
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
	a := w.do(ask{method: e.Method, path: e.Path, body: e.Body, header: e.Headers})
	if a.status != e.Status || (e.Answer == nil) != (a.raw == "") {
		t.Fatalf("%s: %d %s, want %d %s", e.Name, a.status, a.raw, e.Status, e.Answer)
	}
	if e.Answer == nil || string(e.Answer) == `"*"` {
		return
	}
	var want any
	w.must(json.Unmarshal(e.Answer, &want))
	if !dialecttest.Fits(a.body, want) {
		t.Errorf("%s: %s, want %s", e.Name, a.raw, e.Answer)
	}
}

// checkNotes holds what is written beside a request to the request.
func (e exchange) checkNotes(t *testing.T) {
	t.Helper()
	if e.Token == nil {
		return
	}
	parts := strings.Split(e.Headers["Authorization"], ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var got, want any
	if err != nil || json.Unmarshal(raw, &got) != nil || json.Unmarshal(e.Token, &want) != nil || !dialecttest.Fits(got, want) {
		t.Errorf("%s: the token says %s, %v", e.Name, raw, err)
	}
}

// goldenKey is the key by which the recorded tokens are signed. It opens nothing else.
func goldenKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	text, err := os.ReadFile("testdata/backend.pem")
	if err != nil {
		tb.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey)
}

// named makes a user of a certain id.
func (w *world) named(name, id string) {
	w.tb.Helper()
	client, err := w.Service.Authenticate(w.Context(), mfa.KeyLoginIDClient, mfa.SecretText(web))
	w.must(err)
	w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
		_, err := w.Service.AddNamedUser(r, mfa.NamedUser{Caller: client, ID: mfa.UserID(id), Name: name})
		return err
	}))
}

// record makes the requests of a client, once and for all.
func record(t *testing.T, name string, c sdk) {
	t.Helper()
	out := recording{Client: c.name, At: recordedAt.Unix()}
	for i, s := range c.sends {
		e := exchange{Name: s.name, Method: s.method, Path: c.base + s.path, Body: s.body, Status: s.status, Headers: map[string]string{}}
		maps.Copy(e.Headers, c.headers)
		maps.Copy(e.Headers, s.headers)
		if s.token != nil {
			claims := with(object{"iat": recordedAt.Unix(), "nonce": fmt.Sprintf("%s%08d", name[:8], i)}, s.token)
			raw, err := json.Marshal(claims)
			if err != nil {
				t.Fatal(err)
			}
			e.Token = raw
			e.Headers["Authorization"] = "Bearer " + sign(t, goldenKey(t), c.tokenHeader(), claims)
		}
		if s.answer != "" {
			e.Answer = json.RawMessage(s.answer)
		}
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

// Methods, for short.
const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	remove = http.MethodDelete
)
