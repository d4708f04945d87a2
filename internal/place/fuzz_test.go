package place

import (
	"bytes"
	"math"
	"net/netip"
	"os"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/place/placetest"
)

// FuzzList holds the search in ranges to asking each network.
func FuzzList(f *testing.F) {
	f.Add("192.0.2.0/24\n192.0.2.7 # again\n\n198.51.100.0/25\t", "192.0.2.9")
	f.Add("2001:db8::/32\n::/0", "2001:db8::1")
	f.Add("::ffff:192.0.2.0/120\n255.255.255.255\n0.0.0.0/0", "255.255.255.255")
	f.Fuzz(func(t *testing.T, content, text string) {
		read, err := List{Name: "x"}.read([]byte(content))
		addr, noAddr := netip.ParseAddr(text)
		if err != nil || noAddr != nil {
			return
		}
		addr = addr.Unmap().WithZone("")
		want := false
		for line := range entries(content) {
			prefix, ok := network(line)
			want = want || ok && prefix.Masked().Contains(addr)
		}
		if read.has(addr) != want {
			t.Fatalf("%s in %q: %v", addr, content, !want)
		}
	})
}

// FuzzDatabase cuts and spoils a database: what it says may be wrong, and nothing else may happen.
func FuzzDatabase(f *testing.F) {
	file := placetest.Database(f, map[string]placetest.Fact{
		"81.2.69.0/24":  {Country: "GB", City: "London", At: placetest.At(51.5, -0.1), Number: 20712, Owner: "Somebody"},
		"2001:db8::/32": {Country: "JP", Flags: []string{"is_tor_exit_node"}},
	})
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, uint32(0x51024501))
	f.Add(good[:len(good)/2], uint32(0))
	f.Fuzz(func(t *testing.T, content []byte, number uint32) {
		d, err := readDatabase(content)
		if err != nil {
			return
		}
		var found mfa.Place
		d.look(netip.AddrFrom4([4]byte{byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}), &found)
		d.look(netip.MustParseAddr("2001:db8::1"), &found)
		if found.Known && (math.IsNaN(found.Latitude) || math.IsInf(found.Longitude, 0)) {
			t.Fatalf("%+v", found)
		}
	})
}

// entries are the entries of a list.
func entries(content string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range bytes.Lines([]byte(content)) {
			if text := entry(line); len(text) > 0 && !yield(string(text)) {
				return
			}
		}
	}
}
