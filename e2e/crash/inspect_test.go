package crash

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/twinseal/twinseal/client/authy"
)

// inspect looks into the database itself, when no server holds it.
func (w *world) inspect(t *testing.T) {
	t.Helper()
	// What no acknowledgement can excuse: halves of an answer.
	for what, query := range map[string]string{
		"answered requests without a receipt": `SELECT count(*) FROM challenges c WHERE state IN ('approved', 'denied')
			AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.challenge_id = c.id)`,
		"receipts of requests that nobody answered": `SELECT count(*) FROM receipts r
			WHERE NOT EXISTS (SELECT 1 FROM challenges c WHERE c.id = r.challenge_id AND c.state IN ('approved', 'denied'))`,
		"answered requests without exactly one event": `SELECT count(*) FROM challenges c WHERE state IN ('approved', 'denied')
			AND (SELECT count(*) FROM events e WHERE e.challenge_id = c.id AND e.type IN ('challenge.approved', 'challenge.denied')) <> 1`,
		"events of answers that there are not": `SELECT count(*) FROM events e WHERE e.type = 'challenge.approved'
			AND NOT EXISTS (SELECT 1 FROM challenges c WHERE c.id = e.challenge_id AND c.state = 'approved')`,
		"requests without the event of their making": `SELECT count(*) FROM challenges c
			WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.challenge_id = c.id AND e.type = 'challenge.created')`,
		"people without the event of their making": `SELECT count(*) FROM users u
			WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.user_id = u.id AND e.type = 'user.created')`,
	} {
		if counted := w.query(t, query); counted[0][0] != 0 {
			t.Errorf("%d %s", counted[0][0], what)
		}
	}
	w.inspectTokens(t)
}

// inspectTokens: the log has as many accepted tokens of a user as were acknowledged, give or take those whose
// answer nobody heard.
func (w *world) inspectTokens(t *testing.T) {
	t.Helper()
	logged := map[authy.UserID]int64{}
	for _, row := range w.query(t, `SELECT u.number, count(*) FROM events e JOIN users u ON u.id = e.user_id
		WHERE e.type = 'token.accepted' GROUP BY u.number`) {
		logged[authy.UserID(row[0])] = row[1]
	}
	for id, acknowledged := range w.acceptedOf() {
		if n := int(logged[id]); n < acknowledged || n > acknowledged+w.unknown[id] {
			t.Errorf("user %d: %d tokens were acknowledged, %d more may have counted, and the log has %d", id, acknowledged, w.unknown[id], n)
		}
	}
}

// query reads rows of numbers from the database.
func (w *world) query(t *testing.T, query string) [][]int64 {
	t.Helper()
	read := w.queryPostgres
	if w.DatabaseFile() != "" {
		read = w.querySQLite
	}
	rows, err := read(t, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return rows
}

func (w *world) queryPostgres(t *testing.T, query string) ([][]int64, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.DatabaseURL())
	if err != nil {
		return nil, err
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]int64, error) {
		values, err := row.Values()
		out := make([]int64, len(values))
		for i, v := range values {
			if _, err := fmt.Sscan(fmt.Sprint(v), &out[i]); err != nil {
				return nil, err
			}
		}
		return out, err
	})
}

func (w *world) querySQLite(t *testing.T, query string) ([][]int64, error) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.DatabaseFile()+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]int64
	for rows.Next() {
		row := make([]int64, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
