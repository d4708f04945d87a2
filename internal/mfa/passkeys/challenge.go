package passkeys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// A challenge of a sign-in is random bytes, the second at which it ends, and a code of authentication over both and
// over who is asked what. So whoever answers brings along all that has to be known, and nothing is kept.
const (
	randomBytes    = 12 // enough that no two are alike within their life
	endBytes       = 4  // seconds since 1970, until 2106
	codeBytes      = 16 // of 32; 128 bits are not guessed within a challenge's life
	challengeBytes = randomBytes + endBytes + codeBytes
)

// asked is what a sign-in's challenge is bound to.
type asked struct {
	directory mfa.DirectoryID
	user      mfa.UserID // "": whoever answers
	context   string
}

// challenge draws one for a sign-in that ends at a moment.
func (s *Service) challenge(ctx context.Context, a asked, end time.Time) ([]byte, error) {
	for {
		head := make([]byte, randomBytes, challengeBytes)
		if _, err := io.ReadFull(s.random, head); err != nil {
			return nil, internal("no randomness", err)
		}
		head = binary.BigEndian.AppendUint32(head, uint32(end.Unix())) //nolint:gosec // until 2106
		code, err := s.code(ctx, a, head)
		if err != nil {
			return nil, err
		}
		if head = append(head, code...); safe(head) {
			return head, nil
		}
	}
}

// made reports whether this server, or a node beside it, drew the challenge for that question.
func (s *Service) made(ctx context.Context, challenge []byte, a asked) (bool, error) {
	if len(challenge) != challengeBytes {
		return false, nil
	}
	code, err := s.code(ctx, a, challenge[:randomBytes+endBytes])
	return hmac.Equal(code, challenge[randomBytes+endBytes:]), err
}

// code authenticates the head of a challenge by a secret that all nodes share.
func (s *Service) code(ctx context.Context, a asked, head []byte) ([]byte, error) {
	name, err := s.domain.Pseudonym(ctx, "passkey_challenge", string(a.directory), string(a.user), a.context, string(head))
	sum := sha256.Sum256([]byte(name))
	return sum[:codeBytes], err
}

// endOf is when a challenge of a sign-in ends. It must be one that was [Service.made] here.
func endOf(challenge []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint32(challenge[randomBytes:])), 0).UTC()
}

// drawSafely draws a challenge that a row will remember.
func (s *Service) drawSafely() ([]byte, error) {
	out := make([]byte, challengeBytes)
	for {
		if _, err := io.ReadFull(s.random, out); err != nil {
			return nil, internal("no randomness", err)
		}
		if safe(out) {
			return out, nil
		}
	}
}

// safe reports whether browsers hand a challenge through unchanged: a decoder in wide use drops a zero among the last
// two bytes.
func safe(challenge []byte) bool {
	n := len(challenge)
	return challenge[n-1] != 0 && challenge[n-2] != 0
}

// clientData is what is looked at before the factor does: which challenge was answered, and where.
type clientData struct {
	Challenge mfa.Octets `json:"challenge"`
	Origin    string     `json:"origin"`
}

// peek reads client data without believing it.
func peek(raw []byte) (clientData, error) {
	var out clientData
	if len(raw) > receipt.MaxClientData {
		return out, refuse(mfa.Invalid, mfa.ReasonPasskeyMalformed, "the client data are too long")
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPasskeyMalformed, Message: "the client data are not JSON", Cause: err}
	}
	return out, nil
}
