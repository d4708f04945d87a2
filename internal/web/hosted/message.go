package hosted

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text"
)

// about is what somebody confirms, in the words of the action's configuration: "" where it has none.
func (v *visit) about(ctx context.Context) (string, error) {
	if v.hosted.Templates == nil || v.look.Action.ID == "" {
		return "", nil
	}
	templates, err := v.hosted.Templates(ctx, v.pass.Caller, v.look.Action.Code)
	if mfa.IsCode(err, mfa.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return message(templates, v.words.Locale, v.look.Action.Request.Custom), nil
}

// maxMessage bounds what is shown of a message, in characters: what fits on a phone beside the field for a code.
const maxMessage = 400

// message fills the template of a locale, or the English one, with the action's data points. What a point says is shown
// as it is: it is no template of its own, and cannot turn the direction of writing.
func message(templates json.RawMessage, locale text.Locale, custom json.RawMessage) string {
	var byLocale map[string]struct {
		Default string `json:"defaultTemplate"`
	}
	if len(templates) == 0 || json.Unmarshal(templates, &byLocale) != nil {
		return ""
	}
	template := byLocale[string(locale)].Default
	if template == "" {
		template = byLocale[string(text.English)].Default
	}
	filled := fill(template, pointsOf(custom))
	if utf8.RuneCountInString(filled) > maxMessage {
		filled = string([]rune(filled)[:maxMessage]) + "…"
	}
	return strings.TrimSpace(filled)
}

// fill puts points in the place of their names, which stand in double braces, with custom. before them or without.
func fill(template string, points map[string]json.RawMessage) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			out.WriteString(template)
			return mfa.Showable(out.String())
		}
		out.WriteString(before)
		name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(name), "action."), "custom.")
		out.WriteString(mfa.Showable(wordOf(points[name])))
		template = after
	}
}

func pointsOf(custom json.RawMessage) map[string]json.RawMessage {
	var points map[string]json.RawMessage
	if len(custom) == 0 || json.Unmarshal(custom, &points) != nil {
		return nil
	}
	return points
}

// wordOf writes a point for people: texts without quotes, numbers to the digit as they came, lists with commas.
func wordOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	var word string
	var list []json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null" || raw[0] == '{':
		return ""
	case json.Unmarshal(raw, &word) == nil:
		return word
	case json.Unmarshal(raw, &list) == nil:
		words := make([]string, 0, len(list))
		for _, one := range list {
			if one = bytes.TrimSpace(one); len(one) > 0 && one[0] == '[' {
				continue // lists in lists are no points, and thousands of them would be read once for each
			}
			if w := wordOf(one); w != "" {
				words = append(words, w)
			}
		}
		return strings.Join(words, ", ")
	}
	return string(raw)
}
