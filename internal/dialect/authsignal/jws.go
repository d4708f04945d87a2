package authsignal

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Algorithms of tokens. No other is taken, whatever a token's header says.
const (
	algorithmHMAC = "HS256"
	algorithmRSA  = "RS256"
)

// Types of tokens, which keep those of actions from serving as those of sessions and the other way round.
const (
	typeAction = "JWT"
	typeAccess = "at+jwt" // RFC 9068
)

// maxToken bounds a token, in bytes: a user's name of 255 in its longest form is half of it.
const maxToken = 8 << 10

// errToken is wrapped by whatever is wrong with the form of a token.
var errToken = errors.New("not a token")

type header struct {
	Algorithm string          `json:"alg"`
	Type      string          `json:"typ"`
	KeyID     string          `json:"kid,omitempty"`
	Critical  json.RawMessage `json:"crit,omitempty"`
}

// signed is a compact JWS taken apart. Nothing in it is believed yet.
type signed struct {
	header    header
	input     string // what is signed
	payload   []byte
	signature []byte
}

func parseSigned(text string) (*signed, error) {
	if len(text) > maxToken || strings.Count(text, ".") != 2 {
		return nil, fmt.Errorf("%w: it has not three parts, or is too long", errToken)
	}
	input, last := cutLast(text)
	first, middle, _ := strings.Cut(input, ".")
	out := &signed{input: input}
	err := out.header.read(first)
	if err == nil {
		out.payload, err = base64.RawURLEncoding.DecodeString(middle)
	}
	if err == nil {
		out.signature, err = base64.RawURLEncoding.DecodeString(last)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errToken, err)
	}
	if out.header.Critical != nil {
		return nil, fmt.Errorf("%w: it demands what is not known here", errToken)
	}
	return out, nil
}

// read reads a header. Nearly all are the one that [seal] writes.
func (h *header) read(text string) error {
	if text == sealedHeader {
		*h = header{Algorithm: algorithmHMAC, Type: typeAction}
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("read a header: %w", err)
	}
	if err := json.Unmarshal(raw, h); err != nil {
		return fmt.Errorf("read a header: %w", err)
	}
	return nil
}

func cutLast(text string) (before, after string) {
	i := strings.LastIndexByte(text, '.')
	return text[:i], text[i+1:]
}

// sealedBy reports whether the token was made with that key of its tenant.
func (s *signed) sealedBy(key mfa.Secret) bool {
	return s.header.Algorithm == algorithmHMAC && hmac.Equal(s.signature, mac(key, s.input))
}

// signedBy reports whether the token bears the signature of that key of the server.
func (s *signed) signedBy(key *rsaKey) bool {
	if s.header.Algorithm != algorithmRSA {
		return false
	}
	digest := sha256.Sum256([]byte(s.input))
	return rsa.VerifyPKCS1v15(&key.private.PublicKey, crypto.SHA256, digest[:], s.signature) == nil
}

func mac(key mfa.Secret, input string) []byte {
	m := hmac.New(sha256.New, key.Reveal())
	m.Write([]byte(input))
	return m.Sum(nil)
}

// sealedHeader is {"alg":"HS256","typ":"JWT"}, as tokens carry it.
const sealedHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

func inputOf(first string, claims any) (string, error) {
	second, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	return first + "." + base64.RawURLEncoding.EncodeToString(second), nil
}

// seal makes a token with a key of the tenant.
func seal(key mfa.Secret, claims any) (string, error) {
	input, err := inputOf(sealedHeader, claims)
	if err != nil {
		return "", err
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(mac(key, input)), nil
}

// sign makes a token with a key of the server.
func sign(key *rsaKey, kind string, claims any) (string, error) {
	first, err := json.Marshal(header{Algorithm: algorithmRSA, Type: kind, KeyID: key.id})
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	input, err := inputOf(base64.RawURLEncoding.EncodeToString(first), claims)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key.private, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
