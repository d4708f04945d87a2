package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// ownerView is an owner for programs.
type ownerView struct {
	Owner   string `json:"owner"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Keys    int    `json:"keys"`
	Created bool   `json:"created"`
}

func viewOwner(o app.Owner) ownerView { return ownerView{o.String(), o.ID, o.Name, o.Keys, o.Created} }

// table prints rows whose columns line up.
func table(c *cobra.Command, head string, rows []string) error {
	const between = 2
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, between, ' ', 0)
	for _, line := range append([]string{head}, rows...) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return w.Flush()
}

func ownersTable(c *cobra.Command, all []app.Owner) error {
	rows := make([]string, 0, len(all))
	for _, o := range all {
		rows = append(rows, fmt.Sprintf("%s\t%d\t%s", o, o.Keys, o.Name))
	}
	return table(c, "OWNER\tKEYS\tNAME", rows)
}

func printOwners(c *cobra.Command, all []app.Owner, asJSON bool) error {
	if asJSON {
		out := make([]ownerView, 0, len(all))
		for _, o := range all {
			out = append(out, viewOwner(o))
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintf(c.ErrOrStderr(), "there is none yet; %q makes one\n", c.CommandPath()+" NAME")
		return err
	}
	return ownersTable(c, all)
}

// printOwner also says what comes next where nobody could speak for the owner yet.
func printOwner(c *cobra.Command, o app.Owner, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(viewOwner(o))
	}
	if err := ownersTable(c, []app.Owner{o}); err != nil || o.Keys > 0 {
		return err
	}
	_, err := fmt.Fprintf(c.ErrOrStderr(), "\nIt has no key of its own yet. If programs are to sign as it:\n  twinseal keys generate --owner %s --out FILE\n  twinseal keys add --owner %s FILE\n", o, o)
	return err
}

// keyView is a key for programs.
type keyView struct {
	Key       string     `json:"key"`
	Type      string     `json:"type"`
	State     string     `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	PublicKey string     `json:"public_key"`
}

// stateOf is whether a key works, in a word.
func stateOf(k app.PublicKey, now time.Time) string {
	switch {
	case !k.Active:
		return "off"
	case !k.Live(now):
		return "expired"
	}
	return "active"
}

// moment is a time in a table.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

func printKeys(c *cobra.Command, o app.Owner, keys []app.PublicKey, now time.Time, asJSON bool) error {
	if asJSON {
		out := make([]keyView, 0, len(keys))
		for _, k := range keys {
			view := keyView{k.ID, string(k.Purpose), stateOf(k, now), k.CreatedAt, nil, k.PEM}
			if !k.ExpiresAt.IsZero() {
				view.ExpiresAt = &k.ExpiresAt
			}
			out = append(out, view)
		}
		return json.NewEncoder(c.OutOrStdout()).Encode(out)
	}
	if len(keys) == 0 {
		_, err := fmt.Fprintf(c.ErrOrStderr(), "%s has no key; \"twinseal keys generate --owner %s\" makes one\n", o, o)
		return err
	}
	rows := make([]string, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", k.ID, k.Purpose, stateOf(k, now), moment(k.ExpiresAt)))
	}
	return table(c, "KEY\tTYPE\tSTATE\tEXPIRES", rows)
}

func printKeyID(c *cobra.Command, id string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(map[string]string{"key": id})
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), id)
	return err
}

func printDone(c *cobra.Command, asJSON bool, did, id string) error {
	if asJSON {
		return printKeyID(c, id, true)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s %s\n", id, did)
	return err
}
