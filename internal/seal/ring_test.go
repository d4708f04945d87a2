package seal_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/seal"
)

// stored is a database's table of wrapped keys.
type stored struct{ keys []seal.WrappedKey }

func (s *stored) add(k seal.WrappedKey) error          { s.keys = append(s.keys, k); return nil }
func (s *stored) replace(ks []seal.WrappedKey) error   { s.keys = ks; return nil }
func (s *stored) fail(seal.WrappedKey) error           { return errDisk }
func (s *stored) failAll(ks []seal.WrappedKey) error   { return errDisk }
func load(m seal.Master, s stored) (*seal.Ring, error) { return seal.LoadRing(m, s.keys) }

var errDisk = errors.New("disk full")

func TestARingComesBackFromItsStoredKeys(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	sealed, digest := ring.Seal(place, seed), ring.Digest("code", seed)

	again, err := load(master(t, 1), stored{ring.Export()})
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, again, place, sealed, seed)
	if !bytes.Equal(again.Digest("code", seed), digest) {
		t.Error("digests changed")
	}
	if again.NeedsReseal(sealed) {
		t.Error("the active key changed")
	}
}

func TestAWrongMasterKeyIsNamedAtStart(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	_, err := seal.LoadRing(master(t, 2), ring.Export())
	if !errors.Is(err, seal.ErrWrongMaster) {
		t.Fatalf("got %v", err)
	}
	right, _ := master(t, 1).Check()
	wrong, _ := master(t, 2).Check()
	if !strings.Contains(err.Error(), right) || !strings.Contains(err.Error(), wrong) {
		t.Errorf("the error does not name both check values: %v", err)
	}
	if _, err := seal.NewRing(seal.Master{}); err == nil {
		t.Error("a ring without a master key was made")
	}
}

func TestDamagedStoredKeysAreRefused(t *testing.T) {
	t.Parallel()
	digest, data := 0, 1
	cases := map[string]struct {
		damage func(keys []seal.WrappedKey) []seal.WrappedKey
		want   error
	}{
		"none stored":        {func([]seal.WrappedKey) []seal.WrappedKey { return nil }, seal.ErrNoKeys},
		"digest key missing": {func(k []seal.WrappedKey) []seal.WrappedKey { return k[data:] }, seal.ErrDamaged},
		"data key missing":   {func(k []seal.WrappedKey) []seal.WrappedKey { return k[:data] }, seal.ErrDamaged},
		"a key twice":        {func(k []seal.WrappedKey) []seal.WrappedKey { return append(k, k[data]) }, seal.ErrDamaged},
		"flipped byte":       {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].Wrapped[20] ^= 1; return k }, seal.ErrDamaged},
		"cut":                {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].Wrapped = k[data].Wrapped[:9]; return k }, seal.ErrDamaged},
		"empty":              {func(k []seal.WrappedKey) []seal.WrappedKey { k[digest].Wrapped = nil; return k }, seal.ErrDamaged},
		"other id":           {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].ID = 7; return k }, seal.ErrDamaged},
		"traded places": {func(k []seal.WrappedKey) []seal.WrappedKey {
			k[data].Wrapped, k[digest].Wrapped = k[digest].Wrapped, k[data].Wrapped
			return k
		}, seal.ErrDamaged},
		"two digest keys":   {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].Kind = seal.KindDigest; return k }, seal.ErrDamaged},
		"unknown kind":      {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].Kind = "lock"; return k }, seal.ErrDamaged},
		"other check value": {func(k []seal.WrappedKey) []seal.WrappedKey { k[data].Check = ""; return k }, seal.ErrWrongMaster},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := seal.LoadRing(master(t, 1), c.damage(newRing(t).Export())); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestAfterRotationOldValuesOpenAndAskToBeResealed(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	table := stored{ring.Export()}
	old := ring.Seal(place, seed)
	if ring.NeedsReseal(old) {
		t.Error("a fresh value asks to be resealed")
	}
	if err := ring.Rotate(table.add); err != nil {
		t.Fatal(err)
	}
	fresh := ring.Seal(place, seed)
	mustOpen(t, ring, place, old, seed)
	mustOpen(t, ring, place, fresh, seed)
	if !ring.NeedsReseal(old) || ring.NeedsReseal(fresh) || ring.NeedsReseal([]byte("not sealed")) {
		t.Error("exactly the values under older keys need to be resealed")
	}
	again, err := load(master(t, 1), table)
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, again, place, old, seed)
	mustOpen(t, again, place, fresh, seed)
	slices.Reverse(table.keys)
	if again, err = load(master(t, 1), table); err != nil || again.NeedsReseal(fresh) {
		t.Errorf("the order of stored keys matters: %v", err)
	}
}

func TestAKeyThatCouldNotBeStoredIsNeverUsed(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	table := stored{ring.Export()}
	if err := ring.Rotate(table.fail); !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	if err := ring.Rewrap(master(t, 2), table.failAll); !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	again, err := load(master(t, 1), table)
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, again, place, ring.Seal(place, seed), seed)
}

func TestMergeTakesOverKeysOfAnotherProcess(t *testing.T) {
	t.Parallel()
	here := newRing(t)
	table := stored{here.Export()}
	there, err := load(master(t, 1), table)
	if err != nil {
		t.Fatal(err)
	}
	if err := there.Rotate(table.add); err != nil {
		t.Fatal(err)
	}
	sealed := there.Seal(place, seed)
	if _, err := here.Open(place, sealed); !errors.Is(err, seal.ErrUnknownKey) {
		t.Fatalf("got %v", err)
	}
	if err := here.Merge(table.keys); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, here, place, sealed, seed)
	if here.NeedsReseal(sealed) {
		t.Error("the merged key is not the active one")
	}
	foreign := newRing(t)
	if err := foreign.Rotate((&stored{}).add); err != nil {
		t.Fatal(err)
	}
	broken := foreign.Export()
	broken[2].ID = 9
	if err := here.Merge(broken); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("merged a damaged key: %v", err)
	}
	mustOpen(t, here, place, here.Seal(place, seed), seed)
}

func TestRewrapChangesTheMasterKeyAlone(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	sealed, digest := ring.Seal(place, seed), ring.Digest("code", seed)
	var table stored
	if err := ring.Rewrap(master(t, 2), table.replace); err != nil {
		t.Fatal(err)
	}
	if _, err := load(master(t, 1), table); !errors.Is(err, seal.ErrWrongMaster) {
		t.Errorf("the old master key still loads: %v", err)
	}
	again, err := load(master(t, 2), table)
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, again, place, sealed, seed)
	if !bytes.Equal(again.Digest("code", seed), digest) {
		t.Error("digests changed")
	}
	if err := ring.Rotate(table.add); err != nil {
		t.Fatal(err)
	}
	if _, err := load(master(t, 2), table); err != nil {
		t.Errorf("a rotation after the change used the old master key: %v", err)
	}
}

func TestExportGivesACopy(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	clear(ring.Export()[0].Wrapped)
	if _, err := seal.LoadRing(master(t, 1), ring.Export()); err != nil {
		t.Error(err)
	}
}
