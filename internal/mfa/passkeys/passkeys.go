// Package passkeys holds the rules of passkeys: registering them, signing in with them, confirming transactions and
// answering challenges of every dialect. It does no input or output but through the domain's ports; the mathematics
// are the factor's.
//
// A registration or a transaction that has begun is a row. A sign-in is none: its challenge is drawn so that this
// server, and every node beside it, knows it again, see [Service.BeginSignIn]. So asking for a sign-in writes
// nothing, and strangers fill no table with it; whoever signs burns the challenge, and it counts once.
//
// An answer that a browser sends counts by one durable write, after everything has been checked outside of it.
package passkeys

import (
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
	Random io.Reader
	Factor mfa.PasskeyFactor
	Sealer Sealer
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	factor mfa.PasskeyFactor
	sealer Sealer
}

// New returns the service.
func New(c Config) *Service {
	return &Service{domain: c.Domain, store: c.Store, random: c.Random, factor: c.Factor, sealer: c.Sealer}
}

// Values of user verification, attachment and resident keys, as browsers know them.
const (
	Required    = "required"
	Preferred   = "preferred"
	Discouraged = "discouraged"

	Platform      = "platform"       // the device itself
	CrossPlatform = "cross-platform" // a security key, or another device
)

// Timeout is what browsers are told to give people; after it they have to begin again.
const Timeout = time.Minute

// DefaultAlgorithms are offered where a registration names none, the best known first: ES256, RS256, EdDSA, ES384 and
// ES512 (COSE).
func DefaultAlgorithms() []int64 { return []int64{-7, -257, -8, -35, -36} }

// Descriptor names a credential to a browser.
type Descriptor struct {
	ID         []byte
	Transports []string
}

// SignedIn is the good end of a registration or sign-in.
type SignedIn struct {
	User          mfa.User
	Authenticator mfa.Authenticator
	Passkey       mfa.PasskeyData
	SessionID     mfa.SessionID // in the log too, so that what a dialect hands out can be found there
	At            time.Time
}
