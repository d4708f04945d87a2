package engine

import (
	"context"
	"errors"
)

// sqliteMigrator runs migrations on a connection of its own.
type sqliteMigrator struct{ c *sqliteConn }

// begin switches foreign keys off, which is only possible outside of the
// transaction: a table cannot be rebuilt otherwise. Commit checks them.
func (m *sqliteMigrator) begin(context.Context) error {
	return m.c.script("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
}

func (m *sqliteMigrator) applied(context.Context) ([]migration, error) {
	if err := m.c.script(recordsSQL); err != nil {
		return nil, err
	}
	s, err := m.c.compile(appliedSQL)
	if err != nil {
		return nil, err
	}
	defer s.finalize()
	var all []migration
	err = s.run(func(row Row) error {
		var d migration
		err := row.Scan(&d.number, &d.name, &d.sum)
		all = append(all, d)
		return err
	}, nil)
	return all, err
}

func (m *sqliteMigrator) apply(_ context.Context, step migration) error {
	if err := m.c.script(step.sql); err != nil {
		return err
	}
	if !m.c.inTransaction() {
		return errEnded
	}
	s, err := m.c.compile(`INSERT INTO schema_migrations (number, name, sha256) VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	defer s.finalize()
	return s.run(nil, []any{step.number, step.name, step.sum})
}

func (m *sqliteMigrator) commit(context.Context) error {
	s, err := m.c.compile("PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer s.finalize()
	if err := s.run(func(Row) error { return errors.New("a foreign key points nowhere") }, nil); err != nil {
		return err
	}
	return m.c.script("COMMIT")
}

func (m *sqliteMigrator) rollback() { _ = m.c.script("ROLLBACK") }
