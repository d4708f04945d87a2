package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// migration is one numbered file, or the record of one that was applied.
type migration struct {
	number int64
	name   string
	sum    string // SHA-256 of the file, in hex
	sql    string // empty in a record
}

// migrator is what an engine does for migrate. A step is one transaction that
// excludes all other migrators of the database.
type migrator interface {
	begin(ctx context.Context) error
	applied(ctx context.Context) ([]migration, error) // in order; creates the table of records if it is missing
	apply(ctx context.Context, m migration) error     // runs and records it
	commit(ctx context.Context) error
	rollback()
}

// recordsSQL makes the table of records on both databases.
const recordsSQL = `CREATE TABLE IF NOT EXISTS schema_migrations (
	number BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	sha256 TEXT NOT NULL
)`

// appliedSQL lists the records.
const appliedSQL = `SELECT number, name, sha256 FROM schema_migrations ORDER BY number`

// errEnded refuses a file with a COMMIT of its own.
var errEnded = errors.New("the file must not begin or end a transaction")

// fileName is what a migration is called.
var fileName = regexp.MustCompile(`^([0-9]{4})_[a-z0-9_]+\.sql$`)

// migrate applies the files one step at a time until none is left.
func migrate(ctx context.Context, fsys fs.FS, m migrator) error {
	files, err := readMigrations(fsys)
	if err != nil {
		return err
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = migrateOne(ctx, files, m); err != nil {
			return err
		}
	}
	return nil
}

// migrateOne applies the first file that is missing. More is false when none
// was.
func migrateOne(ctx context.Context, files []migration, m migrator) (more bool, err error) {
	if err := m.begin(ctx); err != nil {
		return false, fmt.Errorf("begin a migration: %w", err)
	}
	defer func() {
		if err != nil {
			m.rollback()
		}
	}()
	done, err := m.applied(ctx)
	if err != nil {
		return false, fmt.Errorf("read the applied migrations: %w", err)
	}
	if err := compare(files, done); err != nil {
		return false, err
	}
	if len(done) < len(files) {
		next := files[len(done)]
		if err := m.apply(ctx, next); err != nil {
			return false, fmt.Errorf("migration %s: %w", next.name, err)
		}
		more = true
	}
	if err := m.commit(ctx); err != nil {
		return false, fmt.Errorf("commit a migration: %w", err)
	}
	return more, nil
}

// readMigrations lists the files in the order of their numbers.
func readMigrations(fsys fs.FS) ([]migration, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []migration
	for _, name := range names {
		found := fileName.FindStringSubmatch(name)
		if found == nil {
			return nil, fmt.Errorf("migration %s: the name must look like 0001_name.sql", name)
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if endsTransaction(string(content)) {
			return nil, fmt.Errorf("migration %s: %w", name, errEnded)
		}
		number, _ := strconv.ParseInt(found[1], 10, 64) // four digits, by fileName
		if len(all) > 0 && all[len(all)-1].number == number {
			return nil, fmt.Errorf("migration %s: number %d is taken by %s", name, number, all[len(all)-1].name)
		}
		sum := sha256.Sum256(content)
		all = append(all, migration{number, name, hex.EncodeToString(sum[:]), string(content)})
	}
	return all, nil
}

// endsTransaction looks for statements that begin or end a transaction. It
// cannot know END, which also ends the body of a trigger.
func endsTransaction(sql string) bool {
	first := true
	for sql != "" {
		n := token(sql)
		piece := sql[:n]
		sql = sql[n:]
		switch {
		case piece == ";":
			first = true
		case first && isWord(piece[0]):
			switch strings.ToUpper(piece) {
			case "BEGIN", "COMMIT", "ROLLBACK":
				return true
			}
			first = false
		}
	}
	return false
}

// compare refuses a history that the files do not continue.
func compare(files, done []migration) error {
	for i, d := range done {
		switch {
		case i >= len(files):
			return fmt.Errorf("the database has migration %s, which this program does not know: use the newer program", d.name)
		case files[i].number != d.number:
			return fmt.Errorf("the database has migration %s where this program has %s: applied migrations stay as they are, add new ones at the end", d.name, files[i].name)
		case files[i].sum != d.sum:
			return fmt.Errorf("migration %s was edited after it was applied: restore it and add a new one", d.name)
		}
	}
	return nil
}
