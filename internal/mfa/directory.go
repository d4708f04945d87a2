package mfa

import (
	"encoding/json"
	"maps"
	"time"
)

// Directory is a population of users and their authenticators, shared by its applications.
type Directory struct {
	ID             DirectoryID
	OrganizationID OrganizationID
	Name           string
	Disabled       bool // nothing that concerns its users is done, by any front door
	// Dialects holds each dialect's own settings under its name, as JSON that only the dialect reads. Private
	// is for the secrets among them, a JSON object likewise, sealed at rest.
	Dialects  map[string]json.RawMessage
	Private   Secret
	CreatedAt time.Time
}

// Clone is a copy whose settings may be changed.
func (d Directory) Clone() Directory {
	d.Dialects = maps.Clone(d.Dialects)
	return d
}

// DirectoryReader looks directories up.
type DirectoryReader interface {
	Directory(id DirectoryID) (Directory, error)
	DirectoryByName(organization OrganizationID, name string) (Directory, error)
	// DirectoriesOf lists an organization's, oldest first.
	DirectoriesOf(OrganizationID) ([]Directory, error)
	CountDirectories(OrganizationID) (int64, error)
}

// DirectoryWriter changes them.
type DirectoryWriter interface {
	// PutDirectory adds it, or replaces name and settings of the one with its id. An id that belongs to another
	// organization is a Conflict.
	PutDirectory(Directory) error
	// NextUserNumber hands out the directory's next free user number, never one that was given before,
	// removed users included.
	NextUserNumber(DirectoryID) (int64, error)
	// ReserveUserNumber makes NextUserNumber skip n and everything below it.
	ReserveUserNumber(DirectoryID, int64) error
}
