package engine

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// migrationLock is the advisory lock of all migrators of a database: the
// letters "twinseal" as a number.
const migrationLock = 0x7477696e7365616c

// pgMigrator runs migrations on a connection of its own.
type pgMigrator struct{ conn *pgconn.PgConn }

func (m *pgMigrator) begin(ctx context.Context) error {
	return m.script(ctx, "BEGIN; SELECT pg_advisory_xact_lock("+strconv.FormatInt(migrationLock, 10)+")")
}

func (m *pgMigrator) applied(ctx context.Context) ([]migration, error) {
	if err := m.script(ctx, recordsSQL); err != nil {
		return nil, err
	}
	result := m.conn.ExecParams(ctx, appliedSQL, nil, nil, nil, nil).Read()
	var all []migration
	for _, row := range result.Rows {
		number, err := strconv.ParseInt(string(row[0]), 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{number: number, name: string(row[1]), sum: string(row[2])})
	}
	return all, result.Err
}

func (m *pgMigrator) apply(ctx context.Context, step migration) error {
	if err := m.script(ctx, step.sql); err != nil {
		return err
	}
	const inTransaction = 'T'
	if m.conn.TxStatus() != inTransaction {
		return errEnded
	}
	values := [][]byte{strconv.AppendInt(nil, step.number, 10), []byte(step.name), []byte(step.sum)}
	const insert = `INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)`
	return m.conn.ExecParams(ctx, insert, values, nil, nil, nil).Read().Err
}

func (m *pgMigrator) commit(ctx context.Context) error { return m.script(ctx, "COMMIT") }

func (m *pgMigrator) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_ = m.script(ctx, "ROLLBACK")
}

func (m *pgMigrator) script(ctx context.Context, sql string) error {
	_, err := m.conn.Exec(ctx, sql).ReadAll()
	return err
}
