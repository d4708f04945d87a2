package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// pgEngine has a few writers, each with a connection of its own, and a pool of
// reading connections.
type pgEngine struct {
	config   *pgconn.Config
	options  Options
	queue    *queue
	readers  *pool[*pgClient]
	writers  []*pgWriter
	closing  chan struct{} // closed when Close begins
	finished chan struct{} // closed when the writers are done
	ping     Statement
}

// OpenPostgres connects to the server that the URL names, in the syntax of
// libpq. The server must be reachable now; later it may come and go.
func OpenPostgres(ctx context.Context, url string, options Options) (Engine, error) {
	config, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the address of the database: %w", err)
	}
	e := &pgEngine{
		config: config, options: options.withDefaults(postgresGroup, max(4*runtime.NumCPU(), 2*minReaders)),
		queue: newQueue(), closing: make(chan struct{}), finished: make(chan struct{}),
		ping: Statement{SQL: "SELECT 1"},
	}
	e.readers = newPool(e.options.Readers, e.openReader, (*pgClient).close)
	first, err := e.openWriter(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	for range e.options.Writers {
		w := &pgWriter{
			options: e.options, queue: e.queue, connect: e.openWriter,
			closing: e.closing, done: make(chan struct{}), client: first,
		}
		first = nil
		e.writers = append(e.writers, w)
		go w.loop()
	}
	go e.watchWriters()
	return e, nil
}

// idleLimit ends the transaction of a node that stopped in the middle of it and
// would otherwise hold its locks against all others.
const idleLimit = 30 * time.Second

func (e *pgEngine) openWriter(ctx context.Context) (*pgClient, error) {
	return pgConnect(ctx, e.config, "SET lock_timeout = "+milliseconds(e.options.Busy)+
		"; SET idle_in_transaction_session_timeout = "+milliseconds(idleLimit))
}

func (e *pgEngine) openReader(ctx context.Context) (*pgClient, error) {
	return pgConnect(ctx, e.config, "SET default_transaction_read_only = on")
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}

func (e *pgEngine) Flavour() Flavour { return Postgres }

func (e *pgEngine) Read(ctx context.Context, read func(Tx) error) error {
	r := &pgReader{ctx: ctx, pool: e.readers}
	if err := r.acquire(); err != nil {
		return err
	}
	defer r.release()
	t := &pgTx{submit: r.submit}
	return guarded(func() error { return t.outcome(read(t)) }, func() {})
}

func (e *pgEngine) Write(ctx context.Context, write func(WriteTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRequest(write)
	if err := e.queue.push(r); err != nil {
		return err
	}
	t, err := r.wait(ctx)
	for t != nil {
		t.group.join(t)
		t, err = r.wait(context.Background())
	}
	if err != nil {
		return err
	}
	r.committed()
	return nil
}

// WriteTogether has no patience: the functions of a group wait for each other's
// round trips anyway.
func (e *pgEngine) WriteTogether(ctx context.Context, _ time.Duration, write func(WriteTx) error) error {
	return e.Write(ctx, write)
}

func (e *pgEngine) Check(ctx context.Context, statements ...*Statement) error {
	r := &pgReader{ctx: ctx, pool: e.readers}
	if err := r.acquire(); err != nil {
		return err
	}
	defer r.release()
	var all []error
	for _, st := range statements {
		_, err := r.client.batch(ctx, st)
		all = append(all, err, st.sound())
	}
	return errors.Join(all...)
}

func (e *pgEngine) Ping(ctx context.Context) error {
	return e.Read(ctx, func(tx Tx) error {
		_, err := tx.Exec(&e.ping)
		return err
	})
}

func (e *pgEngine) Close() error {
	if !e.queue.close() {
		return nil
	}
	close(e.closing)
	for _, w := range e.writers {
		<-w.done
	}
	close(e.finished)
	return e.readers.shut()
}

func (e *pgEngine) Migrate(ctx context.Context, fsys fs.FS) error {
	conn, err := pgconn.ConnectConfig(ctx, e.config)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	m := &pgMigrator{conn: conn}
	return errors.Join(migrate(ctx, fsys, m), conn.Close(context.WithoutCancel(ctx)))
}
