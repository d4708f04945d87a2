package engine

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteStmt is a compiled statement of one connection.
type sqliteStmt struct {
	c      *sqliteConn
	text   text
	stmt   uintptr
	params int
	busy   bool // rows are being read
}

// prepare returns the compiled form, which the connection keeps.
func (c *sqliteConn) prepare(st *Statement) (*sqliteStmt, error) {
	if s := c.prepared[st]; s != nil {
		return s, nil
	}
	t := parse(st)
	s, err := c.compile(t.sqlite)
	if err != nil {
		return nil, err
	}
	s.text = t
	c.prepared[st] = s
	return s, nil
}

// compile accepts exactly one statement.
func (c *sqliteConn) compile(sql string) (*sqliteStmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	out := libc.Xcalloc(c.tls, 2, types.Size_t(unsafe.Sizeof(uintptr(0))))
	defer libc.Xfree(c.tls, out)
	tail := out + unsafe.Sizeof(uintptr(0))
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, out, tail)
	if rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("%w, in: %s", c.failure(rc), sql)
	}
	s := &sqliteStmt{c: c, stmt: *(*uintptr)(pointer(out))}
	if s.stmt == 0 || *(*byte)(pointer(*(*uintptr)(pointer(tail)))) != 0 {
		s.finalize()
		return nil, fmt.Errorf("not exactly one statement: %s", sql)
	}
	s.params = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.stmt))
	return s, nil
}

func (s *sqliteStmt) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.stmt)
}

// run executes the statement and calls each, if it is not nil, for every row.
func (s *sqliteStmt) run(each func(Row) error, args []any) error {
	if s.busy {
		return errors.New("a statement was run again while its rows are read")
	}
	if err := s.bind(args); err != nil {
		return err
	}
	s.busy = true
	defer s.reset()
	return s.step(each)
}

// reset ends the statement, also after a panic of each.
func (s *sqliteStmt) reset() {
	s.busy = false
	sqlite3.Xsqlite3_reset(s.c.tls, s.stmt)
}

// step reads to the end also without each: only then the change is done.
func (s *sqliteStmt) step(each func(Row) error) error {
	for {
		switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.stmt); rc {
		case sqlite3.SQLITE_DONE:
			return nil
		case sqlite3.SQLITE_ROW:
			if each == nil {
				continue
			}
			if err := each(s); err != nil {
				return err
			}
		default:
			return s.c.failure(rc)
		}
	}
}

// bind copies the arguments into the arena of the connection, where they stay
// until the next statement is bound.
func (s *sqliteStmt) bind(args []any) error {
	if len(args) != s.params {
		return fmt.Errorf("%d arguments for %d placeholders in: %s", len(args), s.params, s.text.sqlite)
	}
	if err := valid(args); err != nil {
		return fmt.Errorf("%w, in: %s", err, s.text.sqlite)
	}
	if err := s.c.reserve(args); err != nil {
		return err
	}
	at := s.c.arena
	for i, arg := range args {
		n, err := s.bindOne(int32(i+1), at, arg)
		if err != nil {
			return fmt.Errorf("argument %d: %w, in: %s", i+1, err, s.text.sqlite)
		}
		at += uintptr(n)
	}
	return nil
}

// bindOne binds one argument and returns how much of the arena it took.
func (s *sqliteStmt) bindOne(i int32, at uintptr, arg any) (n int, err error) {
	tls := s.c.tls
	var rc int32
	switch v := plain(arg).(type) {
	case nil:
		rc = sqlite3.Xsqlite3_bind_null(tls, s.stmt, i)
	case int64:
		rc = sqlite3.Xsqlite3_bind_int64(tls, s.stmt, i, v)
	case bool:
		rc = sqlite3.Xsqlite3_bind_int64(tls, s.stmt, i, bit(v))
	case float64:
		rc = sqlite3.Xsqlite3_bind_double(tls, s.stmt, i, v)
	case string:
		n = copy(memory(at, len(v)), v)
		rc = sqlite3.Xsqlite3_bind_text(tls, s.stmt, i, at, int32(n), 0)
	case []byte:
		n = copy(memory(at, len(v)), v)
		rc = sqlite3.Xsqlite3_bind_blob(tls, s.stmt, i, at, int32(n), 0)
	default:
		return 0, fmt.Errorf("type %T is not supported", arg)
	}
	if rc != sqlite3.SQLITE_OK {
		return 0, s.c.failure(rc)
	}
	return n, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// arenaSize is the least size of the arena: most statements' arguments fit.
const arenaSize = 4096

// reserve makes room for the arguments. It is never empty, since a text at
// address 0 would be NULL.
func (c *sqliteConn) reserve(args []any) error {
	need := arenaSize
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		case *string:
			if v != nil {
				need += len(*v)
			}
		}
	}
	if need <= c.size {
		return nil
	}
	arena := libc.Xrealloc(c.tls, c.arena, types.Size_t(need))
	if arena == 0 {
		return fmt.Errorf("no memory for %d bytes of arguments", need)
	}
	c.arena, c.size = arena, need
	return nil
}
