package bus

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/pgtest"
)

func TestAfterASilenceTheConnectionIsCheckedAndKept(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "LISTEN "+channel); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, heard, err := next(t.Context(), conn, time.Millisecond); heard || err != nil {
			t.Fatalf("silence: heard=%v, %v", heard, err)
		}
	}
	if _, err := conn.Exec(t.Context(), "SELECT pg_notify($1, 'hello')", channel); err != nil {
		t.Fatal(err)
	}
	if payload, heard, err := next(t.Context(), conn, time.Minute); payload != "hello" || !heard || err != nil {
		t.Errorf("after the silence: %q, %v, %v", payload, heard, err)
	}
	_ = conn.Close(t.Context())
	if _, _, err := next(t.Context(), conn, time.Minute); err == nil {
		t.Error("a closed connection looks silent")
	}
}
