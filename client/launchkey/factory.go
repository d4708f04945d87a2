package launchkey

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/internal/poll"
)

// OrganizationFactory makes clients that sign as an organization. It may act on
// the organization, on its directories, and on the services of both.
type OrganizationFactory struct {
	issuer *issuer
	id     OrganizationID
}

// NewOrganizationFactory returns a factory for the organization. The base URL is
// the server's address; the private key (PEM, RSA) signs every request, and opens
// answers unless the server knows it as a signature key: see [WithEncryptionKey].
func NewOrganizationFactory(baseURL string, id OrganizationID, privateKey []byte, options ...Option) (*OrganizationFactory, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	issuer, err := newIssuer(baseURL, id.reference(), privateKey, options)
	if err != nil {
		return nil, err
	}
	return &OrganizationFactory{issuer: issuer, id: id}, nil
}

// Ping asks for the server's time, which also shows that it can be reached.
func (f *OrganizationFactory) Ping(ctx context.Context) (time.Time, error) {
	return f.issuer.server.ping(ctx)
}

// OrganizationClient manages the organization: its directories and services.
func (f *OrganizationFactory) OrganizationClient() *OrganizationClient {
	on := client{f.issuer, f.id.reference()}
	return &OrganizationClient{ServiceManager: ServiceManager{on, "/organization/v3"}, on: on}
}

// DirectoryClient acts on one of the organization's directories. Whether the id
// is one, the server says at the first call.
func (f *OrganizationFactory) DirectoryClient(id DirectoryID) (*DirectoryClient, error) {
	return newDirectoryClient(f.issuer, id)
}

// ServiceClient acts on a service of the organization or of one of its
// directories.
func (f *OrganizationFactory) ServiceClient(id ServiceID) (*ServiceClient, error) {
	return newServiceClient(f.issuer, id)
}

// DirectoryFactory makes clients that sign as a directory. It may act on the
// directory and on its services.
type DirectoryFactory struct {
	issuer *issuer
	id     DirectoryID
}

// NewDirectoryFactory is [NewOrganizationFactory] for a directory.
func NewDirectoryFactory(baseURL string, id DirectoryID, privateKey []byte, options ...Option) (*DirectoryFactory, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	issuer, err := newIssuer(baseURL, id.reference(), privateKey, options)
	if err != nil {
		return nil, err
	}
	return &DirectoryFactory{issuer: issuer, id: id}, nil
}

// Ping asks for the server's time, which also shows that it can be reached.
func (f *DirectoryFactory) Ping(ctx context.Context) (time.Time, error) {
	return f.issuer.server.ping(ctx)
}

// DirectoryClient acts on the directory: its services and users.
func (f *DirectoryFactory) DirectoryClient() *DirectoryClient {
	return directoryClient(f.issuer, f.id)
}

// ServiceClient acts on one of the directory's services.
func (f *DirectoryFactory) ServiceClient(id ServiceID) (*ServiceClient, error) {
	return newServiceClient(f.issuer, id)
}

// ServiceFactory makes the client that signs as a service. It may act on that
// service alone.
type ServiceFactory struct {
	issuer *issuer
	id     ServiceID
}

// NewServiceFactory is [NewOrganizationFactory] for a service.
func NewServiceFactory(baseURL string, id ServiceID, privateKey []byte, options ...Option) (*ServiceFactory, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	issuer, err := newIssuer(baseURL, id.reference(), privateKey, options)
	if err != nil {
		return nil, err
	}
	return &ServiceFactory{issuer: issuer, id: id}, nil
}

// Ping asks for the server's time, which also shows that it can be reached.
func (f *ServiceFactory) Ping(ctx context.Context) (time.Time, error) {
	return f.issuer.server.ping(ctx)
}

// ServiceClient acts on the service: it asks users and keeps their sessions.
func (f *ServiceFactory) ServiceClient() *ServiceClient {
	return &ServiceClient{on: client{f.issuer, f.id.reference()}}
}

func newDirectoryClient(issuer *issuer, id DirectoryID) (*DirectoryClient, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	return directoryClient(issuer, id), nil
}

func directoryClient(issuer *issuer, id DirectoryID) *DirectoryClient {
	on := client{issuer, id.reference()}
	return &DirectoryClient{ServiceManager: ServiceManager{on, "/directory/v3"}, on: on}
}

func newServiceClient(issuer *issuer, id ServiceID) (*ServiceClient, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	return &ServiceClient{on: client{issuer, id.reference()}}, nil
}

// issuer is the entity that signs: what a factory and all its clients share.
type issuer struct {
	reference reference
	server    *server
	expiry    int64 // seconds
	polling   poll.Pace
	keys      func() *keyring // a function, so that printing an enclosing struct shows an address
}

func newIssuer(baseURL string, reference reference, privateKey []byte, options []Option) (*issuer, error) {
	s, err := apply(baseURL, options)
	if err != nil {
		return nil, err
	}
	ring, err := newKeyring(privateKey, s.decryption)
	if err != nil {
		return nil, err
	}
	client := *s.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &issuer{
		reference: reference,
		server:    newServer(transport{base: s.base, http: &client, agent: s.agent}, s.identifier),
		expiry:    int64(s.expiry.Seconds()),
		polling:   s.polling,
		keys:      func() *keyring { return ring },
	}, nil
}

// String says who signs, for whom, without any key.
func (i *issuer) String() string {
	return fmt.Sprintf("launchkey client of %s for %s", i.reference, i.server.transport.base)
}

// Format writes String for every verb.
func (i *issuer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue is String.
func (i *issuer) LogValue() slog.Value { return slog.StringValue(i.String()) }

// client is an issuer that acts on one subject.
type client struct {
	issuer  *issuer
	subject reference
}
