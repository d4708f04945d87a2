package native_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/receipt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bankKey is the key of the application that the world comes with.
const bankKey = "test-api-key-0001"

// desk is a server with the native door.
type desk struct {
	*mfatest.World

	tb   testing.TB
	door http.Handler
	log  *logged
}

// logged is a log that several goroutines write.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{World: mfatest.New(tb, store.Options{SQLitePath: filepath.Join(tb.TempDir(), "test.db")}), tb: tb, log: &logged{}}
	d.door = d.doorTo(d.Service, nil, "push-key")
	return d
}

// doorTo is a front door to a service; with a lot, connections wait there.
func (d *desk) doorTo(s *mfa.Service, lot *endpoint.Lot, pushKey string) http.Handler {
	d.tb.Helper()
	key, err := receipt.NewJWK(d.SealKey.Public())
	d.check(err)
	log := slog.New(slog.NewTextHandler(d.log, nil))
	rules := passkeys.New(passkeys.Config{
		Domain: s, Store: d.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: d.Clock.Now}), Sealer: d,
	})
	own := native.New(s, native.Options{ServerKey: api.JWK(key), PushKey: pushKey, Passkeys: rules})
	server := &endpoint.Server{Log: log, Lot: lot}
	door, wellKnown := own.Handler(server), own.WellKnown(server)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/.well-known/") {
			wellKnown.ServeHTTP(w, r)
			return
		}
		door.ServeHTTP(w, r)
	})
}

func (d *desk) check(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}

// request is one call. Sign is who signs it, nil for nobody; the other fields are as they go over the wire.
type request struct {
	method, target string
	body           string
	sign           *ecdsa.PrivateKey
	header         http.Header
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes a request without a network.
func (d *desk) do(r request) answer {
	d.tb.Helper()
	return d.through(d.door, r)
}

func (d *desk) through(door http.Handler, r request) answer {
	d.tb.Helper()
	return served(door, d.build(r))
}

// serve answers a request that was built before.
func (d *desk) serve(r *http.Request) answer { return served(d.door, r) }

func served(door http.Handler, r *http.Request) answer {
	recorder := httptest.NewRecorder()
	door.ServeHTTP(recorder, r)
	return answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// bare is a door without the rules of passkeys.
func (d *desk) bare() http.Handler {
	return native.New(d.Service, native.Options{}).Handler(&endpoint.Server{})
}

func (d *desk) build(r request) *http.Request {
	d.tb.Helper()
	out := httptest.NewRequestWithContext(d.tb.Context(), r.method, "http://mfa.example.test"+r.target, bytes.NewReader([]byte(r.body)))
	if r.body != "" {
		out.Header.Set("Content-Type", "application/json")
	}
	if r.sign != nil {
		out.Header.Set(api.HeaderProof, d.proof(r.sign, r.method, r.target, r.body, d.Clock.Now()))
	}
	maps.Copy(out.Header, r.header)
	return out
}

func (d *desk) proof(key *ecdsa.PrivateKey, method, target, body string, at time.Time) string {
	d.tb.Helper()
	proof, err := receipt.NewProof(key, method, target, []byte(body), at)
	d.check(err)
	return proof
}

// get and post are the usual requests of a device.
func (d *desk) get(by *mfatest.Device, target string) answer {
	d.tb.Helper()
	return d.do(request{method: http.MethodGet, target: target, sign: by.Key})
}

func (d *desk) post(by *ecdsa.PrivateKey, target string, body any) answer {
	d.tb.Helper()
	return d.do(request{method: http.MethodPost, target: target, sign: by, body: d.json(body)})
}

func (d *desk) json(v any) string {
	d.tb.Helper()
	if text, ok := v.(string); ok {
		return text
	}
	encoded, err := json.Marshal(v)
	d.check(err)
	return string(encoded)
}

// read decodes a good answer, strictly: the api types are the whole answer.
func read[T any](t *testing.T, a answer) T {
	t.Helper()
	var out T
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	if _, err := decoder.Token(); err != io.EOF { //nolint:errorlint // the decoder documents io.EOF itself
		t.Fatalf("more than one answer: %s", a.body)
	}
	return out
}

// problem decodes a refusal and holds it to its form.
func problem(t *testing.T, a answer) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("%d %q is no problem: %v", a.status, a.body, err)
	}
	if p.Status != a.status || p.Type != api.ProblemTypePrefix+p.Code || p.Title != http.StatusText(a.status) || p.Detail == "" ||
		a.header.Get("Content-Type") != api.ProblemMediaType || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the problem is out of form: %d %v %s", a.status, a.header, a.body)
	}
	return p
}

// refused checks the code of a refusal.
func refused(t *testing.T, what string, a answer, status int, code string) api.Problem {
	t.Helper()
	p := problem(t, a)
	if p.Code != code || a.status != status {
		t.Errorf("%s: %d %s (%s), want %d %s", what, a.status, p.Code, p.Detail, status, code)
	}
	return p
}

// newKey is the key of a device that is not linked yet, with its public half.
func (d *desk) newKey() (*ecdsa.PrivateKey, api.JWK) {
	d.tb.Helper()
	key, encoded := d.NewKey()
	var public api.JWK
	d.check(json.Unmarshal(encoded, &public))
	return key, public
}

func (d *desk) linkCode(p *mfatest.Person) string {
	d.tb.Helper()
	link, err := d.Service.StartLink(d.Context(), d.Caller, p.Ref())
	d.check(err)
	return link.Code
}
