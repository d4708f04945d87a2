package mfa

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Plan is what an operator wants to exist, with identifiers of the operator's choice. Applying a plan is
// all or nothing, adds and replaces but never removes, and applying it again changes nothing.
type Plan struct{ Organizations []PlannedOrganization }

// PlannedOrganization is found by its id, or else by its name.
type PlannedOrganization struct {
	ID          OrganizationID
	Name        string
	Directories []PlannedDirectory
}

// PlannedDirectory is found by its id, or else by its name in its organization.
type PlannedDirectory struct {
	ID           DirectoryID
	Name         string
	Applications []PlannedApplication
	Users        []PlannedUser
}

// PlannedApplication is found by its id, or else by its name in its directory.
type PlannedApplication struct {
	ID       ApplicationID
	Number   int64 // 0: the next free one, or the one it has
	Name     string
	Settings ApplicationSettings
	Keys     []PlannedKey
}

// PlannedKey is a key to accept.
type PlannedKey struct {
	Kind      KeyKind
	Secret    Secret
	ExpiresAt time.Time
}

// PlannedUser is found by the first of number, alias, phone that it has.
type PlannedUser struct {
	Number int64 // 0: the next free one
	Alias  string
	Emails []string
	Phone  Phone
	Locale string
	TOTP   *PlannedTOTP
}

// PlannedTOTP is a seed that the user's authenticator app has already.
type PlannedTOTP struct {
	TOTPData
	Seed Secret
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

// Apply makes the plan true. A refusal's Field is the path of the part at fault, such as
// organizations[0].directories[1].users[3].phone.
func (s *Service) Apply(ctx context.Context, p Plan) (Applied, error) {
	var out Applied
	err := s.configure(ctx, func(w WriteRecords) error {
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
	w    WriteRecords
	done Applied
}

// at puts the place in front of a refusal's field.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Code: CodeOf(err), Message: "it could not be applied", Cause: err}
	if inner, ok := err.(*Error); ok { //nolint:errorlint // only the outermost refusal carries the field
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
	if err != nil && !IsCode(err, NotFound) {
		return at(path, err)
	}
	next := have
	if !existed {
		next = Organization{ID: want.ID, CreatedAt: r.s.Now()}
		if next.ID == "" {
			next.ID = newID[OrganizationID]()
		}
	}
	next.Name = want.Name
	r.done.count(existed, next != have)
	if next != have {
		if err := r.w.PutOrganization(next); err != nil {
			return at(path, err)
		}
	}
	for i, d := range want.Directories {
		if err := r.directory(fmt.Sprintf("%s.directories[%d]", path, i), next, d); err != nil {
			return err
		}
	}
	return nil
}

func (r *applying) directory(path string, o Organization, want PlannedDirectory) error {
	have, err := r.w.DirectoryByName(o.ID, want.Name)
	if want.ID != "" {
		have, err = r.w.Directory(want.ID)
	}
	existed := err == nil
	if err != nil && !IsCode(err, NotFound) {
		return at(path, err)
	}
	if existed && have.OrganizationID != o.ID {
		return at(path, &Error{Code: Conflict, Field: "id", Message: "this directory belongs to another organization"})
	}
	next := have
	if !existed {
		next = Directory{ID: want.ID, OrganizationID: o.ID, CreatedAt: r.s.Now()}
		if next.ID == "" {
			next.ID = newID[DirectoryID]()
		}
	}
	next.Name = want.Name
	changed, err := differ(have, next)
	if err != nil {
		return at(path, err)
	}
	r.done.count(existed, changed)
	if changed {
		if err := r.w.PutDirectory(next); err != nil {
			return at(path, err)
		}
	}
	return r.population(path, o, next, want)
}

func (r *applying) population(path string, o Organization, d Directory, want PlannedDirectory) error {
	c := &Caller{Organization: o, Directory: d}
	for i, a := range want.Applications {
		applied, err := r.application(fmt.Sprintf("%s.applications[%d]", path, i), d, a)
		if err != nil {
			return err
		}
		if c.Application.ID == "" {
			c.Application = applied
		}
	}
	if c.Application.ID == "" {
		c.Application = Application{OrganizationID: o.ID, DirectoryID: d.ID}
	}
	for i, u := range want.Users {
		if err := r.user(fmt.Sprintf("%s.users[%d]", path, i), c, u); err != nil {
			return err
		}
	}
	return nil
}

func (r *applying) application(path string, d Directory, want PlannedApplication) (Application, error) {
	have, err := r.w.ApplicationByName(d.ID, want.Name)
	if want.ID != "" {
		have, err = r.w.Application(want.ID)
	}
	existed := err == nil
	if err != nil && !IsCode(err, NotFound) {
		return have, at(path, err)
	}
	if existed && have.DirectoryID != d.ID {
		return have, at(path, &Error{Code: Conflict, Field: "id", Message: "this application belongs to another directory"})
	}
	next := have
	if !existed {
		next = Application{ID: want.ID, OrganizationID: d.OrganizationID, DirectoryID: d.ID, CreatedAt: r.s.Now()}
		if next.ID == "" {
			next.ID = newID[ApplicationID]()
		}
	}
	next.Name, next.Settings = want.Name, want.Settings
	if existed && want.Number != 0 && want.Number != have.Number {
		return have, at(path, &Error{Code: Conflict, Field: "number", Message: fmt.Sprintf("this application has the number %d, which never changes", have.Number)})
	}
	if !existed {
		next.Number = want.Number
	}
	changed, err := differ(have, next)
	if err != nil {
		return next, at(path, err)
	}
	if changed {
		next.UpdatedAt = r.s.Now()
		if next, err = r.w.PutApplication(next); err != nil {
			return next, at(path, err)
		}
	}
	added, err := r.keys(path, next.ID, want.Keys)
	if err != nil {
		return next, err
	}
	r.done.count(existed, changed || added)
	if changed || added {
		err = r.s.append(r.w, &Caller{Application: next}, Event{Type: EventConfigurationApplied})
	}
	return next, at(path, err)
}

// keys adds those that the application does not have and reports whether there were any.
func (r *applying) keys(path string, id ApplicationID, want []PlannedKey) (added bool, err error) {
	for i, k := range want {
		have, err := r.w.KeyBySecret(k.Kind, k.Secret)
		if err == nil && have.ApplicationID == id {
			continue
		}
		if err == nil {
			err = &Error{Code: Conflict, Message: "a key of it opens another application"}
		}
		if IsCode(err, NotFound) {
			added = true
			err = r.w.AddKey(Key{ID: newID[KeyID](), Kind: k.Kind, ApplicationID: id, Secret: k.Secret, CreatedAt: r.s.Now(), ExpiresAt: k.ExpiresAt})
		}
		if err != nil {
			return added, at(fmt.Sprintf("%s.keys[%d]", path, i), err)
		}
	}
	return added, nil
}

// differ compares by what would be stored.
func differ(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, &Error{Code: Invalid, Message: "it cannot be stored", Cause: err}
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, &Error{Code: Invalid, Message: "it cannot be stored", Cause: err}
	}
	return !slices.Equal(x, y), nil
}
