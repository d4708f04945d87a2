package launchkey_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what the clients do
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"hash"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// The entities of every world.
const (
	orgID   = "00d744c9-f407-4139-aff2-2713ce91532f"
	dirID   = "3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64"
	svcID   = "7a0e6c1d-94b2-4f3e-8a57-0c2d4e6f8a1b"
	orgSvc  = "9d2b8f40-6f1e-4c3a-b5d7-2e4f6a8c0b1d" // a service of the organization itself
	other   = "c4e1a2b3-5d6f-4708-91a2-b3c4d5e6f708" // another organization
	unknown = "eba60cb8-c649-11e7-abc4-cec278b6b50a"
)

// world is a server with the LaunchKey door, an organization with keys of every purpose, a directory and services.
type world struct {
	*mfatest.World

	tb      testing.TB
	dialect *launchkey.Dialect
	handler http.Handler
}

// engines runs a test on a fresh world of each engine.
func engines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		t.Helper()
		test(t, furnish(t, w))
	})
}

func furnish(tb testing.TB, in *mfatest.World) *world {
	tb.Helper()
	w := &world{World: in, tb: tb, dialect: launchkey.New(in.Service)}
	w.handler = w.dialect.Handler(&endpoint.Server{})
	in.Service.Use([]mfa.Callback{w.dialect.Callback()}, nil)
	settings := mfa.ApplicationSettings{Approvals: true, GenericTOTP: true}
	_, err := in.Provision.Apply(tb.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{
		{ID: orgID, Name: "Golden", Directories: []provision.PlannedDirectory{{ID: dirID, Name: "people", Applications: []provision.PlannedApplication{
			{ID: svcID, Name: "Login", Settings: settings},
		}}}},
		{ID: other, Name: "Other"},
	}})
	w.must(err)
	der, err := x509.MarshalPKCS8PrivateKey(private("api"))
	w.must(err)
	_, err = in.Service.KeepServerSecret(tb.Context(), "launchkey_api_key:1", mfa.NewSecret(der))
	w.must(err)
	for _, k := range []struct {
		owner   mfa.Owner
		name    string
		purpose mfa.KeyPurpose
	}{
		{org, "organization", mfa.PurposeBoth},
		{org, "signature", mfa.PurposeSignature},
		{org, "encryption", mfa.PurposeEncryption},
		{dir, "directory", mfa.PurposeBoth},
		{svc, "service", mfa.PurposeBoth},
		{mfa.OrganizationID(other).Owner(), "stranger", mfa.PurposeBoth},
	} {
		w.addKey(k.owner, k.name, k.purpose)
	}
	return w
}

var (
	org = mfa.OrganizationID(orgID).Owner()
	dir = mfa.DirectoryID(dirID).Owner()
	svc = mfa.ApplicationID(svcID).Owner()
)

func (w *world) addKey(owner mfa.Owner, name string, purpose mfa.KeyPurpose) {
	w.tb.Helper()
	_, err := w.Configuration.AddPublicKey(w.Context(), mfa.PublicKey{
		ID: kid(private(name)), Owner: owner, Purpose: purpose, PEM: publicPEM(private(name)), Active: true,
	})
	w.must(err)
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// private is one of the fixed keys.
func private(name string) *rsa.PrivateKey {
	if known, ok := parsed.Load(name); ok {
		return known.(*rsa.PrivateKey)
	}
	text, err := os.ReadFile("testdata/keys/" + name + ".pem")
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	parsed.Store(name, key)
	return key
}

// parsed keeps the fixed keys: reading one takes longer than a request.
var parsed sync.Map

func publicPEM(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func kid(key *rsa.PrivateKey) string {
	id, err := envelope.KeyID(key.Public())
	if err != nil {
		panic(err)
	}
	return id
}

// object is JSON.
type object = map[string]any

// request is a call as a client makes it; a test bends what it wants to see refused.
type request struct {
	Key     string // name of the signing key
	Issuer  string
	Subject string
	Method  string
	Path    string
	Body    any // nil for none

	alg      string           // RS256 when empty
	claims   func(c object)   // changes the claims
	header   func(h object)   // changes the token's header
	token    func(string) any // changes the whole header: a string, or nil for none
	sealing  sealing
	sealed   func(string) string // changes the body after its digest was taken
	funcName string              // of the digest; S256 when empty
	url      string              // where it is really sent, when not to Path
	verb     string              // with which method, when not Method
}

// sealing is how a body is encrypted.
type sealing struct {
	alg    string // RSA-OAEP when empty
	cek    []byte // 64 random bytes when nil
	header func(h object)
	to     *rsa.PublicKey // the API's when nil
	raw    []byte         // instead of the body's JSON
}

// by is a request of the organization on a subject.
func by(subject, method, path string, body any) request {
	return request{Key: "organization", Issuer: "org:" + orgID, Subject: subject, Method: method, Path: path, Body: body}
}

const (
	onOrg    = "org:" + orgID
	onDir    = "dir:" + dirID
	onSvc    = "svc:" + svcID
	onOrgSvc = "svc:" + orgSvc
)

// answer is what came back, opened and checked as the strictest of the clients checks it.
type answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   []byte // opened
	KeyID  string // that it was sealed to
}

// do makes a request and checks the answer's token and form.
func (w *world) do(r request) answer {
	w.tb.Helper()
	sent := w.build(r)
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, sent.WithContext(w.Context()))
	a := answer{Status: recorder.Code, Header: recorder.Header(), Raw: recorder.Body.Bytes()}
	if values := sent.Header.Values("Authorization"); len(values) == 1 {
		w.check(values[0], &a)
	}
	return a
}

func (w *world) build(r request) *http.Request {
	w.tb.Helper()
	return w.buildAt(r, w.Clock.Now())
}

func (w *world) buildAt(r request, at time.Time) *http.Request {
	body := ""
	if r.Body != nil || r.sealing.raw != nil {
		body = seal(r.sealing, r.Body)
	}
	now := at.Unix()
	said := object{"meth": r.Method, "path": r.Path}
	if body != "" {
		said["func"], said["hash"] = digestOf(r.funcName, body)
	}
	claims := object{
		"iss": r.Issuer, "sub": r.Subject, "aud": "lka", "iat": now, "nbf": now, "exp": now + 5, "jti": uuid.NewString(), "request": said,
	}
	if r.claims != nil {
		r.claims(claims)
	}
	header := object{"alg": orElse(r.alg, "RS256"), "kid": kid(private(r.Key)), "typ": "JWT"}
	if r.header != nil {
		r.header(header)
	}
	if r.sealed != nil {
		body = r.sealed(body)
	}
	sent := httptest.NewRequestWithContext(w.tb.Context(), orElse(r.verb, r.Method), "http://lk.example.test"+orElse(r.url, r.Path), strings.NewReader(body))
	token := any("IOV-JWT " + sign(private(r.Key), header, claims))
	if r.token != nil {
		token = r.token(strings.TrimPrefix(token.(string), "IOV-JWT "))
	}
	if text, ok := token.(string); ok {
		sent.Header.Set("Authorization", text)
	}
	return sent
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func digestOf(name, body string) (string, string) {
	var h hash.Hash
	switch name {
	case "S384":
		h = sha512.New384()
	case "S512":
		h = sha512.New()
	default:
		name, h = "S256", sha256.New()
	}
	h.Write([]byte(body))
	return name, hex.EncodeToString(h.Sum(nil))
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func encoded(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b64(raw)
}

// sign makes a compact JWS by hand, so that its header may lie.
func sign(key *rsa.PrivateKey, header, claims object) string {
	text := encoded(header) + "." + encoded(claims)
	var sum []byte
	var by crypto.Hash
	switch header["alg"] {
	case "none":
		return text + "."
	case "HS256": // with the public key as the secret
		mac := hmac.New(sha256.New, []byte(publicPEM(key)))
		mac.Write([]byte(text))
		return text + "." + b64(mac.Sum(nil))
	case "RS384":
		full := sha512.Sum384([]byte(text))
		sum, by = full[:], crypto.SHA384
	case "RS512":
		full := sha512.Sum512([]byte(text))
		sum, by = full[:], crypto.SHA512
	case "PS256":
		full := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, full[:], nil)
		if err != nil {
			panic(err)
		}
		return text + "." + b64(signature)
	default:
		full := sha256.Sum256([]byte(text))
		sum, by = full[:], crypto.SHA256
	}
	signature, err := rsa.SignPKCS1v15(nil, key, by, sum)
	if err != nil {
		panic(err)
	}
	return text + "." + b64(signature)
}

// seal makes a compact JWE by hand.
func seal(s sealing, body any) string {
	plaintext := s.raw
	if plaintext == nil {
		var err error
		if plaintext, err = json.Marshal(body); err != nil {
			panic(err)
		}
	}
	cek := s.cek
	if cek == nil {
		cek = make([]byte, 64)
		_, _ = rand.Read(cek)
	}
	to := s.to
	if to == nil {
		to = &private("api").PublicKey
	}
	header := object{"alg": orElse(s.alg, "RSA-OAEP"), "enc": "A256CBC-HS512", "kid": kid(private("api"))}
	if s.header != nil {
		s.header(header)
	}
	by := sha1.New() //nolint:gosec // what the clients do
	if s.alg == "RSA-OAEP-256" {
		by = sha256.New()
	}
	wrapped, err := rsa.EncryptOAEP(by, rand.Reader, to, cek, nil)
	if err != nil {
		panic(err)
	}
	protected := encoded(header)
	iv, ciphertext, tag := encrypt(cek, plaintext, protected)
	return strings.Join([]string{protected, b64(wrapped), b64(iv), b64(ciphertext), b64(tag)}, ".")
}

// encrypt is A256CBC-HS512 with a key that may be of another length than it should be.
func encrypt(cek, plaintext []byte, protected string) (iv, ciphertext, tag []byte) {
	const block = aes.BlockSize
	half := len(cek) / 2
	iv = make([]byte, block)
	_, _ = rand.Read(iv)
	pad := block - len(plaintext)%block
	ciphertext = append(bytes.Clone(plaintext), bytes.Repeat([]byte{byte(pad)}, pad)...)
	c, err := aes.NewCipher(cek[half:])
	if err != nil {
		panic(err)
	}
	cipher.NewCBCEncrypter(c, iv).CryptBlocks(ciphertext, ciphertext)
	mac := hmac.New(sha512.New, cek[:half])
	mac.Write([]byte(protected))
	mac.Write(iv)
	mac.Write(ciphertext)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(protected))*8))
	return iv, ciphertext, mac.Sum(nil)[:32]
}

// check holds an answer to what clients verify, and opens it.
func (w *world) check(authorization string, a *answer) {
	w.tb.Helper()
	for _, name := range []string{"Cache-Control", "Location", "Content-Encoding"} {
		if a.Header.Get(name) != "" {
			w.tb.Errorf("the answer has a %s", name)
		}
	}
	asked, err := jose.ParseSignedCompact(strings.TrimPrefix(authorization, "IOV-JWT "), []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512})
	if err != nil {
		return // no token, so nothing that an answer could be held against
	}
	var question struct{ Iss, Sub, Jti string }
	w.must(json.Unmarshal(asked.UnsafePayloadWithoutVerification(), &question))
	compact := a.Header.Get("X-IOV-JWT")
	if compact == "" && len(question.Jti) <= 128 && question.Jti != "" {
		w.tb.Fatalf("%d without a token", a.Status)
	}
	if len(question.Jti) > 128 || question.Jti == "" {
		return
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.RS256})
	w.must(err)
	payload, err := jws.Verify(private("api").Public())
	w.must(err)
	var said struct {
		Iss, Aud, Sub, Jti string
		Iat, Nbf, Exp      int64
		Response           struct {
			Status     int
			Hash, Func *string
		}
	}
	w.must(json.Unmarshal(payload, &said))
	now := w.Clock.Now().Unix()
	if said.Iss != "lka" || said.Aud != question.Iss || said.Jti != question.Jti || question.Sub != "" && said.Sub != question.Sub ||
		said.Iat != now || said.Nbf != now || said.Exp < now+5 || said.Response.Status != a.Status ||
		jws.Signatures[0].Header.KeyID != kid(private("api")) {
		w.tb.Errorf("the token says %s", payload)
	}
	if len(a.Raw) == 0 {
		if said.Response.Hash != nil || said.Response.Func != nil || a.Status != 204 && a.Header.Get("Content-Length") != "0" {
			w.tb.Errorf("an empty answer of length %q: %s", a.Header.Get("Content-Length"), payload)
		}
		return
	}
	sum := sha256.Sum256(a.Raw)
	if said.Response.Hash == nil || *said.Response.Hash != hex.EncodeToString(sum[:]) || *said.Response.Func != "S256" {
		w.tb.Errorf("the digest is another: %s", payload)
	}
	if a.Status >= 300 && a.Status != 400 && a.Status != 409 || a.Header.Get("Content-Type") != "application/jose" {
		w.tb.Errorf("%d %s with a body", a.Status, a.Header.Get("Content-Type"))
	}
	w.open(a)
}

// holders are the keys of issuers, by name.
var holders = []string{"organization", "signature", "encryption", "directory", "service", "stranger"}

func (w *world) open(a *answer) {
	w.tb.Helper()
	sealed, err := jose.ParseEncryptedCompact(string(a.Raw), []jose.KeyAlgorithm{jose.RSA_OAEP}, []jose.ContentEncryption{jose.A256CBC_HS512})
	w.must(err)
	if sealed.Header.ExtraHeaders["cty"] != "application/json" {
		w.tb.Errorf("the header says %v", sealed.Header.ExtraHeaders)
	}
	a.KeyID = sealed.Header.KeyID
	for _, name := range holders {
		if key := private(name); kid(key) == a.KeyID {
			a.Body, err = sealed.Decrypt(key)
			w.must(err)
			return
		}
	}
	w.tb.Fatalf("the answer is sealed to %s", a.KeyID)
}

// ok makes a request that must succeed and decodes what it gives.
func (w *world) ok(r request, into any) answer {
	w.tb.Helper()
	a := w.do(r)
	if a.Status >= 300 {
		w.tb.Fatalf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
	}
	if into != nil {
		w.must(json.Unmarshal(a.Body, into))
	}
	return a
}

// refused makes a request that must fail: with a code, or with an empty body when the code is "".
func (w *world) refused(r request, status int, code string) {
	w.tb.Helper()
	a := w.do(r)
	var body struct {
		Code   string `json:"error_code"`
		Detail any    `json:"error_detail"`
	}
	if len(a.Body) > 0 {
		w.must(json.Unmarshal(a.Body, &body))
	}
	if a.Status != status || body.Code != code || (code == "") != (len(a.Raw) == 0) {
		w.tb.Errorf("%s %s: %d %s, want %d %s", r.Method, r.Path, a.Status, a.Body, status, code)
	}
}
