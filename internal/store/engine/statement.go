package engine

import "fmt"

// Statement is one SQL text that both databases run. It is declared once, as a
// package variable, and never changed: engines keep its prepared forms by its
// address.
type Statement struct {
	// SQL is the text for one call. Arguments are written ?, or ?1, ?2 … where
	// one is used twice. The comment /*lock*/ becomes FOR NO KEY UPDATE on
	// PostgreSQL, /*skip locked*/ becomes FOR UPDATE SKIP LOCKED; on SQLite both
	// stay comments. A statement reads if it begins with SELECT, WITH or VALUES
	// and holds none of the words INSERT, UPDATE and DELETE outside of quotes and
	// comments; all others write.
	SQL string

	// Batch is the text for many calls at once, used on PostgreSQL when several
	// functions of one group ask for the statement in the same moment. The
	// arguments arrive as arrays, one per argument of SQL, in the same order,
	// with one element per call:
	//
	//	UPDATE codes SET used = v.used
	//	FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS v(used, id, ord)
	//	WHERE codes.id = v.id AND codes.used IS NULL
	//	RETURNING v.ord
	//
	// The first result column is v.ord and tells whose row it is; the others
	// are the columns that SQL has. The rows with a call's ord are its rows,
	// and their number is what Exec returns.
	//
	// A Batch without result columns is for plain INSERTs run by Exec: each call
	// changed one row. If the sum differs (ON CONFLICT DO NOTHING did nothing),
	// the calls are run again one by one, so use that form where it is rare.
	//
	// Without Batch the calls are pipelined one by one: still one round trip,
	// but several times the work for the server.
	Batch string

	// Key is the number, from 1, of the argument whose value must be distinct
	// among the calls that one Batch carries; of calls with equal values one
	// waits for the next round. Where a Batch changes rows, Key must name
	// what tells them apart, else two calls change the same row in one
	// statement, of which PostgreSQL carries out only one. Calls are sorted by
	// this argument, so that two transactions lock rows in the same order. 0:
	// calls never collide.
	Key int

	// Keys is how many arguments, from that of Key on, are keys; 0 means 1. All of them must be distinct among the
	// calls that one Batch carries, and Lock takes all of their locks, or none and waits. An empty text among several
	// keys stands for none.
	Keys int

	// Lock makes the call also take a lock, named by the value of its Key
	// argument alone, that the function holds until it ends: functions of the
	// same group that ask for a lock of that name wait. Together with /*lock*/
	// in the SQL, which does the same between groups and between processes, it
	// serialises everything that reads first and writes later. A function may
	// take a lock that it holds.
	Lock bool
}

// sound refuses combinations that would not do what they say.
func (st *Statement) sound() error {
	if st.Key < 0 || st.Keys < 0 || st.Key == 0 && (st.Lock || st.Keys > 0) {
		return fmt.Errorf("a statement with Lock or Keys needs a Key, in: %s", st.SQL)
	}
	return nil
}
