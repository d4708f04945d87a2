package engine

import "testing"

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sql, postgres string
		writes, locks bool
	}{
		{"SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = $1 AND c = $2", false, false},
		{"SELECT ?2, ?1", "SELECT $2, $1", false, false},
		{"SELECT '?' FROM \"a?\" WHERE c = ? -- ?\n/* ? */ AND d = ?", "SELECT '?' FROM \"a?\" WHERE c = $1 -- ?\n/* ? */ AND d = $2", false, false},
		{"SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", false, false},
		{"SELECT a FROM t /*lock*/", "SELECT a FROM t FOR NO KEY UPDATE", false, true},
		{"UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t LIMIT ? /*skip locked*/)", "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t LIMIT $1 FOR UPDATE SKIP LOCKED)", true, true},
		{"insert into t values (?)", "insert into t values ($1)", true, false},
		{"WITH x AS (SELECT 1) SELECT updated, 'DELETE' FROM x", "WITH x AS (SELECT 1) SELECT updated, 'DELETE' FROM x", false, false},
		{"WITH x AS (SELECT 1) DELETE FROM t", "WITH x AS (SELECT 1) DELETE FROM t", true, false},
		{" -- why\n SELECT 1", " -- why\n SELECT 1", false, false},
		{"VALUES (1)", "VALUES (1)", false, false},
		{"CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT)", true, false},
		{"SELECT 'open", "SELECT 'open", false, false},
		{"", "", true, false},
	}
	for _, c := range cases {
		got := parse(&Statement{SQL: c.sql})
		if got.sqlite != c.sql || got.postgres != c.postgres || got.writes != c.writes || got.locks != c.locks {
			t.Errorf("%q: %+v", c.sql, got)
		}
	}
}
