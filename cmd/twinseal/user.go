package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func userCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Help a user: linking codes, recovery codes",
	}
	c.AddCommand(linkCodeCommand(), recoveryCommand())
	return c
}

// personFlags name a user of an application.
type personFlags struct {
	settings
	person app.Person
	asJSON bool
}

func (p *personFlags) add(c *cobra.Command) {
	p.addDatabase(c)
	f := c.Flags()
	f.Int64Var(&p.person.ApplicationNumber, "app", 0, "the application's `NUMBER` (may be left out where there is only one)")
	f.Int64Var(&p.person.Number, "authy-id", 0, "the user's integer `ID`")
	f.StringVar(&p.person.Phone, "phone", "", "the user's `NUMBER`, such as +14055550123")
	f.StringVar(&p.person.Alias, "alias", "", "the application's own `NAME` for the user")
	f.BoolVar(&p.asJSON, "json", false, "print JSON")
}

// linkText is for whoever reads the code to the person, and so says where it is typed.
const linkText = `%[1]s
Code   %[2]s-%[3]s
Until  %[4]s

Scan the picture, or type the code, in the authenticator at
%[5]s/authenticator

Or in a terminal:
twinseal device link --server %[5]s --code %[2]s%[3]s
`

func linkCodeCommand() *cobra.Command {
	var p personFlags
	c := &cobra.Command{
		Use:   "link-code",
		Short: "Make a code that links a new device to a user",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c.Context(), &p.settings, func(ctx context.Context, a *app.App) error {
				link, picture, err := a.LinkCode(ctx, p.person)
				if err != nil {
					return err
				}
				out := c.OutOrStdout()
				if p.asJSON {
					return json.NewEncoder(out).Encode(map[string]string{
						"code": link.Code, "uri": link.URI, "expires_at": link.ExpiresAt.Format(time.RFC3339),
					})
				}
				_, err = fmt.Fprintf(out, linkText, picture, link.Code[:4], link.Code[4:], link.ExpiresAt.Local().Format(time.DateTime), a.Config.PublicURL)
				return err
			})
		},
	}
	p.add(c)
	return c
}

func recoveryCommand() *cobra.Command {
	var p personFlags
	c := &cobra.Command{
		Use:   "recovery-codes",
		Short: "Give a user fresh recovery codes; older ones stop working",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c.Context(), &p.settings, func(ctx context.Context, a *app.App) error {
				codes, err := a.RecoveryCodes(ctx, p.person)
				if err != nil {
					return err
				}
				return printCodes(c.OutOrStdout(), codes, p.asJSON)
			})
		},
	}
	p.add(c)
	return c
}

func printCodes(out io.Writer, codes []string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(map[string][]string{"codes": codes})
	}
	fmt.Fprintln(out, "Each code works once, in place of any other code. They are not shown again.")
	for _, code := range codes {
		fmt.Fprintln(out, "  "+code)
	}
	return nil
}
