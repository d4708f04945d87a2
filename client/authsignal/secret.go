package authsignal

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a key, a token or a code that lets somebody in. However it is printed,
// logged or marshalled, it shows as dots; string(s) is the only way to the text,
// so that every use of it can be found.
type Secret string

const dots = "••••••"

// String returns dots.
func (Secret) String() string { return dots }

// GoString returns dots.
func (Secret) GoString() string { return dots }

// Format writes dots for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, dots) }

// LogValue is dots too.
func (Secret) LogValue() slog.Value { return slog.StringValue(dots) }

// MarshalText writes dots, also inside JSON documents.
func (Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// secrets are the texts behind several of them.
func secrets(texts []string) []Secret {
	if len(texts) == 0 {
		return nil
	}
	all := make([]Secret, len(texts))
	for i, text := range texts {
		all[i] = Secret(text)
	}
	return all
}
