package accounts

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// AddPublicKey gives a user a key that the application vouches for.
type AddPublicKey struct {
	Caller    *mfa.Caller
	User      mfa.UserRef
	PublicKey string // PEM or DER in base64
	Name      string // "": public key
	Source    string
}

// AddPublicKey adds the key. One that the user has already is a Conflict with the field publickey.
func (s *Service) AddPublicKey(ctx context.Context, in AddPublicKey) (SignedIn, error) {
	if in.Name == "" {
		in.Name = "public key"
	}
	if err := mfa.CheckName(in.Name); err != nil {
		return SignedIn{}, err
	}
	made, err := s.publicKey.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), PublicKey: in.PublicKey})
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return err
		}
		held, err := w.AuthenticatorsOf(u.ID)
		if err != nil {
			return err
		}
		if err := s.domain.RoomForOne(held); err != nil {
			return err
		}
		if _, ok := keyOf(held, made.Data); ok {
			return &mfa.Error{Code: mfa.Conflict, Field: "publickey", Message: "the user has the key already"}
		}
		a, err := w.AddAuthenticator(mfa.Authenticator{
			ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindPublicKey, State: mfa.AuthenticatorActive,
			Name: in.Name, Data: made.Data, RegisteredBy: "application", CreatedAt: s.domain.Now(),
		})
		if err != nil {
			return err
		}
		out = s.signedIn(u, a)
		return s.note(w, in.Caller, mfa.EventAuthenticatorAdded, in.Source, out)
	})
	return out, err
}

// keyOf finds a user's active key; a factor writes equal keys alike.
func keyOf(held []mfa.Authenticator, data json.RawMessage) (mfa.Authenticator, bool) {
	i := slices.IndexFunc(held, func(a mfa.Authenticator) bool {
		return a.Kind == mfa.KindPublicKey && a.State == mfa.AuthenticatorActive && bytes.Equal(a.Data, data)
	})
	if i < 0 {
		return mfa.Authenticator{}, false
	}
	return held[i], true
}

// BeginPublicKey asks for something to sign.
type BeginPublicKey struct {
	Caller    *mfa.Caller
	User      mfa.UserRef
	PublicKey string
	Context   string // says on whose word it begins: [FinishPublicKey.Contexts]
	Source    string
}

// KeyChallenge is what a key's holder signs: a token with the nonce in it.
type KeyChallenge struct {
	ID          mfa.CeremonyID
	ServerNonce string
	User        mfa.User
	ExpiresAt   time.Time
}

// keyCeremony is what a ceremony keeps.
type keyCeremony struct {
	Authenticator mfa.AuthenticatorID `json:"authenticator"`
	Context       string              `json:"context,omitempty"`
}

// nonceBytes make a nonce of 32 characters.
const nonceBytes = 24

// BeginPublicKey draws a nonce for a key of the user's; a key that is not is NotFound.
func (s *Service) BeginPublicKey(ctx context.Context, in BeginPublicKey) (KeyChallenge, error) {
	made, err := s.publicKey.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), PublicKey: in.PublicKey})
	if err != nil {
		return KeyChallenge{}, err
	}
	raw := make([]byte, nonceBytes)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return KeyChallenge{}, &mfa.Error{Code: mfa.Internal, Message: "no randomness", Cause: err}
	}
	nonce := base64.RawURLEncoding.EncodeToString(raw)
	var out KeyChallenge
	err = s.commit(ctx, func(w mfa.WriteRecords) (refusal, err error) {
		u, err := w.User(in.Caller.Directory.ID, in.User)
		if err != nil {
			return nil, err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return nil, err
		}
		held, err := w.AuthenticatorsOf(u.ID)
		if err != nil {
			return nil, err
		}
		key, ok := keyOf(held, made.Data)
		if !ok {
			return nil, mfa.Missing("credential")
		}
		if refusal, err := s.domain.SpendCeremony(w, in.Source); refusal != nil || err != nil {
			return refusal, err
		}
		c, err := s.keyCeremony(in, u, key, nonce)
		if err != nil {
			return nil, err
		}
		out = KeyChallenge{ID: c.ID, ServerNonce: nonce, User: u, ExpiresAt: c.ExpiresAt}
		return nil, w.AddCeremony(c)
	})
	return out, err
}

func (s *Service) keyCeremony(in BeginPublicKey, u mfa.User, key mfa.Authenticator, nonce string) (mfa.Ceremony, error) {
	data, err := json.Marshal(keyCeremony{key.ID, in.Context})
	if err != nil {
		return mfa.Ceremony{}, &mfa.Error{Code: mfa.Internal, Message: "a ceremony could not be written", Cause: err}
	}
	now := s.domain.Now()
	return mfa.Ceremony{
		ID: mfa.NewID[mfa.CeremonyID](), Kind: mfa.CeremonyPublicKey, OrganizationID: in.Caller.Organization.ID, DirectoryID: u.DirectoryID,
		ApplicationID: in.Caller.Application.ID, UserID: u.ID, Username: u.Alias, Challenge: []byte(nonce), Data: data,
		CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().CeremonyLife),
	}, nil
}

// FinishPublicKey brings what was signed.
type FinishPublicKey struct {
	Caller    *mfa.Caller // of the same directory as whoever began, not always the same application
	ID        mfa.CeremonyID
	User      mfa.UserRef // compared where it is given
	Contexts  []string    // those that are taken; nil is "" alone
	Assertion string      // a compact JWS
	Source    string
}

// errCeremony is the one answer to ceremonies that cannot be finished.
var errCeremony = &mfa.Error{Code: mfa.NotFound, Reason: mfa.ReasonCeremony, Message: "the sign-in is unknown or over; begin again"}

// errKey is the one answer to what is not rightly signed.
var errKey = &mfa.Error{Code: mfa.Unauthenticated, Reason: mfa.ReasonKeyWrong, Field: "assertion", Message: "the assertion is not a token with the server's nonce that the key signed"}

// FinishPublicKey signs the user in. A nonce counts once.
func (s *Service) FinishPublicKey(ctx context.Context, in FinishPublicKey) (SignedIn, error) {
	if err := in.Caller.Enabled(); err != nil {
		return SignedIn{}, err
	}
	began, key, err := s.began(ctx, in)
	if err != nil {
		return SignedIn{}, err
	}
	_, right, err := s.publicKey.Check(mfa.Credential{Data: key.Data}, mfa.Proof{Statement: in.Assertion, Expect: began.Challenge}, s.domain.Now())
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.commit(ctx, func(w mfa.WriteRecords) (refusal, err error) {
		out, refusal, err = s.settleKey(w, in, began, key, right)
		return refusal, err
	})
	return out, err
}

// began finds the ceremony and its key.
func (s *Service) began(ctx context.Context, in FinishPublicKey) (mfa.Ceremony, mfa.Authenticator, error) {
	var c mfa.Ceremony
	var key mfa.Authenticator
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if c, err = r.Ceremony(in.ID); err != nil {
			return err
		}
		if c.Kind != mfa.CeremonyPublicKey || c.DirectoryID != in.Caller.Directory.ID || !s.domain.Now().Before(c.ExpiresAt) {
			return errCeremony
		}
		if in.User != (mfa.UserRef{}) {
			if u, err := r.User(c.DirectoryID, in.User); err != nil || u.ID != c.UserID {
				return errCeremony
			}
		}
		var kept keyCeremony
		if err := json.Unmarshal(c.Data, &kept); err != nil {
			return &mfa.Error{Code: mfa.Internal, Message: "a ceremony cannot be read", Cause: err}
		}
		if !slices.Contains(in.Contexts, kept.Context) && (in.Contexts != nil || kept.Context != "") {
			return errCeremony
		}
		key, err = r.Authenticator(kept.Authenticator)
		return err
	})
	if mfa.IsCode(err, mfa.NotFound) {
		err = errCeremony
	}
	return c, key, err
}

func (s *Service) settleKey(w mfa.WriteRecords, in FinishPublicKey, began mfa.Ceremony, key mfa.Authenticator, right bool) (out SignedIn, refusal, err error) {
	u, err := w.LockUser(began.DirectoryID, mfa.UserRef{ID: began.UserID})
	if err != nil {
		return out, nil, err
	}
	if err := mfa.UsableBy(u, in.Caller); err != nil {
		return out, nil, err
	}
	// A ceremony is taken by a wrong signature too: whoever cannot sign gets no second try at a nonce.
	won, err := w.TakeCeremony(began.ID, s.domain.Now())
	if err != nil || !won {
		return out, errCeremony, err
	}
	if !right {
		return out, errKey, s.note(w, in.Caller, mfa.EventPublicKeyRefused, in.Source, SignedIn{User: u, Authenticator: key})
	}
	key.LastUsedAt = s.domain.Now()
	used, err := w.UsePasskey(key.ID, key.Version, key.Counter, key.Counter, nil, key.LastUsedAt)
	if err != nil || !used {
		return out, errKey, err // it was revoked since
	}
	out = s.signedIn(u, key)
	return out, nil, s.note(w, in.Caller, mfa.EventPublicKeyAccepted, in.Source, out)
}
