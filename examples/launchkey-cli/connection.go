package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

// connection is who asks which server about what.
type connection struct {
	url         string
	as          string // type and id of the entity that signs
	key         string // file
	decryption  []string
	directory   string
	service     string
	json        bool
	firstPoll   time.Duration
	longestPoll time.Duration
}

func (c *connection) addFlags(root *cobra.Command, getenv func(string) string) {
	f := root.PersistentFlags()
	f.StringVar(&c.url, "url", getenv("LAUNCHKEY_URL"), "the server's `URL`; LAUNCHKEY_URL")
	f.StringVar(&c.as, "as", getenv("LAUNCHKEY_AS"), "who signs: org:, dir: or svc: and the `ID`; LAUNCHKEY_AS")
	f.StringVar(&c.key, "key", getenv("LAUNCHKEY_KEY"), "its private key, a PEM `FILE`; LAUNCHKEY_KEY")
	f.StringArrayVar(&c.decryption, "encryption-key", nil, "a further private key that answers may be encrypted for, a PEM `FILE`; repeatable")
	f.StringVar(&c.directory, "directory", getenv("LAUNCHKEY_DIRECTORY"), "the directory's `ID`; LAUNCHKEY_DIRECTORY")
	f.StringVar(&c.service, "service", getenv("LAUNCHKEY_SERVICE"), "the service's `ID`; LAUNCHKEY_SERVICE")
	f.BoolVar(&c.json, "json", false, "print JSON")
	f.DurationVar(&c.firstPoll, "poll", time.Second, "pause between the first two polls while waiting")
	f.DurationVar(&c.longestPoll, "poll-longest", 5*time.Second, "longest pause between polls")
}

// factories is the one that the flags ask for; the others are nil.
type factories struct {
	organization *launchkey.OrganizationFactory
	directory    *launchkey.DirectoryFactory
	service      *launchkey.ServiceFactory
}

func (c *connection) factories() (factories, error) {
	kind, id, ok := strings.Cut(c.as, ":")
	switch {
	case c.url == "":
		return factories{}, errors.New("say which server: --url or LAUNCHKEY_URL")
	case !ok:
		return factories{}, errors.New("say who signs: --as or LAUNCHKEY_AS, as in org:00d744c9-f407-4139-aff2-2713ce91532f")
	case c.key == "":
		return factories{}, errors.New("say with which key: --key or LAUNCHKEY_KEY, a PEM file")
	}
	key, options, err := c.keys()
	if err != nil {
		return factories{}, err
	}
	var made factories
	switch kind {
	case "org":
		made.organization, err = launchkey.NewOrganizationFactory(c.url, launchkey.OrganizationID(id), key, options...)
	case "dir":
		made.directory, err = launchkey.NewDirectoryFactory(c.url, launchkey.DirectoryID(id), key, options...)
	case "svc":
		made.service, err = launchkey.NewServiceFactory(c.url, launchkey.ServiceID(id), key, options...)
	default:
		err = fmt.Errorf("%q signs nothing: --as begins with org, dir or svc and a colon", kind)
	}
	return made, err
}

func (c *connection) keys() ([]byte, []launchkey.Option, error) {
	key, err := os.ReadFile(c.key)
	if err != nil {
		return nil, nil, err
	}
	options := []launchkey.Option{launchkey.WithUserAgent("launchkey-cli"), launchkey.WithPolling(c.firstPoll, c.longestPoll)}
	for _, name := range c.decryption {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		options = append(options, launchkey.WithEncryptionKey(text))
	}
	return key, options, nil
}

func (c *connection) ping(ctx context.Context) (time.Time, error) {
	made, err := c.factories()
	switch {
	case err != nil:
		return time.Time{}, err
	case made.organization != nil:
		return made.organization.Ping(ctx)
	case made.directory != nil:
		return made.directory.Ping(ctx)
	default:
		return made.service.Ping(ctx)
	}
}

func (c *connection) organizationClient() (*launchkey.OrganizationClient, error) {
	made, err := c.factories()
	if err != nil {
		return nil, err
	}
	if made.organization == nil {
		return nil, errors.New("only an organization may do that: --as org:…")
	}
	return made.organization.OrganizationClient(), nil
}

func (c *connection) directoryClient() (*launchkey.DirectoryClient, error) {
	made, err := c.factories()
	switch {
	case err != nil:
		return nil, err
	case made.directory != nil:
		return made.directory.DirectoryClient(), nil
	case made.service != nil:
		return nil, errors.New("a service may not do that: --as org:… or dir:…")
	case c.directory == "":
		return nil, errors.New("say in which directory: --directory or LAUNCHKEY_DIRECTORY")
	default:
		return made.organization.DirectoryClient(launchkey.DirectoryID(c.directory))
	}
}

func (c *connection) serviceClient() (*launchkey.ServiceClient, error) {
	made, err := c.factories()
	switch {
	case err != nil:
		return nil, err
	case made.service != nil:
		return made.service.ServiceClient(), nil
	case c.service == "":
		return nil, errors.New("say for which service: --service or LAUNCHKEY_SERVICE")
	case made.directory != nil:
		return made.directory.ServiceClient(launchkey.ServiceID(c.service))
	default:
		return made.organization.ServiceClient(launchkey.ServiceID(c.service))
	}
}

// manager manages the services of the directory when there is one, and else
// those of the organization.
func (c *connection) manager() (*launchkey.ServiceManager, error) {
	if c.directory == "" && strings.HasPrefix(c.as, "org:") {
		client, err := c.organizationClient()
		if err != nil {
			return nil, err
		}
		return &client.ServiceManager, nil
	}
	client, err := c.directoryClient()
	if err != nil {
		return nil, err
	}
	return &client.ServiceManager, nil
}

// with gives a command the client that it works on.
func with[T any](client func() (T, error), run func(*cobra.Command, []string, T) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		made, err := client()
		if err != nil {
			return err
		}
		return run(cmd, args, made)
	}
}
