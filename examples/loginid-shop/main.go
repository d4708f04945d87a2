// Command loginid-shop is a small web shop whose customers sign in with passkeys,
// confirm what they pay with them, and come in from another device by a code. It
// is an example of the Go port of the LoginID protocol; see README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/loginid"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.Getenv).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "loginid-shop:", err)
		return 1
	}
	return 0
}

// settings are what the command is told.
type settings struct{ listen, public, server, clientID, key string }

// command takes its defaults from the environment, as getenv tells it.
func command(getenv func(string) string) *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use: "loginid-shop", Short: "A web shop whose customers have passkeys", Args: cobra.NoArgs,
		SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), s) },
	}
	f := cmd.PersistentFlags()
	f.StringVar(&s.public, "public-url", defaultPublic, "`URL` under which browsers reach the shop")
	f.StringVar(&s.clientID, "client-id", or(getenv("LOGINID_CLIENT_ID"), defaultClientID), "the shop's client `ID`; LOGINID_CLIENT_ID")
	f.StringVar(&s.key, "key", or(getenv("LOGINID_KEY"), "loginid-shop.pem"), "the shop's private key, a PEM `FILE`; LOGINID_KEY")
	cmd.Flags().StringVar(&s.listen, "listen", "127.0.0.1:9091", "`ADDRESS` to listen on")
	cmd.Flags().StringVar(&s.server, "url", or(getenv("LOGINID_URL"), "http://127.0.0.1:8080"), "the LoginID server's `URL`, for the shop and for browsers; LOGINID_URL")
	cmd.AddCommand(&cobra.Command{
		Use: "setup", Short: "Print what a Twinseal server has to know of the shop, as a file for \"twinseal apply\"",
		Long: "Makes the shop's private key, unless there is one, and prints an apply file with its public half.", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return setUp(cmd.OutOrStdout(), s) },
	})
	return cmd
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

const (
	// headerTimeout ends connections that send nothing.
	headerTimeout = 10 * time.Second
	// farewell is for how long open requests may finish.
	farewell = 5 * time.Second
)

func serve(ctx context.Context, s settings) error {
	key, err := os.ReadFile(s.key)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no key %s: \"loginid-shop setup\" makes one, or name yours with --key", s.key)
	}
	if err != nil {
		return err
	}
	client, err := loginid.NewManagement(s.server, s.clientID, key)
	if err != nil {
		return err
	}
	a, err := newApp(s.public, s.server, client)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	slog.Info("listening", "address", "http://"+listener.Addr().String(), "open", s.public)
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: headerTimeout}
	finished := make(chan error, 1)
	go func() {
		<-ctx.Done()
		leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		finished <- server.Shutdown(leave)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-finished
}
