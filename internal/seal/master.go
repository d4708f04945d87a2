package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const (
	keySize  = 32 // bytes: 256 bits, of master, data and digest keys alike
	redacted = "••••••"
)

// Master is the key that wraps all others. It prints as dots in every verb, in
// logs and in JSON. The zero Master is no key and wraps nothing.
type Master struct {
	// A function, because fmt shows no more than its address even where it may not
	// call methods: inside the unexported fields of other types.
	key func() []byte
}

// errMasterForm is what a person reads who gave something else than a key.
var errMasterForm = errors.New("a master key is 32 random bytes written as base64 or hex; make one with: openssl rand -base64 32")

// ParseMaster reads a master key as text: 64 hex digits, or base64 of 32 bytes in
// either alphabet, padded or not. Passphrases are refused: nothing here would slow
// down guessing them.
func ParseMaster(text string) (Master, error) {
	raw, err := decodeKey(strings.TrimSpace(text))
	if err != nil || len(raw) != keySize || uniform(raw) {
		return Master{}, errMasterForm
	}
	return Master{func() []byte { return raw }}, nil
}

func decodeKey(text string) ([]byte, error) {
	if len(text) == hex.EncodedLen(keySize) {
		return hex.DecodeString(text)
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}

// uniform finds place-holders, such as a key of zeros.
func uniform(raw []byte) bool {
	for _, b := range raw {
		if b != raw[0] {
			return false
		}
	}
	return true
}

// Check is a short value that tells master keys apart and gives nothing away of
// them, safe to store and to show.
func (m Master) Check() (string, error) {
	sum, err := m.derive("twinseal master key check v1", 8)
	return hex.EncodeToString(sum), err
}

func (m Master) derive(use string, size int) ([]byte, error) {
	if m.key == nil {
		return nil, errMasterForm
	}
	return hkdf.Key(sha256.New, m.key(), nil, use, size)
}

// wrapper is the cipher under which this master key wraps others.
func (m Master) wrapper() (cipher.AEAD, error) {
	key, err := m.derive("twinseal key wrapping v1", keySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return newAEAD(key)
}

// purpose binds a wrapped key to its id and kind, so that keys in the store
// cannot trade places.
func (k WrappedKey) purpose() []byte {
	return fmt.Appendf(nil, "twinseal wrapped key v1 %d %s", k.ID, k.Kind)
}

func (m Master) wrap(id KeyID, kind KeyKind, raw []byte) (WrappedKey, error) {
	wrapper, err := m.wrapper()
	if err != nil {
		return WrappedKey{}, err
	}
	check, err := m.Check()
	if err != nil {
		return WrappedKey{}, err
	}
	key := WrappedKey{ID: id, Kind: kind, Check: check}
	key.Wrapped = wrapper.Seal(nil, nil, raw, key.purpose())
	return key, nil
}

func (m Master) unwrap(key WrappedKey) ([]byte, error) {
	wrapper, err := m.wrapper()
	if err != nil {
		return nil, err
	}
	check, err := m.Check()
	if err != nil {
		return nil, err
	}
	if check != key.Check {
		return nil, fmt.Errorf("%w: the given one has check value %s, the stored keys were wrapped by the one with %q; start with that one",
			ErrWrongMaster, check, key.Check)
	}
	raw, err := wrapper.Open(nil, nil, key.Wrapped, key.purpose())
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("%w: key %d does not unwrap", ErrDamaged, key.ID)
	}
	return raw, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Format hides the key from every verb.
func (Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

func (Master) String() string { return redacted }

// MarshalText hides the key from encoders.
func (Master) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides the key from log handlers.
func (Master) LogValue() slog.Value { return slog.StringValue(redacted) }
