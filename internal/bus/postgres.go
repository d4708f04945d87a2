package bus

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// channel is the LISTEN channel; PostgreSQL keeps those of databases apart.
	channel = "twinseal"
	// applicationName shows our connections in pg_stat_activity.
	applicationName = "twinseal bus"

	// sendInterval lets announcements gather: one notification for many costs the
	// database as little as one for one. The first after a pause goes at once.
	sendInterval = 3 * time.Millisecond
	// sendTimeout bounds one notification, also the last before the end.
	sendTimeout = 2 * time.Second
	// connectTimeout bounds one attempt to connect.
	connectTimeout = 10 * time.Second
	// silence is how long the listening connection may hear nothing before it is
	// asked whether it is still there, as a dead peer looks like a silent one.
	silence = 30 * time.Second
	// firstBackoff doubles with each failure up to lastBackoff.
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = 5 * time.Second
	// slicePause parts the shards when all are woken, so that 10,000 waiters come
	// back to the database over a third of a second.
	slicePause = 5 * time.Millisecond
)

// Postgres wakes subscribers in all processes that share one database. Those of
// its own process hear at once, the others some milliseconds later. It takes two
// connections. All methods are safe for concurrent use.
type Postgres struct {
	local  Local
	config *pgx.ConnConfig
	node   nodeID
	log    *slog.Logger
	out    *outgoing
	missed chan struct{} // holds a value while all should be woken

	ready     chan struct{}
	readyOnce sync.Once
}

// NewPostgres reads the address of the database and connects to nothing yet: that
// is for Run. The log is told when other nodes are out of reach, and when they
// are back; nil says nothing.
func NewPostgres(url string, log *slog.Logger) (*Postgres, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("address of the database: %w", err)
	}
	config.ConnectTimeout = connectTimeout
	config.RuntimeParams["application_name"] = applicationName
	// What the address may say to a pool of connections is not for the server.
	maps.DeleteFunc(config.RuntimeParams, func(name, _ string) bool { return strings.HasPrefix(name, "pool_") })
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	var node [8]byte
	rand.Read(node[:]) // never fails: without randomness the program ends
	return &Postgres{
		config: config, node: nodeID(binary.BigEndian.Uint64(node[:])), log: log, out: newOutgoing(),
		missed: make(chan struct{}, 1), ready: make(chan struct{}),
	}, nil
}

// Announce wakes subscribers here at once and those elsewhere soon. It never
// waits, neither for subscribers nor for the database. Call it after the commit:
// who is woken earlier reads what was before.
func (p *Postgres) Announce(topics ...string) {
	p.local.Announce(topics...)
	p.out.add(topics)
}

// Subscribe is [Local.Subscribe]; the subscription hears all nodes.
func (p *Postgres) Subscribe(name string) *Subscription { return p.local.Subscribe(name) }

// Ready is closed when announcements of other nodes arrive for the first time and
// whoever subscribed before has been woken, as they may have missed some.
func (p *Postgres) Ready() <-chan struct{} { return p.ready }

// Run connects this node with the others until the context ends, then sends what
// is left to send and returns nil, with no goroutine left behind. A database that
// is away is not an error: subscribers of this process are woken all the same,
// and all of them once it is back.
func (p *Postgres) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { p.send(ctx) })
	parts.Go(func() { p.listen(ctx) })
	parts.Go(func() { p.catchUp(ctx) })
	parts.Wait()
	return nil
}

func (p *Postgres) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, p.config.Copy())
}

// hangUp closes politely if that goes quickly, also when the context has ended.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	_ = conn.Close(ctx) // the connection is gone either way
}

// catchUp wakes everybody, shard after shard, whenever announcements may have
// been missed. Calls that come meanwhile are one further round.
func (p *Postgres) catchUp(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.missed:
		}
		for i := range p.local.shards {
			if p.local.shards[i].wakeAll() > 0 && !pause(ctx, slicePause) {
				return
			}
		}
		p.readyOnce.Do(func() { close(p.ready) })
	}
}

// backoff counts failures in a row.
type backoff struct{ failures int }

func (b *backoff) reset() { b.failures = 0 }

// wait pauses longer after each failure and is false when the context ended.
func (b *backoff) wait(ctx context.Context) bool {
	delay := lastBackoff
	if b.failures < 10 {
		delay = min(firstBackoff<<b.failures, lastBackoff)
	}
	b.failures++
	return pause(ctx, delay)
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
