package configuration

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// CreateApplication adds an application to a directory or, without one, to the organization itself. Its name
// is unique in the organization.
func (s *Service) CreateApplication(ctx context.Context, a mfa.Application) (mfa.Application, error) {
	if err := mfa.CheckPolicy(a.Settings.Policy); err != nil {
		return mfa.Application{}, err
	}
	var out mfa.Application
	err := s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
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
			return &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonFull, Message: "the organization has as many applications as it may have"}
		}
		if err := nameFree(w, a); err != nil {
			return err
		}
		fresh := a
		fresh.ID, fresh.Number, fresh.CreatedAt = mfa.NewID[mfa.ApplicationID](), 0, s.domain.Now()
		out, err = s.storeApplication(w, fresh, "created")
		return err
	})
	return out, err
}

// nameFree refuses a name that cannot be shown, or that another application of the organization has.
func nameFree(r mfa.Records, a mfa.Application) error {
	if err := mfa.CheckName(a.Name); err != nil {
		return err
	}
	other, err := r.ApplicationNamed(a.OrganizationID, a.Name)
	if err == nil && other.ID != a.ID {
		return errNameTaken
	}
	if mfa.IsCode(err, mfa.NotFound) {
		return nil
	}
	return err
}

func (s *Service) storeApplication(w mfa.WriteRecords, a mfa.Application, did string) (mfa.Application, error) {
	a.UpdatedAt = s.domain.Now()
	a, err := w.PutApplication(a)
	if err != nil {
		return a, err
	}
	return a, s.domain.NoteConfigured(w, &mfa.Caller{Application: a}, "application", string(a.ID), did)
}

// UpdateApplication lets change edit name and settings of an application that stands under the owner. Change
// may run more than once; its refusal is returned as it is.
func (s *Service) UpdateApplication(ctx context.Context, o mfa.Owner, id mfa.ApplicationID, change func(*mfa.Application) error) (mfa.Application, error) {
	var out mfa.Application
	err := s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		have, err := applicationIn(w, o, id)
		if err != nil {
			return err
		}
		next := have.Clone()
		if err := change(&next); err != nil {
			return err
		}
		if err := mfa.CheckPolicy(next.Settings.Policy); err != nil {
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
func (s *Service) ApplicationsOf(ctx context.Context, o mfa.Owner) ([]mfa.Application, error) {
	var out []mfa.Application
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if o.Kind == mfa.OwnerOrganization {
			out, err = r.OrganizationApplications(mfa.OrganizationID(o.ID))
		} else if o.ID != "" {
			out, err = r.ApplicationsOf(mfa.DirectoryID(o.ID))
		}
		return err
	})
	return out, err
}

// ApplicationIn finds an application that stands under the owner; foreign ones look as if they were not there.
func (s *Service) ApplicationIn(ctx context.Context, o mfa.Owner, id mfa.ApplicationID) (mfa.Application, error) {
	var out mfa.Application
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = applicationIn(r, o, id)
		return err
	})
	return out, err
}

func applicationIn(r mfa.Records, o mfa.Owner, id mfa.ApplicationID) (mfa.Application, error) {
	a, err := r.Application(id)
	if err != nil {
		return mfa.Application{}, err
	}
	if a.Under() != o {
		return mfa.Application{}, mfa.Missing("application")
	}
	return a, nil
}
