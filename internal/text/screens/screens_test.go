package screens_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/text/screens"
)

func TestEveryLocaleSaysEverythingWithTheSameValues(t *testing.T) {
	t.Parallel()
	points := screens.Points()
	if len(points) < 100 {
		t.Fatalf("only %d texts", len(points))
	}
	for _, p := range points {
		for _, locale := range text.Locales() {
			said := p.Ours[locale]
			if said == "" || said != strings.TrimSpace(said) || strings.Contains(said, "  ") {
				t.Errorf("%s in %s: %q", p.ID, locale, said)
			}
			if utf8.RuneCountInString(said) > screens.MaxText/2 {
				t.Errorf("%s in %s is long", p.ID, locale)
			}
			own := screens.Overrides{locale: {p.ID: said}}
			if err := own.Check(); err != nil {
				t.Errorf("%s in %s: %v", p.ID, locale, err)
			}
			for _, value := range p.Values {
				if !strings.Contains(said, "{"+value+"}") {
					t.Errorf("%s in %s leaves %s out", p.ID, locale, value)
				}
			}
		}
	}
}

// same are texts that two languages have in common.
var same = []string{"common.date", "method.sms", "method.whatsapp", "method.in_app", "method.device"}

func TestTextsAreTranslated(t *testing.T) {
	t.Parallel()
	for _, p := range screens.Points() {
		for _, locale := range text.Locales()[1:] {
			if p.Ours[locale] == p.Ours[text.English] && !slices.Contains(same, p.ID) {
				t.Errorf("%s in %s is English: %s", p.ID, locale, p.Ours[locale])
			}
		}
	}
}

func TestAnApplicationsOwnWordsTakeTheirPlace(t *testing.T) {
	t.Parallel()
	own := screens.ReadOverrides(json.RawMessage(`{"de":{"success.go":"Heim zu {app}"}}`))
	for locale, want := range map[text.Locale]string{text.German: "Heim zu {x}", text.English: "Back to {x}"} {
		got, err := screens.Words{Locale: locale, Own: own}.Say("success.go", "app", "{x}", "x", "nothing")
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", locale, got, err)
		}
	}
	if screens.ReadOverrides(json.RawMessage(`[1]`)) != nil || screens.ReadOverrides(nil) != nil {
		t.Error("what is no object counts")
	}
}

func TestWordsThatNoPageCouldShowAreRefused(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]screens.Overrides{
		"locale": {"xx": {"success.go": "a"}},
		"name":   {text.English: {"success.nothing": "a"}},
		"value":  {text.English: {"success.go": "{nothing}"}},
		"length": {text.English: {"success.go": strings.Repeat("ü", screens.MaxText+1)}},
	} {
		if own.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := (screens.Overrides{text.French: {"success.go": strings.Repeat("ü", screens.MaxText)}}).Check(); err != nil {
		t.Error(err)
	}
	if _, err := (screens.Words{Locale: text.English}).Say("no.such"); err == nil {
		t.Error("a text that does not exist is said")
	}
	if _, err := (screens.Words{Locale: text.English}).Say("success.go", "app"); err == nil {
		t.Error("half a pair is taken")
	}
	if screens.Has("no.such") || !screens.Has("success.go") {
		t.Error("it does not know its own texts")
	}
}

func FuzzOverrides(f *testing.F) {
	f.Add([]byte(`{"en":{"success.go":"{app} {"}}`))
	f.Add([]byte(`{"de":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		own := screens.ReadOverrides(raw)
		if own.Check() != nil {
			return
		}
		for locale := range own {
			if _, err := (screens.Words{Locale: locale, Own: own}).Say("success.go", "app", "A"); err != nil {
				t.Fatal(err)
			}
		}
	})
}
