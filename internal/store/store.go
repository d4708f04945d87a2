package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store/engine"
)

//go:embed migrations
var migrations embed.FS

// Announcer is the part of a mfa.Waker that the store uses.
type Announcer interface {
	Announce(topics ...string)
}

// Options say which database to open. Exactly one of SQLitePath and
// PostgresURL is set.
type Options struct {
	// SQLitePath is the file of the embedded database; it is made if it is
	// missing, its folder is not.
	SQLitePath string
	// PostgresURL is a connection URL as libpq reads it.
	PostgresURL string
	// Master unwraps the keys that seal what is stored. The first Open of a
	// database makes those keys; later ones must bring the same Master, or fail
	// with seal.ErrWrongMaster.
	Master seal.Master
	// Waker is told of committed changes; nil tells nobody.
	Waker Announcer
	// Engine tunes the database; its zero value is right for a server.
	Engine engine.Options
}

// Store implements mfa.Store. All methods may be called at the same time.
type Store struct {
	engine engine.Engine
	ring   *seal.Ring
	waker  Announcer
	skew   atomic.Int64 // how far the ids of events stray from their times, as far as is known here
}

var _ mfa.Store = (*Store)(nil)

// Open connects, brings the schema up to date and unlocks the keys. Several
// processes may open one database at the same time.
func Open(ctx context.Context, o Options) (*Store, error) {
	e, err := openEngine(ctx, o)
	if err != nil {
		return nil, err
	}
	s := &Store{engine: e, waker: o.Waker}
	if err := s.prepare(ctx, o.Master); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return s, nil
}

func openEngine(ctx context.Context, o Options) (engine.Engine, error) {
	switch {
	case o.SQLitePath != "" && o.PostgresURL != "":
		return nil, errors.New("open the store: name a file or a PostgreSQL server, not both")
	case o.SQLitePath != "":
		return engine.OpenSQLite(ctx, o.SQLitePath, o.Engine)
	case o.PostgresURL != "":
		return engine.OpenPostgres(ctx, o.PostgresURL, o.Engine)
	}
	return nil, errors.New("open the store: name a file or a PostgreSQL server")
}

func (s *Store) prepare(ctx context.Context, master seal.Master) error {
	files, err := fs.Sub(migrations, "migrations/"+s.engine.Flavour().String())
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	if err := s.engine.Migrate(ctx, files); err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	if s.ring, err = openRing(ctx, s.engine, master); err != nil {
		return fmt.Errorf("open the key ring: %w", err)
	}
	return nil
}

// Read gives committed records.
func (s *Store) Read(ctx context.Context, read func(mfa.Records) error) error {
	var own error
	err := s.engine.Read(ctx, func(tx engine.Tx) error {
		own = read(&records{store: s, tx: tx})
		return own
	})
	return outcome(err, own)
}

// Write runs the function in a transaction that is durable when Write returns
// nil, and then announces what the function asked for.
func (s *Store) Write(ctx context.Context, write func(mfa.WriteRecords) error) error {
	var own error
	err := s.engine.Write(ctx, s.writing(write, &own))
	return outcome(err, own)
}

// WriteTogether is Write for a caller who knows that others are about to write.
func (s *Store) WriteTogether(ctx context.Context, patience time.Duration, write func(mfa.WriteRecords) error) error {
	var own error
	err := s.engine.WriteTogether(ctx, patience, s.writing(write, &own))
	return outcome(err, own)
}

// writing runs the function on records; own is its latest error.
func (s *Store) writing(write func(mfa.WriteRecords) error, own *error) func(engine.WriteTx) error {
	return func(tx engine.WriteTx) error {
		*own = write(&writeRecords{records: records{store: s, tx: tx, writing: true}, tx: tx})
		return *own
	}
}

// outcome tells the function's own error, which is returned as it is, from
// the database's.
func outcome(err, own error) error {
	if err == nil || own != nil && errors.Is(err, own) {
		return err
	}
	return failure(err)
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.engine.Ping(ctx); err != nil {
		return failure(err)
	}
	return nil
}

// Close lets running Writes finish; later ones are refused.
func (s *Store) Close() error { return s.engine.Close() }
