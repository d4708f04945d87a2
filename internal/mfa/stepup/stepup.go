// Package stepup holds the rules by which people prove themselves for an action, and look after what they prove
// themselves with: sent codes and links, authenticator apps, passkeys and security keys, pushes, pictures to be read by
// a phone, keys that the application's own app holds, recovery codes, and devices that are remembered.
//
// Every proof is examined, burnt and counted in one write, which moves the action too: exactly one wins, and what was
// proved for one action says nothing of another. Signatures are checked before that write. An action that was blocked or
// is under review is moved by no proof.
package stepup

import (
	"io"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Config is everything that a Service needs but for the gate; see [Service.UseGate].
type Config struct {
	Domain   *mfa.Service
	Store    mfa.Store
	Random   io.Reader
	Factors  mfa.Factors
	AppKeys  mfa.Factor // of keys that apps hold
	Passkeys *passkeys.Service
	Actions  *actions.Service
	People   *people.Service
	// Dialect is under which name questions are asked and the application's hooks are called.
	Dialect string
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain   *mfa.Service
	store    mfa.Store
	random   io.Reader
	factors  mfa.Factors
	appKeys  mfa.Factor
	passkeys *passkeys.Service
	actions  *actions.Service
	people   *people.Service
	dialect  string
	gate     Gate
}

// New returns the service.
func New(c Config) *Service {
	return &Service{
		domain: c.Domain, store: c.Store, random: c.Random, factors: c.Factors, appKeys: c.AppKeys, passkeys: c.Passkeys, actions: c.Actions,
		people: c.People, dialect: c.Dialect,
	}
}

// UseGate sets who is asked before a proof counts. It is called while wiring, before the first request; without it
// nobody is.
func (s *Service) UseGate(g Gate) { s.gate = g }
