package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func authsignalCommand() *cobra.Command {
	var k keysFlags
	var directory string
	var want app.NewTenant
	c := &cobra.Command{
		Use:   "authsignal [NAME]",
		Short: "Make or show an application of the Authsignal protocol; without a name, list all",
		Long: `Shows an application of a directory with its tenant id, and makes it if it is not there. An application of
another protocol gets a tenant id beside what it has. Without a name it lists all that have a tenant id.

  twinseal keys authsignal Shop --url https://shop.example.com
  twinseal keys authsignal-key --new --owner application:UUID`,
		Args: atMostOneName,
		RunE: func(c *cobra.Command, args []string) error {
			return withApp(c.Context(), &k.settings, func(ctx context.Context, a *app.App) error {
				under, err := a.FindDirectory(ctx, directory)
				if err != nil {
					return err
				}
				if want.Name = nameOf(args); want.Name == "" {
					all, err := a.Tenants(ctx, under)
					if err != nil {
						return err
					}
					return printTenants(c, all, k.asJSON)
				}
				made, err := a.EnsureTenant(ctx, under, want)
				if err != nil {
					return err
				}
				return printTenant(c, made, k.asJSON)
			})
		},
	}
	k.add(c)
	c.Flags().StringVar(&directory, "directory", "", "where it stands: `UUID` (may be left out where there is only one)")
	c.Flags().StringVar(&want.URL, "url", "", "the website's `ADDRESS`, whose passkeys it registers")
	c.Flags().StringVar(&want.TenantID, "tenant-id", "", "the tenant `UUID` that your pages and apps know (default a new one)")
	return c
}

// tenantView is an application for programs.
type tenantView struct {
	ownerView

	TenantID   string   `json:"tenant_id"`
	TenantIDs  []string `json:"tenant_ids"`
	SecretKeys int      `json:"secret_keys"`
	RPID       string   `json:"rp_id,omitempty"`
}

func viewTenant(t app.Tenant) tenantView {
	view := tenantView{ownerView: ownerView{t.String(), t.ID, t.Name, t.Keys, t.Created}, TenantIDs: t.TenantIDs, SecretKeys: t.SecretKeys}
	if len(t.TenantIDs) > 0 {
		view.TenantID = t.TenantIDs[0]
	}
	if t.RelyingParty != nil {
		view.RPID = t.RelyingParty.ID
	}
	return view
}

func tenantsTable(c *cobra.Command, all []app.Tenant) error {
	rows := make([]string, 0, len(all))
	for _, one := range all {
		site := "-"
		if one.RelyingParty != nil {
			site = one.RelyingParty.ID
		}
		rows = append(rows, fmt.Sprintf("%s\t%d\t%s\t%s\t%s", one, one.SecretKeys, site, one.Name, strings.Join(one.TenantIDs, " ")))
	}
	return table(c, "OWNER\tSECRET KEYS\tWEBSITE\tNAME\tTENANT ID", rows)
}

func printTenants(c *cobra.Command, all []app.Tenant, asJSON bool) error {
	if asJSON {
		out := make([]tenantView, 0, len(all))
		for _, one := range all {
			out = append(out, viewTenant(one))
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(c.ErrOrStderr(), "there is none yet; \"twinseal keys authsignal NAME --url https://…\" makes one")
		return err
	}
	return tenantsTable(c, all)
}

// printTenant also says what comes next: without a secret key nobody can call as the tenant.
func printTenant(c *cobra.Command, one app.Tenant, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(viewTenant(one))
	}
	if err := tenantsTable(c, []app.Tenant{one}); err != nil || one.SecretKeys > 0 {
		return err
	}
	_, err := fmt.Fprintf(c.ErrOrStderr(), "\nIt has no secret key yet, with which your server calls and tokens are signed. Make one:\n"+
		"  twinseal keys authsignal-key --new --owner %s\n", one)
	return err
}

func authsignalKeyCommand() *cobra.Command {
	var o ownerFlag
	var fresh, management bool
	var remove string
	c := &cobra.Command{
		Use:   "authsignal-key",
		Short: "List, make or remove the secret and management keys of an application for Authsignal's protocol",
		Long: `Lists the keys of an application: secret ones, with which a backend calls and which sign tokens and webhooks, and
those of the management API. A new one is printed once and cannot be shown again; the list has their ids alone.

To replace a key, make a new one, move your programs to it, and remove the old one. Both live meanwhile: tokens are
signed by the newest, those of the other still count, and webhooks carry a signature by each.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				if !strings.HasPrefix(owner.String(), "service:") {
					return errors.New("these keys belong to an application: --owner application:UUID")
				}
				switch {
				case fresh:
					id, key, err := a.AddSecretKey(ctx, owner, management)
					if err != nil {
						return err
					}
					return handOutSecret(c, id, key, "key", o.asJSON)
				case remove != "":
					if err := a.RemoveSecretKey(ctx, owner, remove); err != nil {
						return err
					}
					return printDone(c, o.asJSON, "removed", remove)
				}
				keys, err := a.SecretKeys(ctx, owner)
				if err != nil {
					return err
				}
				return printSecretKeys(c, owner, keys, o.asJSON)
			})
		},
	}
	o.add(c)
	c.Flags().BoolVar(&fresh, "new", false, "make one and print it, once")
	c.Flags().BoolVar(&management, "management", false, "with --new: for the management API, not for the server's")
	c.Flags().StringVar(&remove, "remove", "", "end the key of this `ID`")
	c.MarkFlagsMutuallyExclusive("new", "remove")
	return c
}

// handOutSecret prints a key after it was stored: whoever sees one can use it.
func handOutSecret(c *cobra.Command, id, key, what string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(map[string]string{"key": id, "api_key": key})
	}
	if _, err := fmt.Fprintln(c.OutOrStdout(), key); err != nil {
		return fmt.Errorf("the key could not be written; remove %s again: %w", id, err)
	}
	_, err := fmt.Fprintf(c.ErrOrStderr(), "Keep the %s above: it is not shown again. Its id is %s.\n", what, id)
	return err
}

func printSecretKeys(c *cobra.Command, owner app.Owner, keys []app.APIKey, asJSON bool) error {
	use := func(k app.APIKey) string {
		if k.Management {
			return "management"
		}
		return "secret"
	}
	if asJSON {
		out := make([]map[string]any, 0, len(keys))
		for _, k := range keys {
			out = append(out, map[string]any{"key": k.ID, "use": use(k), "created_at": k.CreatedAt})
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(keys) == 0 {
		_, err := fmt.Fprintf(c.ErrOrStderr(), "%s has no key yet; --new makes one\n", owner)
		return err
	}
	rows := make([]string, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", k.ID, use(k), moment(k.CreatedAt)))
	}
	return table(c, "KEY\tUSE\tMADE", rows)
}
