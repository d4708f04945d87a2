package mfa

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/big"
	"strings"
)

// Names of the server's own secrets.
const (
	ServerSecretReceiptSeal = "receipt_seal" // P-256 private key, PKCS #8 DER
	ServerSecretVAPID       = "vapid"        // P-256 private key, PKCS #8 DER
	ServerSecretPseudonym   = "pseudonym"    // 32 random bytes
)

// ServerSecretReader reads secrets that belong to the server itself.
type ServerSecretReader interface {
	ServerSecret(name string) (Secret, error)
}

// ServerSecretWriter makes them.
type ServerSecretWriter interface {
	// KeepServerSecret stores the secret if the name has none yet and returns the one that is stored, so
	// that nodes that start together agree.
	KeepServerSecret(name string, secret Secret) (Secret, error)
}

// ServerSecret reads one of the server's own secrets.
func (s *Service) ServerSecret(ctx context.Context, name string) (Secret, error) {
	var out Secret
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.ServerSecret(name)
		return err
	})
	return out, err
}

// KeepServerSecret stores a secret of the server if the name has none, and returns the one that is stored. Whoever
// caches such secrets hears [TopicConfiguration].
func (s *Service) KeepServerSecret(ctx context.Context, name string, secret Secret) (Secret, error) {
	var out Secret
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		w.Announce(TopicConfiguration)
		out, err = w.KeepServerSecret(name, secret)
		return err
	})
	return out, err
}

// Pseudonym is a stable name for parts — a user and who looks at it — that tells nothing about them: 43 letters
// and digits, different for each scope.
func (s *Service) Pseudonym(ctx context.Context, scope string, parts ...string) (string, error) {
	secret, err := s.pseudonymSecret(ctx)
	if err != nil {
		return "", err
	}
	sum := hmac.New(sha256.New, secret.Reveal())
	for _, part := range append([]string{scope}, parts...) {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // so that no two lists read alike
		sum.Write([]byte(part))
	}
	return base62(sum.Sum(nil)), nil
}

// base62 writes 32 bytes as 43 letters and digits.
func base62(sum []byte) string {
	const width = 43 // 62 to the 43rd is just above 2 to the 256th
	text := new(big.Int).SetBytes(sum).Text(62)
	return strings.Repeat("0", width-len(text)) + text
}

// pseudonymSecret is made once and never changes, so whoever reads it may keep it.
func (s *Service) pseudonymSecret(ctx context.Context) (Secret, error) {
	if kept := s.pseudonym.Load(); kept != nil {
		return *kept, nil
	}
	secret, err := s.ServerSecret(ctx, ServerSecretPseudonym)
	if IsCode(err, NotFound) {
		made := make([]byte, sha256.Size)
		if _, err := io.ReadFull(s.random, made); err != nil {
			return Secret{}, &Error{Code: Internal, Message: "no randomness", Cause: err}
		}
		secret, err = s.KeepServerSecret(ctx, ServerSecretPseudonym, NewSecret(made))
	}
	if err == nil {
		s.pseudonym.Store(&secret)
	}
	return secret, err
}
