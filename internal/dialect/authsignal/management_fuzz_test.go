package authsignal_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
)

// harmless are the only texts of a theme, names and fonts' weights aside: colours, addresses and words of the protocol.
var harmless = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|https://[^"'()\\<>;{} \x00-\x20\x7f-\x{10ffff}]+|[a-zA-Z_-]+|[0-9]+ [0-9]+)$`)

// Whatever a console sends, nothing of a theme can end a text of a style sheet.
func FuzzTheme(f *testing.F) {
	for _, body := range []string{
		`{}`, `null`, `{"primaryColor":"#fff;}"}`, `{"colors":{"link":"#123456"},"darkMode":{"colors":{"link":null}}}`,
		`{"typography":{"text":{"faces":[{"url":"https://a.example/b.woff2","weight":"100 900"}]}}}`, `{"logoUrl":"https://a.example/)\"'"}`,
		`{"container":{"padding":1e1,"contentAlignment":"left"}}`, `{"borders":{"cardBorderRadius":-0}}`,
	} {
		f.Add([]byte(`{"primaryColor":"#abcdef","colors":{"icon":"#111"}}`), []byte(body))
	}
	f.Fuzz(func(t *testing.T, stored, body []byte) {
		first, err := authsignal.PatchTheme(nil, stored)
		if err != nil {
			return
		}
		kept, err := authsignal.PatchTheme(first, body)
		if err != nil || len(kept) == 0 {
			return
		}
		var theme map[string]any
		if err := json.Unmarshal(kept, &theme); err != nil {
			t.Fatalf("%s: %v", kept, err)
		}
		delete(theme, "name")
		texts(t, theme)
	})
}

// texts looks at every text within.
func texts(t *testing.T, within any) {
	t.Helper()
	switch w := within.(type) {
	case string:
		if !harmless.MatchString(w) {
			t.Fatalf("%q got into a theme", w)
		}
	case map[string]any:
		for _, one := range w {
			texts(t, one)
		}
	case []any:
		for _, one := range w {
			texts(t, one)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, raw := range []string{`{}`, `null`, `{"en":{"success.heading":"x"}}`, `{"en":{"x":"{y}"}}`, `{"de":null}`, `[]`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kept, err := authsignal.ReadWords(raw)
		if err == nil && kept != nil && !json.Valid(kept) {
			t.Errorf("%q was kept", kept)
		}
	})
}

func FuzzManagedBodies(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"name":"a","priority":1,"type":"ALLOW","conditions":{"==":[{"var":"ip.isAnonymous"},true]},"verificationMethods":["SMS"]}`,
		`{"name":null}`, `{"verificationMethods":[null]}`, `{"conditions": null ,"tests":[{}]}`, `{"smsCountryCodes":["nz"],"webhookUrl":"https://a.example"}`,
		`{"sendingRateLimitConfigurations":[{"rateLimit":1,"windowInMinutes":1}],"smsProvider":"WEBHOOK"}`, `{"prefixRateLimitConfigurations":[{"blockSize":3}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := authsignal.EditRule(body); err == nil && len(r.Conditions) > 0 && !json.Valid(r.Conditions) {
			t.Errorf("conditions %q", r.Conditions)
		}
		if set, err := authsignal.EditMethod(body); err == nil && len(set.Rest) > 0 && !json.Valid(set.Rest) {
			t.Errorf("settings %q", set.Rest)
		}
		if d, err := authsignal.ReadRules(body); err == nil {
			if _, err := authsignal.WriteRules(d); err != nil {
				t.Errorf("a file that was read cannot be written: %v", err)
			}
		}
	})
}
