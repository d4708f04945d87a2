package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
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
	path, err := ownFile(path)
	if err != nil {
		return nil, fmt.Errorf("create database file: %w", err)
	}
	options = options.withDefaults(sqliteGroup, max(runtime.NumCPU()+2, minReaders))
	e := &sqliteEngine{path: path, options: options, queue: newQueue()}
	writer, err := newSQLiteWriter(path, e.options, e.queue)
	if err != nil {
		return nil, fmt.Errorf("open database file %s: %w", path, err)
	}
	e.writer = writer
	e.readers = newPool(e.options.Readers, e.openReader, (*sqliteConn).close)
	go writer.loop(nil)
	return e, nil
}

// ownFile creates the file, if it does not exist, so that nobody else can read
// it; the library gives its other files the same permissions. The absolute path
// keeps names from having a meaning, as ":memory:" has.
func ownFile(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	return path, file.Close()
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
	return e.write(ctx, newRequest(write))
}

func (e *sqliteEngine) WriteTogether(ctx context.Context, patience time.Duration, write func(WriteTx) error) error {
	r := newRequest(write)
	r.until = time.Now().Add(patience)
	return e.write(ctx, r)
}

func (e *sqliteEngine) write(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
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
		all = append(all, err, st.sound())
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
