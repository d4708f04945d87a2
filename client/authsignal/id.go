package authsignal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The names of things. All are texts that the protocol treats as opaque, except
// that they stand in paths.
type (
	// UserID is how the application names its user.
	UserID string
	// ActionCode names what a user wants to do, as "withdraw": 1 to 64 letters,
	// digits, dashes and underscores.
	ActionCode string
	// IdempotencyKey tells one instance of an action from another: the same key
	// means the same instance.
	IdempotencyKey string
	// AuthenticatorID names an authenticator of a user.
	AuthenticatorID string
	// ChallengeID names a challenge that was begun by [Authsignal.Challenge].
	ChallengeID string
	// DeviceID is what a browser or an app calls itself.
	DeviceID string
	// ClientID names an app client, for sessions.
	ClientID string
	// RuleID names a rule.
	RuleID string
)

// Bounds of texts in bytes. Servers have narrower ones; these keep a mistake from
// becoming a large request.
const (
	maxName   = 1 << 10
	maxSecret = 16 << 10
	maxAction = 64
)

func (id UserID) check() error          { return checkSegment("user id", string(id)) }
func (k IdempotencyKey) check() error   { return checkSegment("idempotency key", string(k)) }
func (id AuthenticatorID) check() error { return checkSegment("authenticator id", string(id)) }
func (id DeviceID) check() error        { return checkSegment("device id", string(id)) }
func (id RuleID) check() error          { return checkSegment("rule id", string(id)) }

func (a ActionCode) check() error {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}
	if a == "" || len(a) > maxAction || strings.ContainsFunc(string(a), odd) {
		return &FormatError{Field: "action", Reason: "must be 1 to 64 letters, digits, dashes and underscores"}
	}
	return nil
}

// checkSegment refuses what would not arrive as one segment of a path. The
// protocol cannot carry a slash, and programs on the way tidy dots away.
func checkSegment(field, text string) error {
	if err := checkLine(field, text); err != nil {
		return err
	}
	if strings.Contains(text, "/") || text == "." || text == ".." {
		return &FormatError{Field: field, Reason: "must not contain a slash, nor be dots alone"}
	}
	return nil
}

func checkLine(field, text string) error {
	switch {
	case text == "":
		return &FormatError{Field: field, Reason: "must not be empty"}
	case len(text) > maxName:
		return &FormatError{Field: field, Reason: "is too long"}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return &FormatError{Field: field, Reason: "must be text in UTF-8 without control characters"}
	}
	return nil
}

// checkSecret refuses what could be no token, key or code.
func checkSecret(field string, s Secret) error {
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if s == "" || len(s) > maxSecret || strings.ContainsFunc(string(s), odd) {
		return &FormatError{Field: field, Reason: "must be printable ASCII characters without spaces"}
	}
	return nil
}

// first is the first complaint of several checks.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
