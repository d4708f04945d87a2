package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func loginidCommand() *cobra.Command {
	var k keysFlags
	var directory string
	var want app.NewClient
	c := &cobra.Command{
		Use:   "loginid [NAME]",
		Short: "Make or show an application of the LoginID protocol; without a name, list all",
		Long: `Shows an application of a directory with its client id, and makes it if it is not there. An application of
another protocol gets a client id beside what it has, and one that is there gets what the flags say. Without a
name it lists all that have a client id.

  twinseal keys loginid Shop --url https://shop.example.com
  twinseal keys loginid Backend --type management
  twinseal keys generate --curve P-256 --owner application:UUID --out backend.pem`,
		Args: atMostOneName,
		RunE: func(c *cobra.Command, args []string) error {
			return withApp(c.Context(), &k.settings, func(ctx context.Context, a *app.App) error {
				under, err := a.FindDirectory(ctx, directory)
				if err != nil {
					return err
				}
				if want.Name = nameOf(args); want.Name == "" {
					all, err := a.Clients(ctx, under)
					if err != nil {
						return err
					}
					return printClients(c, all, k.asJSON)
				}
				made, err := a.EnsureClient(ctx, under, want)
				if err != nil {
					return err
				}
				return printClient(c, made, k.asJSON)
			})
		},
	}
	k.add(c)
	c.Flags().StringVar(&directory, "directory", "", "where it stands: `UUID` (may be left out where there is only one)")
	c.Flags().StringVar(&want.URL, "url", "", "the website's `ADDRESS`, whose passkeys it registers")
	c.Flags().StringVar(&want.Type, "type", "", "what it is: `TYPE` web, native or management (default web)")
	c.Flags().StringVar(&want.ClientID, "client-id", "", "the client `ID` that your programs know (default a new one)")
	return c
}

// clientView is an application for programs.
type clientView struct {
	ownerView

	ClientID  string   `json:"client_id"`
	ClientIDs []string `json:"client_ids"`
	Type      string   `json:"type"`
	RPID      string   `json:"rp_id,omitempty"`
	Origins   []string `json:"origins,omitempty"`
}

func viewClient(c app.Client) clientView {
	view := clientView{ownerView: ownerView{c.String(), c.ID, c.Name, c.Keys, c.Created}, ClientIDs: c.ClientIDs, Type: c.Type}
	if len(c.ClientIDs) > 0 {
		view.ClientID = c.ClientIDs[0]
	}
	if view.Type == "" {
		view.Type = "web"
	}
	if p := c.RelyingParty; p != nil {
		view.RPID, view.Origins = p.ID, p.Origins
	}
	return view
}

func clientsTable(c *cobra.Command, all []app.Client) error {
	rows := make([]string, 0, len(all))
	for _, one := range all {
		v := viewClient(one)
		site := v.RPID
		if site == "" {
			site = "-"
		}
		rows = append(rows, fmt.Sprintf("%s\t%d\t%s\t%s\t%s\t%s", one, one.Keys, v.Type, site, one.Name, strings.Join(v.ClientIDs, " ")))
	}
	return table(c, "OWNER\tKEYS\tTYPE\tWEBSITE\tNAME\tCLIENT ID", rows)
}

func printClients(c *cobra.Command, all []app.Client, asJSON bool) error {
	if asJSON {
		out := make([]clientView, 0, len(all))
		for _, one := range all {
			out = append(out, viewClient(one))
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(c.ErrOrStderr(), "there is none yet; \"twinseal keys loginid NAME --url https://…\" makes one")
		return err
	}
	return clientsTable(c, all)
}

// printClient also says what nobody would guess: that without a key everybody may call as the application.
func printClient(c *cobra.Command, one app.Client, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(viewClient(one))
	}
	if err := clientsTable(c, []app.Client{one}); err != nil {
		return err
	}
	if one.MovedFrom != "" {
		fmt.Fprintf(c.ErrOrStderr(), "\nIts passkeys belonged to %[1]s before. Those that people have from there do not work for %[2]s; --url with\n"+
			"the address from before takes this back.\n", one.MovedFrom, one.RelyingParty.ID)
	}
	if one.Keys > 0 {
		return nil
	}
	_, err := fmt.Fprintf(c.ErrOrStderr(), "\nIt has no key, so whoever knows the client id may begin a registration. If your backend is to sign its calls,\n"+
		"make a key for it, or register the one that it has:\n"+
		"  twinseal keys generate --curve P-256 --owner %s --out FILE\n  twinseal keys add --owner %s FILE\n", one, one)
	return err
}

func apiKeyCommand() *cobra.Command {
	var o ownerFlag
	var fresh bool
	var remove string
	c := &cobra.Command{
		Use:   "api-key",
		Short: "List, make or remove the management keys of an application for the passkey API",
		Long: `Lists the management keys of an application, with which a backend calls /fido2/v2/mgmt. A new one is printed
once and cannot be shown again; the list has their ids alone.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				if !strings.HasPrefix(owner.String(), "service:") {
					return errors.New("management keys belong to an application: --owner application:UUID")
				}
				switch {
				case fresh:
					return makeAPIKey(ctx, c, a, owner, o.asJSON)
				case remove != "":
					if err := a.RemoveAPIKey(ctx, owner, remove); err != nil {
						return err
					}
					return printDone(c, o.asJSON, "removed", remove)
				}
				return printAPIKeys(ctx, c, a, owner, o.asJSON)
			})
		},
	}
	o.add(c)
	c.Flags().BoolVar(&fresh, "new", false, "make one and print it, once")
	c.Flags().StringVar(&remove, "remove", "", "end the key of this `ID`")
	c.MarkFlagsMutuallyExclusive("new", "remove")
	return c
}

func makeAPIKey(ctx context.Context, c *cobra.Command, a *app.App, owner app.Owner, asJSON bool) error {
	id, key, err := a.AddAPIKey(ctx, owner)
	if err != nil {
		return err
	}
	return handOutSecret(c, id, key, "management key", asJSON)
}

// apiKeyView is a management key for programs.
type apiKeyView struct {
	Key       string    `json:"key"`
	CreatedAt time.Time `json:"created_at"`
}

func printAPIKeys(ctx context.Context, c *cobra.Command, a *app.App, owner app.Owner, asJSON bool) error {
	keys, err := a.APIKeys(ctx, owner)
	if err != nil {
		return err
	}
	if asJSON {
		out := make([]apiKeyView, 0, len(keys))
		for _, k := range keys {
			out = append(out, apiKeyView{k.ID, k.CreatedAt})
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(keys) == 0 {
		_, err := fmt.Fprintf(c.ErrOrStderr(), "%s has no management key; --new makes one\n", owner)
		return err
	}
	rows := make([]string, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, fmt.Sprintf("%s\t%s", k.ID, moment(k.CreatedAt)))
	}
	return table(c, "KEY\tMADE", rows)
}

func rotateTokensCommand() *cobra.Command {
	var k keysFlags
	c := &cobra.Command{
		Use:   "rotate-tokens",
		Short: "Make a new key of the server for the tokens of the LoginID protocol's users",
		Long: `Makes a new key pair of the server and prints its id. Running servers sign with it within seconds. The old ones
stay published at /certs and in the key set, for the tokens that they signed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c.Context(), &k.settings, func(ctx context.Context, a *app.App) error {
				id, err := a.RotateTokenKey(ctx)
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
