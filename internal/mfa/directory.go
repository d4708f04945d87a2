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
	Dialects map[string]json.RawMessage
	Private  Secret
	// Branding is how the directory looks to its people.
	Branding  Branding
	CreatedAt time.Time
}

// Branding is decoration of the authenticator; zero members say nothing. It comes from a tenant and is shown beside
// what other tenants have, so nothing in it is taken as it was written: see packages apply and picture.
type Branding struct {
	Name  string `json:"name,omitempty"`
	Color string `json:"color,omitempty"` // "#rrggbb" in lower case
	// Logo is the SHA-256 of the directory's [DirectoryLogo], in hexadecimal; "" for none.
	Logo string `json:"logo,omitempty"`
}

// DirectoryLogo is a directory's picture, a PNG that this program encoded.
type DirectoryLogo struct {
	DirectoryID DirectoryID
	Digest      string
	PNG         []byte
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
	// DirectoryLogo finds the picture of a directory.
	DirectoryLogo(DirectoryID) (DirectoryLogo, error)
}

// DirectoryWriter changes them.
type DirectoryWriter interface {
	// PutDirectory adds it, or replaces name and settings of the one with its id. An id that belongs to another
	// organization is a Conflict.
	PutDirectory(Directory) error
	// PutDirectoryLogo adds a directory's picture or replaces it.
	PutDirectoryLogo(DirectoryLogo) error
	// RemoveDirectoryLogo forgets it, if there is one.
	RemoveDirectoryLogo(DirectoryID) error
	// NextUserNumber hands out the directory's next free user number, never one that was given before,
	// removed users included.
	NextUserNumber(DirectoryID) (int64, error)
	// ReserveUserNumber makes NextUserNumber skip n and everything below it.
	ReserveUserNumber(DirectoryID, int64) error
}
