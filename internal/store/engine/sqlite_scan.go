package engine

import (
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// Scan implements Row for the row the statement stands on.
func (s *sqliteStmt) Scan(dest ...any) error {
	// Asked every time: a migration may have changed what SELECT * means.
	if cols := int(sqlite3.Xsqlite3_column_count(s.c.tls, s.stmt)); len(dest) != cols {
		return fmt.Errorf("%d destinations for %d columns of: %s", len(dest), cols, s.text.sqlite)
	}
	for i, d := range dest {
		if err := s.column(int32(i), d); err != nil {
			return fmt.Errorf("column %d: %w, in: %s", i+1, err, s.text.sqlite)
		}
	}
	return nil
}

// column copies one column to one destination.
func (s *sqliteStmt) column(i int32, dest any) error {
	kind := sqlite3.Xsqlite3_column_type(s.c.tls, s.stmt, i)
	if kind == sqlite3.SQLITE_NULL {
		return setNull(dest)
	}
	switch d := inner(dest).(type) {
	case *string:
		if kind == sqlite3.SQLITE_TEXT {
			replaceText(d, s.bytes(i, kind))
			return nil
		}
	case *[]byte:
		if kind == sqlite3.SQLITE_BLOB || kind == sqlite3.SQLITE_TEXT {
			*d = append([]byte{}, s.bytes(i, kind)...)
			return nil
		}
	case *int64:
		if kind == sqlite3.SQLITE_INTEGER {
			*d = sqlite3.Xsqlite3_column_int64(s.c.tls, s.stmt, i)
			return nil
		}
	case *int:
		if kind == sqlite3.SQLITE_INTEGER {
			*d = int(sqlite3.Xsqlite3_column_int64(s.c.tls, s.stmt, i))
			return nil
		}
	case *bool:
		if kind == sqlite3.SQLITE_INTEGER {
			*d = sqlite3.Xsqlite3_column_int64(s.c.tls, s.stmt, i) != 0
			return nil
		}
	case *float64:
		if kind == sqlite3.SQLITE_FLOAT || kind == sqlite3.SQLITE_INTEGER {
			*d = sqlite3.Xsqlite3_column_double(s.c.tls, s.stmt, i)
			return nil
		}
	}
	return fmt.Errorf("%s does not fit into %T", sqliteKind(kind), dest)
}

// bytes is the library's memory of a text or blob.
func (s *sqliteStmt) bytes(i, kind int32) []byte {
	var p uintptr
	if kind == sqlite3.SQLITE_TEXT {
		p = sqlite3.Xsqlite3_column_text(s.c.tls, s.stmt, i)
	} else {
		p = sqlite3.Xsqlite3_column_blob(s.c.tls, s.stmt, i)
	}
	return memory(p, int(sqlite3.Xsqlite3_column_bytes(s.c.tls, s.stmt, i)))
}

func sqliteKind(kind int32) string {
	switch kind {
	case sqlite3.SQLITE_INTEGER:
		return "integer"
	case sqlite3.SQLITE_FLOAT:
		return "float"
	case sqlite3.SQLITE_TEXT:
		return "text"
	}
	return "blob"
}
