package store_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// Each file in testdata/filled holds the rows of a database as it was when its
// migration was the last one. A new migration brings a new file:
//
//	go test ./internal/store -run Record -record 0002
var record = flag.String("record", "", "write the rows of a filled database as testdata/filled/NAME.json")

// filled are the rows of all tables; binary values are texts that begin with \x.
type filled map[string][]map[string]any

func TestRecordAFilledDatabase(t *testing.T) {
	t.Parallel()
	if *record == "" {
		t.Log("nothing to record")
		return
	}
	o := postgres(t)
	if err := open(t, o).Write(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), o.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows := map[string]json.RawMessage{}
	for _, table := range column(t, conn, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('locks', 'schema_migrations')`) {
		rows[table] = json.RawMessage(column(t, conn, `SELECT coalesce(json_agg(t), '[]')::text FROM `+pgx.Identifier{table}.Sanitize()+` t`)[0])
	}
	text, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "filled", *record+".json"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsKeepWhatOlderDatabasesHold(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/filled/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no filled databases", err)
	}
	for _, file := range files {
		number := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(number, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, o store.Options) {
				restore(t, o, number, file)
				check(t, open(t, o))
			})
		})
	}
}

func TestEveryMigrationHasItsTwinAndAFilledDatabase(t *testing.T) {
	t.Parallel()
	names := func(pattern string) []string {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for i := range files {
			files[i], _, _ = strings.Cut(strings.TrimSuffix(filepath.Base(files[i]), ".json"), "_")
		}
		return files
	}
	want := names("migrations/sqlite/*.sql")
	for _, pattern := range []string{"migrations/postgres/*.sql", "testdata/filled/*.json"} {
		if got := names(pattern); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

// Whatever locale the operator's server has, texts are ordered as on SQLite.
func TestEveryTextOnPostgresIsOrderedByItsBytes(t *testing.T) {
	t.Parallel()
	o := postgres(t)
	open(t, o)
	conn, err := pgx.Connect(t.Context(), o.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	others := column(t, conn, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'schema_migrations'`)
	if len(others) > 0 {
		t.Errorf("without COLLATE \"C\": %v", others)
	}
}

// restore makes the database as it was.
func restore(t *testing.T, o store.Options, number, file string) {
	t.Helper()
	e, folder := openEngine(t, o)
	defer e.Close()
	if err := e.Migrate(t.Context(), migrationsUpTo(t, folder, number)); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tables filled
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(&tables); err != nil {
		t.Fatal(err)
	}
	err = e.Write(t.Context(), func(tx engine.WriteTx) error {
		for table, rows := range tables {
			for _, row := range rows {
				if err := insertRow(tx, table, row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func openEngine(t *testing.T, o store.Options) (engine.Engine, string) {
	t.Helper()
	opened, folder := engine.OpenPostgres, "postgres"
	where := o.PostgresURL
	if where == "" {
		opened, folder, where = engine.OpenSQLite, "sqlite", o.SQLitePath
	}
	e, err := opened(t.Context(), where, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e, folder
}

func migrationsUpTo(t *testing.T, folder, number string) fstest.MapFS {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("migrations", folder, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if base := filepath.Base(name); base[:len(number)] <= number {
			files[base] = &fstest.MapFile{Data: content}
		}
	}
	return files
}

func insertRow(tx engine.WriteTx, table string, row map[string]any) error {
	columns := slices.Sorted(maps.Keys(row))
	args := make([]any, len(columns))
	for i, c := range columns {
		var err error
		if args[i], err = argument(row[c]); err != nil {
			return err
		}
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	_, err := tx.Exec(&engine.Statement{SQL: fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), marks)}, args...)
	return err
}

func argument(value any) (any, error) {
	switch v := value.(type) {
	case json.Number:
		return v.Int64()
	case string:
		if digits, ok := strings.CutPrefix(v, `\x`); ok {
			return hex.DecodeString(digits)
		}
	}
	return value, nil
}
