// Package screens is the wording of the pages on which people confirm that it is they. It is pure: it knows the words,
// not when they are shown.
//
// Every text has a name, a screen and a role in it, such as sms-code-entry.heading. All locales of package text are
// whole. An application may put its own words in the place of any text; what stands in braces is filled in, and stays as
// it is where there is nothing to fill in.
package screens

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/text"
)

//go:embed words/*.json
var files embed.FS

// MaxText bounds the words that an application may write for one text, in characters: three times the longest of ours,
// which still fits on a phone.
const MaxText = 500

// catalogue is read once. Its files are part of the program, and tests read every one of them.
var catalogue = sync.OnceValue(func() map[text.Locale]map[string]string {
	all := map[text.Locale]map[string]string{}
	for _, locale := range text.Locales() {
		words, err := read(locale)
		if err != nil {
			words = map[string]string{}
		}
		all[locale] = words
	}
	return all
})

func read(locale text.Locale) (map[string]string, error) {
	raw, err := files.ReadFile("words/" + string(locale) + ".json")
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	return words, json.Unmarshal(raw, &words)
}

// Overrides are an application's own words by locale and name.
type Overrides map[text.Locale]map[string]string

// ReadOverrides reads what is stored; what is no JSON of the kind counts as nothing.
func ReadOverrides(raw json.RawMessage) Overrides {
	var own Overrides
	if len(raw) == 0 || json.Unmarshal(raw, &own) != nil {
		return nil
	}
	return own
}

// Check refuses words that no page could show: of a locale or a name that does not exist, too long, or with a value in
// braces that the text does not have.
func (o Overrides) Check() error {
	for locale, words := range o {
		if !slices.Contains(text.Locales(), locale) {
			return fmt.Errorf("there is no locale %s: use one of %v", locale, text.Locales())
		}
		for _, name := range slices.Sorted(maps.Keys(words)) {
			if err := checkText(name, words[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkText(name, said string) error {
	ours, known := catalogue()[text.English][name]
	if !known {
		return fmt.Errorf("there is no text %s", name)
	}
	if utf8.RuneCountInString(said) > MaxText {
		return fmt.Errorf("%s has more than %d characters", name, MaxText)
	}
	for _, value := range values(said) {
		if !slices.Contains(values(ours), value) {
			return fmt.Errorf("%s has no value {%s}", name, value)
		}
	}
	return nil
}

// values lists what stands in braces.
func values(said string) []string {
	var found []string
	for {
		_, rest, ok := strings.Cut(said, "{")
		if !ok {
			return found
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return found
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
		said = after
	}
}

// Words speaks one locale, with an application's own words.
type Words struct {
	Locale text.Locale
	Own    Overrides
}

// Say gives the text of a name with its values filled in, which come in pairs of name and value. A name that does not
// exist is an error, because templates would show nothing.
func (w Words) Say(name string, pairs ...string) (string, error) {
	said, known := w.Own[w.Locale][name]
	if !known || said == "" {
		said, known = catalogue()[w.Locale][name]
	}
	if !known {
		return "", fmt.Errorf("there is no text %s", name)
	}
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("the values of %s are no pairs", name)
	}
	filled := slices.Clone(pairs)
	for i := 0; i < len(filled); i += 2 {
		filled[i] = "{" + filled[i] + "}"
	}
	return strings.NewReplacer(filled...).Replace(said), nil
}

// Has reports whether there is a text of the name.
func Has(name string) bool {
	_, known := catalogue()[text.English][name]
	return known
}
