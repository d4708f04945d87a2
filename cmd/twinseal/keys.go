package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func keysCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "keys",
		Short: "Manage owners and keys of the LaunchKey, LoginID and Authsignal protocols",
		Long: `Manages what programs that speak the LaunchKey, LoginID or Authsignal protocol need to begin with: an organization,
its directories and applications (services, in LaunchKey's words), and the keys of each. An apply file does the same
for many at once.

  twinseal keys organization Acme
  twinseal keys directory customers
  twinseal keys service Login --directory UUID
  twinseal keys generate --owner organization:UUID --out acme.pem

  twinseal keys loginid Shop --url https://shop.example.com
  twinseal keys generate --curve P-256 --owner application:UUID --out shop.pem
  twinseal keys api-key --new --owner application:UUID

  twinseal keys authsignal Shop --url https://shop.example.com
  twinseal keys authsignal-key --new --owner application:UUID

The server may run meanwhile; it sees the change within seconds.`,
	}
	c.AddCommand(organizationCommand(), directoryCommand(), serviceCommand(), addKeyCommand(), listKeysCommand(), removeKeyCommand(),
		expireKeyCommand(), generateKeyCommand(), sdkKeyCommand(), rotateCommand(), loginidCommand(), apiKeyCommand(), rotateTokensCommand(),
		authsignalCommand(), authsignalKeyCommand())
	return c
}

// keysFlags are those that every command about keys has.
type keysFlags struct {
	settings

	asJSON bool
}

func (k *keysFlags) add(c *cobra.Command) {
	k.addDatabase(c)
	c.Flags().BoolVar(&k.asJSON, "json", false, "print JSON")
}

// ownerFlag names whose keys are meant.
type ownerFlag struct {
	keysFlags

	owner string
}

func (o *ownerFlag) add(c *cobra.Command) {
	o.keysFlags.add(c)
	c.Flags().StringVar(&o.owner, "owner", "", "whose: `KIND:UUID`, where KIND is organization, directory or service (or application, the same)")
}

// with opens the program and finds the owner.
func (o *ownerFlag) with(c *cobra.Command, do func(context.Context, *app.App, app.Owner) error) error {
	return withApp(c.Context(), &o.settings, func(ctx context.Context, a *app.App) error {
		owner, err := a.FindOwner(ctx, o.owner)
		if err != nil {
			return err
		}
		return do(ctx, a, owner)
	})
}

// atMostOneName are the arguments of commands that take a name or nothing.
func atMostOneName(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return errors.New("give one name; put one with blanks in quotes")
	}
	return nil
}

// nameOf is the argument of a command that may have one.
func nameOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
