package mfa

import "time"

// Directory is a population of users and their authenticators, shared by its applications.
type Directory struct {
	ID             DirectoryID
	OrganizationID OrganizationID
	Name           string
	CreatedAt      time.Time
}

// DirectoryReader looks directories up.
type DirectoryReader interface {
	Directory(id DirectoryID) (Directory, error)
	DirectoryByName(organization OrganizationID, name string) (Directory, error)
}

// DirectoryWriter changes them.
type DirectoryWriter interface {
	// PutDirectory adds it, or replaces the name of the one with its id. An id that belongs to another
	// organization is a Conflict.
	PutDirectory(Directory) error
	// NextUserNumber hands out the directory's next free user number, never one that was given before,
	// removed users included.
	NextUserNumber(DirectoryID) (int64, error)
	// ReserveUserNumber makes NextUserNumber skip n and everything below it.
	ReserveUserNumber(DirectoryID, int64) error
}
