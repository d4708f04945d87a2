package launchkey

import (
	"context"
	"encoding/base64"
	"net/http"
)

// OrganizationClient manages an organization: its directories with their keys,
// and its own services through [ServiceManager].
type OrganizationClient struct {
	ServiceManager

	on client
}

// Directory is a population of users.
type Directory struct {
	ID         DirectoryID
	Name       string
	Active     bool
	ServiceIDs []ServiceID
	SDKKeys    []SDKKey

	AndroidKey                string // empty for none
	IOSCertificateFingerprint string // of the certificate for push messages; empty for none
	WebhookURL                string // where the end of a linking is told; empty for none

	// DenialContextInquiry: the device asks for a reason when the user denies.
	DenialContextInquiry bool
}

type directoryWire struct {
	ID                   DirectoryID `json:"id"`
	Name                 string      `json:"name"`
	Active               bool        `json:"active"`
	ServiceIDs           []ServiceID `json:"service_ids"`
	SDKKeys              []SDKKey    `json:"sdk_keys"`
	AndroidKey           string      `json:"android_key"`
	Fingerprint          string      `json:"ios_certificate_fingerprint"`
	DenialContextInquiry bool        `json:"denial_context_inquiry_enabled"`
	WebhookURL           string      `json:"webhook_url"`
}

func (w directoryWire) directory() Directory {
	return Directory{
		ID: w.ID, Name: w.Name, Active: w.Active, ServiceIDs: w.ServiceIDs, SDKKeys: w.SDKKeys,
		AndroidKey: w.AndroidKey, IOSCertificateFingerprint: w.Fingerprint, WebhookURL: w.WebhookURL,
		DenialContextInquiry: w.DenialContextInquiry,
	}
}

const directoriesPath = "/organization/v3/directories"

// CreateDirectory makes a directory. Its name is taken when the error is
// ErrDirectoryNameInUse.
func (c *OrganizationClient) CreateDirectory(ctx context.Context, name string) (DirectoryID, error) {
	const op = "create directory"
	if name == "" {
		return "", &FormatError{Field: "name", Reason: "must not be empty"}
	}
	body := struct {
		Name string `json:"name"`
	}{name}
	var wire struct {
		ID DirectoryID `json:"id"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, directoriesPath, body}, &wire); err != nil {
		return "", err
	}
	if wire.ID.check() != nil {
		return "", unexpected(op, "it has no id")
	}
	return wire.ID, nil
}

// AllDirectories lists the directories of the organization.
func (c *OrganizationClient) AllDirectories(ctx context.Context) ([]Directory, error) {
	return c.directories(ctx, call{"list directories", http.MethodGet, directoriesPath, nil})
}

// Directories reads the named directories. One that the organization does not
// have makes the whole call ErrForbidden.
func (c *OrganizationClient) Directories(ctx context.Context, ids ...DirectoryID) ([]Directory, error) {
	for _, id := range ids {
		if err := id.check(); err != nil {
			return nil, err
		}
	}
	body := struct {
		IDs []DirectoryID `json:"directory_ids"`
	}{append([]DirectoryID{}, ids...)}
	return c.directories(ctx, call{"read directories", http.MethodPost, directoriesPath + "/list", body})
}

// Directory reads one directory.
func (c *OrganizationClient) Directory(ctx context.Context, id DirectoryID) (*Directory, error) {
	found, err := c.Directories(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, unexpected("read directories", "it is not one directory")
	}
	return &found[0], nil
}

func (c *OrganizationClient) directories(ctx context.Context, made call) ([]Directory, error) {
	var wire []directoryWire
	if err := c.on.do(ctx, made, &wire); err != nil {
		return nil, err
	}
	directories := make([]Directory, 0, len(wire))
	for _, w := range wire {
		if w.ID.check() != nil {
			return nil, unexpected(made.op, "a directory has no id")
		}
		directories = append(directories, w.directory())
	}
	return directories, nil
}

// DirectoryUpdate is what to change of a directory; the zero value changes
// nothing.
type DirectoryUpdate struct {
	Active               *bool
	DenialContextInquiry *bool
	AndroidKey           Change[string]
	IOSP12               Change[[]byte] // PKCS #12 without password
	WebhookURL           Change[string]
}

// UpdateDirectory changes a directory.
func (c *OrganizationClient) UpdateDirectory(ctx context.Context, id DirectoryID, update DirectoryUpdate) error {
	if err := id.check(); err != nil {
		return err
	}
	body := struct {
		ID                   DirectoryID    `json:"directory_id"`
		Active               *bool          `json:"active,omitempty"`
		AndroidKey           Change[string] `json:"android_key,omitzero"`
		IOSP12               Change[string] `json:"ios_p12,omitzero"`
		DenialContextInquiry *bool          `json:"denial_context_inquiry_enabled,omitempty"`
		WebhookURL           Change[string] `json:"webhook_url,omitzero"`
	}{id, update.Active, update.AndroidKey, encoded(update.IOSP12), update.DenialContextInquiry, update.WebhookURL}
	return c.on.do(ctx, call{"update directory", http.MethodPatch, directoriesPath, body}, nil)
}

func encoded(change Change[[]byte]) Change[string] {
	if change.value == nil {
		return Change[string]{made: change.made}
	}
	return To(base64.StdEncoding.EncodeToString(*change.value))
}
