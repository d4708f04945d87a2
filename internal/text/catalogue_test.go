package text

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// templates lists every text of a locale by its name.
func (w *words) templates() map[string]template {
	all := map[string]template{}
	v := reflect.ValueOf(w).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch field := v.Field(i).Interface().(type) {
		case template:
			all[name] = field
		case letter:
			all[name+".subject"] = field.Subject
			for n, p := range field.Paragraphs {
				all[fmt.Sprintf("%s.%d", name, n)] = p
			}
		}
	}
	return all
}

// signature is what a translation must keep: its values, and which of them may be
// left out.
func (t template) signature() string {
	var found []string
	for _, p := range t {
		if p.value != "" {
			found = append(found, fmt.Sprintf("%s optional=%v", p.value, p.group != 0))
		}
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), ", ")
}

func TestEveryLocaleSaysEverythingWithTheSameValues(t *testing.T) {
	t.Parallel()
	all, err := readCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	english := all[English].templates()
	for _, locale := range Locales() {
		words := all[locale].templates()
		if len(words) != len(english) {
			t.Errorf("%s has %d texts, English %d", locale, len(words), len(english))
		}
		for name, want := range english {
			got := words[name]
			if len(got) == 0 {
				t.Errorf("%s: %s is missing", locale, name)
			}
			if got.signature() != want.signature() {
				t.Errorf("%s: %s has values [%s], English [%s]", locale, name, got.signature(), want.signature())
			}
		}
	}
}

func TestTextsAreTranslatedAndTidy(t *testing.T) {
	t.Parallel()
	all, err := readCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	english := all[English].templates()
	for _, locale := range Locales() {
		for name, text := range all[locale].templates() {
			literal := text.render(values{})
			if locale != English && strings.ContainsFunc(literal, unicode.IsLetter) && literal == english[name].render(values{}) {
				t.Errorf("%s: %s is English", locale, name)
			}
			full := text.render(values{app: "A", code: "1", action: "x", url: "u", message: "m", device: "d", number: "n"})
			if full != strings.TrimSpace(full) || strings.Contains(full, "  ") {
				t.Errorf("%s: %s has stray spaces: %q", locale, name, full)
			}
		}
	}
}

func TestTemplatesThatCannotBeRenderedAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{", "{}", "{code", "{codes}", "code}", "[", "]", "[[{code}]]", "[{code}", "a]", "[{code]}"} {
		var parsed template
		if err := parsed.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("Your {app} code is {code}[. Purpose: {action}]")
	f.Add("[{url}][{device}]")
	f.Add("{{code}}")
	f.Fuzz(func(t *testing.T, text string) {
		var parsed template
		if err := parsed.UnmarshalText([]byte(text)); err != nil {
			return
		}
		full := parsed.render(values{app: "{app}", code: "{code}", action: "{action}", url: "{url}", message: "{message}", device: "{device}", number: "{number}"})
		if want := strings.NewReplacer("[", "", "]", "").Replace(text); full != want {
			t.Fatalf("%q rendered as %q", text, full)
		}
	})
}
