package mfa

import (
	"context"
	"encoding/json"
)

// Bounds of what an organization makes for itself, and of its names.
const (
	MaxDirectories  = 10_000 // of one organization: far above any that are known, far below what fills a disk
	MaxApplications = 10_000 // of one organization, likewise
	MaxName         = 200    // bytes: one line on every screen
)

// configure changes what caches hold: one such change at a time, and this process sees it at once.
func (s *Service) configure(ctx context.Context, change func(WriteRecords) error) error {
	err := s.store.Write(ctx, func(w WriteRecords) error {
		if err := w.LockConfiguration(); err != nil {
			return err
		}
		w.Announce(TopicConfiguration)
		return change(w)
	})
	s.Forget()
	return err
}

// Forget drops what is cached.
func (s *Service) Forget() {
	s.cache.drop()
	s.keys.drop()
	s.origins.drop()
}

// noteConfigured writes what was done to what into the log.
func (s *Service) noteConfigured(w WriteRecords, c *Caller, what, id, did string) error {
	data, err := json.Marshal(map[string]string{"what": what, "id": id, "did": did})
	if err != nil {
		return &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	return s.Append(w, c, Event{Type: EventConfigurationChanged, Data: data})
}

// CheckName refuses names that no screen shows as they are.
func CheckName(name string) error {
	if name == "" || len(name) > MaxName || Showable(name) != name {
		return &Error{Code: Invalid, Field: "name", Message: "a name has 1 to 200 characters that can be shown"}
	}
	return nil
}

// CreateDirectory adds a directory to its organization, which has no other of that name.
func (s *Service) CreateDirectory(ctx context.Context, d Directory) (Directory, error) {
	if err := CheckName(d.Name); err != nil {
		return Directory{}, err
	}
	d.ID, d.CreatedAt = NewID[DirectoryID](), s.Now()
	return d, s.configure(ctx, func(w WriteRecords) error {
		o, err := w.Organization(d.OrganizationID)
		if err != nil {
			return err
		}
		n, err := w.CountDirectories(o.ID)
		if err != nil {
			return err
		}
		if n >= MaxDirectories {
			return refuse(Conflict, ReasonFull, "the organization has as many directories as it may have")
		}
		return s.storeDirectory(w, o, d, "created")
	})
}

func (s *Service) storeDirectory(w WriteRecords, o Organization, d Directory, did string) error {
	other, err := w.DirectoryByName(o.ID, d.Name)
	if err == nil && other.ID != d.ID {
		return errNameTaken
	}
	if err != nil && !IsCode(err, NotFound) {
		return err
	}
	if err := w.PutDirectory(d); err != nil {
		return err
	}
	return s.noteConfigured(w, directoryCaller(o, d), "directory", string(d.ID), did)
}

// errNameTaken answers to names that something else of the organization has.
var errNameTaken = &Error{Code: Conflict, Field: "name", Message: "the name is taken in the organization"}

// UpdateDirectory lets change edit a directory of the organization. Change may run more than once; its
// refusal is returned as it is.
func (s *Service) UpdateDirectory(ctx context.Context, o OrganizationID, id DirectoryID, change func(*Directory) error) (Directory, error) {
	var out Directory
	err := s.configure(ctx, func(w WriteRecords) error {
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
		if err := CheckName(out.Name); err != nil && out.Name != have.Name {
			return err
		}
		return s.storeDirectory(w, organization, out, "updated")
	})
	return out, err
}

// DirectoriesOf lists an organization's directories, oldest first.
func (s *Service) DirectoriesOf(ctx context.Context, o OrganizationID) ([]Directory, error) {
	var out []Directory
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.DirectoriesOf(o)
		return err
	})
	return out, err
}

// DirectoryIn finds a directory of the organization; foreign ones look as if they were not there.
func (s *Service) DirectoryIn(ctx context.Context, o OrganizationID, id DirectoryID) (Directory, error) {
	var out Directory
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = directoryIn(r, o, id)
		return err
	})
	return out, err
}

func directoryIn(r Records, o OrganizationID, id DirectoryID) (Directory, error) {
	d, err := r.Directory(id)
	if err == nil && d.OrganizationID != o {
		err = Missing("directory")
	}
	if err != nil {
		return Directory{}, err
	}
	return d, nil
}
