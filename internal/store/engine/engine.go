// Package engine runs SQL for the record layer: transactions, group commit,
// pipelining and migrations, on an embedded SQLite file or on PostgreSQL. It
// knows no table. One [Statement] text serves both databases, and both keep
// the same promises:
//
//   - A [Engine.Write] is durable before it returns nil. Many concurrent
//     Writes share one transaction and one flush of the disk; none of them can
//     tell, except by the speed.
//   - A Write that returns an error has changed nothing, unless the error is
//     [ErrCommitUnknown].
//   - A failing Write disturbs no other.
//
// # How Writes are isolated
//
// On SQLite Writes run strictly one after the other. On PostgreSQL they
// interleave between statements, as READ COMMITTED transactions do, and those
// that share a transaction do not wait for each other's row locks. A function
// is therefore correct on both when each of its decisions is one conditional
// statement (UPDATE … WHERE still = ? and a look at the affected rows), or when
// it first runs a [Statement.Lock] statement for whatever it reads now and
// writes later.
package engine

import (
	"context"
	"io/fs"
	"time"
)

// Engine is one open database. All methods may be called at the same time.
type Engine interface {
	// Read runs the function on a connection of the read pool. Each statement
	// sees what was committed when the statement began, so two statements of
	// one Read may see different states: ask one question with one statement.
	// Statements that write or lock are refused with ErrReadOnly. The context
	// ends the waiting for a connection and the statements.
	Read(ctx context.Context, read func(Tx) error) error

	// Write runs the function inside a transaction and returns nil once that
	// transaction is durable. Other Writes may share the transaction.
	//
	// The function may run several times, on any goroutine, and only its last
	// run counts: it sets results, but appends nothing to what an earlier run
	// left, and has no side effects; those go to AfterCommit. It must not wait
	// for anything but its own statements, above all not for another Write.
	//
	// An error returned by the function is returned as it is, a panic comes
	// back as a *PanicError; in both cases nothing of the function persists.
	// If the context ends before the function was started, its error is
	// returned; from then on Write waits for the outcome.
	Write(ctx context.Context, write func(WriteTx) error) error

	// WriteTogether is Write for a caller who knows that others are about to write:
	// it may wait for them, for as long as patience, where a transaction for each
	// would cost more than the time. Whoever is not patient is not kept waiting.
	WriteTogether(ctx context.Context, patience time.Duration, write func(WriteTx) error) error

	// Migrate brings the schema up to date: the files named NNNN_name.sql in
	// the root of fsys are applied in the order of their numbers, each in one
	// transaction, each exactly once, however many processes try at the same
	// time. A file that was edited after it was applied, or that is missing, is
	// an error and changes nothing. A file may hold several statements, but no
	// BEGIN or COMMIT of its own. Migrate before the first Read or Write.
	Migrate(ctx context.Context, fsys fs.FS) error

	// Check asks the database whether it understands the statements, in all
	// their forms, without running them. For tests and for the start.
	Check(ctx context.Context, statements ...*Statement) error

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error

	// Flavour tells which database this is.
	Flavour() Flavour

	// Close lets running groups finish, answers waiting Writes with ErrClosed
	// and closes all connections. Further calls do nothing.
	Close() error
}

// Tx runs statements. It is valid until the function it was given to returns
// and must be used by one goroutine at a time.
//
// Arguments are string, int64, int, bool, []byte, float64, *string, *int64 or
// nil; nil pointers and nil slices are NULL. Other types are refused, so a
// named type is converted first. Text must be UTF-8 without NUL (ErrText).
//
// After a statement has failed, all further ones return the same error and the
// function fails with it, even if it returns nil: PostgreSQL cannot go on, so
// nobody may. Expected conflicts belong into the statement (ON CONFLICT).
type Tx interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(st *Statement, args ...any) (affected int64, err error)

	// Query calls each for every row, which is valid during the call only. No
	// rows is no error. Statements with RETURNING are queries. The function
	// each must not use the Tx; an error it returns ends the rows and is
	// returned.
	Query(st *Statement, each func(Row) error, args ...any) error
}

// WriteTx is the Tx of a Write.
type WriteTx interface {
	Tx

	// Later carries out a statement whose result nobody needs, before the next
	// statement of the same function or else together with the commit, which
	// saves a round trip. If it fails the Write fails, so what could be refused
	// (ON CONFLICT) belongs into Exec.
	Later(st *Statement, args ...any) error

	// Last is Exec for the statement after which the function runs no other: it
	// may travel together with the commit. The function takes whatever it
	// changed as done: it may return an error only if that was nothing.
	Last(st *Statement, args ...any) (affected int64, err error)

	// AfterCommit registers a function that is called once, on the goroutine
	// that called Write, after the commit and before Write returns. What a run
	// registers that does not commit is forgotten.
	AfterCommit(func())
}

// Row is one result row.
type Row interface {
	// Scan copies all columns, in order, to *string, *int64, *int, *bool,
	// *[]byte or *float64, or to pointers to a pointer to one of string,
	// int64, int, bool and float64, which become nil where the column is NULL.
	// NULL makes a *[]byte nil; the other plain destinations refuse it. Other
	// types are refused, so a named string type is scanned by
	// (*string)(&value).
	Scan(dest ...any) error
}

// Flavour names a database.
type Flavour int

// The two databases.
const (
	SQLite Flavour = iota + 1
	Postgres
)

// String returns "sqlite" or "postgres", which are also the names of the
// folders with their migrations.
func (f Flavour) String() string {
	if f == SQLite {
		return "sqlite"
	}
	return "postgres"
}
