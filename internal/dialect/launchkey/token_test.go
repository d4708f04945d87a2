package launchkey_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// names is a call with a body that reads and changes nothing.
func names() request {
	return by(onOrg, http.MethodPost, "/organization/v3/directories/list", object{"directory_ids": []string{dirID}})
}

// in bends one claim.
func in(name string, value any) func(object) {
	return func(c object) { c[name] = value }
}

// said bends one claim about the request.
func said(name string, value any) func(object) {
	return func(c object) {
		inner, _ := c["request"].(object)
		if inner[name] = value; value == nil {
			delete(inner, name)
		}
	}
}

func TestARequestIsAnswered(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for name, change := range map[string]func(*request){
			"as it is":            func(*request) {},
			"RS384":               func(r *request) { r.alg = "RS384" },
			"RS512":               func(r *request) { r.alg = "RS512" },
			"SHA-256 in OAEP":     func(r *request) { r.sealing = sealing{alg: "RSA-OAEP-256", header: in("cty", "application/json")} },
			"S384":                func(r *request) { r.funcName = "S384" },
			"S512":                func(r *request) { r.funcName = "S512" },
			"a bare header":       func(r *request) { r.header = func(h object) { delete(h, "typ") } },
			"alg as a claim":      func(r *request) { r.claims = in("alg", "RS512") },
			"no subject":          func(r *request) { r.claims = func(c object) { delete(c, "sub") } },
			"a slash too many":    func(r *request) { r.url = "//organization/v3/directories/list" },
			"capitals in its ids": func(r *request) { r.Subject = "org:" + strings.ToUpper(orgID) },
			"a slow clock": func(r *request) {
				r.claims = func(c object) {
					at := w.Clock.Now().Add(-20 * time.Second).Unix()
					c["iat"], c["nbf"], c["exp"] = at, at, at+1
				}
			},
			"a fast clock": func(r *request) {
				r.claims = func(c object) {
					at := w.Clock.Now().Add(20 * time.Second).Unix()
					c["iat"], c["nbf"], c["exp"] = at, at, at+1
				}
			},
		} {
			r := names()
			change(&r)
			if a := w.do(r); a.Status != http.StatusOK || !strings.Contains(string(a.Body), dirID) {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
	})
}

func TestATokenThatIsNotRightInEveryPointIsRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		now := w.Clock.Now().Unix()
		for name, change := range map[string]func(*request){
			"another audience":       func(r *request) { r.claims = in("aud", "lkb") },
			"a list of audiences":    func(r *request) { r.claims = in("aud", []string{"lka"}) },
			"no audience":            func(r *request) { r.claims = func(c object) { delete(c, "aud") } },
			"expired":                func(r *request) { r.claims = in("exp", now-31) },
			"of the future":          func(r *request) { r.claims = func(c object) { c["iat"], c["exp"] = now+31, now+36 } },
			"not yet":                func(r *request) { r.claims = in("nbf", now+31) },
			"for a day":              func(r *request) { r.claims = in("exp", now+86400) },
			"without an end":         func(r *request) { r.claims = func(c object) { delete(c, "exp") } },
			"without a beginning":    func(r *request) { r.claims = func(c object) { delete(c, "iat") } },
			"at no time":             func(r *request) { r.claims = in("exp", 1e300) },
			"without an id":          func(r *request) { r.claims = in("jti", "") },
			"with a long id":         func(r *request) { r.claims = in("jti", strings.Repeat("x", 129)) },
			"no issuer":              func(r *request) { r.claims = in("iss", "") },
			"an unknown issuer":      func(r *request) { r.claims = in("iss", "org:"+unknown) },
			"an issuer of no kind":   func(r *request) { r.claims = in("iss", "usr:"+orgID) },
			"an issuer of another":   func(r *request) { r.claims = in("iss", "dir:"+orgID) },
			"another one's key":      func(r *request) { r.Key = "stranger" },
			"a key of its directory": func(r *request) { r.Key = "directory" },
			"a key for encryption":   func(r *request) { r.Key = "encryption" },
			"a key under a name":     func(r *request) { r.Key, r.header = "stranger", in("kid", kid(private("organization"))) },
			"no key":                 func(r *request) { r.header = func(h object) { delete(h, "kid") } },
			"alg none":               func(r *request) { r.alg = "none" },
			"HS256 by public key":    func(r *request) { r.alg = "HS256" },
			"PS256":                  func(r *request) { r.alg = "PS256" },
			"another alg named":      func(r *request) { r.token = func(text string) any { return "IOV-JWT " + headed(text, "RS384") } },
			"a critical header":      func(r *request) { r.header = func(h object) { h["crit"], h["odd"] = []string{"odd"}, true } },
			"detached":               func(r *request) { r.header = func(h object) { h["crit"], h["b64"] = []string{"b64"}, false } },
			"another method":         func(r *request) { r.claims = said("meth", "PUT") },
			"another path":           func(r *request) { r.claims = said("path", "/organization/v3/directories") },
			"a query in the path":    func(r *request) { r.claims = said("path", r.Path+"?x=1") },
			"sent elsewhere":         func(r *request) { r.url = "/organization/v3/directories" },
			"sent otherwise":         func(r *request) { r.verb = http.MethodPatch },
			"another digest":         func(r *request) { r.claims = said("hash", strings.Repeat("0", 64)) },
			"an upper-case digest":   func(r *request) { r.claims = func(c object) { upper(c) } },
			"no digest":              func(r *request) { r.claims = said("hash", nil) },
			"no function":            func(r *request) { r.claims = said("func", nil) },
			"another function":       func(r *request) { r.claims = said("func", "S512") },
			"an unknown function":    func(r *request) { r.claims = said("func", "MD5") },
			"an altered body":        func(r *request) { r.sealed = func(string) string { return seal(sealing{}, object{}) } },
			"no body":                func(r *request) { r.sealed = func(string) string { return "" } },
			"a digest of nothing":    func(r *request) { r.Body, r.claims = nil, said("hash", "e3b0") },
			"no header":              func(r *request) { r.token = func(string) any { return nil } },
			"another scheme":         func(r *request) { r.token = func(text string) any { return "Bearer " + text } },
			"a scheme in small":      func(r *request) { r.token = func(text string) any { return "iov-jwt " + text } },
			"two parts": func(r *request) {
				r.token = func(text string) any { return "IOV-JWT " + text[:strings.LastIndex(text, ".")] }
			},
			"a signature cut": func(r *request) { r.token = func(text string) any { return "IOV-JWT " + text[:len(text)-4] } },
			"JSON":            func(r *request) { r.token = func(string) any { return "IOV-JWT {}" } },
			"a long one":      func(r *request) { r.claims = in("pad", strings.Repeat("x", 9000)) },
		} {
			r := names()
			change(&r)
			if a := w.do(r); a.Status != http.StatusUnauthorized || len(a.Raw) > 0 {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
	})
}

// upper makes a request's digest upper-case.
func upper(c object) {
	inner, _ := c["request"].(object)
	text, _ := inner["hash"].(string)
	inner["hash"] = strings.ToUpper(text)
}

// headed puts a header with another algorithm in front of what was signed.
func headed(text, alg string) string {
	_, rest, _ := strings.Cut(text, ".")
	return encoded(object{"alg": alg, "kid": kid(private("organization"))}) + "." + rest
}

func TestATokenCountsOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := uuid.NewString()
		r := names()
		r.claims = in("jti", id)
		w.ok(r, nil)
		for _, after := range []time.Duration{0, 5 * time.Second, 29 * time.Second} {
			w.Clock.Advance(after)
			w.refused(r, http.StatusUnauthorized, "")
		}
		// The same id of another issuer is another token.
		foreign := by("org:"+other, http.MethodGet, "/organization/v3/directories", nil)
		foreign.Key, foreign.Issuer, foreign.claims = "stranger", "org:"+other, in("jti", id)
		w.ok(foreign, nil)
	})
}

func TestWhatWasRefusedDoesNotUseATokenUp(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := uuid.NewString()
		altered := names()
		altered.claims, altered.sealed = in("jti", id), func(string) string { return seal(sealing{}, object{}) }
		w.refused(altered, http.StatusUnauthorized, "")
		r := names()
		r.claims = in("jti", id)
		w.ok(r, nil)
	})
}

func TestKeysThatAreSwitchedOffOrRanOutSignNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		off, on := false, true
		past := w.Clock.Now().Add(-time.Second)
		soon := w.Clock.Now().Add(time.Minute)
		for name, c := range map[string]struct {
			change configuration.PublicKeyChange
			status int
		}{
			"off":     {configuration.PublicKeyChange{Active: &off}, http.StatusUnauthorized},
			"run out": {configuration.PublicKeyChange{Active: &on, ExpiresAt: &past}, http.StatusUnauthorized},
			"good":    {configuration.PublicKeyChange{Active: &on, ExpiresAt: &soon}, http.StatusOK},
		} {
			w.must(w.Configuration.UpdatePublicKey(w.Context(), org, kid(private("organization")), c.change))
			if a := w.do(names()); a.Status != c.status {
				t.Errorf("%s: %d", name, a.Status)
			}
		}
	})
}

func TestASubjectMustBeTheIssuersOwn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		type who struct{ key, issuer string }
		organization, directory := who{"organization", "org:" + orgID}, who{"directory", "dir:" + dirID}
		service, stranger := who{"service", "svc:" + svcID}, who{"stranger", "org:" + other}
		const ofOrg, ofDir, ofSvc = "/organization/v3/directories", "/directory/v3/services", "/service/v3/auths/" + unknown
		for _, c := range []struct {
			who     who
			subject string
			path    string
			status  int
		}{
			{organization, onOrg, ofOrg, 200},
			{organization, onDir, ofDir, 200},
			{organization, onSvc, ofSvc, 204},
			{directory, onDir, ofDir, 200},
			{directory, onSvc, ofSvc, 204},
			{service, onSvc, ofSvc, 204},
			{directory, onOrg, ofOrg, 403},
			{service, onDir, ofDir, 403},
			{service, onOrg, ofOrg, 403},
			{stranger, onOrg, ofOrg, 403},
			{stranger, onDir, ofDir, 403},
			{stranger, onSvc, ofSvc, 403},
			{organization, "dir:" + unknown, ofDir, 403},
			{organization, "svc:" + unknown, ofSvc, 403},
			{organization, "org:" + other, ofOrg, 403},
			{organization, "usr:" + unknown, ofOrg, 403},
			{organization, "nonsense", ofOrg, 403},
			// A subject of another kind than the call is about.
			{organization, onOrg, ofDir, 403},
			{organization, onDir, ofOrg, 403},
			{organization, onDir, ofSvc, 403},
			{service, onSvc, ofDir, 403},
		} {
			r := request{Key: c.who.key, Issuer: c.who.issuer, Subject: c.subject, Method: http.MethodGet, Path: c.path}
			if a := w.do(r); a.Status != c.status {
				t.Errorf("%s on %s at %s: %d, want %d", c.who.issuer, c.subject, c.path, a.Status, c.status)
			}
		}
	})
}

func TestABodyThatCannotBeOpenedIsRefused(t *testing.T) {
	t.Parallel()
	short, long := make([]byte, 32), make([]byte, 64)
	_, _ = rand.Read(short)
	_, _ = rand.Read(long)
	engines(t, func(t *testing.T, w *world) {
		for name, change := range map[string]func(*request){
			"compressed":          func(r *request) { r.sealing.header = in("zip", "DEF") },
			"a critical header":   func(r *request) { r.sealing.header = func(h object) { h["crit"], h["odd"] = []string{"odd"}, 1 } },
			"a short key":         func(r *request) { r.sealing.cek = short },
			"a key of 48 bytes":   func(r *request) { r.sealing.cek = long[:48] },
			"to another key":      func(r *request) { r.sealing.to = &private("stranger").PublicKey },
			"to an unknown key":   func(r *request) { r.sealing.header = in("kid", "aa:bb") },
			"to no key":           func(r *request) { r.sealing.header = func(h object) { delete(h, "kid") } },
			"another wrapping":    func(r *request) { r.sealing.header = in("alg", "RSA1_5") },
			"wrapping mixed up":   func(r *request) { r.sealing.header = in("alg", "RSA-OAEP-256") },
			"direct":              func(r *request) { r.sealing.header = in("alg", "dir") },
			"by password":         func(r *request) { r.sealing.header = in("alg", "PBES2-HS256+A128KW") },
			"another encryption":  func(r *request) { r.sealing.header = in("enc", "A128GCM") },
			"no JSON":             func(r *request) { r.sealing.raw = []byte("hello") },
			"a list":              func(r *request) { r.sealing.raw = []byte(`[]`) },
			"not UTF-8":           func(r *request) { r.sealing.raw = []byte("{\"directory_ids\":[\"\xff\"]}") },
			"nothing inside":      func(r *request) { r.sealing.raw = []byte{} },
			"plain":               func(r *request) { r.Body, r.sealing.raw = nil, nil },
			"something after it":  func(r *request) { r.sealing.raw = []byte(`{"directory_ids":[]}{}`) },
			"a text for a list":   func(r *request) { r.Body = object{"directory_ids": dirID} },
			"a list of no ids":    func(r *request) { r.Body = object{"directory_ids": []string{"x"}} },
			"as large as allowed": func(r *request) { r.sealing.raw = bytes.Repeat([]byte(" "), 90<<10) },
		} {
			r := names()
			change(&r)
			w.refused(r, http.StatusBadRequest, "ARG-001")
			if t.Failed() {
				t.Fatal(name)
			}
		}
	})
}

func TestABodyThatIsTooLargeIsNotOpened(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		r := names()
		r.sealing.raw = bytes.Repeat([]byte(" "), 200<<10)
		w.refused(r, http.StatusBadRequest, "ARG-001")
		r.alg = "none"
		w.refused(r, http.StatusUnauthorized, "")
	})
}

func TestABodyThatWasTamperedWithIsRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		// The digest is taken of what was tampered with: the sender itself is at fault.
		for part := range 5 {
			parts := strings.Split(seal(sealing{}, object{"directory_ids": []string{dirID}}), ".")
			parts[part] = flipped(parts[part])
			r := names()
			body := strings.Join(parts, ".")
			r.claims = func(c object) {
				inner, _ := c["request"].(object)
				inner["func"], inner["hash"] = digestOf("S256", body)
			}
			r.sealed = func(string) string { return body }
			w.refused(r, http.StatusBadRequest, "ARG-001")
		}
	})
}

// flipped changes a character in the middle.
func flipped(text string) string {
	raw := []byte(text)
	at := len(raw) / 2
	if raw[at] == 'A' {
		raw[at] = 'B'
	} else {
		raw[at] = 'A'
	}
	return string(raw)
}

func TestACallThatIsNotThereIsRefusedBySealedError(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for _, path := range []string{"/organization/v3/nothing", "/organization/v2/directories", "/service/v3/auths/", "/organization/v3/directories/"} {
			w.refused(by(onOrg, http.MethodGet, path, nil), http.StatusBadRequest, "ARG-002")
		}
		w.refused(by(onOrg, http.MethodPut, "/organization/v3/directories", nil), http.StatusBadRequest, "ARG-002")
	})
}
