package mfa

import (
	"crypto/subtle"
	"log/slog"
)

// Secret is text or bytes that must never be shown: it prints as dots in every verb, in logs and in
// JSON. Use [Secret.Reveal] at the one place that really needs the bytes.
type Secret struct {
	// A function, because fmt prints slices, and what pointers point at, when the Secret sits in an
	// unexported field of another struct, where it cannot call methods. It also keeps == away, which
	// would take time that depends on the content.
	bytes func() []byte
}

const redacted = "••••••"

// NewSecret takes over b; the caller must not change it afterwards.
func NewSecret(b []byte) Secret { return Secret{func() []byte { return b }} }

// SecretText makes a Secret of a string.
func SecretText(s string) Secret { return NewSecret([]byte(s)) }

// Reveal returns the bytes themselves, not a copy.
func (s Secret) Reveal() []byte {
	if s.bytes == nil {
		return nil
	}
	return s.bytes()
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return len(s.Reveal()) == 0 }

// Equal compares in time that depends on the lengths alone.
func (s Secret) Equal(t Secret) bool { return subtle.ConstantTimeCompare(s.Reveal(), t.Reveal()) == 1 }

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
