package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	insertOne = &engine.Statement{SQL: `INSERT INTO things (id, n) VALUES (?, ?)`}
	readOne   = &engine.Statement{SQL: `SELECT n FROM things WHERE id = ?`}
)

func TestSmoke(t *testing.T) {
	e, err := engine.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "x.db"), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Migrate(t.Context(), fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")}}); err != nil {
		t.Fatal(err)
	}
	if err := e.Write(t.Context(), func(tx engine.WriteTx) error {
		n, err := tx.Exec(insertOne, "a", 7)
		t.Log(n, err)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	err = e.Write(t.Context(), func(tx engine.WriteTx) error {
		n, err := tx.Exec(insertOne, "a", 7)
		t.Log(n, err)
		return err
	})
	if !errors.Is(err, engine.ErrUnique) {
		t.Fatal(err)
	}
	var n int
	if err := e.Read(context.Background(), func(tx engine.Tx) error {
		return tx.Query(readOne, func(r engine.Row) error { return r.Scan(&n) }, "a")
	}); err != nil || n != 7 {
		t.Fatal(n, err)
	}
}
