package engine

import (
	"context"
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// errInside is what a statement gets that is run from inside of each.
var errInside = errors.New("no statement can run while the rows of another are read")

// errAfterLast is what a statement gets that is run after Last.
var errAfterLast = errors.New("no statement can run after the last one")

// sqliteTx runs statements on one connection, for a Read or a Write.
type sqliteTx struct {
	c      *sqliteConn
	ctx    context.Context // of a Read; nil for a Write
	r      *request        // of a Write; nil for a Read
	err    error           // of the statement that failed
	inside bool            // rows are being read
	last   bool            // err only says that the last statement has been run
}

// Exec implements Tx.
func (t *sqliteTx) Exec(st *Statement, args ...any) (int64, error) {
	s, err := t.ready(st)
	if err != nil {
		return 0, t.fail(err)
	}
	if err := s.run(nil, args); err != nil {
		return 0, t.fail(err)
	}
	if !s.text.writes {
		return 0, nil
	}
	return sqlite3.Xsqlite3_changes64(t.c.tls, t.c.db), nil
}

// Query implements Tx.
func (t *sqliteTx) Query(st *Statement, each func(Row) error, args ...any) error {
	s, err := t.ready(st)
	if err != nil {
		return t.fail(err)
	}
	t.inside = true
	err = s.run(each, args)
	t.inside = false
	if _, ok := errors.AsType[*sqliteError](err); ok {
		return t.fail(err)
	}
	return err
}

// ready returns the compiled statement if it may run now.
func (t *sqliteTx) ready(st *Statement) (*sqliteStmt, error) {
	switch {
	case t.err != nil:
		return nil, t.err
	case t.inside:
		return nil, errInside
	case t.ctx != nil && t.ctx.Err() != nil:
		return nil, t.ctx.Err()
	}
	s, err := t.c.prepare(st)
	if err == nil && t.r == nil && (s.text.writes || s.text.locks) {
		return nil, ErrReadOnly
	}
	return s, err
}

// fail remembers the first error of a statement.
func (t *sqliteTx) fail(err error) error {
	if t.err == nil {
		t.err = err
	}
	return err
}

// outcome is the error of the function, or else of the statement that failed.
func (t *sqliteTx) outcome(err error) error {
	if err != nil || t.last {
		return err
	}
	return t.err
}

// Later implements WriteTx. There are no round trips to be saved.
func (t *sqliteTx) Later(st *Statement, args ...any) error {
	_, err := t.Exec(st, args...)
	return err
}

// Last implements WriteTx.
func (t *sqliteTx) Last(st *Statement, args ...any) (int64, error) {
	n, err := t.Exec(st, args...)
	if t.err == nil {
		t.err = errAfterLast
		t.last = true
	}
	return n, err
}

// AfterCommit implements WriteTx.
func (t *sqliteTx) AfterCommit(f func()) { t.r.after = append(t.r.after, f) }
