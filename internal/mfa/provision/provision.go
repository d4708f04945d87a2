// Package provision makes what an operator wrote down true: organizations, directories, applications with their keys,
// and users that are brought along.
package provision

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Plan is what an operator wants to exist, with identifiers of the operator's choice. Applying a plan is
// all or nothing, adds and replaces but never removes, and applying it again changes nothing.
type Plan struct{ Organizations []PlannedOrganization }

// PlannedOrganization is found by its id, or else by its name.
type PlannedOrganization struct {
	ID          mfa.OrganizationID
	Name        string
	PublicKeys  []PlannedPublicKey
	Directories []PlannedDirectory
	Services    []PlannedApplication // the organization's own applications, which are in no directory
}

// PlannedDirectory is found by its id, or else by its name in its organization.
type PlannedDirectory struct {
	ID           mfa.DirectoryID
	Name         string
	PublicKeys   []PlannedPublicKey
	Applications []PlannedApplication
	Users        []PlannedUser
	// Branding is how it should look, all of it; nil: as it does.
	Branding *PlannedBranding
	// Wishes is what the plan's author wants under each dialect's name: JSON that only the dialect reads, and
	// a secret because it may hold some. The dialect makes Change of it, which edits the directory's settings
	// as UpdateDirectory of package configuration would, and may run more than once. Without Change they stay as they are.
	Wishes map[string]mfa.Secret
	Change func(*mfa.Directory) error
}

// PlannedBranding is how a directory should look. Logo is a PNG that this program encoded, nil for none.
type PlannedBranding struct {
	Name  string
	Color string
	Logo  []byte
}

// PlannedApplication is found by its id, or else by its name under what it stands under.
type PlannedApplication struct {
	ID         mfa.ApplicationID
	Number     int64 // 0: the next free one, or the one it has
	Name       string
	Settings   mfa.ApplicationSettings // but for StepUp
	StepUp     *PlannedStepUp          // nil: as it is
	Keys       []PlannedKey
	PublicKeys []PlannedPublicKey
}

// PlannedKey is a key to accept.
type PlannedKey struct {
	Kind      mfa.KeyKind
	Secret    mfa.Secret
	ExpiresAt time.Time
	Place     string // where it stands in the application's part: for refusals, "" for the application itself
}

// PlannedUser is found by the first of number, alias, phone that it has.
type PlannedUser struct {
	Number int64 // 0: the next free one
	Alias  string
	Folded bool // case does not tell the alias from others: see [mfa.User.FoldedAlias]
	Emails []string
	Phone  mfa.Phone
	Locale string
	TOTP   *PlannedTOTP
}

// PlannedTOTP is a seed that the user's authenticator app has already.
type PlannedTOTP struct {
	mfa.TOTPData
	Seed mfa.Secret
	// Check is a code that the seed must give at CheckAt (zero: now, give or take CheckWindow steps), so
	// that a mistyped seed is found before its owner is locked out. It is not used up.
	Check   string
	CheckAt time.Time
}

// CheckWindow is how many steps a self-check code may be off: a file is written minutes before it is
// applied, and the check guards against typing errors, not against attackers.
const CheckWindow = 10

// Applied counts what a plan changed.
type Applied struct{ Created, Updated, Unchanged int }

func (a *Applied) count(existed, changed bool) {
	switch {
	case !existed:
		a.Created++
	case changed:
		a.Updated++
	default:
		a.Unchanged++
	}
}

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
	Random io.Reader
	TOTP   mfa.Factor
	Rules  Rules
}

// Rules judges and stores what a plan says about actions, as the calls of managers do.
type Rules interface {
	PutPlanned(mfa.WriteRecords, *mfa.Caller, mfa.Rule) error
	CheckPlanned(mfa.ValueList) error
	// JudgeAll holds all rules of the caller's application to its lists and data points.
	JudgeAll(mfa.Records, *mfa.Caller) error
}

// Service applies plans. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	totp   mfa.Factor
	rules  Rules
}

// New returns the service.
func New(c Config) *Service {
	return &Service{domain: c.Domain, store: c.Store, random: c.Random, totp: c.TOTP, rules: c.Rules}
}

// configure makes one such change at a time; this process sees it at once.
func (s *Service) configure(ctx context.Context, change func(mfa.WriteRecords) error) error {
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if err := w.LockConfiguration(); err != nil {
			return err
		}
		w.Announce(mfa.TopicConfiguration)
		return change(w)
	})
	s.domain.Forget()
	return err
}

// Apply makes the plan true. A refusal's Field is the path of the part at fault, such as
// organizations[0].directories[1].users[3].phone.
func (s *Service) Apply(ctx context.Context, p Plan) (Applied, error) {
	var out Applied
	err := s.configure(ctx, func(w mfa.WriteRecords) error {
		run := applying{s: s, w: w}
		for i, o := range p.Organizations {
			if err := run.organization(fmt.Sprintf("organizations[%d]", i), o); err != nil {
				return err
			}
		}
		out = run.done
		return nil
	})
	return out, err
}

// applying is one Apply inside its transaction.
type applying struct {
	s    *Service
	w    mfa.WriteRecords
	done Applied
}

// at puts the place in front of a refusal's field.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	e := &mfa.Error{Code: mfa.CodeOf(err), Message: "it could not be applied", Cause: err}
	if inner, ok := err.(*mfa.Error); ok { //nolint:errorlint // only the outermost refusal carries the field
		copied := *inner
		e = &copied
	}
	if e.Field != "" {
		path += "." + e.Field
	}
	e.Field = path
	return e
}

func (r *applying) organization(path string, want PlannedOrganization) error {
	have, err := r.w.OrganizationByName(want.Name)
	if want.ID != "" {
		have, err = r.w.Organization(want.ID)
	}
	existed := err == nil
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return at(path, err)
	}
	next := have
	if !existed {
		next = mfa.Organization{ID: want.ID, CreatedAt: r.s.domain.Now()}
		if next.ID == "" {
			next.ID = mfa.NewID[mfa.OrganizationID]()
		}
	}
	next.Name = want.Name
	if next != have {
		if err := r.w.PutOrganization(next); err != nil {
			return at(path, err)
		}
	}
	published, err := r.publicKeys(path, next.ID.Owner(), want.PublicKeys)
	if err != nil {
		return err
	}
	r.done.count(existed, next != have || published)
	for i, d := range want.Directories {
		if err := r.directory(fmt.Sprintf("%s.directories[%d]", path, i), next, d); err != nil {
			return err
		}
	}
	for i, a := range want.Services {
		if _, err := r.application(fmt.Sprintf("%s.services[%d]", path, i), next.ID, "", a); err != nil {
			return err
		}
	}
	return nil
}

func (r *applying) directory(path string, o mfa.Organization, want PlannedDirectory) error {
	have, existed, err := r.findDirectory(o.ID, want)
	if err != nil {
		return at(path, err)
	}
	next := have.Clone()
	if !existed {
		next = mfa.Directory{ID: want.ID, OrganizationID: o.ID, CreatedAt: r.s.domain.Now()}
		if next.ID == "" {
			next.ID = mfa.NewID[mfa.DirectoryID]()
		}
	}
	next.Name = want.Name
	if want.Change != nil {
		if err := want.Change(&next); err != nil {
			return at(path, err)
		}
	}
	want.Branding.into(&next)
	changed, err := differ(have, next)
	if err != nil {
		return at(path, err)
	}
	changed = changed || !have.Private.Equal(next.Private) // which differ cannot see: secrets print as dots
	if changed {
		if err := r.w.PutDirectory(next); err != nil {
			return at(path, err)
		}
	}
	if next.Branding.Logo != have.Branding.Logo {
		if err := r.logo(next, want.Branding.Logo); err != nil {
			return at(path, err)
		}
	}
	published, err := r.publicKeys(path, next.ID.Owner(), want.PublicKeys)
	if err != nil {
		return err
	}
	r.done.count(existed, changed || published)
	return r.population(path, o, next, want)
}

// findDirectory looks for it by its id, or else by its name. One of that id elsewhere is a Conflict, and so is a
// name that it newly gets and another one has.
func (r *applying) findDirectory(o mfa.OrganizationID, want PlannedDirectory) (mfa.Directory, bool, error) {
	named, err := r.w.DirectoryByName(o, want.Name)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return mfa.Directory{}, false, err
	}
	taken := err == nil
	if want.ID == "" {
		return named, taken, nil
	}
	have, err := r.w.Directory(want.ID)
	existed := err == nil
	switch {
	case err != nil && !mfa.IsCode(err, mfa.NotFound):
		return have, false, err
	case existed && have.OrganizationID != o:
		return have, false, &mfa.Error{Code: mfa.Conflict, Field: "id", Message: "this directory belongs to another organization"}
	case taken && named.ID != want.ID && have.Name != want.Name:
		return have, false, errNameOfAnother
	}
	return have, existed, nil
}

func (r *applying) population(path string, o mfa.Organization, d mfa.Directory, want PlannedDirectory) error {
	c := &mfa.Caller{Organization: o, Directory: d}
	for i, a := range want.Applications {
		applied, err := r.application(fmt.Sprintf("%s.applications[%d]", path, i), o.ID, d.ID, a)
		if err != nil {
			return err
		}
		if c.Application.ID == "" {
			c.Application = applied
		}
	}
	if c.Application.ID == "" {
		c.Application = mfa.Application{OrganizationID: o.ID, DirectoryID: d.ID}
	}
	for i, u := range want.Users {
		if err := r.user(fmt.Sprintf("%s.users[%d]", path, i), c, u); err != nil {
			return err
		}
	}
	return nil
}

// differ compares by what would be stored.
func differ(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, &mfa.Error{Code: mfa.Invalid, Message: "it cannot be stored", Cause: err}
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, &mfa.Error{Code: mfa.Invalid, Message: "it cannot be stored", Cause: err}
	}
	return !slices.Equal(x, y), nil
}
