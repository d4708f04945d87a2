package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// maxKeyFile bounds what is read as a key: far above the largest that is taken.
const maxKeyFile = 64 << 10

// purposeFlags say what a key is for and how long.
type purposeFlags struct {
	purpose string
	expires string
}

func (p *purposeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&p.purpose, "type", "both", "what it is for: `TYPE` both, encryption or signature")
	c.Flags().StringVar(&p.expires, "expires", "", "when it stops working: `TIME` such as 2027-01-31T12:00:00Z (default never)")
}

func (p *purposeFlags) read() (app.NewPublicKey, error) {
	out := app.NewPublicKey{Purpose: p.purpose}
	switch p.purpose {
	case "both", "encryption", "signature":
	default:
		return out, errors.New("--type is both, encryption or signature")
	}
	if p.expires == "" {
		return out, nil
	}
	at, err := parseMoment("--expires", p.expires)
	out.Expires = at
	return out, err
}

func parseMoment(flag, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1970 {
		return time.Time{}, fmt.Errorf("%s is a time such as 2027-01-31T12:00:00Z", flag)
	}
	return at, nil
}

func addKeyCommand() *cobra.Command {
	var o ownerFlag
	var p purposeFlags
	var off bool
	c := &cobra.Command{
		Use:   "add FILE",
		Short: "Register the public half of a key that a program has",
		Long: `Registers the PEM of a public key (- for standard input) and prints its id: an RSA key for the LaunchKey
protocol, or one of the curve P-256 for an application of the LoginID protocol.
To get the public half of a private key: openssl pkey -in private.pem -pubout`,
		Args: oneArgument("name the file of the public key: twinseal keys add FILE --owner KIND:UUID (- for standard input)"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := p.read()
			if err != nil {
				return err
			}
			text, err := readKey(c, args[0])
			if err != nil {
				return err
			}
			k.PEM, k.Off = text, off
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				id, err := a.AddPublicKey(ctx, owner, k)
				if err != nil {
					return err
				}
				return printKeyID(c, id, o.asJSON)
			})
		},
	}
	o.add(c)
	p.add(c)
	c.Flags().BoolVar(&off, "inactive", false, "keep it out of use until a client switches it on")
	return c
}

func readKey(c *cobra.Command, name string) (string, error) {
	in := c.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer func() { _ = file.Close() }() // it was only read
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxKeyFile))
	return string(text), err
}

// oneArgument are the arguments of a command that wants one, with what to say where it is missing.
func oneArgument(otherwise string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return errors.New(otherwise)
		}
		return nil
	}
}

func listKeysCommand() *cobra.Command {
	var o ownerFlag
	c := &cobra.Command{
		Use:   "list",
		Short: "List an owner's public keys, oldest first",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				keys, err := a.PublicKeys(ctx, owner)
				if err != nil {
					return err
				}
				return printKeys(c, owner, keys, a.Now(), o.asJSON)
			})
		},
	}
	o.add(c)
	return c
}

func removeKeyCommand() *cobra.Command {
	var o ownerFlag
	c := &cobra.Command{
		Use:   "remove KEY",
		Short: "Forget a public key; the only one of its owner stays",
		Args:  oneArgument("name the key by its id: twinseal keys remove KEY --owner KIND:UUID"),
		RunE: func(c *cobra.Command, args []string) error {
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				if err := a.RemovePublicKey(ctx, owner, args[0]); err != nil {
					return err
				}
				return printDone(c, o.asJSON, "removed", args[0])
			})
		},
	}
	o.add(c)
	return c
}

func expireKeyCommand() *cobra.Command {
	var o ownerFlag
	var at string
	var never bool
	c := &cobra.Command{
		Use:   "expire KEY",
		Short: "Say when a public key stops working: now, at a time, or never",
		Args:  oneArgument("name the key by its id: twinseal keys expire KEY --owner KIND:UUID"),
		RunE: func(c *cobra.Command, args []string) error {
			if never && at != "" {
				return errors.New("--at and --never exclude each other")
			}
			var then time.Time
			if at != "" {
				var err error
				if then, err = parseMoment("--at", at); err != nil {
					return err
				}
			}
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				if at == "" && !never {
					then = a.Now()
				}
				then = then.UTC().Truncate(time.Second)
				if err := a.ExpirePublicKey(ctx, owner, args[0], then); err != nil {
					return err
				}
				return printDone(c, o.asJSON, "expires "+moment(then), args[0])
			})
		},
	}
	o.add(c)
	c.Flags().StringVar(&at, "at", "", "`TIME` such as 2027-01-31T12:00:00Z (default now)")
	c.Flags().BoolVar(&never, "never", false, "take an expiry back")
	return c
}
