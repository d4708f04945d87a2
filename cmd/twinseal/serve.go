package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// settings are the flags that every command with a database has. They win over environment and file.
type settings struct {
	file  string
	flags app.Config
}

func (s *settings) addDatabase(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.file, "config", "", "configuration `FILE` (YAML); TWINSEAL_* variables win over it, flags over both")
	f.StringVar(&s.flags.Data, "data", "", "`DIR`ectory of the embedded database and the master key (default \"data\")")
	f.StringVar(&s.flags.Database, "database", "", "PostgreSQL `URL` instead of the embedded database")
	f.StringVar(&s.flags.MasterKey, "master-key", "", "where the master key is: file:PATH, env:NAME or command:LINE")
	f.StringVar(&s.flags.PublicURL, "public-url", "", "`URL` under which people and devices reach the server")
}

func (s *settings) addServer(c *cobra.Command) {
	s.addDatabase(c)
	f := c.Flags()
	f.StringVar(&s.flags.Listen, "listen", "", "`ADDR`ess to listen on (default \"127.0.0.1:8080\")")
	f.StringVar(&s.flags.Apply, "apply", "", "apply `FILE` to bring in before serving")
	f.StringArrayVar(&s.flags.Places, "places", nil, "`FILE` that knows where addresses are (MaxMind's format); may be repeated")
	f.StringArrayVar(&s.flags.NetworkLists, "network-list", nil, "`NAME=FILE` of networks for rules, such as tor=exits.txt; may be repeated")
	f.BoolVar(&s.flags.Sandbox, "sandbox", false, "for tests only: keep messages in an inbox that anybody reads, let anybody set the clock")
}

// load merges file, environment and flags.
func (s *settings) load() (app.Config, error) {
	c, err := app.LoadConfig(s.file)
	if err != nil {
		return c, err
	}
	c.Version = version
	for _, set := range []struct{ to, from *string }{
		{&c.Data, &s.flags.Data},
		{&c.Database, &s.flags.Database},
		{&c.MasterKey, &s.flags.MasterKey},
		{&c.PublicURL, &s.flags.PublicURL},
		{&c.Listen, &s.flags.Listen},
		{&c.Apply, &s.flags.Apply},
	} {
		if *set.from != "" {
			*set.to = *set.from
		}
	}
	for _, set := range []struct{ to, from *[]string }{{&c.Places, &s.flags.Places}, {&c.NetworkLists, &s.flags.NetworkLists}} {
		if len(*set.from) > 0 {
			*set.to = *set.from
		}
	}
	c.Sandbox = c.Sandbox || s.flags.Sandbox
	return c, nil
}

func serveCommand() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Runs the server until it is told to stop (Ctrl-C or SIGTERM), then lets open requests finish.

Without flags it keeps an embedded database in ./data and listens on 127.0.0.1:8080.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := s.load()
			if err != nil {
				return err
			}
			return serve(c.Context(), config, nil)
		},
	}
	s.addServer(c)
	return c
}

// heapFloor keeps the collector from running many times a second only because little is live: it counts as
// live, but is never touched, so it takes addresses and no memory. A collection then comes after as much
// garbage as twice of it and what is really live, whatever the load; GOGC in the environment scales that.
const heapFloor = 24 << 20

// serve opens the program, applies what is to be applied and answers until the context ends.
func serve(ctx context.Context, config app.Config, ready func(*app.App, net.Addr)) error {
	var floor strings.Builder // make would touch memory that was used before, to make it zero
	floor.Grow(heapFloor)
	defer runtime.KeepAlive(&floor)
	a, err := app.Open(ctx, config, os.Stderr)
	if err != nil {
		return err
	}
	err = applyAndServe(ctx, a, ready)
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	return err
}

func applyAndServe(ctx context.Context, a *app.App, ready func(*app.App, net.Addr)) error {
	if a.Config.Apply != "" {
		applied, err := a.ApplyFile(ctx, a.Config.Apply)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "applied %s: %s\n", a.Config.Apply, describeApplied(applied))
	}
	return a.Serve(ctx, func(at net.Addr) {
		debug.FreeOSMemory() // what starting and applying left behind would stay until the first collection
		if ready != nil {
			ready(a, at)
		}
	})
}
