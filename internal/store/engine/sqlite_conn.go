package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	_ "modernc.org/sqlite" // patches its library for some platforms when it starts
	sqlite3 "modernc.org/sqlite/lib"
)

// The files sqlite_conn.go, sqlite_stmt.go and sqlite_scan.go are all that
// touches the SQLite library. They call it below its database/sql driver, which
// describes the columns anew for every query and allocates memory for every
// argument: a point read of five columns takes 2.2 µs this way and 3.6 through
// the driver, with a third of the allocations.

// sqliteConn is one connection. One goroutine uses it at a time.
type sqliteConn struct {
	tls      *libc.TLS
	db       uintptr
	prepared map[*Statement]*sqliteStmt
	arena    uintptr // C memory the arguments of the running statement are in
	size     int
}

// sqliteError is an error of the library with its extended result code.
type sqliteError struct {
	code int32
	text string
}

func (e *sqliteError) Error() string {
	return fmt.Sprintf("sqlite: %s (%d)", e.text, e.code)
}

// Is makes the exported errors of this package recognisable.
func (e *sqliteError) Is(target error) bool {
	switch target {
	case ErrUnique:
		return e.code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
			e.code == sqlite3.SQLITE_CONSTRAINT_ROWID
	case ErrBusy:
		return e.busy()
	}
	return false
}

func (e *sqliteError) busy() bool {
	return e.code&0xff == sqlite3.SQLITE_BUSY || e.code&0xff == sqlite3.SQLITE_LOCKED
}

// torn tells whether the error leaves open what is on the disk.
func (e *sqliteError) torn() bool { return e.code&0xff == sqlite3.SQLITE_IOERR }

// sqlitePragmas are set on every connection. Eight megabytes of cache each:
// more costs this library far more memory than it saves reads. A checkpoint
// waits for the disk three times, so it comes only every 16 MB; a log that a
// long reader let grow is cut to 64 MB.
const sqlitePragmas = `
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -8192;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
`

// openSQLiteConn opens the file, which is created if it does not exist.
func openSQLiteConn(path string, busy time.Duration) (*sqliteConn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), prepared: map[*Statement]*sqliteStmt{}}
	if err := c.open(path); err != nil {
		_ = c.close()
		return nil, err
	}
	c.wait(busy)
	// Processes that open a new file at the same time are told at once that it is
	// locked, since waiting for each other's change to the log could last for ever.
	deadline := time.Now().Add(busy)
	for {
		err := c.setUp()
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, ErrBusy) || time.Now().After(deadline) {
			return nil, errors.Join(err, c.close())
		}
		time.Sleep(beginWait)
	}
}

// setUp fails where the file system cannot do what the log needs, as network
// file systems do.
func (c *sqliteConn) setUp() error {
	if err := c.script(sqlitePragmas); err != nil {
		return err
	}
	s, err := c.compile("PRAGMA journal_mode = WAL")
	if err != nil {
		return err
	}
	defer s.finalize()
	return s.run(func(row Row) error {
		var mode string
		if err := row.Scan(&mode); err != nil {
			return err
		}
		if mode != "wal" {
			return fmt.Errorf("the file system cannot hold a write-ahead log, the journal stays %q: use a local disk", mode)
		}
		return nil
	}, nil)
}

// open needs no mutexes in the library: one goroutine uses a connection.
func (c *sqliteConn) open(path string) error {
	name, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	out := libc.Xcalloc(c.tls, 1, types.Size_t(unsafe.Sizeof(uintptr(0))))
	defer libc.Xfree(c.tls, out)
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, out, flags, 0)
	c.db = *(*uintptr)(pointer(out))
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// wait sets how long a statement waits for the locks of others.
func (c *sqliteConn) wait(d time.Duration) {
	sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, int32(d/time.Millisecond))
}

// close frees everything. The connection cannot be used afterwards.
func (c *sqliteConn) close() error {
	for _, s := range c.prepared {
		s.finalize()
	}
	libc.Xfree(c.tls, c.arena)
	var err error
	if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
		err = c.failure(rc)
	}
	c.tls.Close()
	return err
}

// script runs statements without arguments and results.
func (c *sqliteConn) script(sql string) error {
	text, err := libc.CString(sql)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, text)
	if rc := sqlite3.Xsqlite3_exec(c.tls, c.db, text, 0, 0, 0); rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	return nil
}

// inTransaction is false after the library rolled back on its own.
func (c *sqliteConn) inTransaction() bool {
	return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0
}

// changes counts the rows this connection changed since it was opened.
func (c *sqliteConn) changes() int64 {
	return sqlite3.Xsqlite3_total_changes64(c.tls, c.db)
}

// failure describes the result code of the latest call.
func (c *sqliteConn) failure(rc int32) error {
	text := libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 && sqlite3.Xsqlite3_extended_errcode(c.tls, c.db)&0xff == rc&0xff {
		text = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	return &sqliteError{code: rc, text: strings.TrimSpace(text)}
}

// pointer turns an address that the library gave into a pointer. It points
// outside of the Go heap, so the collector neither moves nor frees it.
func pointer(p uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}

// memory is the library's memory at an address.
func memory(p uintptr, n int) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(p)), n)
}
