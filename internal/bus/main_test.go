package bus

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/twinseal/twinseal/internal/pgtest"
)

// onPostgres runs the tests with a server of their own, inside of the watch for
// goroutines that stay behind.
type onPostgres struct{ m *testing.M }

func (o onPostgres) Run() int {
	if os.Getenv(pgtest.Env) == "" {
		cluster, err := pgtest.Start(context.Background())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer cluster.Stop()
		if err := os.Setenv(pgtest.Env, cluster.URL("postgres")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return o.m.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(onPostgres{m}) }
