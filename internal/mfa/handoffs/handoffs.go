// Package handoffs holds the rules of codes that carry a sign-in, or the right to add an authenticator, to another
// device. A code belongs to one user, form and purpose, counts once, and only after it was authorized: by whoever
// issued it, or by somebody who is signed in on another device.
//
// Short codes can be guessed, so wrong ones are counted, for each user and source and for each user. Long codes and
// phrases cannot, and are not: nobody can lock the owner of a recovery phrase out by guessing.
package handoffs

import (
	"encoding/json"
	"io"
	"maps"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
	Random io.Reader
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
}

// New returns the service.
func New(c Config) *Service {
	return &Service{domain: c.Domain, store: c.Store, random: c.Random}
}

// Issued is a code, shown this once.
type Issued struct {
	ID         mfa.HandoffID
	User       mfa.User
	Code       string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	Authorized bool
}

// Presented is a code that somebody brings.
type Presented struct {
	Caller  *mfa.Caller
	User    mfa.UserRef
	Form    mfa.HandoffForm
	Purpose mfa.HandoffPurpose
	Code    string
	Source  string // of whoever brings it
}

// SignedIn is the good end of a code for signing in.
type SignedIn struct {
	User      mfa.User
	Handoff   mfa.Handoff
	SessionID mfa.SessionID // in the log too, so that what a dialect hands out can be found there
	At        time.Time
}

// Answers to codes that do not count. The first is the one answer to codes that the user does not have.
var (
	errWrong         = &mfa.Error{Code: mfa.NotFound, Reason: mfa.ReasonCodeWrong, Field: "code", Message: "the code is wrong, or was taken back; ask for a new one"}
	errUsed          = &mfa.Error{Code: mfa.Replayed, Field: "code", Message: "the code was used before; ask for a new one"}
	errOver          = &mfa.Error{Code: mfa.Expired, Field: "code", Message: "the code has expired; ask for a new one"}
	errNotAuthorized = &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonNotAuthorized, Field: "code", Message: "the code has not been authorized yet"}
)

// standing says why a code that was found does not count now; nil says that it does, or will once it is authorized.
func standing(h mfa.Handoff, now time.Time) error {
	switch {
	case !h.UsedAt.IsZero():
		return errUsed
	case !h.Live(now):
		return errOver
	}
	return nil
}

func note(h mfa.Handoff, more map[string]any) (json.RawMessage, error) {
	say := map[string]any{"form": h.Form, "purpose": h.Purpose, "handoff": h.ID}
	maps.Copy(say, more)
	data, err := json.Marshal(say)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return data, nil
}
