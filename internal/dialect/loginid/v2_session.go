package loginid

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// v2Step is what a session was begun for: it continues nothing else.
type v2Step string

const (
	v2StepRegister     v2Step = "reg"
	v2StepAuthenticate v2Step = "auth"
	v2StepTransaction  v2Step = "tx"
	v2StepEvents       v2Step = "events"
)

// v2Session is what a call hands on to the one that follows it. Clients carry it sealed, so that it can neither
// be read nor changed, and the server keeps nothing for it; what counts once, and until when, the domain knows by
// the challenge.
type v2Session struct {
	Step        v2Step            `json:"step"`
	Application mfa.ApplicationID `json:"app"`
	ClientID    string            `json:"client"` // the application's id as the client knows it
	// User is [v2Nobody] where none was named, so that a session's length does not tell whether there is one.
	User   mfa.UserID `json:"user"`
	ID     string     `json:"id,omitempty"` // of the ceremony or transaction
	Device string     `json:"device"`       // the client's id of itself
}

// v2Nobody stands for no user, v2Stranger for a name that nobody has where that is not told. No user has these ids.
const (
	v2Nobody   mfa.UserID = "00000000-0000-0000-0000-000000000000"
	v2Stranger mfa.UserID = "00000000-0000-0000-0000-000000000001"
)

// v2Sealer seals sessions, by one key for all nodes.
type v2Sealer struct {
	secrets keyring.Secrets
	aead    atomic.Pointer[cipher.AEAD]
}

const (
	v2SessionSecret  = "loginid_session" //nolint:gosec // where the key is kept
	v2SessionKeySize = 32
	v2MaxSession     = 4 << 10 // the longest session is a tenth of it
)

// key loads the key, or makes it when the first session is sealed.
func (s *v2Sealer) key(ctx context.Context) (cipher.AEAD, error) {
	if known := s.aead.Load(); known != nil {
		return *known, nil
	}
	secret, err := s.secrets.ServerSecret(ctx, v2SessionSecret)
	if mfa.IsCode(err, mfa.NotFound) {
		fresh := make([]byte, v2SessionKeySize)
		if _, err := io.ReadFull(rand.Reader, fresh); err != nil {
			return nil, fmt.Errorf("make a key of sessions: %w", err)
		}
		secret, err = s.secrets.KeepServerSecret(ctx, v2SessionSecret, mfa.NewSecret(fresh))
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read the key of sessions: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("read the key of sessions: %w", err)
	}
	s.aead.Store(&aead)
	return aead, nil
}

func (s *v2Sealer) seal(ctx context.Context, in v2Session) (string, error) {
	key, err := s.key(ctx)
	if err != nil {
		return "", err
	}
	if in.User == "" {
		in.User = v2Nobody
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("write a session: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(key.Seal(nil, nil, plain, nil)), nil
}

// open gives a session back for the step that it was begun for. Everything else is refused alike.
func (s *v2Sealer) open(ctx context.Context, text string, step v2Step) (v2Session, error) {
	key, err := s.key(ctx)
	if err != nil {
		return v2Session{}, err
	}
	out, err := openV2Session(key, text)
	if err == nil && out.Step != step {
		err = errors.New("the session was begun for another step")
	}
	if err != nil {
		refused := v2Bad("the session is unknown; start again")
		refused.cause = err
		return v2Session{}, refused
	}
	if out.User == v2Nobody {
		out.User = ""
	}
	return out, nil
}

func openV2Session(key cipher.AEAD, text string) (out v2Session, err error) {
	if len(text) > v2MaxSession {
		return out, errors.New("the session is too long")
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return out, fmt.Errorf("read a session: %w", err)
	}
	plain, err := key.Open(nil, nil, sealed, nil)
	if err != nil {
		return out, fmt.Errorf("open a session: %w", err)
	}
	if err := json.Unmarshal(plain, &out); err != nil {
		return out, fmt.Errorf("read a session: %w", err)
	}
	return out, nil
}
