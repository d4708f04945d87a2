// Command launchkey-cli speaks the LaunchKey protocol from a terminal: it links
// devices, asks people and waits for their answers, and manages directories,
// services, keys and policies. It is an example of the Go port; see README.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := rootCommand(os.Getenv).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "launchkey-cli:", explain(err))
		return 1
	}
	return 0
}

// rootCommand takes its defaults from the environment, as getenv tells it.
func rootCommand(getenv func(string) string) *cobra.Command {
	c := &connection{}
	root := &cobra.Command{
		Use:   "launchkey-cli",
		Short: "Speak the LaunchKey protocol from a terminal",
		Long: `Link devices, ask people to approve something, and manage what belongs to an organization.

Say once who you are, by flags or in the environment:

  export LAUNCHKEY_URL=https://mfa.example.net
  export LAUNCHKEY_AS=org:00d744c9-f407-4139-aff2-2713ce91532f
  export LAUNCHKEY_KEY=organization.pem
  export LAUNCHKEY_DIRECTORY=…   # for what belongs to a directory
  export LAUNCHKEY_SERVICE=…     # for what belongs to a service`,
		SilenceUsage: true, SilenceErrors: true,
	}
	c.addFlags(root, getenv)
	root.AddCommand(
		pingCommand(c), authorizeCommand(c), pollCommand(c), cancelCommand(c), sessionCommand(c),
		deviceCommand(c), totpCommand(c), directoryCommand(c), serviceCommand(c), keyCommand(c), policyCommand(c),
	)
	showUse(root)
	return root
}

// showUse makes every command below cmd that gets too few or too many arguments say how it is used.
func showUse(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		showUse(sub)
	}
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) != nil {
				return fmt.Errorf("these arguments do not fit; use it as: %s", cmd.UseLine())
			}
			return nil
		}
	}
}

func pingCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "ping", Short: "Ask for the server's time", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := c.ping(cmd.Context())
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"api_time": at}, facts{{"Server's time", stamp(at)}})
		},
	}
}
