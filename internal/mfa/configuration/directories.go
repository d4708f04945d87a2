package configuration

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// CreateDirectory adds a directory to its organization, which has no other of that name.
func (s *Service) CreateDirectory(ctx context.Context, d mfa.Directory) (mfa.Directory, error) {
	if err := mfa.CheckName(d.Name); err != nil {
		return mfa.Directory{}, err
	}
	d.ID, d.CreatedAt = mfa.NewID[mfa.DirectoryID](), s.domain.Now()
	return d, s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		o, err := w.Organization(d.OrganizationID)
		if err != nil {
			return err
		}
		n, err := w.CountDirectories(o.ID)
		if err != nil {
			return err
		}
		if n >= MaxDirectories {
			return &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonFull, Message: "the organization has as many directories as it may have"}
		}
		return s.storeDirectory(w, o, d, "created")
	})
}

func (s *Service) storeDirectory(w mfa.WriteRecords, o mfa.Organization, d mfa.Directory, did string) error {
	other, err := w.DirectoryByName(o.ID, d.Name)
	if err == nil && other.ID != d.ID {
		return errNameTaken
	}
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return err
	}
	if err := w.PutDirectory(d); err != nil {
		return err
	}
	return s.domain.NoteConfigured(w, mfa.DirectoryCaller(o, d), "directory", string(d.ID), did)
}

// errNameTaken answers to names that something else of the organization has.
var errNameTaken = &mfa.Error{Code: mfa.Conflict, Field: "name", Message: "the name is taken in the organization"}

// UpdateDirectory lets change edit a directory of the organization. Change may run more than once; its
// refusal is returned as it is.
func (s *Service) UpdateDirectory(ctx context.Context, o mfa.OrganizationID, id mfa.DirectoryID, change func(*mfa.Directory) error) (mfa.Directory, error) {
	var out mfa.Directory
	err := s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		have, err := directoryIn(w, o, id)
		if err != nil {
			return err
		}
		organization, err := w.Organization(o)
		if err != nil {
			return err
		}
		out = have.Clone()
		if err := change(&out); err != nil {
			return err
		}
		out.ID, out.OrganizationID, out.CreatedAt = have.ID, have.OrganizationID, have.CreatedAt
		if err := mfa.CheckName(out.Name); err != nil && out.Name != have.Name {
			return err
		}
		return s.storeDirectory(w, organization, out, "updated")
	})
	return out, err
}

// DirectoriesOf lists an organization's directories, oldest first.
func (s *Service) DirectoriesOf(ctx context.Context, o mfa.OrganizationID) ([]mfa.Directory, error) {
	var out []mfa.Directory
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.DirectoriesOf(o)
		return err
	})
	return out, err
}

// DirectoryIn finds a directory of the organization; foreign ones look as if they were not there.
func (s *Service) DirectoryIn(ctx context.Context, o mfa.OrganizationID, id mfa.DirectoryID) (mfa.Directory, error) {
	var out mfa.Directory
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = directoryIn(r, o, id)
		return err
	})
	return out, err
}

func directoryIn(r mfa.Records, o mfa.OrganizationID, id mfa.DirectoryID) (mfa.Directory, error) {
	d, err := r.Directory(id)
	if err == nil && d.OrganizationID != o {
		err = mfa.Missing("directory")
	}
	if err != nil {
		return mfa.Directory{}, err
	}
	return d, nil
}
