// Command twinseal is a second factor that people run themselves: the server, an authenticator for
// terminals, and the tools of its operators.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // policies name time zones, and a bare machine has no list of them

	"github.com/spf13/cobra"
)

// version is set when a release is built.
var version = "development"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := rootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "twinseal:", err)
		return 1
	}
	return 0
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "twinseal",
		Short: "A second factor that you run yourself",
		Long: `Twinseal enrols people's authenticators, decides when a second factor is needed, asks for it
and proves what was answered. It speaks its own API and those of Authy, LaunchKey, LoginID and Authsignal.

Start with "twinseal demo": a sample bank, an authenticator and an inbox on this machine.`,
		Version: version, SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), demoCommand(), applyCommand(), userCommand(), deviceCommand(), verifyCommand(), keysCommand(), rulesCommand())
	return root
}
