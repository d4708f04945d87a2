package launchkey

import (
	"context"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// The parts of a client, in the words of the Go port, which has these methods by itself. The Python package is
// dressed in them.

type serviceManager interface {
	CreateService(ctx context.Context, service launchkey.NewService) (launchkey.ServiceID, error)
	AllServices(ctx context.Context) ([]launchkey.Service, error)
	Services(ctx context.Context, ids ...launchkey.ServiceID) ([]launchkey.Service, error)
	Service(ctx context.Context, id launchkey.ServiceID) (*launchkey.Service, error)
	UpdateService(ctx context.Context, id launchkey.ServiceID, update launchkey.ServiceUpdate) error
	AddServicePublicKey(ctx context.Context, id launchkey.ServiceID, key launchkey.NewPublicKey) (launchkey.KeyID, error)
	ServicePublicKeys(ctx context.Context, id launchkey.ServiceID) ([]launchkey.PublicKey, error)
	UpdateServicePublicKey(ctx context.Context, id launchkey.ServiceID, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error
	RemoveServicePublicKey(ctx context.Context, id launchkey.ServiceID, key launchkey.KeyID) error
	SetServicePolicy(ctx context.Context, id launchkey.ServiceID, policy launchkey.Policy) error
	ServicePolicy(ctx context.Context, id launchkey.ServiceID) (launchkey.Policy, error)
	RemoveServicePolicy(ctx context.Context, id launchkey.ServiceID) error
}

type organizationClient interface {
	serviceManager
	CreateDirectory(ctx context.Context, name string) (launchkey.DirectoryID, error)
	AllDirectories(ctx context.Context) ([]launchkey.Directory, error)
	Directories(ctx context.Context, ids ...launchkey.DirectoryID) ([]launchkey.Directory, error)
	Directory(ctx context.Context, id launchkey.DirectoryID) (*launchkey.Directory, error)
	UpdateDirectory(ctx context.Context, id launchkey.DirectoryID, update launchkey.DirectoryUpdate) error
	AddDirectoryPublicKey(ctx context.Context, id launchkey.DirectoryID, key launchkey.NewPublicKey) (launchkey.KeyID, error)
	DirectoryPublicKeys(ctx context.Context, id launchkey.DirectoryID) ([]launchkey.PublicKey, error)
	UpdateDirectoryPublicKey(ctx context.Context, id launchkey.DirectoryID, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error
	RemoveDirectoryPublicKey(ctx context.Context, id launchkey.DirectoryID, key launchkey.KeyID) error
	GenerateDirectorySDKKey(ctx context.Context, id launchkey.DirectoryID) (launchkey.SDKKey, error)
	DirectorySDKKeys(ctx context.Context, id launchkey.DirectoryID) ([]launchkey.SDKKey, error)
	RemoveDirectorySDKKey(ctx context.Context, id launchkey.DirectoryID, key launchkey.SDKKey) error
}

type directoryClient interface {
	serviceManager
	LinkDevice(ctx context.Context, user string, options launchkey.LinkDeviceOptions) (*launchkey.DeviceLink, error)
	LinkedDevices(ctx context.Context, user string) ([]launchkey.Device, error)
	UnlinkDevice(ctx context.Context, user string, device launchkey.DeviceID) error
	AllServiceSessions(ctx context.Context, user string) ([]launchkey.Session, error)
	EndAllServiceSessions(ctx context.Context, user string) error
	GenerateUserTOTP(ctx context.Context, user string) (*launchkey.TOTP, error)
	RemoveUserTOTP(ctx context.Context, user string) error
	HandleWebhook(ctx context.Context, hook launchkey.Webhook) (*launchkey.DeviceLinkWebhook, error)
}

type serviceClient interface {
	CreateAuthorizationRequest(ctx context.Context, user string, request launchkey.NewAuthorization) (*launchkey.AuthorizationRequest, error)
	AuthorizationResponse(ctx context.Context, id launchkey.AuthorizationID) (*launchkey.AuthorizationResponse, error)
	CancelAuthorizationRequest(ctx context.Context, id launchkey.AuthorizationID) error
	SessionStart(ctx context.Context, user string, request launchkey.AuthorizationID) error
	SessionEnd(ctx context.Context, user string) error
	VerifyTOTP(ctx context.Context, user, code string) (bool, error)
	HandleWebhook(ctx context.Context, hook launchkey.Webhook) (launchkey.ServiceWebhook, error)
}

// issuer is a factory: an entity that signs, and the clients that it makes.
type issuer interface {
	organization(t *testing.T) organizationClient
	directory(t *testing.T, id launchkey.DirectoryID) directoryClient
	service(t *testing.T, id launchkey.ServiceID) serviceClient
}

// entity is one of the kinds of issuers.
type entity string

const (
	anOrganization entity = "Organization"
	aDirectory     entity = "Directory"
	aService       entity = "Service"
)

// sdk is a package: the key signs, and the others open what is encrypted for them.
type sdk interface {
	as(t *testing.T, kind entity, id string, key *privateKey, more ...*privateKey) issuer
}

// sdks are the packages.
func (w *world) sdks() map[string]sdk {
	return map[string]sdk{"python": pythonSDK{w.python}, "go": goSDK{w.URL}}
}

// each tells a story once with every package.
func (w *world) each(t *testing.T, story func(t *testing.T, c sdk)) {
	t.Helper()
	for name, c := range w.sdks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, c)
		})
	}
}
