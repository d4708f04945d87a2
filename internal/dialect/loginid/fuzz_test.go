package loginid_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/endpoint"
)

func FuzzServiceToken(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, header := range []string{`{"alg":"ES256","typ":"JWT"}`, `{"alg":"ES256","kid":""}`, `{"alg":"none"}`, `[]`, `{"alg":"ES256","crit":["b64"]}`} {
		for _, claims := range []string{`{"type":"tx.create","iat":1,"nonce":"n"}`, `{"type":null,"scope":"x","iat":1e999}`, `{"iat":"x"}`, `null`} {
			f.Add("Bearer " + encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode(make([]byte, 64)))
		}
	}
	f.Add("Bearer undefined")
	f.Add("")
	f.Fuzz(func(_ *testing.T, header string) { _, _ = loginid.ParseServiceToken(header) })
}

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"client_id":"x","username":"bob","attestation_payload":{"credential_uuid":"u","credential_id":"AAAA","challenge":"AA","client_data":"e30","attestation_data":"oA"},"options":null}`,
		`{"assertion_payload":{"credential_id":"AA==","client_data":"","authenticator_data":null,"signature":7}}`, `{"status":["active"],"user_id":"` + strings.Repeat("0", 36) + `"}`,
		`{"authentication_code":{"code":"123456","type":"short"},"no_wait":true}`, `{"tx_payload":"\u0000"}`, `[`, `{"status":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(_ *testing.T, body []byte) { loginid.Decode(body) })
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"/", "//manage/users", "/api/native/api/tx", "/api//tx/", "%2f/x", "/a/b/c/d/e/f/g/h/i"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, ok := loginid.Below(path)
		if ok && len(segments) > 8 {
			t.Errorf("%q has %d segments", path, len(segments))
		}
	})
}

// What JSON says of U+0000 is what the search finds.
func FuzzHoldsNull(f *testing.F) {
	for _, text := range []string{`"a\u0000"`, `"\\u0000"`, `"\\\u0000"`, `"u0000"`, `"\u00001"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var decoded string
		if json.Unmarshal([]byte(text), &decoded) != nil {
			return
		}
		if got, want := endpoint.HoldsNull([]byte(text)), strings.ContainsRune(decoded, 0); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	})
}

func FuzzASCIIJSON(f *testing.F) {
	for _, text := range []string{"a?b~c", "jörg", "名前", "\x7f", "<>&", "🙂"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := loginid.ASCIIJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(base64.RawURLEncoding.EncodeToString(raw), "-_") {
			t.Errorf("%q is written as %s", text, raw)
		}
		var back string
		if err := json.Unmarshal(raw, &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q came back as %q, %v", text, back, err)
		}
	})
}
