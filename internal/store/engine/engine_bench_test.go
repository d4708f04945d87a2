package engine_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// benchSchema resembles the hot path: a row with its counter, and events.
var benchSchema = fstest.MapFS{"0001_bench.sql": {Data: []byte(`
CREATE TABLE counters (id TEXT PRIMARY KEY, directory TEXT NOT NULL, kind TEXT NOT NULL, step BIGINT NOT NULL, state TEXT NOT NULL, created BIGINT NOT NULL);
CREATE TABLE events (id TEXT PRIMARY KEY, counter TEXT NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL);
`)}}

var (
	benchFill = &engine.Statement{SQL: `INSERT INTO counters (id, directory, kind, step, state, created)
		WITH RECURSIVE v(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM v WHERE i < 9999)
		SELECT '0192f0a0-0000-7000-8000-0000' || (10000000 + i), '0192f0a0-0000-7000-8000-000000000001', 'totp', 0, 'active', 1700000000000000 FROM v`}
	benchRead = &engine.Statement{
		SQL:   `SELECT directory, kind, step, state, created FROM counters WHERE id = ?`,
		Batch: `SELECT v.ord, c.directory, c.kind, c.step, c.state, c.created FROM unnest($1::text[]) WITH ORDINALITY AS v(id, ord) JOIN counters c ON c.id = v.id`,
	}
	benchCAS = &engine.Statement{
		SQL:   `UPDATE counters SET step = ? WHERE id = ? AND step < ?`,
		Batch: `UPDATE counters c SET step = v.step FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS v(step, id, older, ord) WHERE c.id = v.id AND c.step < v.older RETURNING v.ord`,
		Key:   2,
	}
	benchInsert = &engine.Statement{
		SQL:   `INSERT INTO events (id, counter, at, what) VALUES (?, ?, ?, ?)`,
		Batch: `INSERT INTO events (id, counter, at, what) SELECT v.id, v.counter, v.at, v.what FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS v(id, counter, at, what)`,
	}
)

const benchUsers = 10000

func BenchmarkWrite(b *testing.B) {
	for _, workers := range []int{1, 64} {
		b.Run(fmt.Sprintf("sqlite/%d", workers), func(b *testing.B) {
			e, err := engine.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "x.db"), engine.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			benchWrite(b, e, workers)
		})
		b.Run(fmt.Sprintf("postgres/%d", workers), func(b *testing.B) {
			e, err := engine.OpenPostgres(b.Context(), pgtest.Database(b), engine.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			benchWrite(b, e, workers)
		})
	}
}

func benchWrite(b *testing.B, e engine.Engine, workers int) {
	if err := e.Migrate(b.Context(), benchSchema); err != nil {
		b.Fatal(err)
	}
	if err := e.Write(b.Context(), func(tx engine.WriteTx) error {
		_, err := tx.Exec(benchFill)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.SetParallelism(max(1, workers/2))
	b.ReportAllocs()
	b.ResetTimer()
	if workers == 1 {
		for b.Loop() {
			verify(b, e, n.Add(1))
		}
	} else {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				verify(b, e, n.Add(1))
			}
		})
	}
	b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "writes/s")
}

func benchID(i int) string { return fmt.Sprintf("0192f0a0-0000-7000-8000-0000%d", 10000000+i) }

func verify(b *testing.B, e engine.Engine, i int64) {
	id := benchID(int(i*7919) % benchUsers)
	event := fmt.Sprintf("0192f0a1-0000-7000-8000-%012d", i)
	err := e.Write(b.Context(), func(tx engine.WriteTx) error {
		var directory, kind, state string
		var step, created int64
		err := tx.Query(benchRead, func(r engine.Row) error {
			return r.Scan(&directory, &kind, &step, &state, &created)
		}, id)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(benchCAS, i, id, i); err != nil {
			return err
		}
		_, err = tx.Exec(benchInsert, event, id, i, "verified")
		return err
	})
	if err != nil {
		b.Error(err)
	}
}
