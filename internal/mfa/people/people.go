// Package people holds the rules of users as applications speak of them when they track actions: by an id of their own,
// with addresses, names and points of data that the application tells, with what they enrolled at whatever front door,
// and with the browsers and phones from which they acted.
package people

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Passkeys takes over credentials that were registered elsewhere.
type Passkeys interface {
	// Import adds a credential to a user who is locked and has those authenticators. One that is registered already is a
	// Conflict with [mfa.ReasonPasskeyTaken].
	Import(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, held []mfa.Authenticator, in mfa.ImportedPasskey) (mfa.Authenticator, error)
}

// Config is everything that a Service needs.
type Config struct {
	Domain   *mfa.Service
	Store    mfa.Store
	TOTP     mfa.Factor
	Passkeys Passkeys
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain   *mfa.Service
	store    mfa.Store
	totp     mfa.Factor
	passkeys Passkeys
}

// New returns the service.
func New(c Config) *Service {
	return &Service{domain: c.Domain, store: c.Store, totp: c.TOTP, passkeys: c.Passkeys}
}

// Person is a user as an application sees them.
type Person struct {
	User    mfa.User
	Profile mfa.Profile
	Entries []Entry // what they enrolled, oldest first, recovery codes left out
}

// Find looks a person up by the application's id. Nobody of that id is Missing.
func (s *Service) Find(ctx context.Context, c *mfa.Caller, alias string) (Person, error) {
	var out Person
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = Look(r, c, mfa.UserRef{Alias: alias})
		return err
	})
	return out, err
}

// Look finds a person in the middle of something else. Without a profile they have an empty one.
func Look(r mfa.Records, c *mfa.Caller, ref mfa.UserRef) (Person, error) {
	if err := c.Enabled(); err != nil {
		return Person{}, err
	}
	u, err := r.User(c.Directory.ID, ref)
	if err == nil && !u.KnownTo(c.Application) {
		err = mfa.Missing("user")
	}
	if err != nil {
		return Person{}, err
	}
	return person(r, c, u)
}

func person(r mfa.Records, c *mfa.Caller, u mfa.User) (Person, error) {
	profile, err := ProfileOf(r, u)
	if err != nil {
		return Person{}, err
	}
	held, err := r.AuthenticatorsOf(u.ID)
	return Person{User: u, Profile: profile, Entries: Entries(c, held)}, err
}

// ProfileOf is a user's profile, an empty one where there is none.
func ProfileOf(r mfa.Records, u mfa.User) (mfa.Profile, error) {
	p, err := r.Profile(u.ID)
	if mfa.IsCode(err, mfa.NotFound) {
		err = nil
	}
	p.UserID, p.DirectoryID = u.ID, u.DirectoryID
	return p, err
}

// Ensure locks the person of an alias, who is added if there is none.
func (s *Service) Ensure(w mfa.WriteRecords, c *mfa.Caller, alias, source string) (mfa.User, error) {
	if err := c.Enabled(); err != nil {
		return mfa.User{}, err
	}
	return s.domain.EnsureUser(w, mfa.NewUser{Caller: c, Alias: alias, Source: source})
}

// Query asks for people by one of what their profiles say, or ("") by nothing.
type Query struct {
	Field mfa.ProfileField
	Value string
	After string // alias of the last one of the page before
	Limit int    // 1 to MaxPage; 0 means MaxPage
}

// MaxPage is how many people one page holds.
const MaxPage = 100

// Query lists people, and says whether there are more.
func (s *Service) Query(ctx context.Context, c *mfa.Caller, q Query) (found []Person, more bool, err error) {
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = MaxPage
	}
	err = s.store.Read(ctx, func(r mfa.Records) error {
		found, more = nil, false
		after, err := afterOf(r, c, q.After)
		if err != nil {
			return err
		}
		profiles, err := r.ProfilesBy(c.Directory.ID, q.Field, q.Value, after, q.Limit+1)
		if err != nil {
			return err
		}
		if more = len(profiles) > q.Limit; more {
			profiles = profiles[:q.Limit]
		}
		for _, p := range profiles {
			one, err := Look(r, c, mfa.UserRef{ID: p.UserID})
			if mfa.IsCode(err, mfa.NotFound) {
				continue // the application let go of them
			}
			if err != nil {
				return err
			}
			found = append(found, one)
		}
		return nil
	})
	return found, more, err
}

// afterOf is the id behind which a page begins; an alias that nobody has any more begins anew.
func afterOf(r mfa.Records, c *mfa.Caller, alias string) (mfa.UserID, error) {
	if alias == "" {
		return "", nil
	}
	u, err := r.User(c.Directory.ID, mfa.UserRef{Alias: alias})
	if mfa.IsCode(err, mfa.NotFound) {
		err = nil
	}
	return u.ID, err
}

// Delete takes a person out of the application with what it keeps of them, and out of the directory if no other
// application knows them. Their actions go only if the caller says so. That there is nobody is no error.
func (s *Service) Delete(ctx context.Context, c *mfa.Caller, alias string, actions bool, source string) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	ref := mfa.UserRef{Alias: alias}
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		if _, err := w.RevokeGrants(c.Application.ID, u.ID, s.domain.Now()); err != nil {
			return err
		}
		if err := forgetDevices(w, c, u); err != nil {
			return err
		}
		if err := forgetEntries(w, c, u); err != nil {
			return err
		}
		if actions {
			return w.RemoveActions(u.ID, c.Application.ID)
		}
		return nil
	})
	if err == nil {
		err = s.domain.RemoveUser(ctx, c, ref, source)
	}
	if mfa.IsCode(err, mfa.NotFound) {
		return nil
	}
	return err
}
