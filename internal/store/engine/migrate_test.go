package engine_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// files makes a file system of names and contents.
func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

const (
	makeTable = `CREATE TABLE log (id BIGINT PRIMARY KEY, what TEXT NOT NULL); -- and its first row
INSERT INTO log (id, what) VALUES (1, 'made; with a semicolon');`
	addRow = `INSERT INTO log (id, what) SELECT count(*) + 1, 'added' FROM log;`
)

var countLog = &engine.Statement{SQL: `SELECT count(*) FROM log`}

func TestMigrationsRunInOrderAndOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := open(oneWriter)
		first := files("0002_row.sql", addRow, "0001_table.sql", makeTable)
		for range 2 {
			if err := e.Migrate(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			if n := number(t, e, countLog); n != 2 {
				t.Errorf("%d rows", n)
			}
		}
		first["0010_more.sql"] = &fstest.MapFile{Data: []byte(addRow)}
		if err := e.Migrate(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if n := number(t, e, countLog); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestFourMigratorsAtOnceApplyEachFileOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		all := files("0001_table.sql", makeTable, "0002_row.sql", addRow, "0003_row.sql", addRow, "0004_row.sql", addRow)
		engines := []engine.Engine{open(oneWriter), open(oneWriter), open(oneWriter), open(oneWriter)}
		crowd(len(engines), func(i int) {
			if err := engines[i].Migrate(t.Context(), all); err != nil {
				t.Error(err)
			}
		})
		if n := number(t, engines[0], countLog); n != 4 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMigrationsThatDoNotContinueTheHistoryAreRefused(t *testing.T) {
	cases := map[string]struct {
		files fstest.MapFS
		says  string
	}{
		"edited":     {files("0001_table.sql", makeTable+" ", "0003_row.sql", addRow), "0001_table.sql was edited"},
		"removed":    {files("0001_table.sql", makeTable), "newer program"},
		"inserted":   {files("0001_table.sql", makeTable, "0002_row.sql", addRow, "0003_row.sql", addRow), "0003_row.sql where this program has 0002_row.sql"},
		"misnamed":   {files("0001_table.sql", makeTable, "4_row.sql", addRow), "must look like"},
		"same twice": {files("0001_table.sql", makeTable, "0003_row.sql", addRow, "0003_two.sql", addRow), "number 3 is taken"},
		"broken":     {files("0001_table.sql", makeTable, "0003_row.sql", addRow, "0004_bad.sql", addRow+"INSERT INTO nowhere (a) VALUES (1);"), "0004_bad.sql"},
		"committing": {files("0001_table.sql", makeTable, "0003_row.sql", addRow, "0004_end.sql", addRow+"COMMIT;"), "must not begin or end"},
	}
	onBoth(t, func(t *testing.T, open opener) {
		e := open(oneWriter)
		good := files("0001_table.sql", makeTable, "0003_row.sql", addRow)
		if err := e.Migrate(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		for name, c := range cases {
			if err := e.Migrate(t.Context(), c.files); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
			if n := number(t, e, countLog); n != 2 {
				t.Errorf("%s: %d rows", name, n)
			}
		}
		if err := e.Migrate(t.Context(), good); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrationChangesTablesUnderStatementsInUse(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		all := &engine.Statement{SQL: `SELECT * FROM counters`}
		exec(t, e, putCounter, "a", 1)
		columns := func(n int) error {
			return e.Read(t.Context(), func(tx engine.Tx) error {
				var id string
				var one, two int64
				return tx.Query(all, func(r engine.Row) error { return r.Scan([]any{&id, &one, &two}[:n]...) })
			})
		}
		if err := columns(2); err != nil {
			t.Fatal(err)
		}
		other := open(oneWriter)
		exec(t, other, &engine.Statement{SQL: `ALTER TABLE counters ADD COLUMN two BIGINT NOT NULL DEFAULT 2`})
		if err := errors.Join(columns(3), columns(3)); err != nil {
			t.Error(err)
		}
		exec(t, e, addCounter, "a")
	})
}
