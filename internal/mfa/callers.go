package mfa

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"
)

// Caller is an application that proved itself, with everything about it that requests need. It is shared
// between requests and must not be changed.
type Caller struct {
	Application  Application
	Directory    Directory
	Organization Organization
	Key          Key
	Keys         []Key // all of the application, newest first, ended ones too
	Webhooks     []Webhook
}

// LiveKeys are the application's keys of a kind that may be used at that moment, newest first.
func (c *Caller) LiveKeys(kind KeyKind, now time.Time) []Key {
	return slices.DeleteFunc(slices.Clone(c.Keys), func(k Key) bool { return k.Kind != kind || !k.Live(now) })
}

// errDisabled answers to whatever concerns the users of something that was switched off.
var errDisabled = refuse(Forbidden, ReasonDisabled, "the application or its directory is switched off")

// Enabled refuses what concerns users where the application or its directory is switched off.
func (c *Caller) Enabled() error {
	if c.Directory.Disabled || c.Application.Settings.Disabled {
		return errDisabled
	}
	return nil
}

// errBadKey is the one answer to every key that opens nothing.
var errBadKey = refuse(Unauthenticated, "", "the key is not valid")

// Authenticate finds the application that a key opens. Every key that opens nothing — unknown, expired,
// of another kind — is refused alike. Wrong keys are not limited: keys are too long to guess, and a limit
// by address would let a stranger behind the same proxy shut applications out.
func (s *Service) Authenticate(ctx context.Context, kind KeyKind, secret Secret) (*Caller, error) {
	if secret.Empty() {
		return nil, errBadKey
	}
	name := sha256.Sum256(append([]byte(kind+"\x00"), secret.Reveal()...))
	c, ok, generation := s.cache.get(name)
	if !ok {
		var err error
		if c, err = s.loadCaller(ctx, kind, secret); err != nil {
			return nil, err
		}
		s.cache.put(name, c, generation)
	}
	if !c.Key.Live(s.Now()) {
		return nil, errBadKey
	}
	if err := c.Enabled(); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Service) loadCaller(ctx context.Context, kind KeyKind, secret Secret) (*Caller, error) {
	var caller *Caller
	err := s.store.Read(ctx, func(r Records) error {
		found, err := r.KeyBySecret(kind, secret)
		if err != nil {
			return err
		}
		caller, err = callerOf(r, found)
		return err
	})
	if IsCode(err, NotFound) {
		return nil, errBadKey
	}
	return caller, err
}

// callerOf loads the application of a key with everything around it. One that is its organization's own has
// no directory.
func callerOf(r Records, k Key) (*Caller, error) {
	a, err := r.Application(k.ApplicationID)
	if err != nil {
		return nil, err
	}
	c := &Caller{Application: a, Key: k}
	if a.DirectoryID != "" {
		if c.Directory, err = r.Directory(a.DirectoryID); err != nil {
			return nil, err
		}
	}
	if c.Organization, err = r.Organization(a.OrganizationID); err != nil {
		return nil, err
	}
	if c.Keys, err = r.KeysOf(a.ID); err != nil {
		return nil, err
	}
	c.Webhooks, err = r.WebhooksOf(a.ID)
	return c, err
}

// CallerOfOwner loads whoever an owner is; what is above it comes along, its application may have no id.
func CallerOfOwner(r Records, o Owner) (*Caller, error) {
	switch o.Kind {
	case OwnerApplication:
		return callerOf(r, Key{ApplicationID: ApplicationID(o.ID)})
	case OwnerDirectory:
		d, err := r.Directory(DirectoryID(o.ID))
		if err != nil {
			return nil, err
		}
		organization, err := r.Organization(d.OrganizationID)
		return DirectoryCaller(organization, d), err
	case OwnerOrganization:
		organization, err := r.Organization(OrganizationID(o.ID))
		return &Caller{Organization: organization, Application: Application{OrganizationID: organization.ID}}, err
	}
	return nil, Missing("owner")
}

// DirectoryCaller speaks for a directory as a whole: its application has no id.
func DirectoryCaller(o Organization, d Directory) *Caller {
	return &Caller{Organization: o, Directory: d, Application: Application{OrganizationID: o.ID, DirectoryID: d.ID}}
}

// CallerFor loads an application as a caller without a key, for work on its behalf.
func (s *Service) CallerFor(ctx context.Context, id ApplicationID) (*Caller, error) {
	return s.CallerForOwner(ctx, id.Owner())
}

// CallerForDirectory loads a directory as a caller whose application has no id.
func (s *Service) CallerForDirectory(ctx context.Context, id DirectoryID) (*Caller, error) {
	return s.CallerForOwner(ctx, id.Owner())
}

// CallerForOwner loads an owner as a caller, through the cache. One that is switched off is loaded too: it is
// refused where its users are concerned.
func (s *Service) CallerForOwner(ctx context.Context, o Owner) (*Caller, error) {
	name := sha256.Sum256([]byte(string(o.Kind) + "\x00" + o.ID))
	c, ok, generation := s.cache.get(name)
	if ok {
		return c, nil
	}
	err := s.store.Read(ctx, func(r Records) (err error) {
		c, err = CallerOfOwner(r, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.cache.put(name, c, generation)
	return c, nil
}

// LiveKeys lists the keys of an application that may be used now, newest first.
func (s *Service) LiveKeys(ctx context.Context, id ApplicationID) ([]Key, error) {
	var keys []Key
	err := s.store.Read(ctx, func(r Records) (err error) {
		keys, err = r.KeysOf(id)
		return err
	})
	now := s.Now()
	return slices.DeleteFunc(keys, func(k Key) bool { return !k.Live(now) }), err
}

// CallerByNumber loads an application by its serial number, for operators; 0 means the only one there is.
func (s *Service) CallerByNumber(ctx context.Context, number int64) (*Caller, error) {
	var caller *Caller
	err := s.store.Read(ctx, func(r Records) error {
		a, err := r.ApplicationByNumber(number)
		if number == 0 {
			a, err = onlyApplication(r)
		}
		if err != nil {
			return err
		}
		caller, err = callerOf(r, Key{ApplicationID: a.ID})
		return err
	})
	return caller, err
}

func onlyApplication(r Records) (Application, error) {
	all, err := r.Applications(2)
	if err == nil && len(all) != 1 {
		err = &Error{Code: Invalid, Field: "app", Message: "the server has not just one application; name its number"}
	}
	if err != nil {
		return Application{}, err
	}
	return all[0], nil
}
