// Package pgtest gives tests and benchmark programs a PostgreSQL server of
// their own: made by initdb in a temporary directory, durable as in
// production, and gone when the program ends, however it ends.
//
// A test package shares one server among its tests:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		url := pgtest.Database(t) // fresh and empty
//
// If the environment variable TWINSEAL_TEST_POSTGRES holds the URL of a
// server, databases are made there instead.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names the variable with the URL of the server to use. [Main] sets it for
// the tests and for the programs they start.
const Env = "TWINSEAL_TEST_POSTGRES"

// Main runs the tests of a package with a server in the background and exits.
func Main(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv(Env) != "" {
		return m.Run()
	}
	cluster, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return 1
	}
	defer cluster.Stop()
	if err := os.Setenv(Env, cluster.URL("postgres")); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return 1
	}
	return m.Run()
}

// Database makes an empty database that is dropped when the test ends, and
// returns its URL. Without Main the test gets a server for itself.
func Database(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(Env)
	if server == "" {
		cluster, err := Start(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(cluster.Stop)
		server = cluster.URL("postgres")
	}
	made, err := CreateDatabase(tb.Context(), server)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := dropDatabase(server, made); err != nil {
			tb.Error(err)
		}
	})
	return made
}

// CreateDatabase makes an empty database on the server and returns its URL.
func CreateDatabase(ctx context.Context, server string) (string, error) {
	name := "test_" + strings.ToLower(rand.Text())
	if err := execute(ctx, server, "CREATE DATABASE "+name); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	return with(server, name)
}

// dropTimeout bounds the clean-up of a server that no longer answers.
const dropTimeout = 30 * time.Second

func dropDatabase(server, database string) error {
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	u, err := url.Parse(database)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(u.Path, "/")
	if err := execute(ctx, server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop a database: %w", err)
	}
	return nil
}

func execute(ctx context.Context, server, sql string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errorsFirst(err, conn.Close(context.WithoutCancel(ctx)))
}

func errorsFirst(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// with returns the URL of another database on the same server.
func with(server, database string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + database
	return u.String(), nil
}
