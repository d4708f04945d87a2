// Package shape checks JSON that is kept for others to read, and lets nothing through that was not looked at: what no
// shape knows is left out. A theme is one of these; it becomes part of style sheets, so its colours are hexadecimal, its
// sizes numbers and its addresses https.
package shape

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	maxAddress = 2048 // bytes: what every proxy and server on the way takes
	maxObjects = 10   // of one list: nobody has more bounds on one thing
)

// Decode reads an object with its numbers as they are written. Nothing and null are an empty one.
func Decode(text []byte) (map[string]any, error) {
	out := map[string]any{}
	if len(bytes.TrimSpace(text)) == 0 {
		return out, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil || out == nil {
		return map[string]any{}, err
	}
	return out, nil
}

// Merge is a JSON merge patch: at every depth, what is left out stays and null clears.
func Merge(into, patch map[string]any) {
	for name, said := range patch {
		below, object := said.(map[string]any)
		switch {
		case said == nil:
			delete(into, name)
		case object:
			have, there := into[name].(map[string]any)
			if !there {
				have = map[string]any{}
				into[name] = have
			}
			Merge(have, below)
		default:
			into[name] = said
		}
	}
}

func invalid(message string) error { return &mfa.Error{Code: mfa.Invalid, Message: message} }

// Look checks one value and gives it as it is kept. Its path names it in refusals.
type Look func(path string, said any) (any, error)

// Object is what an object may hold: its members by name. Others are left out.
type Object map[string]Look

// Check looks at every member.
func (s Object) Check(path string, said map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		look, known := s[name]
		if !known {
			continue
		}
		kept, err := look(strings.TrimPrefix(path+"."+name, "."), said[name])
		if err != nil {
			return nil, err
		}
		out[name] = kept
	}
	return out, nil
}

// Inner is a member that is an object.
func Inner(s Object) Look {
	return func(path string, said any) (any, error) {
		members, ok := said.(map[string]any)
		if !ok {
			return nil, invalid(path + " is an object")
		}
		return s.Check(path, members)
	}
}

// Text is one line that can be shown.
func Text(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || len(text) > mfa.MaxName || mfa.Showable(text) != text {
		return nil, invalid(path + " has at most 200 characters that can be shown")
	}
	return text, nil
}

var lettersOnly = regexp.MustCompile(`^[a-zA-Z_-]{1,30}$`)

// PlainWord is one of words that this server does not know, because nothing here is done by them.
func PlainWord(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || !lettersOnly.MatchString(text) {
		return nil, invalid(path + " is a word of at most 30 letters")
	}
	return text, nil
}

// Bool is true or false.
func Bool(path string, said any) (any, error) {
	if _, ok := said.(bool); !ok {
		return nil, invalid(path + " is true or false")
	}
	return said, nil
}

var hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)

// Color is hexadecimal.
func Color(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || !hexColor.MatchString(text) {
		return nil, invalid(path + " is a colour such as #0d6b53")
	}
	return text, nil
}

// Size is a whole number from 0 to most.
func Size(most int) Look {
	return func(path string, said any) (any, error) {
		number, ok := said.(json.Number)
		n, err := strconv.Atoi(number.String())
		if !ok || err != nil || n < 0 || n > most {
			return nil, invalid(path + " is a whole number from 0 to " + strconv.Itoa(most))
		}
		return n, nil
	}
}

// Word is one of the known ones.
func Word(known ...string) Look {
	return func(path string, said any) (any, error) {
		text, ok := said.(string)
		if !ok || !slices.Contains(known, text) {
			return nil, invalid(path + " is one of " + strings.Join(known, ", "))
		}
		return text, nil
	}
}

// Address is that of a picture or font: https, and nothing in it that ends a text of a style sheet.
func Address(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || len(text) > maxAddress {
		return nil, invalid(path + " is an https address of at most 2048 characters")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "\"'()\\<>;{} \t\r\n") || !printable(text) {
		return nil, invalid(path + " is an https address, without quotes, brackets or spaces")
	}
	return text, nil
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Objects is a list of objects of one kind.
func Objects(of Object) Look {
	return func(path string, said any) (any, error) {
		list, ok := said.([]any)
		if !ok || len(list) > maxObjects {
			return nil, invalid(path + " is a list of at most 10 objects")
		}
		out := make([]any, len(list))
		for i, one := range list {
			kept, err := Inner(of)(path+"["+strconv.Itoa(i)+"]", one)
			if err != nil {
				return nil, err
			}
			out[i] = kept
		}
		return out, nil
	}
}

// Words is a list of texts, of the known ones where some are named.
func Words(most int, known ...string) Look {
	return func(path string, said any) (any, error) {
		list, ok := said.([]any)
		if !ok || len(list) > most {
			return nil, invalid(path + " is a list of words")
		}
		for _, one := range list {
			text, ok := one.(string)
			if !ok || len(known) > 0 && !slices.Contains(known, text) {
				return nil, invalid(path + " holds a word that it cannot")
			}
			if _, err := Text(path, text); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
}
