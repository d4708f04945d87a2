// Command authsignal-shop is the till of a market for pottery: sellers withdraw
// what they earned, small amounts at once and large ones after they have proved
// themselves, on a page of the server or in a frame. It is an example of the Go
// port of the Authsignal protocol; see README.md.
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
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/authsignal"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.Getenv).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "authsignal-shop:", err)
		return 1
	}
	return 0
}

// settings are what the command is told.
type settings struct{ listen, public, server, pages, keyFile string }

// command takes its defaults from the environment, as getenv tells it.
func command(getenv func(string) string) *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use: "authsignal-shop", Short: "A till whose large withdrawals want a proof", Args: cobra.NoArgs,
		SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), s, getenv("AUTHSIGNAL_SECRET_KEY"))
		},
	}
	f := cmd.PersistentFlags()
	f.StringVar(&s.public, "public-url", defaultPublic, "`URL` under which browsers reach the till")
	f.StringVar(&s.keyFile, "key", "authsignal-shop.key", "`FILE` of the secret key; AUTHSIGNAL_SECRET_KEY wins over it")
	cmd.Flags().StringVar(&s.listen, "listen", "127.0.0.1:9092", "`ADDRESS` to listen on")
	f.StringVar(&s.server, "url", or(getenv("AUTHSIGNAL_URL"), "http://localhost:8080/v1"), "the Authsignal server's `URL`; AUTHSIGNAL_URL")
	f.StringVar(&s.pages, "pages", "", "`URL` of the challenge pages, if they are not where the server is")
	cmd.AddCommand(&cobra.Command{
		Use: "setup", Short: "Print what a Twinseal server has to know of the till, as a file for \"twinseal apply\"",
		Long: "Makes the till's secret key, unless there is one, and prints an apply file with it.", Args: cobra.NoArgs,
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

func serve(ctx context.Context, s settings, key string) error {
	if key == "" {
		text, err := os.ReadFile(s.keyFile)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no key %s: \"authsignal-shop setup\" makes one, or give yours in AUTHSIGNAL_SECRET_KEY", s.keyFile)
		}
		if err != nil {
			return err
		}
		key = strings.TrimSpace(string(text))
	}
	server, err := authsignal.New(s.server, authsignal.Secret(key))
	if err != nil {
		return err
	}
	a, err := newApp(s.public, or(s.pages, s.server), server)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	slog.Info("listening", "address", "http://"+listener.Addr().String(), "open", s.public)
	web := &http.Server{Handler: a.handler(), ReadHeaderTimeout: headerTimeout}
	finished := make(chan error, 1)
	go func() {
		<-ctx.Done()
		leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		finished <- web.Shutdown(leave)
	}()
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-finished
}
