package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// purge deletes up to limit rows that are older than the time. Rows that somebody
// holds are left for the next turn, so that purging never makes anybody wait.
func (w *writeRecords) purge(st *engine.Statement, before time.Time, limit int) (int, error) {
	n, err := w.exec(st, micros(before), limit)
	return int(n), err
}
