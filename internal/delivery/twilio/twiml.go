package twilio

import (
	"encoding/xml"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// response is the TwiML of a call: what is said, twice with a pause, because nobody has a pen ready.
type response struct {
	XMLName xml.Name `xml:"Response"`
	Verbs   []any
}

type say struct {
	XMLName  xml.Name `xml:"Say"`
	Language string   `xml:"language,attr"`
	Text     string   `xml:",chardata"`
}

type pause struct {
	XMLName xml.Name `xml:"Pause"`
	Length  int      `xml:"length,attr"`
}

const (
	pauseSeconds    = 1
	defaultLanguage = "en-US"
)

// languages are the voices for locales that name no region.
var languages = map[string]string{
	"en": defaultLanguage, "es": "es-ES", "pt": "pt-BR", "de": "de-DE", "fr": "fr-FR", "it": "it-IT",
}

func language(locale string) string {
	if base, region, ok := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-"); ok && len(region) == 2 {
		return strings.ToLower(base) + "-" + strings.ToUpper(region)
	}
	if known := languages[strings.ToLower(locale)]; known != "" {
		return known
	}
	return defaultLanguage
}

func speech(m mfa.Message) string {
	text := m.Speech
	if text == "" {
		text = m.Text
	}
	words := say{Language: language(m.Locale), Text: shorten(text)}
	out, err := xml.Marshal(response{Verbs: []any{words, pause{Length: pauseSeconds}, words}})
	if err != nil {
		return "" // structs of text and numbers always encode
	}
	return string(out)
}
