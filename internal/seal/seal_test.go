package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/seal"
)

var (
	seed  = []byte("0123456789abcdef0123456789abcdef")
	place = seal.Place{Table: "authenticators", Column: "secret", Row: "0197a1b2-0000-7000-8000-000000000001"}
)

// master makes a master key that differs by n.
func master(tb testing.TB, n byte) seal.Master {
	tb.Helper()
	raw := bytes.Repeat([]byte{n}, 32)
	raw[0] = ^n
	m, err := seal.ParseMaster(base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func newRing(tb testing.TB) *seal.Ring {
	tb.Helper()
	ring, err := seal.NewRing(master(tb, 1))
	if err != nil {
		tb.Fatal(err)
	}
	return ring
}

func mustOpen(tb testing.TB, ring *seal.Ring, place seal.Place, sealed, want []byte) {
	tb.Helper()
	got, err := ring.Open(place, sealed)
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		tb.Fatalf("opened %d bytes that are not what was sealed", len(got))
	}
}

func TestASealedValueOpensAtItsPlace(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	for _, value := range [][]byte{seed, nil, {0}, bytes.Repeat([]byte("x"), 1<<20)} {
		sealed := ring.Seal(place, value)
		if len(sealed) != len(value)+seal.Overhead {
			t.Errorf("%d bytes became %d", len(value), len(sealed))
		}
		if len(value) > 8 && bytes.Contains(sealed, value[:8]) {
			t.Error("the sealed value shows what it hides")
		}
		mustOpen(t, ring, place, sealed, value)
	}
	if bytes.Equal(ring.Seal(place, seed), ring.Seal(place, seed)) {
		t.Error("equal values are recognisable by their seals")
	}
}

func TestAMovedValueIsRefused(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	sealed := ring.Seal(place, seed)
	long := strings.Repeat("r", 300)
	elsewhere := map[string]seal.Place{
		"other row":       {place.Table, place.Column, "0197a1b2-0000-7000-8000-000000000002"},
		"other column":    {place.Table, "private_key", place.Row},
		"other table":     {"codes", place.Column, place.Row},
		"nowhere":         {},
		"shifted borders": {place.Table + place.Column, "", place.Row},
		"swapped names":   {place.Column, place.Table, place.Row},
		"longer row":      {place.Table, place.Column, place.Row + long},
	}
	for name, there := range elsewhere {
		if _, err := ring.Open(there, sealed); !errors.Is(err, seal.ErrRefused) {
			t.Errorf("%s: got %v, want refusal", name, err)
		}
	}
	distant := seal.Place{Table: "t", Column: "c", Row: long}
	mustOpen(t, ring, distant, ring.Seal(distant, seed), seed)
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	sealed := ring.Seal(place, seed)
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := ring.Open(place, changed); err == nil {
				t.Fatalf("opened with bit %d of byte %d flipped", bit, i)
			}
		}
	}
	mustOpen(t, ring, place, sealed, seed)
}

func TestCutAndForeignBytesAreRefused(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	sealed := ring.Seal(place, seed)
	for n := range sealed {
		if _, err := ring.Open(place, sealed[:n]); err == nil {
			t.Fatalf("opened the first %d bytes", n)
		}
	}
	if _, err := ring.Open(place, append(bytes.Clone(sealed), 0)); !errors.Is(err, seal.ErrRefused) {
		t.Errorf("one byte too many: %v", err)
	}
	if _, err := ring.Open(place, []byte("plain text that was never sealed at all")); !errors.Is(err, seal.ErrMalformed) {
		t.Errorf("plain text: %v", err)
	}
	foreign := bytes.Clone(sealed)
	binary.BigEndian.PutUint32(foreign[1:], math.MaxUint32)
	if _, err := ring.Open(place, foreign); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("unknown key: %v", err)
	}
}

func TestAnotherRingRefuses(t *testing.T) {
	t.Parallel()
	if _, err := newRing(t).Open(place, newRing(t).Seal(place, seed)); !errors.Is(err, seal.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestManyMaySealOpenAndDigestWhileKeysRotate(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	digest := ring.Digest("api key", seed)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				sealed := ring.Seal(place, seed)
				got, err := ring.Open(place, sealed)
				if err != nil || !bytes.Equal(got, seed) {
					t.Errorf("open: %v", err)
					return
				}
				if !bytes.Equal(ring.Digest("api key", seed), digest) {
					t.Error("a digest changed")
					return
				}
			}
		})
	}
	for range 10 {
		if err := ring.Rotate(func(seal.WrappedKey) error { return nil }); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

func TestDigestsDependOnKeyPurposeAndValue(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	base := ring.Digest("api key", []byte("secret"))
	if len(base) != 32 || !bytes.Equal(base, ring.Digest("api key", []byte("secret"))) {
		t.Fatal("a digest is 32 bytes and always the same")
	}
	others := map[string][]byte{
		"value":   ring.Digest("api key", []byte("secreu")),
		"purpose": ring.Digest("link", []byte("secret")),
		"border":  ring.Digest("api keys", []byte("ecret")),
		"key":     newRing(t).Digest("api key", []byte("secret")),
	}
	for what, other := range others {
		if bytes.Equal(base, other) {
			t.Errorf("another %s has the same digest", what)
		}
	}
}

func FuzzOpen(f *testing.F) {
	ring := newRing(f)
	sealed := ring.Seal(place, seed)
	f.Add(sealed, "row")
	f.Add(sealed[:len(sealed)-1], place.Row)
	f.Add([]byte{}, "")
	f.Add(bytes.Repeat([]byte{1}, 40), "x")
	f.Fuzz(func(t *testing.T, data []byte, row string) {
		there := seal.Place{Table: place.Table, Column: place.Column, Row: row}
		if _, err := ring.Open(there, data); err == nil && (row != place.Row || !bytes.Equal(data, sealed)) {
			t.Fatal("opened bytes that nobody sealed for this place")
		}
		_ = ring.NeedsReseal(data)
		mustOpen(t, ring, there, ring.Seal(there, data), data)
	})
}

func BenchmarkOpen(b *testing.B) {
	ring := newRing(b)
	sealed := ring.Seal(place, seed)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Open(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	ring := newRing(b)
	b.ReportAllocs()
	for b.Loop() {
		ring.Seal(place, seed)
	}
}

func BenchmarkDigest(b *testing.B) {
	ring := newRing(b)
	b.ReportAllocs()
	for b.Loop() {
		ring.Digest("api key", seed)
	}
}
