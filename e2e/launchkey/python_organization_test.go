package launchkey

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// pythonOrganization is the package's OrganizationClient.
type pythonOrganization struct{ pythonClient }

// dressTime makes a time an argument.
func dressTime(at time.Time) any { return moment(at) }

// pythonDirectoryEntity is a directory of the package.
type pythonDirectoryEntity struct {
	ID          launchkey.DirectoryID `json:"id"`
	Name        string                `json:"name"`
	Active      bool                  `json:"active"`
	ServiceIDs  []launchkey.ServiceID `json:"service_ids"`
	SDKKeys     []launchkey.SDKKey    `json:"sdk_keys"`
	AndroidKey  string                `json:"android_key"`
	Fingerprint string                `json:"ios_certificate_fingerprint"`
	WebhookURL  string                `json:"webhook_url"`
	Inquiry     bool                  `json:"denial_context_inquiry_enabled"`
}

func (d pythonDirectoryEntity) read() launchkey.Directory {
	return launchkey.Directory{
		ID: d.ID, Name: d.Name, Active: d.Active, ServiceIDs: d.ServiceIDs, SDKKeys: d.SDKKeys, AndroidKey: d.AndroidKey,
		IOSCertificateFingerprint: d.Fingerprint, WebhookURL: d.WebhookURL, DenialContextInquiry: d.Inquiry,
	}
}

func readDirectories(found []pythonDirectoryEntity) []launchkey.Directory {
	var out []launchkey.Directory
	for _, d := range found {
		out = append(out, d.read())
	}
	return out
}

func (c pythonOrganization) CreateDirectory(_ context.Context, name string) (launchkey.DirectoryID, error) {
	var made string
	err := c.do(&made, "create_directory", nil, name)
	return launchkey.DirectoryID(made), err
}

func (c pythonOrganization) AllDirectories(context.Context) ([]launchkey.Directory, error) {
	var found []pythonDirectoryEntity
	err := c.do(&found, "get_all_directories", nil)
	return readDirectories(found), err
}

func (c pythonOrganization) Directories(_ context.Context, wanted ...launchkey.DirectoryID) ([]launchkey.Directory, error) {
	var found []pythonDirectoryEntity
	err := c.do(&found, "get_directories", nil, ids(wanted))
	return readDirectories(found), err
}

func (c pythonOrganization) Directory(_ context.Context, id launchkey.DirectoryID) (*launchkey.Directory, error) {
	var found pythonDirectoryEntity
	if err := c.do(&found, "get_directory", nil, id); err != nil {
		return nil, err
	}
	out := found.read()
	return &out, nil
}

func (c pythonOrganization) UpdateDirectory(_ context.Context, id launchkey.DirectoryID, update launchkey.DirectoryUpdate) error {
	named := object{}
	if update.Active != nil {
		named["active"] = *update.Active
	}
	if update.DenialContextInquiry != nil {
		named["denial_context_inquiry_enabled"] = *update.DenialContextInquiry
	}
	set(c.pythonClient, named, "android_key", update.AndroidKey, plain)
	set(c.pythonClient, named, "ios_p12", update.IOSP12, func(data []byte) any { return bytesOf(data) })
	set(c.pythonClient, named, "webhook_url", update.WebhookURL, plain)
	return c.do(nil, "update_directory", named, id)
}

func (c pythonOrganization) AddDirectoryPublicKey(_ context.Context, id launchkey.DirectoryID, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
	return c.addKey("add_directory_public_key", "directory_id", string(id), key)
}

func (c pythonOrganization) DirectoryPublicKeys(_ context.Context, id launchkey.DirectoryID) ([]launchkey.PublicKey, error) {
	return c.listKeys("get_directory_public_keys", string(id))
}

func (c pythonOrganization) UpdateDirectoryPublicKey(_ context.Context, id launchkey.DirectoryID, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
	return c.updateKey("update_directory_public_key", string(id), key, update)
}

func (c pythonOrganization) RemoveDirectoryPublicKey(_ context.Context, id launchkey.DirectoryID, key launchkey.KeyID) error {
	return c.do(nil, "remove_directory_public_key", nil, id, key)
}

func (c pythonOrganization) GenerateDirectorySDKKey(_ context.Context, id launchkey.DirectoryID) (launchkey.SDKKey, error) {
	var made string
	err := c.do(&made, "generate_and_add_directory_sdk_key", nil, id)
	return launchkey.SDKKey(made), err
}

func (c pythonOrganization) DirectorySDKKeys(_ context.Context, id launchkey.DirectoryID) ([]launchkey.SDKKey, error) {
	var found []launchkey.SDKKey
	err := c.do(&found, "get_all_directory_sdk_keys", nil, id)
	return found, err
}

func (c pythonOrganization) RemoveDirectorySDKKey(_ context.Context, id launchkey.DirectoryID, key launchkey.SDKKey) error {
	return c.do(nil, "remove_directory_sdk_key", nil, id, key)
}
