package launchkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
)

func FuzzToken(f *testing.F) {
	f.Add(sign(private("organization"), object{"alg": "RS256", "kid": "aa:bb"}, object{"iss": onOrg, "jti": "1", "iat": 1, "nbf": 1, "exp": 2}))
	f.Add("a.b.c")
	f.Add(encoded(object{"alg": "none"}) + "." + encoded(object{}) + ".")
	f.Fuzz(func(t *testing.T, text string) {
		keyID, id, err := launchkey.ParseToken(text)
		if err == nil && (keyID == "" || id == "" || len(keyID) > 128 || len(id) > 128) {
			t.Errorf("key %q, id %q", keyID, id)
		}
	})
}

func FuzzSealedBody(f *testing.F) {
	key := private("api")
	f.Add([]byte(seal(sealing{raw: []byte(`{"name":"x"}`)}, nil)))
	f.Add([]byte(seal(sealing{header: in("zip", "DEF")}, object{})))
	f.Add([]byte("a.b.c.d.e"))
	f.Fuzz(func(t *testing.T, body []byte) {
		opened, err := launchkey.OpenSealed(body, key)
		if err == nil && len(opened) > len(body) {
			t.Errorf("%d bytes became %d", len(body), len(opened))
		}
	})
}

func FuzzPolicy(f *testing.F) {
	for _, c := range readable {
		f.Add([]byte(c.in))
	}
	for _, raw := range unreadable {
		if len(raw) < 1000 {
			f.Add([]byte(raw))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if means, err := launchkey.ReadDynamic(raw); err == nil {
			if err := means.Validate(); err != nil {
				t.Errorf("%s is read, but cannot be demanded: %v", raw, err)
			}
		}
		shown, means, err := launchkey.ReadPolicy(raw)
		if err != nil {
			return
		}
		if err := means.Validate(); err != nil {
			t.Errorf("%s is read, but cannot be demanded: %v", raw, err)
		}
		again, same, err := launchkey.ReadPolicy(shown)
		if err != nil || !bytes.Equal(shown, again) {
			t.Fatalf("%s is shown as %s, and that as %s: %v", raw, shown, again, err)
		}
		one, errOne := means.Canonical()
		two, errTwo := same.Canonical()
		if errOne == nil != (errTwo == nil) || !bytes.Equal(one, two) {
			t.Errorf("%s means %s, and what is shown of it %s", raw, one, two)
		}
	})
}

func FuzzRequest(f *testing.F) {
	for _, body := range bodies() {
		if raw, ok := body.(json.RawMessage); ok && len(raw) < 1000 {
			f.Add([]byte(raw))
		}
	}
	f.Fuzz(func(_ *testing.T, body []byte) { launchkey.Decode(body) })
}

func FuzzBundle(f *testing.F) {
	raw := readFile(f, "push.p12")
	f.Add(base64.StdEncoding.EncodeToString(raw))
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if fingerprint, err := launchkey.BundleFingerprint(text); err == nil && len(fingerprint) != 95 {
			t.Errorf("fingerprint %q", fingerprint)
		}
	})
}

func FuzzWords(f *testing.F) {
	f.Add("2000-01-01T00:00:00.123Z")
	f.Add("org:" + orgID)
	f.Add("12345")
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := launchkey.ParseDate(text); err == nil && (at.Year() < 1970 || at.Nanosecond() != 0) {
			t.Errorf("%q is %v", text, at)
		}
		if owner, err := launchkey.ParseOwner(text); err == nil && (len(owner.ID) != 36 || strings.ToLower(owner.ID) != owner.ID) {
			t.Errorf("%q is %v", text, owner)
		}
		if code := launchkey.Padded(text); !strings.HasSuffix(code, text) {
			t.Errorf("%q is padded to %q", text, code)
		}
	})
}
