package launchkey

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/twinseal/twinseal/internal/mfa"
)

// wireTime is written in UTC to the second, as clients compare it with tokens that count seconds.
type wireTime time.Time

const timeLayout = "2006-01-02T15:04:05Z"

// MarshalJSON writes it.
func (t wireTime) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(t).UTC().Format(timeLayout) + `"`), nil
}

// optionalTime is null for none.
func optionalTime(t time.Time) *wireTime {
	if t.IsZero() {
		return nil
	}
	out := wireTime(t)
	return &out
}

// dateLayouts are how clients write a date: with a zone or without, which is UTC, and with fractions of any
// length, which are dropped.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05", time.DateOnly}

// parseDate reads a date of this age. Years before it are what programs send that never set one.
func parseDate(text string) (time.Time, error) {
	for _, layout := range dateLayouts {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		t = t.UTC().Truncate(time.Second)
		if t.Year() < 1970 || t.Year() > 9999 {
			break
		}
		return t, nil
	}
	return time.Time{}, errors.New("is not a date such as 2030-01-31T12:00:00Z")
}

// member is one member of a request: present, null, or of another type than it should be. What is absent and
// what is null mean different things in many calls, and differ between clients.
type member[T any] struct {
	present bool
	null    bool
	bad     bool
	value   T
}

// UnmarshalJSON never fails: what is wrong is told later, with its name.
func (m *member[T]) UnmarshalJSON(data []byte) error {
	*m = member[T]{present: true}
	if string(data) == "null" {
		m.null = true
		return nil
	}
	m.bad = json.Unmarshal(data, &m.value) != nil
	if text, ok := any(&m.value).(*string); ok && strings.ContainsRune(*text, 0) {
		m.bad = true
	}
	return nil
}

// given reports whether there is a value.
func (m *member[T]) given() bool { return m.present && !m.null && !m.bad }

// decode reads a request. A call without a body is one with nothing in it.
func (c *call) decode(into any) error {
	if c.body == nil {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return &refusal{failure: failArguments, cause: errors.New("the body is not a JSON object")}
	}
	return nil
}

// check gathers what is wrong with a request's members.
type check struct{ problems map[string]string }

func (k *check) refuse(name, problem string) {
	if k.problems == nil {
		k.problems = map[string]string{}
	}
	if _, ok := k.problems[name]; !ok {
		k.problems[name] = problem
	}
}

// failed is the refusal of all that was found, or nil.
func (k *check) failed() error {
	if k.problems == nil {
		return nil
	}
	return &refusal{failure: failArguments, fields: k.problems}
}

const (
	problemMissing = "is missing"
	problemType    = "is of the wrong type"
)

// need is the value of a member that must be there.
func need[T any](k *check, name string, m member[T]) T {
	switch {
	case m.bad:
		k.refuse(name, problemType)
	case !m.present || m.null:
		k.refuse(name, problemMissing)
	}
	return m.value
}

// take is the value of a member that may be missing or null, and whether it is there.
func take[T any](k *check, name string, m member[T]) (T, bool) {
	if m.bad {
		k.refuse(name, problemType)
	}
	return m.value, m.given()
}

// id reads a UUID that must be there, in its canonical form.
func (k *check) id(name string, m member[string]) string {
	text := need(k, name, m)
	if !m.given() {
		return ""
	}
	canonical, err := mfa.ParseUUID(name, text)
	if err != nil {
		k.refuse(name, "is not a UUID")
	}
	return canonical
}

// maxIDs bounds the ids that one call may name.
const maxIDs = 1000

// ids reads a list of UUIDs, each of which counts once: what is looked up for one may be long.
func (k *check) ids(name string, m member[[]string]) []string {
	list := need(k, name, m)
	if len(list) > maxIDs {
		k.refuse(name, "names more than 1000")
		return nil
	}
	out := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, text := range list {
		canonical, err := mfa.ParseUUID(name, text)
		if err != nil {
			k.refuse(name, "holds something that is not a UUID")
			return nil
		}
		if !seen[canonical] {
			out = append(out, canonical)
		}
		seen[canonical] = true
	}
	return out
}

// loose is a boolean as clients write it: also as a text, in any letter case, or as 0 and 1.
type loose bool

// UnmarshalJSON reads it.
func (b *loose) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "null":
	case "true", "1":
		*b = true
	case "false", "0":
		*b = false
	default:
		return errors.New("is not a boolean")
	}
	return nil
}

// whole is an integer as clients write it: some write 2.0.
type whole int

// UnmarshalJSON reads it.
func (n *whole) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	const largest = 1 << 31
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil || f != float64(int64(f)) || f >= largest || f <= -largest {
		return errors.New("is not a whole number")
	}
	*n = whole(f)
	return nil
}

// Bounds of texts that applications keep here, in bytes.
const (
	maxAddress     = 2048 // what every proxy and server on the way takes
	maxDescription = 2000 // bytes: a paragraph on a screen
)

// address judges a web address; null and "" are none.
func (k *check) address(name string, m member[string]) {
	text, _ := take(k, name, m)
	if text == "" {
		return
	}
	if err := checkAddress(text); err != nil {
		k.refuse(name, err.Error())
	}
}

func checkAddress(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is not an http or https address")
	case u.User != nil:
		return errors.New("must not carry a user or a password")
	case len(text) > maxAddress:
		return errors.New("is longer than 2048 characters")
	case strings.ContainsAny(text, " \"<>\\^`{|}") || strings.ContainsFunc(text, unicode.IsControl) || !escaped(text):
		return errors.New("has characters that must be escaped")
	}
	return nil
}

// escaped reports whether each percent sign begins an escaped byte. Published clients fail to read a whole list of
// services for one address that is none.
func escaped(text string) bool {
	for i := strings.IndexByte(text, '%'); i >= 0; i = strings.IndexByte(text, '%') {
		text = text[i+1:]
		if len(text) < 2 || strings.Trim(text[:2], "0123456789abcdefABCDEF") != "" {
			return false
		}
	}
	return true
}

// orNull is a text as clients want it: null, never "".
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
