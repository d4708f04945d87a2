package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/twinseal/twinseal/client/launchkey"
)

// The paths of the webhooks, below the public URL.
const (
	serviceHook   = "/webhooks/service"
	directoryHook = "/webhooks/directory"
)

// settings are what the command is told.
type settings struct {
	listen, public     string
	server, as, key    string
	decryption         []string
	directory, service string
	register           bool
}

// clients are the two that the application works with; the organization is nil
// when the directory signs.
type clients struct {
	organization *launchkey.OrganizationClient
	directory    *launchkey.DirectoryClient
	service      *launchkey.ServiceClient
}

func (s settings) connect() (clients, error) {
	kind, id, _ := strings.Cut(s.as, ":")
	switch {
	case s.server == "":
		return clients{}, errors.New("say which server: --url or LAUNCHKEY_URL")
	case kind != "org" && kind != "dir":
		return clients{}, errors.New("say who signs: --as or LAUNCHKEY_AS, org: or dir: and the id")
	case s.key == "":
		return clients{}, errors.New("say with which key: --key or LAUNCHKEY_KEY, a PEM file")
	case s.service == "" || kind == "org" && s.directory == "":
		return clients{}, errors.New("say for what: --directory and --service, or LAUNCHKEY_DIRECTORY and LAUNCHKEY_SERVICE")
	}
	key, options, err := s.keys()
	if err != nil {
		return clients{}, err
	}
	if kind == "dir" {
		return s.asDirectory(launchkey.DirectoryID(id), key, options)
	}
	return s.asOrganization(launchkey.OrganizationID(id), key, options)
}

func (s settings) keys() ([]byte, []launchkey.Option, error) {
	key, err := os.ReadFile(s.key)
	if err != nil {
		return nil, nil, err
	}
	var options []launchkey.Option
	for _, name := range s.decryption {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		options = append(options, launchkey.WithEncryptionKey(text))
	}
	return key, options, nil
}

func (s settings) asDirectory(id launchkey.DirectoryID, key []byte, options []launchkey.Option) (clients, error) {
	factory, err := launchkey.NewDirectoryFactory(s.server, id, key, options...)
	if err != nil {
		return clients{}, err
	}
	service, err := factory.ServiceClient(launchkey.ServiceID(s.service))
	return clients{directory: factory.DirectoryClient(), service: service}, err
}

func (s settings) asOrganization(id launchkey.OrganizationID, key []byte, options []launchkey.Option) (clients, error) {
	factory, err := launchkey.NewOrganizationFactory(s.server, id, key, options...)
	if err != nil {
		return clients{}, err
	}
	directory, err := factory.DirectoryClient(launchkey.DirectoryID(s.directory))
	if err != nil {
		return clients{}, err
	}
	service, err := factory.ServiceClient(launchkey.ServiceID(s.service))
	return clients{organization: factory.OrganizationClient(), directory: directory, service: service}, err
}

// tellAddresses gives the server the addresses of the webhooks. That of the
// directory can be given by the organization alone.
func (s settings) tellAddresses(ctx context.Context, c clients) error {
	base := strings.TrimRight(s.public, "/")
	update := launchkey.ServiceUpdate{CallbackURL: launchkey.To(base + serviceHook)}
	if err := c.directory.UpdateService(ctx, launchkey.ServiceID(s.service), update); err != nil {
		return err
	}
	if c.organization == nil {
		return nil
	}
	return c.organization.UpdateDirectory(ctx, launchkey.DirectoryID(s.directory), launchkey.DirectoryUpdate{
		WebhookURL: launchkey.To(base + directoryHook),
	})
}
