package provision

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// application makes one true under a directory or, where that is "", under the organization itself.
func (r *applying) application(path string, o mfa.OrganizationID, d mfa.DirectoryID, want PlannedApplication) (mfa.Application, error) {
	have, existed, err := r.findApplication(o, d, want)
	if err != nil {
		return have, at(path, err)
	}
	if existed && want.Number != 0 && want.Number != have.Number {
		return have, at(path, &mfa.Error{Code: mfa.Conflict, Field: "number", Message: fmt.Sprintf("this application has the number %d, which never changes", have.Number)})
	}
	next := have
	if !existed {
		next = mfa.Application{ID: want.ID, OrganizationID: o, DirectoryID: d, Number: want.Number, CreatedAt: r.s.domain.Now()}
		if next.ID == "" {
			next.ID = mfa.NewID[mfa.ApplicationID]()
		}
	}
	next.Name, next.Settings = want.Name, want.Settings
	next.Settings.StepUp = want.StepUp.into(have.Settings.StepUp)
	changed, err := differ(have, next)
	if err == nil {
		err = mfa.CheckPolicy(next.Settings.Policy)
	}
	if err != nil {
		return next, at(path, err)
	}
	if changed {
		next.UpdatedAt = r.s.domain.Now()
		if next, err = r.w.PutApplication(next); err != nil {
			return next, at(path, err)
		}
	}
	added, err := r.keys(path, next.ID, want.Keys)
	if err != nil {
		return next, err
	}
	published, err := r.publicKeys(path, next.ID.Owner(), want.PublicKeys)
	if err != nil {
		return next, err
	}
	ruled, err := r.stepUp(path, &mfa.Caller{Application: next}, want.StepUp)
	if err != nil {
		return next, err
	}
	r.done.count(existed, changed || added || published || ruled)
	if changed || added || ruled {
		err = r.s.domain.Append(r.w, &mfa.Caller{Application: next}, mfa.Event{Type: mfa.EventConfigurationApplied})
	}
	return next, at(path, err)
}

// findApplication looks for it by its id, or else by its name. One of that id elsewhere is a Conflict, and so
// is a name that it newly gets and another one has.
func (r *applying) findApplication(o mfa.OrganizationID, d mfa.DirectoryID, want PlannedApplication) (mfa.Application, bool, error) {
	named, err := r.applicationNamed(o, d, want.Name)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return mfa.Application{}, false, err
	}
	taken := err == nil
	if want.ID == "" {
		return named, taken, nil
	}
	have, err := r.w.Application(want.ID)
	existed := err == nil
	switch {
	case err != nil && !mfa.IsCode(err, mfa.NotFound):
		return have, false, err
	case existed && (have.OrganizationID != o || have.DirectoryID != d):
		return have, false, &mfa.Error{Code: mfa.Conflict, Field: "id", Message: "this application belongs to another directory"}
	case taken && named.ID != want.ID && have.Name != want.Name:
		return have, false, errNameOfAnother
	}
	return have, existed, nil
}

// errNameOfAnother answers to an id that is to get the name of something else beside it.
var errNameOfAnother = &mfa.Error{Code: mfa.Conflict, Field: "name", Message: "another id has this name; leave the id out to mean that one"}

func (r *applying) applicationNamed(o mfa.OrganizationID, d mfa.DirectoryID, name string) (mfa.Application, error) {
	if d != "" {
		return r.w.ApplicationByName(d, name)
	}
	list, err := r.w.OrganizationApplications(o)
	if err != nil {
		return mfa.Application{}, err
	}
	i := slices.IndexFunc(list, func(a mfa.Application) bool { return a.Name == name })
	if i < 0 {
		return mfa.Application{}, mfa.Missing("application")
	}
	return list[i], nil
}

// keys adds those that the application does not have and reports whether there were any.
func (r *applying) keys(path string, id mfa.ApplicationID, want []PlannedKey) (added bool, err error) {
	for i, k := range want {
		have, err := r.w.KeyBySecret(k.Kind, k.Secret)
		if err == nil && have.ApplicationID == id {
			continue
		}
		if err == nil {
			err = &mfa.Error{Code: mfa.Conflict, Message: "a key of it opens another application"}
		}
		if mfa.IsCode(err, mfa.NotFound) {
			added = true
			err = r.w.AddKey(mfa.Key{ID: mfa.NewID[mfa.KeyID](), Kind: k.Kind, ApplicationID: id, Secret: k.Secret, CreatedAt: r.s.domain.Now(), ExpiresAt: k.ExpiresAt})
		}
		if err != nil {
			return added, at(path, at(cmp.Or(k.Place, fmt.Sprintf("keys[%d]", i)), err))
		}
	}
	return added, nil
}
