package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// ownerCommand shows owners of one kind, or makes one: all commands of that sort go the same way.
type ownerCommand struct {
	keysFlags

	id   string
	list func(context.Context, *app.App) ([]app.Owner, error)
	make func(ctx context.Context, a *app.App, id, name string) (app.Owner, error)
}

func (o *ownerCommand) run(c *cobra.Command, args []string) error {
	name := nameOf(args)
	return withApp(c.Context(), &o.settings, func(ctx context.Context, a *app.App) error {
		if name == "" && o.id == "" {
			all, err := o.list(ctx, a)
			if err != nil {
				return err
			}
			return printOwners(c, all, o.asJSON)
		}
		found, err := o.make(ctx, a, o.id, name)
		if err != nil {
			return err
		}
		return printOwner(c, found, o.asJSON)
	})
}

func (o *ownerCommand) command(use, short, long string) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Args: atMostOneName, RunE: o.run}
	o.add(c)
	c.Flags().StringVar(&o.id, "id", "", "the `UUID` to have, such as the one that your programs know")
	return c
}

func organizationCommand() *cobra.Command {
	o := &ownerCommand{
		list: func(ctx context.Context, a *app.App) ([]app.Owner, error) { return a.Organizations(ctx) },
		make: func(ctx context.Context, a *app.App, id, name string) (app.Owner, error) {
			return a.EnsureOrganization(ctx, id, name)
		},
	}
	return o.command("organization [NAME]", "Make or show an organization; without a name, list all",
		"Shows the organization of a name or an id with its id and the number of its keys, and makes it if it is not\nthere. Without a name it lists all.")
}

func directoryCommand() *cobra.Command {
	var organization string
	o := &ownerCommand{
		list: func(ctx context.Context, a *app.App) ([]app.Owner, error) {
			under, err := a.FindOrganization(ctx, organization)
			if err != nil {
				return nil, err
			}
			return a.Directories(ctx, under)
		},
		make: func(ctx context.Context, a *app.App, id, name string) (app.Owner, error) {
			under, err := a.FindOrganization(ctx, organization)
			if err != nil {
				return app.Owner{}, err
			}
			return a.EnsureDirectory(ctx, under, id, name)
		},
	}
	c := o.command("directory [NAME]", "Make or show a directory of an organization; without a name, list all",
		"Shows a directory, a population of people, and makes it if it is not there. Without a name it lists all of\nthe organization.")
	c.Flags().StringVar(&organization, "organization", "", "whose: `UUID` (may be left out where there is only one)")
	return c
}

func serviceCommand() *cobra.Command {
	var organization, directory string
	under := func(ctx context.Context, a *app.App) (app.Owner, error) {
		switch {
		case directory != "" && organization != "":
			return app.Owner{}, errors.New("a service stands in a directory or is the organization's own: give --directory or --organization")
		case directory != "":
			return a.FindOwner(ctx, "directory:"+directory)
		case organization != "":
			return a.FindOwner(ctx, "organization:"+organization)
		}
		return app.Owner{}, errors.New("say where the service stands: --directory UUID or, for one without people, --organization UUID")
	}
	o := &ownerCommand{
		list: func(ctx context.Context, a *app.App) ([]app.Owner, error) {
			above, err := under(ctx, a)
			if err != nil {
				return nil, err
			}
			return a.Services(ctx, above)
		},
		make: func(ctx context.Context, a *app.App, id, name string) (app.Owner, error) {
			above, err := under(ctx, a)
			if err != nil {
				return app.Owner{}, err
			}
			return a.EnsureService(ctx, above, id, name)
		},
	}
	c := o.command("service [NAME]", "Make or show a service of a directory or an organization; without a name, list all",
		"Shows a service, which is an application in LaunchKey's words, and makes it if it is not there. Without a name\nit lists all.")
	c.Flags().StringVar(&directory, "directory", "", "where it stands: `UUID` of a directory")
	c.Flags().StringVar(&organization, "organization", "", "instead of a directory: `UUID` of the organization whose own it is")
	return c
}
