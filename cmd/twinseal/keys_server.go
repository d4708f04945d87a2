package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func sdkKeyCommand() *cobra.Command {
	var k keysFlags
	var directory, add, remove string
	var fresh bool
	c := &cobra.Command{
		Use:   "sdk",
		Short: "List, make or remove the SDK keys of a directory",
		Long: `Lists the SDK keys of a directory: UUIDs that builds of an app are configured with. Clients are shown them;
nothing here depends on them.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if directory == "" {
				return errors.New("name the directory: twinseal keys sdk --directory UUID")
			}
			return withApp(c.Context(), &k.settings, func(ctx context.Context, a *app.App) error {
				owner, err := a.FindOwner(ctx, "directory:"+directory)
				if err != nil {
					return err
				}
				switch {
				case remove != "":
					err = a.RemoveSDKKey(ctx, owner, remove)
				case fresh || add != "":
					_, err = a.AddSDKKey(ctx, owner, add)
				}
				if err != nil {
					return err
				}
				return printSDKKeys(ctx, c, a, owner, k.asJSON)
			})
		},
	}
	k.add(c)
	c.Flags().StringVar(&directory, "directory", "", "whose: `UUID`")
	c.Flags().BoolVar(&fresh, "new", false, "make one more")
	c.Flags().StringVar(&add, "add", "", "add this `UUID`, which your builds have already")
	c.Flags().StringVar(&remove, "remove", "", "remove this `UUID`; the only one stays")
	c.MarkFlagsMutuallyExclusive("new", "add", "remove")
	return c
}

func printSDKKeys(ctx context.Context, c *cobra.Command, a *app.App, owner app.Owner, asJSON bool) error {
	keys, err := a.SDKKeys(ctx, owner)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(append([]string{}, keys...))
	}
	for _, key := range keys {
		if _, err := fmt.Fprintln(c.OutOrStdout(), key); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		_, err = fmt.Fprintf(c.ErrOrStderr(), "%s has no SDK key; --new makes one\n", owner)
	}
	return err
}

func rotateCommand() *cobra.Command {
	var k keysFlags
	c := &cobra.Command{
		Use:   "rotate-api",
		Short: "Make a new key of the server for the LaunchKey protocol",
		Long: `Makes a new key pair of the server and prints its id. It signs answers at once; clients fetch it by themselves.
The old ones stay: they go on opening what clients sealed to them, and are published for what they signed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c.Context(), &k.settings, func(ctx context.Context, a *app.App) error {
				id, err := a.RotateAPIKey(ctx)
				if err != nil {
					return err
				}
				return printKeyID(c, id, k.asJSON)
			})
		},
	}
	k.add(c)
	return c
}
