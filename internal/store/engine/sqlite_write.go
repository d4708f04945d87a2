package engine

import (
	"errors"
	"fmt"
	"time"
)

// sqliteWriter carries out all Writes of one engine, on one goroutine.
type sqliteWriter struct {
	c       *sqliteConn
	options Options
	queue   *queue
	group   []*request
	done    chan struct{}

	begin, commit, rollback  *sqliteStmt
	savepoint, undo, release *sqliteStmt
}

// beginWait is how long the library itself waits for the lock of another
// process; the writer then asks again until Options.Busy is over. The
// library's own waiting grows to steps so long that a busy process would
// starve this one.
const beginWait = 2 * time.Millisecond

func newSQLiteWriter(path string, options Options, q *queue) (*sqliteWriter, error) {
	c, err := openSQLiteConn(path, options.Busy)
	if err != nil {
		return nil, err
	}
	w := &sqliteWriter{c: c, options: options, queue: q, done: make(chan struct{})}
	for sql, s := range map[string]**sqliteStmt{
		"BEGIN IMMEDIATE": &w.begin, "COMMIT": &w.commit, "ROLLBACK": &w.rollback,
		"SAVEPOINT one": &w.savepoint, "ROLLBACK TO one": &w.undo, "RELEASE one": &w.release,
	} {
		if *s, err = c.compile(sql); err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.prepared[&Statement{SQL: sql}] = *s // so that close finds it
	}
	c.wait(beginWait)
	return w, nil
}

// loop runs groups until the queue is closed. The left ones come first: when a
// function ends this goroutine, another one takes over with the rest of the
// group.
func (w *sqliteWriter) loop(left []*request) {
	finished := false
	w.group = left
	defer func() {
		if !finished {
			go w.loop(w.abandon())
		}
	}()
	w.serve()
	for w.queue.wait() {
		w.queue.linger()
		w.group = w.queue.take(w.group, w.options.Group)
		w.serve()
		clear(w.group) // keeps no function alive
	}
	finished = true
	close(w.done)
}

// serve runs a group and answers all its callers. The first attempt bets that
// no function fails after it has written.
func (w *sqliteWriter) serve() {
	if len(w.group) == 0 {
		return
	}
	again, err := w.attempt(false)
	if again {
		_, err = w.attempt(true)
	}
	for _, r := range w.group {
		if err != nil {
			r.err = err
		}
		r.answer(r.err)
	}
}

// attempt runs all functions in one transaction. With savepoints each failing
// function is undone alone; without, the first that fails after it has written
// asks for the whole group to be run again. The error is about the transaction
// and concerns all.
func (w *sqliteWriter) attempt(savepoints bool) (again bool, err error) {
	if err := w.start(); err != nil {
		return false, err
	}
	for _, r := range w.group {
		err := w.one(r, savepoints)
		if err != nil || !w.c.inTransaction() {
			return !savepoints && len(w.group) > 1, w.broken(r, err)
		}
	}
	if err := w.commit.run(nil, nil); err != nil {
		return false, w.torn(err)
	}
	return false, nil
}

// start begins the transaction and waits for other processes to finish theirs.
func (w *sqliteWriter) start() error {
	deadline := time.Now().Add(w.options.Busy)
	for {
		err := w.begin.run(nil, nil)
		if !errors.Is(err, ErrBusy) || time.Now().After(deadline) {
			return err
		}
	}
}

// one runs one function. It fails if what the function left behind cannot be
// undone alone.
func (w *sqliteWriter) one(r *request, savepoint bool) error {
	if savepoint {
		if err := w.savepoint.run(nil, nil); err != nil {
			return err
		}
	}
	r.reset()
	before := w.c.changes()
	tx := &sqliteTx{c: w.c, r: r}
	r.err = guarded(func() error { return tx.outcome(r.write(tx)) }, func() { r.gone = true })
	r.spoiled = r.err != nil && w.c.changes() != before
	switch {
	case !r.spoiled:
	case !savepoint:
		return r.err
	case w.c.inTransaction():
		if err := w.undo.run(nil, nil); err != nil {
			return err
		}
	}
	if savepoint && w.c.inTransaction() {
		return w.release.run(nil, nil)
	}
	return nil
}

// broken rolls back, if the library has not done so already, and returns what
// everybody is told if there is no second attempt.
func (w *sqliteWriter) broken(r *request, err error) error {
	if err == nil {
		err = r.err
	}
	if err == nil {
		err = errors.New("the database ended the transaction")
	}
	if w.c.inTransaction() {
		if failed := w.rollback.run(nil, nil); failed != nil {
			return errors.Join(err, failed)
		}
	}
	return err
}

// torn handles an error of COMMIT: after an error of the disk nobody knows
// whether the next start finds the transaction.
func (w *sqliteWriter) torn(err error) error {
	if w.c.inTransaction() {
		_ = w.rollback.run(nil, nil)
	}
	var broken *sqliteError
	if errors.As(err, &broken) && broken.torn() {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return err
}

// abandon answers the function that ended the writer's goroutine, and returns
// the others of its group.
func (w *sqliteWriter) abandon() []*request {
	if w.c.inTransaction() {
		_ = w.rollback.run(nil, nil)
	}
	var left []*request
	for _, r := range w.group {
		if r.gone {
			r.answer(errGoexit)
		} else {
			left = append(left, r)
		}
	}
	return left
}
