package store

import (
	"errors"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// records implements mfa.Records on one transaction.
type records struct {
	store   *Store
	tx      engine.Tx
	writing bool
}

// writeRecords implements mfa.WriteRecords.
type writeRecords struct {
	records
	tx     engine.WriteTx
	topics []string
}

var (
	_ mfa.Records      = (*records)(nil)
	_ mfa.WriteRecords = (*writeRecords)(nil)
)

// Announce gathers the topics of one run of the function; the Waker hears them
// once, after the commit.
func (w *writeRecords) Announce(topics ...string) {
	if w.store.waker == nil || len(topics) == 0 {
		return
	}
	if w.topics == nil {
		w.tx.AfterCommit(func() { w.store.waker.Announce(w.topics...) })
	}
	w.topics = append(w.topics, topics...)
}

func (r *records) exec(st *engine.Statement, args ...any) (int64, error) {
	n, err := r.tx.Exec(st, args...)
	if err != nil {
		return n, failure(err)
	}
	return n, nil
}

// execOne reports whether the statement changed something.
func (r *records) execOne(st *engine.Statement, args ...any) (bool, error) {
	n, err := r.exec(st, args...)
	return n > 0, err
}

// insert runs an INSERT … ON CONFLICT DO NOTHING; doing nothing is a Conflict of the field.
func (r *records) insert(field string, st *engine.Statement, args ...any) error {
	done, err := r.execOne(st, args...)
	if err == nil && !done {
		err = taken(field)
	}
	return err
}

// change runs a statement that changes one existing thing; changing nothing is Missing.
func (r *records) change(noun string, st *engine.Statement, args ...any) error {
	done, err := r.execOne(st, args...)
	if err == nil && !done {
		err = mfa.Missing(noun)
	}
	return err
}

func (r *records) query(st *engine.Statement, each func(engine.Row) error, args ...any) error {
	if err := r.tx.Query(st, each, args...); err != nil {
		return failure(err)
	}
	return nil
}

// number runs a query whose answer is one integer; without a row it is 0 and found is false.
func (r *records) number(st *engine.Statement, args ...any) (n int64, found bool, err error) {
	err = r.query(st, func(row engine.Row) error {
		found = true
		return row.Scan(&n)
	}, args...)
	return n, found, err
}

// noun says how a row becomes a value.
type noun[T any] struct {
	name string
	// scan copies the columns; what is sealed stays sealed, in the field where its contents belong.
	scan func(engine.Row, *T) error
	// open opens what scan left sealed; nil where nothing is.
	open func(*records, *T) error
}

// one answers a query that finds one value or none, which is Missing. Of several
// rows the first counts.
func one[T any](r *records, n noun[T], st *engine.Statement, args ...any) (T, error) {
	var value, none T
	found := false
	err := r.query(st, func(row engine.Row) error {
		if found {
			return nil
		}
		found = true
		return n.scan(row, &value)
	}, args...)
	if err != nil {
		return none, err
	}
	if !found {
		return none, mfa.Missing(n.name)
	}
	if n.open != nil {
		if err := n.open(r, &value); err != nil {
			return none, err
		}
	}
	return value, nil
}

// many answers a query that finds any number of values.
func many[T any](r *records, n noun[T], st *engine.Statement, args ...any) ([]T, error) {
	var all []T
	err := r.query(st, func(row engine.Row) error {
		var value T
		if err := n.scan(row, &value); err != nil {
			return err
		}
		all = append(all, value)
		return nil
	}, args...)
	if err != nil || n.open == nil {
		return all, err
	}
	for i := range all {
		if err := n.open(r, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// sealed gives what to store of a secret; nothing stays nothing.
func (r *records) sealed(table, column, row string, secret mfa.Secret) []byte {
	if secret.Empty() {
		return []byte{}
	}
	return r.store.ring.Seal(seal.Place{Table: table, Column: column, Row: row}, secret.Reveal())
}

// unseal replaces what a scan left sealed by what it holds. A key that another
// process has made since is fetched first.
func (r *records) unseal(table, column, row string, secret *mfa.Secret) error {
	if secret.Empty() {
		*secret = mfa.Secret{}
		return nil
	}
	place := seal.Place{Table: table, Column: column, Row: row}
	plain, err := r.store.ring.Open(place, secret.Reveal())
	if errors.Is(err, seal.ErrUnknownKey) {
		if err = r.store.mergeRing(r.tx); err == nil {
			plain, err = r.store.ring.Open(place, secret.Reveal())
		}
	}
	if err != nil {
		return damaged("a secret", err)
	}
	*secret = mfa.NewSecret(plain)
	return nil
}
