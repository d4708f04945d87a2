package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func generateKeyCommand() *cobra.Command {
	var o ownerFlag
	var p purposeFlags
	var bits int
	var curve, out string
	c := &cobra.Command{
		Use:   "generate",
		Short: "Make a key, register its public half and hand out the private one, once",
		Long: `Makes an RSA key for the LaunchKey protocol or, with --curve P-256, one for the LoginID protocol, registers the
public half and writes the private one (PKCS #1 or PKCS #8, which all published clients of each read) to a file that
only you can read, or to standard output. The server does not keep it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := p.read()
			if err != nil {
				return err
			}
			return o.with(c, func(ctx context.Context, a *app.App, owner app.Owner) error {
				private, public, err := makeKey(curve, bits)
				if err != nil {
					return err
				}
				k.PEM = string(public)
				register := func() (string, error) { return a.AddPublicKey(ctx, owner, k) }
				if out != "" && out != "-" {
					return handOutFile(c, out, private, register, o.asJSON)
				}
				return handOut(c, private, register, o.asJSON)
			})
		},
	}
	o.add(c)
	p.add(c)
	c.Flags().IntVar(&bits, "bits", app.DefaultKeyBits, "its `SIZE`: 2048, 3072 or 4096; larger ones cost the server more at each request")
	c.Flags().StringVar(&curve, "curve", "", "make a key of this `CURVE` instead: P-256, for an application of the LoginID protocol")
	c.MarkFlagsMutuallyExclusive("bits", "curve")
	c.Flags().StringVarP(&out, "out", "o", "", "write the private key to this `FILE`, which must not be there yet (default standard output)")
	return c
}

func makeKey(curve string, bits int) (private, public []byte, err error) {
	switch curve {
	case "":
		return app.MakeKeyPair(bits)
	case "P-256", "p256":
		return app.MakeCurveKeyPair()
	}
	return nil, nil, errors.New("the curve is P-256; no other serves")
}

// handOutFile writes the private half first, so that no key is registered whose holder cannot be.
func handOutFile(c *cobra.Command, name string, private []byte, register func() (string, error), asJSON bool) error {
	const ownersAlone = 0o600
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownersAlone)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and keys are not written over; choose another file with --out", name)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(private)
	err = errors.Join(err, file.Close())
	var id string
	if err == nil {
		id, err = register()
	}
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return printKeyID(c, id, asJSON)
}

// handOut prints the private half after it was registered: whoever sees one can use it.
func handOut(c *cobra.Command, private []byte, register func() (string, error), asJSON bool) error {
	id, err := register()
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(map[string]string{"key": id, "private_key": string(private)})
	}
	if _, err := c.OutOrStdout().Write(private); err != nil {
		return fmt.Errorf("the private key could not be written; remove %s again: %w", id, err)
	}
	_, err = fmt.Fprintf(c.ErrOrStderr(), "%s is registered. Keep the private key above: it is not shown again.\n", id)
	return err
}
