package store

import "github.com/twinseal/twinseal/internal/store/engine"

// later runs a statement whose result nobody needs, at the latest with the
// commit; on PostgreSQL that saves its round trip. A value that is taken is a
// Conflict of the whole Write.
func (w *writeRecords) later(st *engine.Statement, args ...any) error {
	if err := w.tx.Later(st, args...); err != nil {
		return failure(err)
	}
	return nil
}

// last is execOne for the statement after which the Write runs no other: it may
// travel with the commit.
func (w *writeRecords) last(st *engine.Statement, args ...any) (bool, error) {
	n, err := w.tx.Last(st, args...)
	if err != nil {
		return false, failure(err)
	}
	return n > 0, nil
}
