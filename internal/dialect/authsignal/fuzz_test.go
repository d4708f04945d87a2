package authsignal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
)

// Whatever a header holds, what is read from it is a text that can be kept.
func FuzzBasic(f *testing.F) {
	for _, text := range []string{"c2s6", "c2s", "c2s=", "_-8", "+/8", "", "Og==", "OjpzOg", "AA=="} {
		f.Add("Basic " + text)
		f.Add("basic  " + text)
	}
	f.Add("Bearer x")
	f.Fuzz(func(t *testing.T, header string) {
		id, err := authsignal.Basic(header)
		if err == nil && (id == "" || !utf8.ValidString(id) || strings.ContainsRune(id, 0)) {
			t.Errorf("%q gave %q", header, id)
		}
	})
}

func FuzzToken(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, header := range []string{`{"alg":"HS256","typ":"JWT"}`, `{"alg":"RS256","kid":"x"}`, `{"alg":"none"}`, `[]`, `{"alg":"HS256","crit":["b64"]}`, `{"alg":"RS256","typ":"at+jwt"}`} {
		for _, claims := range []string{`{"other":{"tenantId":"t","userId":"u"},"exp":1}`, `{"exp":1e99}`, `null`, `{"jti":"x"}`, `{"other":{"tenantId":"\u0000"}}`} {
			f.Add(encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode(make([]byte, 32)))
		}
	}
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		tenant, user, err := authsignal.TokenSays(text)
		if err == nil && (tenant == "" || strings.ContainsRune(tenant+user, 0)) {
			t.Errorf("%q names %q %q", text, tenant, user)
		}
		if err == nil && authsignal.ReadAccess(text) == nil {
			t.Errorf("%q is of an action and of a session", text)
		}
	})
}

// Where a value ends does not depend on how it came, and what ends there is what a decoder would take.
func FuzzFirstValue(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":"}"} `, `[{"b":"\\\""}]x`, `{"a":{`, `"a"`, ``, `}`, `{"a":"\`, ` {"a":1}{"b":2}`} {
		f.Add([]byte(text), 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		n, whole := authsignal.FirstValue(text)
		cut = min(max(cut, 0), len(text))
		if m, also := authsignal.FirstValue(text[:cut], text[cut:]); m != n || also != whole {
			t.Errorf("%q ends at %d or %d", text, n, m)
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		var first json.RawMessage
		if decoder.Decode(&first) != nil || len(first) == 0 || first[0] != '{' && first[0] != '[' {
			return
		}
		if !whole || int64(n) != decoder.InputOffset() {
			t.Errorf("%q ends at %d, want %d", text, n, decoder.InputOffset())
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"/v1/users/a/actions/b", "/v1/v1/challenges", "//v1//users/a%2Fb/", "/v1/challengesx=1/2", "/v1/users/%00", "/", "", "/v1/management/value_lists"} {
		f.Add("GET", path)
		f.Add("POST", path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		route, values := authsignal.Found(method, path)
		for _, value := range values {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				t.Errorf("%q holds %q for %s", path, value, route)
			}
		}
	})
}

func FuzzServerBody(f *testing.F) {
	for _, body := range []string{
		`{"redirectToSettings":null,"custom":{"a":[1,"b",true]}}`, `{"token":"a.b.c","userId":"u"}`, `{"rememberedUntil":"2030-01-01T00:00:00Z"}`, `{"rememberedUntil":null}`,
		`{"authenticators":[{"userId":"u","verificationMethod":"PASSKEY","credentialId":"AAAA","credentialPublicKey":"AAAA"}]}`,
		`{"verificationMethod":"AUTHENTICATOR_APP","otpUri":"otpauth://totp/a?secret=MZXW6YTB"}`, `{"verificationMethod":"SMS","smsChannel":"WHATSAPP","action":"a"}`,
		`{"emailVerified":"x"}`, `[`, `{"email":"\u0000"}`, `null`, `{"clientIds":["a"],"accessToken":""}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(_ *testing.T, body []byte) { authsignal.DecodeAll(body) })
}
