package sandbox

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"time"
)

var (
	codeText = regexp.MustCompile(`\b[0-9]{4,10}\b`)
	linkText = regexp.MustCompile(`https?://[^\s<>"]+`)
)

// codeIn finds the code that a message carries, so that it can be copied. The
// digits of an address are none.
func codeIn(text string) string {
	return codeText.FindString(linkText.ReplaceAllString(text, " "))
}

// linkIn finds the first address in a message.
func linkIn(text string) string {
	found := strings.TrimRight(linkText.FindString(text), ".,;:!?)'")
	if u, err := url.Parse(found); err != nil || u.Host == "" {
		return ""
	}
	return found
}

// channels are the words for the ways a message goes.
var channels = map[string]string{"sms": "Text message", "voice": "Phone call", "email": "E-mail", "push": "Push", "hook": "Hook"}

var funcs = template.FuncMap{
	"channel": func(name string) string {
		if word, ok := channels[name]; ok {
			return word
		}
		return name
	},
	"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"when":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
}
