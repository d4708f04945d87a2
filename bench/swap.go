package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// swapArgument makes this program the second yardstick: what the bare handler reaches when each of its
// answers waits for one durable compare-and-set, which is the least that a code that counts once can cost.
const swapArgument = "swap-server"

// swapRows is how many counters there are.
const swapRows = 10_000

var swapCounter = &engine.Statement{
	SQL: `UPDATE counters SET value = value + 1 WHERE id = ? AND value >= ?`,
	Batch: `UPDATE counters c SET value = c.value + 1 FROM unnest($1::bigint[], $2::bigint[]) AS v (id, value)
		WHERE c.id = v.id AND c.value >= v.value`,
	Key: 1,
}

// serveSwap opens a database of its own: a file, or one made beside the measured one.
func serveSwap(address, database string) error {
	e, err := openSwap(context.Background(), database)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], 10, 64)
		err := e.Write(r.Context(), func(tx engine.WriteTx) error {
			_, err := tx.Exec(swapCounter, id, int64(0))
			return err
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(newBareAnswer())
	})}
	return server.ListenAndServe()
}

func openSwap(ctx context.Context, database string) (engine.Engine, error) {
	var e engine.Engine
	var err error
	if strings.Contains(database, "://") {
		e, err = engine.OpenPostgres(ctx, database, engine.Options{})
	} else {
		e, err = engine.OpenSQLite(ctx, database, engine.Options{})
	}
	if err != nil {
		return nil, err
	}
	schema := fmt.Sprintf(`CREATE TABLE counters (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO counters SELECT i, 0 FROM n;`, swapRows)
	return e, e.Migrate(ctx, fstest.MapFS{"0001_counters.sql": {Data: []byte(schema)}})
}
