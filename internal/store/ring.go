package store

import (
	"context"
	"errors"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	listRing = &engine.Statement{SQL: `SELECT id, kind, master_check, wrapped FROM key_ring ORDER BY id`}

	addRing = &engine.Statement{SQL: `INSERT INTO key_ring (id, kind, master_check, wrapped) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`}
)

// errRingTaken ends the making of a ring when another process was first.
var errRingTaken = errors.New("another process has stored the keys")

// openRing loads the ring or, in a new database, makes it. Of processes that
// start together one makes it and the others load what that one stored.
func openRing(ctx context.Context, e engine.Engine, master seal.Master) (*seal.Ring, error) {
	ring, err := loadRing(ctx, e, master)
	if !errors.Is(err, seal.ErrNoKeys) {
		return ring, err
	}
	if ring, err = seal.NewRing(master); err != nil {
		return nil, err
	}
	err = e.Write(ctx, func(tx engine.WriteTx) error { return storeRing(tx, ring.Export()) })
	if errors.Is(err, errRingTaken) {
		return loadRing(ctx, e, master)
	}
	return ring, err
}

func loadRing(ctx context.Context, e engine.Engine, master seal.Master) (*seal.Ring, error) {
	var keys []seal.WrappedKey
	err := e.Read(ctx, func(tx engine.Tx) (err error) {
		keys, err = ringKeys(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return seal.LoadRing(master, keys)
}

// storeRing stores all the keys or, where one of their ids is taken, none.
func storeRing(tx engine.WriteTx, keys []seal.WrappedKey) error {
	for _, k := range keys {
		n, err := tx.Exec(addRing, int64(k.ID), string(k.Kind), k.Check, k.Wrapped)
		if err != nil {
			return err
		}
		if n == 0 {
			return errRingTaken
		}
	}
	return nil
}

func ringKeys(tx engine.Tx) ([]seal.WrappedKey, error) {
	var keys []seal.WrappedKey
	err := tx.Query(listRing, func(row engine.Row) error {
		var k seal.WrappedKey
		var id int64
		if err := row.Scan(&id, (*string)(&k.Kind), &k.Check, &k.Wrapped); err != nil {
			return err
		}
		k.ID = seal.KeyID(id)
		keys = append(keys, k)
		return nil
	})
	return keys, err
}

// RotateKeys makes a new data key, under which everything is sealed from now on;
// what was sealed before still opens. Other processes learn of the key when they
// first meet it. Of several that rotate at the same moment one does, the others
// are refused with a Conflict.
func (s *Store) RotateKeys(ctx context.Context) error {
	err := s.ring.Rotate(func(key seal.WrappedKey) error {
		return s.engine.Write(ctx, func(tx engine.WriteTx) error { return storeRing(tx, []seal.WrappedKey{key}) })
	})
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, errRingTaken):
		return failure(err)
	}
	if err := s.engine.Read(ctx, s.mergeRing); err != nil {
		return failure(err)
	}
	return &mfa.Error{Code: mfa.Conflict, Message: "another process has rotated the keys since", Cause: err}
}

// mergeRing learns the keys that another process has stored.
func (s *Store) mergeRing(tx engine.Tx) error {
	keys, err := ringKeys(tx)
	if err != nil {
		return err
	}
	return s.ring.Merge(keys)
}
