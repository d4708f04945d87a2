// Package accounts holds the rules of accounts that people sign in to: users that an application makes by name, what
// they sign in with, and the two plainest means of it, passwords and keys that the application brought along.
//
// Costly mathematics — passwords above all — are done between a read and a write, so that they never hold the writer.
package accounts

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is everything that a Service needs.
type Config struct {
	Domain    *mfa.Service
	Store     mfa.Store
	Random    io.Reader
	Password  mfa.Factor
	PublicKey mfa.Factor
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain    *mfa.Service
	store     mfa.Store
	random    io.Reader
	password  mfa.Factor
	publicKey mfa.Factor
	decoy     decoy
}

// New returns the service.
func New(c Config) *Service {
	return &Service{
		domain: c.Domain, store: c.Store, random: c.Random, password: c.Password, publicKey: c.PublicKey,
	}
}

// SignedIn is the good end of a sign-in, and of a registration that is one.
type SignedIn struct {
	User          mfa.User
	Authenticator mfa.Authenticator
	SessionID     mfa.SessionID // in the log too, so that what a dialect hands out can be found there
	At            time.Time
}

func (s *Service) signedIn(u mfa.User, a mfa.Authenticator) SignedIn {
	return SignedIn{User: u, Authenticator: a, SessionID: mfa.NewID[mfa.SessionID](), At: s.domain.Now()}
}

// note writes an event about one of a user's credentials.
func (s *Service) note(w mfa.WriteRecords, c *mfa.Caller, kind mfa.EventType, source string, in SignedIn) error {
	say := map[string]any{"kind": in.Authenticator.Kind, "authenticator": in.Authenticator.ID}
	if in.SessionID != "" {
		say["session"] = in.SessionID
	}
	data, err := json.Marshal(say)
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return s.domain.Append(w, c, mfa.Event{Type: kind, UserID: in.User.ID, Source: source, Data: data})
}

// commit makes a change whose refusal is to be given back after what was written has been committed.
func (s *Service) commit(ctx context.Context, change func(mfa.WriteRecords) (refusal, err error)) error {
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		refusal, err = change(w)
		return err
	})
	if err == nil {
		err = refusal
	}
	return err
}
