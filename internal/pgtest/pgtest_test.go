package pgtest_test

import (
	"context"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/pgtest"
)

func TestClusterServesBothAddressesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	c, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{"socket": c.URL("postgres"), "tcp": c.TCP("postgres")} {
		for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on"} {
			if got := show(t, address, setting); got != want {
				t.Errorf("%s: %s is %s", name, setting, got)
			}
		}
	}
	address := c.URL("postgres")
	c.Stop()
	c.Stop()
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		t.Error("still answers after Stop", conn.Close(t.Context()))
	}
	if _, err := os.Stat(directory(t, address)); !os.IsNotExist(err) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	c, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	t.Setenv(pgtest.Env, c.URL("postgres"))
	one, two := pgtest.Database(t), pgtest.Database(t)
	for _, address := range []string{one, two} {
		conn := connect(t, address)
		if _, err := conn.Exec(t.Context(), "CREATE TABLE t (id TEXT)"); err != nil {
			t.Error(err)
		}
	}
}

func show(t *testing.T, address, setting string) string {
	t.Helper()
	var value string
	if err := connect(t, address).QueryRow(t.Context(), "SHOW "+setting).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// directory reads where the server lives from the address of its socket.
func directory(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}
