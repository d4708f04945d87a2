package main

import (
	"fmt"
	"io"
	"net"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// demoData keeps the demo apart from everything real.
const demoData = "data/demo"

func demoCommand() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try it: a sample bank, an authenticator and an inbox on this machine",
		Long: `Runs a server with the sandbox on, a sample organization and a sample bank. Nothing is sent to
anybody: codes and mails arrive in an inbox page. What you do is kept in ./data/demo until you delete it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := s.load()
			if err != nil {
				return err
			}
			if s.flags.Data == "" {
				config.Data = demoData
			}
			config.Sandbox, config.Demo = true, true
			if config.LogLevel == "" {
				config.LogLevel = "warn"
			}
			out := c.OutOrStdout()
			return serve(c.Context(), config, func(a *app.App, _ net.Addr) { explainDemo(out, a.Config.PublicURL) })
		},
	}
	s.addServer(c)
	return c
}

func explainDemo(out io.Writer, at string) {
	fmt.Fprintf(out, `
Twinseal is running, with a sample bank in front of it.

  The bank           %[1]s/demo
  The authenticator  %[1]s/authenticator
  The inbox          %[1]s/sandbox

  1. Open the bank and register with any e-mail and phone number, such as +1 405 555 0199.
  2. Open the authenticator in a second tab, use your phone number, and type the code
     that arrives in the inbox.
  3. Back at the bank, transfer some money. The request appears in the authenticator:
     approve or deny it, and see what the bank makes of it.

Everything stays on this machine, but for notifications, if you switch them on in the app.
Press Ctrl-C to stop.

`, at)
}
