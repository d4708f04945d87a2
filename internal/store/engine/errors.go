package engine

import (
	"errors"
	"fmt"
)

// What a caller may want to tell apart, by errors.Is.
var (
	// ErrUnique: a row with this unique value exists already.
	ErrUnique = errors.New("a row with this value exists already")

	// ErrClosed: the engine was closed before the function was started.
	ErrClosed = errors.New("the database was closed")

	// ErrCommitUnknown: the connection broke while the commit was under way,
	// so the Write may have happened or not. It is never tried again by the
	// engine: only the caller can know whether doing it twice does harm.
	ErrCommitUnknown = errors.New("the connection to the database broke during the commit, the outcome is not known")

	// ErrBusy: somebody else held a lock for too long, or conflicts went on
	// through all tries. Nothing was changed, trying later may succeed.
	ErrBusy = errors.New("the database is busy, try again later")

	// ErrText: an argument is not UTF-8 or holds a NUL byte, which no text
	// column of PostgreSQL takes.
	ErrText = errors.New("the text is not UTF-8 or holds a NUL byte")

	// ErrReadOnly: a statement that writes or locks was given to a Read.
	ErrReadOnly = errors.New("a read cannot run a statement that writes or locks")
)

// PanicError is what a Write or Read returns whose function panicked.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // where, for the log
}

// Error names the value but not the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("panic in a database function: %v", e.Value)
}
