package mfa

import (
	"context"

	"github.com/twinseal/twinseal/policy"
)

// CreateApplication adds an application to a directory or, without one, to the organization itself. Its name
// is unique in the organization.
func (s *Service) CreateApplication(ctx context.Context, a Application) (Application, error) {
	if err := CheckPolicy(a.Settings.Policy); err != nil {
		return Application{}, err
	}
	var out Application
	err := s.configure(ctx, func(w WriteRecords) error {
		if a.DirectoryID != "" {
			if _, err := directoryIn(w, a.OrganizationID, a.DirectoryID); err != nil {
				return err
			}
		}
		if _, err := w.Organization(a.OrganizationID); err != nil {
			return err
		}
		n, err := w.CountApplications(a.OrganizationID)
		if err != nil {
			return err
		}
		if n >= MaxApplications {
			return refuse(Conflict, ReasonFull, "the organization has as many applications as it may have")
		}
		if err := nameFree(w, a); err != nil {
			return err
		}
		fresh := a
		fresh.ID, fresh.Number, fresh.CreatedAt = NewID[ApplicationID](), 0, s.Now()
		out, err = s.storeApplication(w, fresh, "created")
		return err
	})
	return out, err
}

// nameFree refuses a name that cannot be shown, or that another application of the organization has.
func nameFree(r Records, a Application) error {
	if err := CheckName(a.Name); err != nil {
		return err
	}
	other, err := r.ApplicationNamed(a.OrganizationID, a.Name)
	if err == nil && other.ID != a.ID {
		return errNameTaken
	}
	if IsCode(err, NotFound) {
		return nil
	}
	return err
}

// CheckPolicy refuses a policy that cannot be demanded; nil demands nothing.
func CheckPolicy(p *policy.Policy) error {
	if p == nil {
		return nil
	}
	if err := p.Validate(); err != nil {
		return &Error{Code: Invalid, Field: "policy", Message: "the policy cannot be demanded", Cause: err}
	}
	return nil
}

func (s *Service) storeApplication(w WriteRecords, a Application, did string) (Application, error) {
	a.UpdatedAt = s.Now()
	a, err := w.PutApplication(a)
	if err != nil {
		return a, err
	}
	return a, s.noteConfigured(w, &Caller{Application: a}, "application", string(a.ID), did)
}

// UpdateApplication lets change edit name and settings of an application that stands under the owner. Change
// may run more than once; its refusal is returned as it is.
func (s *Service) UpdateApplication(ctx context.Context, o Owner, id ApplicationID, change func(*Application) error) (Application, error) {
	var out Application
	err := s.configure(ctx, func(w WriteRecords) error {
		have, err := applicationIn(w, o, id)
		if err != nil {
			return err
		}
		next := have.clone()
		if err := change(&next); err != nil {
			return err
		}
		if err := CheckPolicy(next.Settings.Policy); err != nil {
			return err
		}
		renamed := next.Name != have.Name
		have.Name, have.Settings = next.Name, next.Settings
		if renamed {
			if err := nameFree(w, have); err != nil {
				return err
			}
		}
		out, err = s.storeApplication(w, have, "updated")
		return err
	})
	return out, err
}

// ApplicationsOf lists the applications of a directory, or those of an organization that are in none, oldest
// first.
func (s *Service) ApplicationsOf(ctx context.Context, o Owner) ([]Application, error) {
	var out []Application
	err := s.store.Read(ctx, func(r Records) (err error) {
		if o.Kind == OwnerOrganization {
			out, err = r.OrganizationApplications(OrganizationID(o.ID))
		} else if o.ID != "" {
			out, err = r.ApplicationsOf(DirectoryID(o.ID))
		}
		return err
	})
	return out, err
}

// ApplicationIn finds an application that stands under the owner; foreign ones look as if they were not there.
func (s *Service) ApplicationIn(ctx context.Context, o Owner, id ApplicationID) (Application, error) {
	var out Application
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = applicationIn(r, o, id)
		return err
	})
	return out, err
}

func applicationIn(r Records, o Owner, id ApplicationID) (Application, error) {
	a, err := r.Application(id)
	if err != nil {
		return Application{}, err
	}
	if a.Under() != o {
		return Application{}, Missing("application")
	}
	return a, nil
}
