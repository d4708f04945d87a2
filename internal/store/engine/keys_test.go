package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// Two counters that are read and written together. An empty name stands for none.
var (
	lockPair = &engine.Statement{
		SQL: `SELECT id, n FROM counters WHERE id IN (?, ?) /*lock*/`,
		Batch: `SELECT v.ord, c.id, c.n FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS v (one, two, ord)
			JOIN counters c ON c.id IN (v.one, v.two) ORDER BY c.id FOR NO KEY UPDATE OF c`,
		Key: 1, Keys: 2, Lock: true,
	}
	setPair = &engine.Statement{
		SQL: `UPDATE counters SET n = CASE id WHEN ?1 THEN ?3 WHEN ?2 THEN ?4 ELSE n END WHERE id IN (?1, ?2)`,
		Batch: `UPDATE counters c SET n = CASE c.id WHEN v.one THEN v.first ELSE v.second END
			FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS v (one, two, first, second, ord)
			WHERE c.id IN (v.one, v.two) RETURNING v.ord`,
		Key: 1, Keys: 2,
	}
)

// incrementPair reads two counters, then writes them: right only under the locks of both.
func incrementPair(e engine.Engine, one, two string) error {
	return e.Write(context.Background(), func(tx engine.WriteTx) error {
		counts := map[string]int64{}
		err := tx.Query(lockPair, func(r engine.Row) error {
			var id string
			var n int64
			err := r.Scan(&id, &n)
			counts[id] = n
			return err
		}, one, two)
		if err != nil {
			return err
		}
		return tx.Later(setPair, one, two, counts[one]+1, counts[two]+1)
	})
}

func TestAStatementWithSeveralKeysTakesTheLocksOfAll(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		engines := []engine.Engine{migrated(t, open(engine.Options{})), open(engine.Options{})}
		for i := range 4 {
			exec(t, engines[0], putCounter, fmt.Sprint("c", i), 0)
		}
		crowd(crowdSize, func(i int) {
			// Every pair shares a counter with another one, in every order.
			if err := incrementPair(engines[i%2], fmt.Sprint("c", i%4), fmt.Sprint("c", (i+1+i/4%3)%4)); err != nil {
				t.Error(err)
			}
		})
		if n := number(t, engines[1], sumCounter); n != 2*crowdSize {
			t.Errorf("counted %d", n)
		}
	})
}

func TestAnEmptyKeyAmongSeveralIsNone(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		exec(t, e, putCounter, "b", 0)
		var writes []func(engine.WriteTx) error
		for _, id := range []string{"a", "b"} {
			writes = append(writes, func(tx engine.WriteTx) error {
				if _, err := tx.Exec(lockPair, id, ""); err != nil {
					return err
				}
				return tx.Later(setPair, id, "", 1, 0)
			})
		}
		for _, err := range together(t, e, writes...) {
			if err != nil {
				t.Error(err)
			}
		}
		if n := number(t, e, sumCounter); n != 2 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestKeysNeedAKey(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		if err := e.Check(t.Context(), &engine.Statement{SQL: lockPair.SQL, Keys: 2}); err == nil {
			t.Error("keys without a key were taken")
		}
		if err := e.Check(t.Context(), lockPair, setPair); err != nil {
			t.Error(err)
		}
	})
}
