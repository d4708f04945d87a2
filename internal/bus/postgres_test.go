package bus_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/bus"
	"github.com/twinseal/twinseal/internal/pgtest"
)

// start runs a node until the test or the returned function ends it.
func start(t *testing.T, url string) (*bus.Postgres, func()) {
	t.Helper()
	b, err := bus.NewPostgres(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := b.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop := func() { cancel(); <-ended }
	t.Cleanup(stop)
	return b, stop
}

// ready is a node that hears the others.
func ready(t *testing.T, url string) (*bus.Postgres, func()) {
	t.Helper()
	b, stop := start(t, url)
	select {
	case <-b.Ready():
	case <-time.After(patience):
		t.Fatal("the node does not hear others")
	}
	return b, stop
}

func TestTwoNodesWakeEachOther(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	here, _ := ready(t, url)
	there, _ := ready(t, url)
	atHere, atThere, other := here.Subscribe("a"), there.Subscribe("a"), there.Subscribe("b")

	here.Announce("a")
	mustWake(t, atHere, "announced on its own node")
	mustWake(t, atThere, "announced on the other node")
	mustRest(t, other, "another topic was announced")

	there.Announce("b", "a")
	mustWake(t, atHere, "announced back")
	mustWake(t, atThere, "announced back")
	mustWake(t, other, "announced back")
}

func TestManyTopicsAtOnceReachTheOtherNode(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	here, _ := ready(t, url)
	there, _ := ready(t, url)
	topics := make([]string, 3000)
	subs := make([]*bus.Subscription, len(topics))
	for i := range topics {
		topics[i] = fmt.Sprintf("challenge:%d", i)
		subs[i] = there.Subscribe(topics[i])
	}
	silent := there.Subscribe("silent")
	here.Announce(topics...)
	for i, s := range subs {
		mustWake(t, s, topics[i])
	}
	mustRest(t, silent, "its topic was not announced")
}

func TestALostConnectionComesBackAndWakesAll(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	here, _ := ready(t, url)
	there, _ := ready(t, url)
	subs := []*bus.Subscription{here.Subscribe("a"), here.Subscribe("b"), there.Subscribe("c")}

	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var killed int
	const kill = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE application_name = 'twinseal bus' AND datname = current_database()`
	if err := conn.QueryRow(t.Context(), kill).Scan(&killed); err != nil || killed < 2 {
		t.Fatalf("killed %d connections, of which two nodes have two each: %v", killed, err)
	}
	for _, s := range subs {
		mustWake(t, s, "something may have been missed")
	}
	there.Announce("a")
	mustWake(t, subs[0], "announced after the connections came back")
	here.Announce("c")
	mustWake(t, subs[2], "announced after the connections came back")
}

func TestTheLastAnnouncementBeforeTheEndIsSent(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	here, stop := ready(t, url)
	there, _ := ready(t, url)
	s := there.Subscribe("a")
	here.Announce("warm up")
	here.Announce("a")
	stop()
	mustWake(t, s, "announced just before the node stopped")
}

func TestWhoSubscribedBeforeTheFirstConnectionIsWokenByIt(t *testing.T) {
	t.Parallel()
	b, err := bus.NewPostgres(pgtest.Database(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := b.Subscribe("a")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = b.Run(ctx) }()
	mustWake(t, s, "something may have been missed")
	cancel()
	<-ended
}

func TestWithoutADatabaseANodeServesItself(t *testing.T) {
	t.Parallel()
	b, stop := start(t, "postgres://nobody@127.0.0.1:1/none")
	s := b.Subscribe("a")
	b.Announce("a")
	mustWake(t, s, "announced on its own node")
	select {
	case <-b.Ready():
		t.Error("ready without a database")
	default:
	}
	stop()
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := bus.NewPostgres("postgres://host:port/", nil); err == nil {
		t.Error("accepted")
	}
}
