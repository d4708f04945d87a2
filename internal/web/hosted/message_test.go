package hosted

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/text"
)

func TestAMessageSaysWhatIsConfirmed(t *testing.T) {
	t.Parallel()
	templates := json.RawMessage(`{"en":{"defaultTemplate":"Pay {{custom.amount}} to {{ payee }}{{ nothing }}."},"de":{"defaultTemplate":"{{amount}} an {{payee}} zahlen?"}}`)
	custom := json.RawMessage(`{"amount":1250.10,"payee":"Bob {{amount}} \u202e\u0007<b>","list":["a",1,true],"nested":[["a",["b"]],"c"]}`)
	for locale, want := range map[text.Locale]string{
		text.English: "Pay 1250.10 to Bob {{amount}} <b>.", text.German: "1250.10 an Bob {{amount}} <b> zahlen?", text.French: "Pay 1250.10 to Bob {{amount}} <b>.",
	} {
		if got := message(templates, locale, custom); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
	for template, want := range map[string]string{
		"{{list}}": "a, 1, true", "{{nested}}": "c", "{{": "{{", "{{x": "{{x", "no points": "no points", "{{action.amount}}": "1250.10", strings.Repeat("a", 500): strings.Repeat("a", 400) + "…",
	} {
		raw, err := json.Marshal(map[string]any{"en": map[string]string{"defaultTemplate": template}})
		if err != nil {
			t.Fatal(err)
		}
		if got := message(raw, text.English, custom); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
	for _, none := range []string{"", "null", "[]", "{", `{"en":"x"}`} {
		if got := message(json.RawMessage(none), text.English, custom); got != "" {
			t.Errorf("%s: %q", none, got)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("Pay {{custom.amount}} {{}} }}{{", []byte(`{"amount":[{"a":1},null,[[]]],"":"x"}`))
	f.Fuzz(func(t *testing.T, template string, custom []byte) {
		raw, err := json.Marshal(map[string]any{"en": map[string]string{"defaultTemplate": template}})
		if err != nil {
			return
		}
		got := message(raw, text.English, custom)
		if strings.ContainsAny(got, "\x00\x07\u202e") {
			t.Fatalf("%q and %s give %q", template, custom, got)
		}
	})
}
