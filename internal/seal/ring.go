package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// KeyID names a wrapped key within its ring. Ids count up from 1, so a store that
// keeps them unique refuses the second of two rings or rotations made at once.
type KeyID uint32

// KeyKind is what a key is for.
type KeyKind string

const (
	KindData   KeyKind = "data"   // seals values; the one with the greatest id is active
	KindDigest KeyKind = "digest" // keys digests; a ring has exactly one
)

// WrappedKey is one key of a ring as the caller stores it. It is safe to store
// beside the data: without the master key it is noise.
type WrappedKey struct {
	ID      KeyID
	Kind    KeyKind
	Check   string // the Check of the master key that wrapped it
	Wrapped []byte
}

// Errors of loading a ring.
var (
	// ErrNoKeys: nothing was stored yet. Make a NewRing if the database is new.
	ErrNoKeys = errors.New("no wrapped keys are stored")
	// ErrWrongMaster: the master key is not the one that wrapped the keys.
	ErrWrongMaster = errors.New("wrong master key")
	// ErrDamaged: the master key is right, but a stored key is not as it was.
	ErrDamaged = errors.New("stored keys are damaged: restore them from a backup")
)

// Ring holds the unwrapped keys. All methods are safe for concurrent use.
type Ring struct {
	change sync.Mutex // held while keys is replaced
	keys   atomic.Pointer[keySet]
}

// keySet is immutable once published.
type keySet struct {
	master  Master
	wrapped []WrappedKey // by id
	active  KeyID
	data    map[KeyID]cipher.AEAD
	digest  *digester
}

// NewRing makes a ring of fresh keys. Store its Export before sealing anything:
// what is sealed under keys that were not stored is lost. If the store finds
// that another process has stored keys meanwhile, drop this ring and load theirs.
func NewRing(master Master) (*Ring, error) {
	set := &keySet{master: master, data: map[KeyID]cipher.AEAD{}}
	for id, kind := range []KeyKind{KindDigest, KindData} {
		key, err := master.newKey(KeyID(id+1), kind)
		if err != nil {
			return nil, err
		}
		if err := set.add(key); err != nil {
			return nil, err
		}
	}
	return newRing(set), nil
}

// LoadRing unwraps the stored keys. It refuses a wrong master key before anything
// is read with it, by the check that every wrapped key carries.
func LoadRing(master Master, stored []WrappedKey) (*Ring, error) {
	if len(stored) == 0 {
		return nil, ErrNoKeys
	}
	set := &keySet{master: master, data: map[KeyID]cipher.AEAD{}}
	for _, key := range stored {
		if err := set.add(key); err != nil {
			return nil, err
		}
	}
	if set.digest == nil || len(set.data) == 0 {
		return nil, fmt.Errorf("%w: a digest key and a data key are needed", ErrDamaged)
	}
	return newRing(set), nil
}

func newRing(set *keySet) *Ring {
	r := &Ring{}
	r.keys.Store(set)
	return r
}

// add unwraps a key into a set that is not published yet.
func (s *keySet) add(key WrappedKey) error {
	if s.has(key.ID) {
		return fmt.Errorf("%w: key %d is there twice", ErrDamaged, key.ID)
	}
	raw, err := s.master.unwrap(key)
	if err != nil {
		return err
	}
	switch {
	case key.Kind == KindDigest && s.digest == nil:
		s.digest = &digester{key: raw}
	case key.Kind == KindData:
		if s.data[key.ID], err = newAEAD(raw); err != nil {
			return err
		}
		clear(raw)
		s.active = max(s.active, key.ID)
	default:
		return fmt.Errorf("%w: key %d of kind %q has no place in the ring", ErrDamaged, key.ID, key.Kind)
	}
	key.Wrapped = slices.Clone(key.Wrapped)
	s.wrapped = append(s.wrapped, key)
	return nil
}

func (s *keySet) has(id KeyID) bool {
	return slices.ContainsFunc(s.wrapped, func(k WrappedKey) bool { return k.ID == id })
}

func (s *keySet) clone() *keySet {
	c := *s
	c.wrapped, c.data = slices.Clone(s.wrapped), maps.Clone(s.data)
	return &c
}

func (s *keySet) lastID() KeyID {
	var last KeyID
	for _, k := range s.wrapped {
		last = max(last, k.ID)
	}
	return last
}

// Export returns the wrapped keys, as they are to be stored.
func (r *Ring) Export() []WrappedKey { return r.keys.Load().export() }

func (s *keySet) export() []WrappedKey {
	out := slices.Clone(s.wrapped)
	for i := range out {
		out[i].Wrapped = slices.Clone(out[i].Wrapped)
	}
	return out
}

// Rotate makes a new data key, has it stored by save and only then seals under
// it: a ring never uses a key that could be lost. If save fails, nothing has
// changed. Values sealed before still open; NeedsReseal finds them.
func (r *Ring) Rotate(save func(WrappedKey) error) error {
	r.change.Lock()
	defer r.change.Unlock()
	next := r.keys.Load().clone()
	key, err := next.master.newKey(next.lastID()+1, KindData)
	if err != nil {
		return err
	}
	if err := next.add(key); err != nil {
		return err
	}
	if err := save(key); err != nil {
		return fmt.Errorf("store the new data key: %w", err)
	}
	r.keys.Store(next)
	return nil
}

// Merge takes over keys that another process has stored since; those already
// known are left alone. On an error the ring is as it was.
func (r *Ring) Merge(stored []WrappedKey) error {
	r.change.Lock()
	defer r.change.Unlock()
	next := r.keys.Load().clone()
	for _, key := range stored {
		if next.has(key.ID) {
			continue
		}
		if err := next.add(key); err != nil {
			return err
		}
	}
	r.keys.Store(next)
	return nil
}

// Rewrap changes the master key: save must replace all stored keys in one
// transaction. Sealed values and digests stay as they are. Processes that run
// with the old master key go on, but must be given the new one before they start
// again.
func (r *Ring) Rewrap(master Master, save func([]WrappedKey) error) error {
	r.change.Lock()
	defer r.change.Unlock()
	old := r.keys.Load()
	next := old.clone()
	next.master = master
	for i, key := range old.wrapped {
		raw, err := old.master.unwrap(key)
		if err != nil {
			return err
		}
		if next.wrapped[i], err = master.wrap(key.ID, key.Kind, raw); err != nil {
			return err
		}
		clear(raw)
	}
	if err := save(next.export()); err != nil {
		return fmt.Errorf("store the rewrapped keys: %w", err)
	}
	r.keys.Store(next)
	return nil
}

// Format hides the keys from every verb.
func (r *Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "seal.Ring("+redacted+")") }

// newKey makes a random key and wraps it.
func (m Master) newKey(id KeyID, kind KeyKind) (WrappedKey, error) {
	var raw [keySize]byte
	defer clear(raw[:])
	rand.Read(raw[:]) // never fails: without randomness the program ends
	return m.wrap(id, kind, raw[:])
}
