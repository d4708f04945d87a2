package mfa

// OwnerKind says what an [Owner] is.
type OwnerKind string

const (
	OwnerOrganization OwnerKind = "organization"
	OwnerDirectory    OwnerKind = "directory"
	OwnerApplication  OwnerKind = "application"
)

// Owner is an organization, directory or application where the three are treated alike: as holder of public
// keys, and as what applications stand under.
type Owner struct {
	Kind OwnerKind
	ID   string
}

// Owner is the organization as an owner.
func (id OrganizationID) Owner() Owner { return Owner{OwnerOrganization, string(id)} }

// Owner is the directory as an owner.
func (id DirectoryID) Owner() Owner { return Owner{OwnerDirectory, string(id)} }

// Owner is the application as an owner.
func (id ApplicationID) Owner() Owner { return Owner{OwnerApplication, string(id)} }
