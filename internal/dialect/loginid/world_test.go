package loginid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/password"
	"github.com/twinseal/twinseal/internal/factor/publickey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// The clients of every world. All but the stranger's share a directory; the web one has no key.
const (
	web      = "web-client-0001"
	app      = "app-client-0001"
	backend  = "backend-client-0001"
	twin     = "twin-client-0001" // has the backend's key
	stranger = "stranger-client-0001"

	shop  = "https://shop.example"
	other = "https://other.example"
)

// world is a server with the LoginID door.
type world struct {
	*mfatest.World

	tb      testing.TB
	handler http.Handler
	server  *endpoint.Server
	keys    map[string]*ecdsa.PrivateKey // by client
}

type object = map[string]any

// engines runs a test on a fresh world of each engine.
func engines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
		t.Helper()
		test(t, furnish(t, in))
	})
}

// furnish makes the clients.
func furnish(tb testing.TB, in *mfatest.World) *world {
	tb.Helper()
	shared := newKey(tb)
	return furnishWith(tb, in, map[string]*ecdsa.PrivateKey{app: newKey(tb), backend: shared, twin: shared, stranger: newKey(tb)})
}

func furnishWith(tb testing.TB, in *mfatest.World, keys map[string]*ecdsa.PrivateKey) *world {
	tb.Helper()
	w := &world{World: in, tb: tb, keys: keys, server: &endpoint.Server{}}
	party := &mfa.RelyingParty{ID: "shop.example", Name: "Shop", Origins: []string{shop}}
	elsewhere := &mfa.RelyingParty{ID: "other.example", Name: "Other", Origins: []string{other}}
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Shops", Directories: []provision.PlannedDirectory{
		{Name: "people", Applications: []provision.PlannedApplication{
			w.planned(web, "web", party), w.planned(app, "native", party), w.planned(backend, "management", party), w.planned(twin, "web", party),
		}},
		{Name: "others", Applications: []provision.PlannedApplication{w.planned(stranger, "web", elsewhere)}},
	}}}}
	w.must(loginid.Settle(&plan))
	_, err := in.Provision.Apply(tb.Context(), plan)
	w.must(err)
	w.handler = w.dialect(in.Service).Handler(w.server)
	return w
}

// dialect is the door to a service, as each node has one.
func (w *world) dialect(service *mfa.Service) *loginid.Dialect {
	return loginid.New(loginid.Config{
		Domain:   service,
		Passkeys: passkeys.New(passkeys.Config{Domain: service, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now})}),
		Accounts: accounts.New(accounts.Config{Domain: service, Store: w.Store, Random: rand.Reader, Password: password.New(), PublicKey: publickey.New()}),
		Handoffs: handoffs.New(handoffs.Config{Domain: service, Store: w.Store, Random: rand.Reader}),
	})
}

func (w *world) planned(client, kind string, party *mfa.RelyingParty) provision.PlannedApplication {
	settings := mfa.DefaultSettings()
	settings.RelyingParty = party
	settings.Dialects = map[string]json.RawMessage{loginid.Name: json.RawMessage(`{"type":"` + kind + `"}`)}
	out := provision.PlannedApplication{
		Name: client, Settings: settings,
		Keys: []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(client)}},
	}
	if key := w.keys[client]; key != nil {
		out.PublicKeys = []provision.PlannedPublicKey{{
			Dialect: loginid.Name, Place: "loginid.public_keys[0]", Purpose: mfa.PurposeSignature, PEM: publicPEM(w.tb, key), Active: true,
		}}
	}
	return out
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func publicPEM(tb testing.TB, key *ecdsa.PrivateKey) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// ask is one request. Its zero value has no token.
type ask struct {
	method string // POST when empty
	path   string
	body   any // a string goes as it is
	header map[string]string
	token  string
	agent  string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   object // nil where it is no object
}

// do makes a request at a door.
func (w *world) do(a ask) answer {
	w.tb.Helper()
	return w.at(w.handler, a)
}

func (w *world) at(door http.Handler, a ask) answer {
	w.tb.Helper()
	recorder := httptest.NewRecorder()
	door.ServeHTTP(recorder, w.request(a))
	out := answer{status: recorder.Code, header: recorder.Header(), raw: recorder.Body.String()}
	_ = json.Unmarshal(recorder.Body.Bytes(), &out.body) // PEM and nothing are no objects
	return out
}

func (w *world) request(a ask) *http.Request {
	w.tb.Helper()
	method := a.method
	if method == "" {
		method = http.MethodPost
	}
	text, plain := a.body.(string)
	if !plain && a.body != nil {
		raw, err := json.Marshal(a.body)
		w.must(err)
		text = string(raw)
	}
	r := httptest.NewRequestWithContext(w.Context(), method, "http://mfa.example.test/", strings.NewReader(text))
	path, query, _ := strings.Cut(a.path, "?")
	unescaped, err := url.PathUnescape(path)
	w.must(err)
	r.URL = &url.URL{Path: unescaped, RawPath: path, RawQuery: query}
	r.Header.Set("Content-Type", "application/json")
	if a.agent != "" {
		r.Header.Set("User-Agent", a.agent)
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	return r
}

// call makes a request of a client, by its name in the body and with a token where it has a key.
func (w *world) call(client, scope, path string, body object) answer {
	w.tb.Helper()
	a := ask{path: path, body: with(body, object{"client_id": client})}
	if w.keys[client] != nil && scope != "" {
		a.token = w.token(client, scope)
	}
	return w.do(a)
}

// ok is call, which must succeed.
func (w *world) ok(client, scope, path string, body object) answer {
	w.tb.Helper()
	return w.good(w.call(client, scope, path, body))
}

func (w *world) good(a answer) answer {
	w.tb.Helper()
	if a.status != http.StatusOK || a.body == nil {
		w.tb.Fatalf("answered by %d %s", a.status, a.raw)
	}
	return a
}

// refused holds an answer to a status and a code; every refusal has both members and nothing else.
func (w *world) refused(t testing.TB, what string, a answer, status int, code string) {
	t.Helper()
	message, _ := a.body["message"].(string)
	if a.status != status || a.body["code"] != code || message == "" || len(a.body) != 2 {
		t.Errorf("%s: answered by %d %s, want %d %s", what, a.status, a.raw, status, code)
	}
}

func with(objects ...object) object {
	out := object{}
	for _, o := range objects {
		maps.Copy(out, o)
	}
	return out
}

// token is what a backend makes for a call.
func (w *world) token(client, scope string) string {
	return w.signed(w.keys[client], w.claims(client, scope))
}

func (w *world) claims(client, scope string) object {
	return object{"client_id": client, "type": scope, "nonce": uuid.NewString(), "iat": w.Clock.Now().Unix()}
}

func (w *world) signed(key *ecdsa.PrivateKey, claims object) string {
	w.tb.Helper()
	return sign(w.tb, key, object{"alg": "ES256", "typ": "JWT"}, claims)
}

func sign(tb testing.TB, key *ecdsa.PrivateKey, header, claims any) string {
	tb.Helper()
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			tb.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	input := encode(header) + "." + encode(claims)
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(signature[:])
}

// jwt takes a user's token apart after it was verified with the key that /certs gives for it.
func (w *world) jwt(token string) (header, claims object) {
	w.tb.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		w.tb.Fatalf("not a token: %q", token)
	}
	for i, into := range []*object{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		w.must(err)
		w.must(json.Unmarshal(raw, into))
	}
	kid, _ := header["kid"].(string)
	block, rest := pem.Decode([]byte(w.do(ask{method: http.MethodGet, path: "/certs?kid=" + kid}).raw))
	if block == nil || len(rest) != 0 {
		w.tb.Fatal("no key for the token")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	w.must(err)
	if !verifies(key.(*ecdsa.PublicKey), token) {
		w.tb.Fatal("the token is not signed by its key")
	}
	return header, claims
}

func verifies(key *ecdsa.PublicKey, token string) bool {
	at := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[at+1:])
	if err != nil || len(signature) != 64 {
		return false
	}
	return verifyRaw(key, token[:at], signature)
}
