// Command launchkey-webhooks is a small web application with a login by phone:
// it links a person's phone, asks it, is told the answer by a webhook, and logs
// the person out when they log out on the phone. It is an example of the Go port
// of the LaunchKey protocol; see README.md.
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
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.Getenv).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "launchkey-webhooks:", err)
		return 1
	}
	return 0
}

// command takes its defaults from the environment, as getenv tells it.
func command(getenv func(string) string) *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use: "launchkey-webhooks", Short: "A web application with a login by phone", Args: cobra.NoArgs,
		SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:9090", "`ADDRESS` to listen on")
	f.StringVar(&s.public, "public-url", "http://127.0.0.1:9090", "`URL` under which browsers and the LaunchKey server reach it")
	f.StringVar(&s.server, "url", getenv("LAUNCHKEY_URL"), "the LaunchKey server's `URL`; LAUNCHKEY_URL")
	f.StringVar(&s.as, "as", getenv("LAUNCHKEY_AS"), "who signs: org: or dir: and the `ID`; LAUNCHKEY_AS")
	f.StringVar(&s.key, "key", getenv("LAUNCHKEY_KEY"), "its private key, a PEM `FILE`; LAUNCHKEY_KEY")
	f.StringArrayVar(&s.decryption, "encryption-key", nil, "a further private key that answers may be encrypted for, a PEM `FILE`")
	f.StringVar(&s.directory, "directory", getenv("LAUNCHKEY_DIRECTORY"), "the directory's `ID`; LAUNCHKEY_DIRECTORY")
	f.StringVar(&s.service, "service", getenv("LAUNCHKEY_SERVICE"), "the service's `ID`; LAUNCHKEY_SERVICE")
	f.BoolVar(&s.register, "register", false, "give the server the addresses of the webhooks first")
	return cmd
}

const (
	// headerTimeout ends connections that send nothing.
	headerTimeout = 10 * time.Second
	// farewell is for how long open requests may finish.
	farewell = 5 * time.Second
)

func serve(ctx context.Context, s settings) error {
	clients, err := s.connect()
	if err != nil {
		return err
	}
	a, err := newApp(s.public, clients)
	if err != nil {
		return err
	}
	if s.register {
		if err := s.tellAddresses(ctx, clients); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	slog.Info("listening", "address", "http://"+listener.Addr().String())
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
