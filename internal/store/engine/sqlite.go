package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// sqliteEngine has one writing connection, which its writer owns, and a pool
// of reading ones.
type sqliteEngine struct {
	path    string
	options Options
	queue   *queue
	readers *pool[*sqliteConn]
	writer  *sqliteWriter
}

// OpenSQLite opens the database file, which is created if it does not exist.
// Other processes may use the file at the same time.
func OpenSQLite(ctx context.Context, path string, options Options) (Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path, options: options.withDefaults(sqliteGroup), queue: newQueue()}
	writer, err := newSQLiteWriter(path, e.options, e.queue)
	if err != nil {
		return nil, fmt.Errorf("open database file %s: %w", path, err)
	}
	e.writer = writer
	e.readers = newPool(e.options.Readers, e.openReader, (*sqliteConn).close)
	go writer.loop(nil)
	return e, nil
}

func (e *sqliteEngine) openReader(context.Context) (*sqliteConn, error) {
	c, err := openSQLiteConn(e.path, e.options.Busy)
	if err != nil {
		return nil, err
	}
	if err := c.script("PRAGMA query_only = ON"); err != nil {
		_ = c.close()
		return nil, err
	}
	return c, nil
}

func (e *sqliteEngine) Flavour() Flavour { return SQLite }

func (e *sqliteEngine) Read(ctx context.Context, read func(Tx) error) error {
	c, err := e.readers.get(ctx)
	if err != nil {
		return err
	}
	defer e.readers.put(c)
	tx := &sqliteTx{c: c, ctx: ctx}
	return guarded(func() error { return tx.outcome(read(tx)) }, func() {})
}

func (e *sqliteEngine) Write(ctx context.Context, write func(WriteTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRequest(write)
	if err := e.queue.push(r); err != nil {
		return err
	}
	if _, err := r.wait(ctx); err != nil {
		return err
	}
	r.committed()
	return nil
}

func (e *sqliteEngine) Check(ctx context.Context, statements ...*Statement) error {
	c, err := e.readers.get(ctx)
	if err != nil {
		return err
	}
	defer e.readers.put(c)
	var all []error
	for _, st := range statements {
		_, err := c.prepare(st)
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (e *sqliteEngine) Ping(ctx context.Context) error {
	c, err := e.readers.get(ctx)
	if err != nil {
		return err
	}
	defer e.readers.put(c)
	return c.script("SELECT count(*) FROM sqlite_schema")
}

func (e *sqliteEngine) Close() error {
	if !e.queue.close() {
		return nil
	}
	<-e.writer.done
	return errors.Join(e.readers.shut(), e.writer.c.close())
}

func (e *sqliteEngine) Migrate(ctx context.Context, fsys fs.FS) error {
	c, err := openSQLiteConn(e.path, e.options.Busy)
	if err != nil {
		return err
	}
	defer func() { _ = c.close() }()
	return migrate(ctx, fsys, &sqliteMigrator{c: c})
}
