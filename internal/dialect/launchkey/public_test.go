package launchkey_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// get asks the public part, which nobody signs.
func (w *world) get(path string) *httptest.ResponseRecorder {
	w.tb.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(w.Context(), http.MethodGet, "http://lk.example.test"+path, http.NoBody))
	return recorder
}

func TestThePublicPart(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		want := `{"api_time":"` + w.Clock.Now().Format(time.RFC3339) + `"}`
		if r := w.get("/public/v3/ping"); r.Code != 200 || r.Body.String() != want || r.Header().Get("Content-Type") != "application/json" {
			t.Errorf("ping: %d %v %s", r.Code, r.Header(), r.Body)
		}
		id := kid(private("api"))
		for _, path := range []string{"", "/" + id, "/" + strings.ReplaceAll(id, ":", "%3A"), "/" + strings.ReplaceAll(id, ":", "%3a")} {
			r := w.get("/public/v3/public-key" + path)
			if r.Code != 200 || r.Body.String() != publicPEM(private("api")) || r.Header().Get("X-IOV-KEY-ID") != id || r.Header().Get("Content-Type") != "text/plain" {
				t.Errorf("%s: %d %v %s", path, r.Code, r.Header(), r.Body)
			}
		}
		for _, path := range []string{
			"/public/v3/public-key/" + kid(private("service")), "/public/v3/public-key/", "/public/v3/nothing", "/public/v2/ping", "/public/v3/qr/x",
			"/public/v3/qr/abcdefgh", "/public/v3/qr/ABCDEFGHJ", "/public/v3/qr/../../etc",
		} {
			if r := w.get(path); r.Code != 404 && r.Code != 401 || r.Body.Len() > 0 {
				t.Errorf("%s: %d %s", path, r.Code, r.Body)
			}
		}
		r := w.get("/public/v3/qr/5R53J9Z0")
		if _, err := png.Decode(bytes.NewReader(r.Body.Bytes())); err != nil || r.Code != 200 || r.Header().Get("Content-Type") != "image/png" {
			t.Errorf("picture: %d %v, %v", r.Code, r.Header(), err)
		}
	})
}

func TestTheKeysOfTheAPIMayBeRotated(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		old := kid(private("api"))
		w.ok(names(), nil)
		fresh, err := launchkey.RotateKey(w.Context(), w.Service)
		w.must(err)
		// A node that has just started knows of it at once; what is sealed to the old key opens all the same.
		next := launchkey.New(w.Service)
		w.handler = next.Handler(nil)
		current := w.get("/public/v3/public-key")
		if current.Header().Get("X-IOV-KEY-ID") != fresh || fresh == old {
			t.Errorf("the newest key is %s", current.Header().Get("X-IOV-KEY-ID"))
		}
		if r := w.get("/public/v3/public-key/" + old); r.Code != 200 {
			t.Errorf("the old key: %d", r.Code)
		}
		public, err := envelope.ParsePublicKey(current.Body.String())
		w.must(err)
		for name, sealing := range map[string]sealing{"the old": {}, "the new": {to: public, header: in("kid", fresh)}} {
			r := names()
			r.sealing = sealing
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, w.build(r))
			jws, err := jose.ParseSignedCompact(recorder.Header().Get("X-IOV-JWT"), []jose.SignatureAlgorithm{jose.RS256})
			w.must(err)
			if _, err := jws.Verify(public); err != nil || recorder.Code != 200 || jws.Signatures[0].Header.KeyID != fresh {
				t.Errorf("sealed to %s: %d, %v", name, recorder.Code, err)
			}
		}
		// One that is running, and has not looked since, finds the new key when a client names it.
		w.handler = w.dialect.Handler(nil)
		if r := w.get("/public/v3/public-key/" + fresh); r.Code != 200 {
			t.Errorf("the new key at an old node: %d", r.Code)
		}
	})
}

func TestTheFirstKeyOfTheAPIIsMadeOnce(t *testing.T) {
	t.Parallel()
	secrets := &memory{}
	first, err := launchkey.RotateKey(t.Context(), secrets)
	if err != nil {
		t.Fatal(err)
	}
	if len(secrets.kept) != 2 || first == "" {
		t.Errorf("%d keys are kept", len(secrets.kept))
	}
}

func TestAnswersAreSealedToAKeyOfTheIssuer(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		signedBy := func(name string) request {
			r := names()
			r.Key = name
			return r
		}
		sealedTo := func(r request) string {
			a := w.do(r)
			if a.Status != http.StatusOK {
				t.Fatalf("%d", a.Status)
			}
			return a.KeyID
		}
		if got := sealedTo(signedBy("organization")); got != kid(private("organization")) {
			t.Errorf("signed by the key for both, sealed to %s", got)
		}
		if got := sealedTo(signedBy("signature")); got != kid(private("encryption")) {
			t.Errorf("signed by the key for signatures, sealed to %s", got)
		}
		off := configuration.PublicKeyChange{Active: new(bool)}
		w.must(w.Configuration.UpdatePublicKey(w.Context(), org, kid(private("encryption")), off))
		if got := sealedTo(signedBy("signature")); got != kid(private("organization")) {
			t.Errorf("without a key for encryption, sealed to %s", got)
		}
		w.must(w.Configuration.UpdatePublicKey(w.Context(), org, kid(private("organization")), off))
		w.refused(signedBy("signature"), 403, "")
		// Errors go the same way.
		w.must(w.Configuration.UpdatePublicKey(w.Context(), org, kid(private("encryption")), configuration.PublicKeyChange{Active: new(true)}))
		bad := signedBy("signature")
		bad.Body = object{}
		if a := w.do(bad); a.Status != 400 || a.KeyID != kid(private("encryption")) {
			t.Errorf("an error: %d, sealed to %s", a.Status, a.KeyID)
		}
	})
}
