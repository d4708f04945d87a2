package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/grants"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/place"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store"
)

// App is the wired program: storage, domain, front doors and background work. Open it, then Serve or use
// its Service.
type App struct {
	Config    Config
	Service   *mfa.Service
	Provision *provision.Service

	log     *slog.Logger
	lines   *logWriter
	clock   mfa.Clock
	sandbox *SandboxClock // nil outside of the sandbox
	store   *store.Store
	waker   waker
	seal    *ecdsa.PrivateKey
	push    *ecdsa.PrivateKey
	authy   *authy.Dialect
	native  *native.Dialect
	metrics *metrics

	launchkey  *launchkey.Dialect
	loginid    *loginid.Dialect
	authsignal *authsignal.Dialect

	passkeys      *passkeys.Service
	accounts      *accounts.Service
	handoffs      *handoffs.Service
	rulebook      *rulebook.Service
	people        *people.Service
	actions       *actions.Service
	grants        *grants.Service
	stepup        *stepup.Service
	configuration *configuration.Service

	outbound mfa.Sender // messages to people
	places   *place.Places

	tracer  trace.Tracer // nil when nothing is exported
	closers []func(context.Context) error
}

// Open reads nothing but what the configuration names, brings the database up to date and wires the
// parts. Logs go to w.
func Open(ctx context.Context, c Config, w io.Writer) (*App, error) {
	if err := c.Finish(); err != nil {
		return nil, err
	}
	lines := newLogWriter(w)
	log, err := newLog(lines, c.LogFormat, c.LogLevel)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, log: log, clock: systemClock{}, metrics: newMetrics(), lines: lines}
	if c.Sandbox {
		a.sandbox = &SandboxClock{}
		a.clock = a.sandbox
	}
	for _, open := range []func(context.Context) error{a.openTracing, a.openPlaces, a.openStore, a.wire} {
		if err := open(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
}

// Close ends the use of the database. Run and Serve must have returned.
func (a *App) Close() error {
	var errs []error
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	for _, closer := range a.closers {
		errs = append(errs, closer(context.Background()))
	}
	a.lines.Flush()
	return errors.Join(errs...)
}

const dataMode = 0o700

// DatabaseFile is the name of the embedded database in the data directory.
const DatabaseFile = "twinseal.db"

func (a *App) openStore(ctx context.Context) error {
	master, err := a.master(ctx)
	if err != nil {
		return err
	}
	if a.waker, err = newWaker(a.Config.Database, a.log); err != nil {
		return err
	}
	options := store.Options{Master: master, Waker: a.waker, PostgresURL: a.Config.Database}
	if a.Config.Database == "" {
		if err := os.MkdirAll(a.Config.Data, dataMode); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		options.SQLitePath = filepath.Join(a.Config.Data, DatabaseFile)
	}
	a.store, err = store.Open(ctx, options)
	return err
}

// master fetches the master key. Where none is configured, a key file is made at the first start: in the
// data directory, or for a server that has only a --database in the user's configuration directory, so
// that all servers of one account on one machine find the same. An embedded database that exists and has
// lost its key file is an error, not a reason for a new key, which would open nothing.
func (a *App) master(ctx context.Context) (seal.Master, error) {
	if a.Config.MasterKey != "" {
		source, err := seal.ParseSource(a.Config.MasterKey)
		if err != nil {
			return seal.Master{}, fmt.Errorf("master_key: %w", err)
		}
		return source.Read(ctx)
	}
	if err := os.MkdirAll(a.Config.Data, dataMode); err != nil {
		return seal.Master{}, fmt.Errorf("directory of the master key: %w; set --data or --master-key", err)
	}
	source := seal.FileSource(a.Config.Data)
	if a.Config.Database == "" {
		if _, err := os.Stat(filepath.Join(a.Config.Data, DatabaseFile)); err == nil {
			return source.Read(ctx)
		}
	}
	return source.ReadOrCreate(ctx)
}

func (a *App) wire(ctx context.Context) error {
	var err error
	if a.seal, err = serverKey(ctx, a.store, mfa.ServerSecretReceiptSeal); err != nil {
		return err
	}
	if a.push, err = serverKey(ctx, a.store, mfa.ServerSecretVAPID); err != nil {
		return err
	}
	limits := mfa.DefaultLimits()
	a.Service = mfa.New(mfa.Config{
		Store: a.store, Clock: a.clock, Random: rand.Reader, Waker: a.waker, Factors: factors(limits), Limits: limits,
		Sealer: sealer{a.seal}, Options: mfa.Options{PublicURL: a.Config.PublicURL, Sandbox: a.Config.Sandbox},
	})
	if err := a.wireServices(); err != nil {
		return err
	}
	if err := a.wireDialects(); err != nil {
		return err
	}
	// Here rather than in Run, so that a provider that is set up wrongly is told before anything is served.
	a.outbound, err = a.sender()
	return err
}

// Run does the background work until the context ends.
func (a *App) Run(ctx context.Context) error {
	work := a.worker()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.waker.Run(ctx) })
	group.Go(func() error { return a.Service.Run(ctx) })
	group.Go(func() error { return work.Run(ctx) })
	group.Go(func() error { return a.places.Run(ctx) })
	group.Go(func() error { return a.rulebook.Run(ctx) })
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
