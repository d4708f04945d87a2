package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store/engine"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// schema is the same on both databases but for the name of the blob type.
const schema = `
CREATE TABLE counters (id TEXT PRIMARY KEY, n BIGINT NOT NULL);
CREATE TABLE marks (id TEXT PRIMARY KEY, owner TEXT NOT NULL);
CREATE TABLE mixed (id TEXT PRIMARY KEY, t TEXT, i BIGINT, b BOOLEAN, f DOUBLE PRECISION, x BLOB);
`

var (
	putCounter = &engine.Statement{SQL: `INSERT INTO counters (id, n) VALUES (?, ?)`}
	getCounter = &engine.Statement{
		SQL:   `SELECT n FROM counters WHERE id = ?`,
		Batch: `SELECT v.ord, c.n FROM unnest($1::text[]) WITH ORDINALITY AS v(id, ord) JOIN counters c ON c.id = v.id`,
	}
	lockCounter = &engine.Statement{
		SQL: `SELECT n FROM counters WHERE id = ? /*lock*/`,
		Batch: `SELECT v.ord, c.n FROM unnest($1::text[]) WITH ORDINALITY AS v(id, ord) JOIN counters c ON c.id = v.id
			ORDER BY c.id FOR NO KEY UPDATE OF c`,
		Key: 1, Lock: true,
	}
	setCounter = &engine.Statement{
		SQL: `UPDATE counters SET n = ?2 WHERE id = ?1`,
		Batch: `UPDATE counters c SET n = v.n FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v(id, n, ord)
			WHERE c.id = v.id RETURNING v.ord`,
		Key: 1,
	}
	casCounter = &engine.Statement{
		SQL: `UPDATE counters SET n = ?3 WHERE id = ?1 AND n = ?2`,
		Batch: `UPDATE counters c SET n = v.new FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS v(id, old, new, ord)
			WHERE c.id = v.id AND c.n = v.old RETURNING v.ord`,
		Key: 1,
	}
	addCounter = &engine.Statement{SQL: `UPDATE counters SET n = n + 1 WHERE id = ?`}
	sumCounter = &engine.Statement{SQL: `SELECT coalesce(sum(n), 0) FROM counters`}
	putMark    = &engine.Statement{
		SQL:   `INSERT INTO marks (id, owner) VALUES (?, ?)`,
		Batch: `INSERT INTO marks (id, owner) SELECT v.id, v.owner FROM unnest($1::text[], $2::text[]) AS v(id, owner)`,
	}
	putMarkOnce = &engine.Statement{
		SQL:   `INSERT INTO marks (id, owner) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		Batch: `INSERT INTO marks (id, owner) SELECT v.id, v.owner FROM unnest($1::text[], $2::text[]) AS v(id, owner) ON CONFLICT DO NOTHING`,
	}
	marksOf = &engine.Statement{
		SQL:   `SELECT id FROM marks WHERE owner = ? ORDER BY id`,
		Batch: `SELECT v.ord, m.id FROM unnest($1::text[]) WITH ORDINALITY AS v(owner, ord) JOIN marks m ON m.owner = v.owner ORDER BY m.id`,
	}
	countMarks = &engine.Statement{SQL: `SELECT count(*) FROM marks`}
)

// opener opens one more engine on the database of a test.
type opener func(engine.Options) engine.Engine

// onBoth runs a test on an empty database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, open opener)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "test.db")
		test(t, func(options engine.Options) engine.Engine {
			e, err := engine.OpenSQLite(t.Context(), path, options)
			return opened(t, e, err)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Database(t)
		test(t, func(options engine.Options) engine.Engine {
			e, err := engine.OpenPostgres(t.Context(), url, options)
			return opened(t, e, err)
		})
	})
}

func opened(t *testing.T, e engine.Engine, err error) engine.Engine {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// migrated makes the tables of the tests.
func migrated(t *testing.T, e engine.Engine) engine.Engine {
	t.Helper()
	sql := schema
	if e.Flavour() == engine.Postgres {
		sql = strings.ReplaceAll(sql, "BLOB", "BYTEA")
	}
	files := fstest.MapFS{"0001_tables.sql": {Data: []byte(sql)}}
	if err := e.Migrate(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	return e
}

// oneWriter makes groups predictable.
var oneWriter = engine.Options{Writers: 1}

// single opens an engine with one writer and the tables.
func single(t *testing.T, open opener) engine.Engine {
	t.Helper()
	return migrated(t, open(oneWriter))
}

// exec is a Write of one statement.
func exec(t *testing.T, e engine.Engine, st *engine.Statement, args ...any) {
	t.Helper()
	if err := e.Write(t.Context(), func(tx engine.WriteTx) error {
		_, err := tx.Exec(st, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// number is a Read of one number.
func number(t *testing.T, e engine.Engine, st *engine.Statement, args ...any) int64 {
	t.Helper()
	var n int64
	if err := e.Read(t.Context(), func(tx engine.Tx) error {
		return tx.Query(st, func(row engine.Row) error { return row.Scan(&n) }, args...)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// together starts Writes that all wait while another holds the only writer, so
// that they make one group, and returns their errors.
func together(t *testing.T, e engine.Engine, writes ...func(engine.WriteTx) error) []error {
	t.Helper()
	open := hold(t, e)
	errs := make([]error, len(writes))
	var all sync.WaitGroup
	for i, write := range writes {
		all.Go(func() { errs[i] = e.Write(context.Background(), write) })
	}
	waitFor(e, len(writes))
	open()
	all.Wait()
	return errs
}

// hold occupies the writer until the returned function is called.
func hold(t *testing.T, e engine.Engine) (open func()) {
	t.Helper()
	entered, gate := make(chan struct{}), make(chan struct{})
	var once, opening sync.Once
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := e.Write(context.Background(), func(engine.WriteTx) error {
			once.Do(func() { close(entered) })
			<-gate
			return nil
		}); err != nil {
			t.Error(err)
		}
	}()
	<-entered
	open = func() { opening.Do(func() { close(gate) }) }
	t.Cleanup(func() {
		open()
		<-done
	})
	return open
}

// waitFor returns when n Writes wait.
func waitFor(e engine.Engine, n int) {
	for engine.Waiting(e) < n {
		runtime.Gosched()
	}
}

// crowd runs a function on many goroutines at once.
func crowd(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// errMine is what a failing function returns.
var errMine = errors.New("mine")
