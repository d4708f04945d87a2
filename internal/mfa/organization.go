package mfa

import "time"

// Organization owns directories. Nothing crosses from one organization to another.
type Organization struct {
	ID        OrganizationID
	Name      string
	CreatedAt time.Time
}

// OrganizationReader looks organizations up.
type OrganizationReader interface {
	Organization(id OrganizationID) (Organization, error)
	OrganizationByName(name string) (Organization, error)
	// Organizations lists up to limit, oldest first.
	Organizations(limit int) ([]Organization, error)
}

// OrganizationWriter changes them.
type OrganizationWriter interface {
	// PutOrganization adds it, or replaces the name of the one with its id.
	PutOrganization(Organization) error
	// LockConfiguration keeps every other Write that locks it, or looks for names, waiting until this one ends.
	LockConfiguration() error
}
