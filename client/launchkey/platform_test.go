package launchkey_test

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey"
)

// testKey is an RSA key with its name on the wire.
type testKey struct {
	*rsa.PrivateKey
	id string
}

func newTestKey() testKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	sum := md5.Sum(der)
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return testKey{key, strings.Join(pairs, ":")}
}

// Keys take long to make, so all tests share them: the server's two, the
// issuer's for both purposes, and one for encryption alone.
var (
	apiKey        = sync.OnceValue(newTestKey)
	nextAPIKey    = sync.OnceValue(newTestKey)
	issuerKey     = sync.OnceValue(newTestKey)
	encryptionKey = sync.OnceValue(newTestKey)
)

func (k testKey) privatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.PrivateKey)})
}

func (k testKey) publicPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func (k testKey) sign(payload []byte, alg jose.SignatureAlgorithm) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k.PrivateKey}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", k.id))
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}

func (k testKey) seal(plain string, zip jose.CompressionAlgorithm) string {
	options := (&jose.EncrypterOptions{Compression: zip}).WithContentType("application/json")
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512, jose.Recipient{Algorithm: jose.RSA_OAEP, Key: &k.PublicKey, KeyID: k.id}, options)
	if err != nil {
		panic(err)
	}
	sealed, err := encrypter.Encrypt([]byte(plain))
	if err != nil {
		panic(err)
	}
	text, err := sealed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// platform is a server of the protocol for one issuer. It proves every request
// as a server has to, and answers each with what the test says.
type platform struct {
	t      testing.TB
	server *httptest.Server
	issuer string // entity reference
	clock  time.Duration
	keys   []testKey // current last
	answer func(asked) reply

	lock     sync.Mutex
	pings    int
	keyLooks map[string]int
}

// asked is a request whose token was verified and whose body was decrypted.
type asked struct {
	method, path, subject string
	body                  string
	header                http.Header
}

// reply is what the platform answers, and how it lies about it.
type reply struct {
	status  int    // 200 when zero
	body    string // JSON, to be encrypted; empty for none
	raw     string // sent as it is, in place of body
	key     *testKey
	signer  *testKey
	alg     jose.SignatureAlgorithm
	zip     jose.CompressionAlgorithm
	claims  func(claims map[string]any)
	header  map[string]string // added after the token was made
	noToken bool
	altered string // the body as sent, after the token was made
	sent    int    // the status as sent, after the token was made
}

const (
	organizationID = "6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"
	directoryID    = "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"
	serviceID      = "5f6e7d8c-9b0a-4f1e-8d2c-3b4a59687766"
	deviceID       = "1b4f0a9c-2d3e-4f5a-8b6c-7d8e9f0a1b2c"
	requestID      = "f2b4c6d8-e0a1-4b3c-8d5e-6f7081920a1b"
	sdkKey         = "c4d5e6f7-0819-4a2b-8c3d-4e5f60718293"
)

func newPlatform(t testing.TB, answer func(asked) reply) *platform {
	t.Helper()
	p := &platform{t: t, issuer: "org:" + organizationID, answer: answer, keys: []testKey{apiKey()}, keyLooks: map[string]int{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

func (p *platform) factory(options ...launchkey.Option) *launchkey.OrganizationFactory {
	p.t.Helper()
	factory, err := launchkey.NewOrganizationFactory(p.server.URL, organizationID, issuerKey().privatePEM(), options...)
	if err != nil {
		p.t.Fatal(err)
	}
	return factory
}

func (p *platform) service(options ...launchkey.Option) *launchkey.ServiceClient {
	p.t.Helper()
	service, err := p.factory(options...).ServiceClient(serviceID)
	if err != nil {
		p.t.Fatal(err)
	}
	return service
}

func (p *platform) directory(options ...launchkey.Option) *launchkey.DirectoryClient {
	p.t.Helper()
	directory, err := p.factory(options...).DirectoryClient(directoryID)
	if err != nil {
		p.t.Fatal(err)
	}
	return directory
}

func (p *platform) now() time.Time { return time.Now().Add(p.clock) }

func (p *platform) current() testKey {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.keys[len(p.keys)-1]
}

func (p *platform) rotate(key testKey) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.keys = append(p.keys, key)
}

func (p *platform) find(id string) (testKey, bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, k := range p.keys {
		if k.id == id {
			return k, true
		}
	}
	return testKey{}, false
}

func (p *platform) count(what string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if what == "ping" {
		p.pings++
		return
	}
	p.keyLooks[what]++
}

func (p *platform) looked(what string) int {
	p.lock.Lock()
	defer p.lock.Unlock()
	if what == "ping" {
		return p.pings
	}
	return p.keyLooks[what]
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/public/v3/public-key"); ok {
		p.serveKey(w, strings.TrimPrefix(id, "/"))
		return
	}
	if r.URL.Path == "/public/v3/ping" {
		p.count("ping")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"api_time":"`+p.now().UTC().Format("2006-01-02T15:04:05Z")+`"}`)
		return
	}
	request, claims := p.prove(r)
	p.send(w, p.answer(request), claims)
}

func (p *platform) serveKey(w http.ResponseWriter, id string) {
	p.count(id)
	key := p.current()
	if id != "" {
		found, ok := p.find(id)
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		key = found
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-IOV-KEY-ID", key.id)
	_, _ = w.Write(key.publicPEM())
}

// prove checks a request as section 2.3 of the protocol orders.
func (p *platform) prove(r *http.Request) (asked, map[string]any) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "IOV-JWT ")
	if !ok {
		p.t.Errorf("the scheme is missing: %q", r.Header.Get("Authorization"))
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512})
	if err != nil {
		p.t.Fatal(err)
	}
	if id := signed.Signatures[0].Header.KeyID; id != issuerKey().id {
		p.t.Errorf("signed with %s", id)
	}
	payload, err := signed.Verify(&issuerKey().PublicKey)
	if err != nil {
		p.t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		p.t.Fatal(err)
	}
	p.checkClaims(r, claims, body)
	request := asked{method: r.Method, path: r.URL.EscapedPath(), subject: claims["sub"].(string), header: r.Header}
	if len(body) > 0 {
		request.body = p.openBody(string(body))
	}
	return request, claims
}

func (p *platform) checkClaims(r *http.Request, claims map[string]any, body []byte) {
	now := p.now().Unix()
	issued, expires := int64(claims["iat"].(float64)), int64(claims["exp"].(float64))
	request := claims["request"].(map[string]any)
	switch {
	case claims["iss"] != p.issuer, claims["aud"] != "lka", claims["jti"] == "":
		p.t.Errorf("claims %v", claims)
	case claims["nbf"] != claims["iat"], issued > now+5 || issued < now-5, expires != issued+5:
		p.t.Errorf("times of the claims %v at %d", claims, now)
	case request["meth"] != r.Method, request["path"] != r.URL.EscapedPath():
		p.t.Errorf("request claims %v for %s %s", request, r.Method, r.URL)
	case len(body) == 0 && (request["hash"] != nil || request["func"] != nil):
		p.t.Errorf("a hash of no body: %v", request)
	case len(body) > 0 && (request["func"] != "S256" || request["hash"] != hexSHA256(body)):
		p.t.Errorf("request claims %v do not fit the body", request)
	case r.Method == http.MethodGet && len(body) > 0:
		p.t.Error("a GET with a body")
	}
}

func (p *platform) openBody(body string) string {
	sealed, err := jose.ParseEncryptedCompact(body, []jose.KeyAlgorithm{jose.RSA_OAEP}, []jose.ContentEncryption{jose.A256CBC_HS512})
	if err != nil {
		p.t.Fatal(err)
	}
	key, ok := p.find(sealed.Header.KeyID)
	if !ok {
		p.t.Fatalf("encrypted for %s", sealed.Header.KeyID)
	}
	plain, err := sealed.Decrypt(key.PrivateKey)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(plain)
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hexSHA512(b []byte) string {
	sum := sha512.Sum512(b)
	return hex.EncodeToString(sum[:])
}

func (p *platform) send(w http.ResponseWriter, r reply, request map[string]any) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.key == nil {
		key := issuerKey()
		r.key = &key
	}
	body := r.raw
	if r.body != "" {
		body = r.key.seal(r.body, r.zip)
		w.Header().Set("Content-Type", "application/jose")
	}
	if !r.noToken {
		w.Header().Set("X-IOV-JWT", p.token(r, body, request))
	}
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	if r.altered != "" {
		body = r.altered
	}
	if r.sent != 0 {
		r.status = r.sent
	}
	w.WriteHeader(r.status)
	if r.status != http.StatusNoContent {
		_, _ = io.WriteString(w, body)
	}
}

// token signs a reply: iss, aud, sub and jti of the request, times of now, status
// and digest.
func (p *platform) token(r reply, body string, request map[string]any) string {
	now := p.now().Unix()
	response := map[string]any{"status": r.status}
	if body != "" {
		response["func"], response["hash"] = "S256", hexSHA256([]byte(body))
	}
	claims := map[string]any{
		"iss": "lka", "aud": request["iss"], "sub": request["sub"], "jti": request["jti"],
		"iat": now, "nbf": now, "exp": now + 5, "cty": "application/json", "response": response,
	}
	return p.signed(r, claims)
}

func (p *platform) signed(r reply, claims map[string]any) string {
	if r.claims != nil {
		claims = maps.Clone(claims)
		r.claims(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	key := p.current()
	if r.signer != nil {
		key = *r.signer
	}
	if r.alg == "" {
		r.alg = jose.RS256
	}
	return key.sign(payload, r.alg)
}
