package place_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/place"
	"github.com/twinseal/twinseal/internal/place/placetest"
)

// list writes a list of networks and gives its file.
func list(t testing.TB, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "list.txt")
	write(t, file, strings.Join(lines, "\n"))
	return file
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, c place.Config) *place.Places {
	t.Helper()
	p, err := place.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func look(p *place.Places, addr string) mfa.Place { return p.Look(netip.MustParseAddr(addr)) }

func TestFilesTellWhatTheyKnow(t *testing.T) {
	t.Parallel()
	towns := placetest.Database(t, map[string]placetest.Fact{
		"81.2.69.0/24":    {Country: "GB", City: "London", At: placetest.At(51.5142, -0.0931)},
		"175.45.176.0/22": {Country: "KP", City: "Pyongyang", At: placetest.At(39.03, 125.75)},
		"2001:218::/32":   {Country: "JP", At: placetest.At(0, 0)},
		"1.1.1.0/24":      {Registered: "AU"},
		"198.18.0.0/15":   {Country: "XX", Number: 1, Owner: "First"},
	})
	owners := placetest.Database(t, map[string]placetest.Fact{
		"81.2.64.0/19":  {Number: 20712, Owner: "Andrews & Arnold", City: "Nowhere"},
		"198.18.0.0/15": {Number: 2, Owner: "Second", Country: "YY"},
		"1.1.1.0/24":    {Flags: []string{"is_anonymous", "is_hosting_provider"}},
		"9.9.9.0/24":    {Flags: []string{"is_anonymous", "is_anonymous_vpn"}},
	})
	p := open(t, place.Config{Databases: []string{towns, owners}, Lists: []place.List{
		{Name: "tor", File: list(t, "# exits", "9.9.9.9", "2001:db8:1::/48  DE", "", "81.2.69.7 # Berta")},
		{Name: "office", File: list(t, "81.2.69.0/28")},
	}})
	for addr, want := range map[string]mfa.Place{
		"81.2.69.142":        {Country: "GB", City: "London", Latitude: 51.5142, Longitude: -0.0931, Known: true, Network: "AS20712 Andrews & Arnold"},
		"::ffff:81.2.69.142": {Country: "GB", City: "London", Latitude: 51.5142, Longitude: -0.0931, Known: true, Network: "AS20712 Andrews & Arnold"},
		"81.2.69.7": {
			Country: "GB", City: "London", Latitude: 51.5142, Longitude: -0.0931, Known: true, Network: "AS20712 Andrews & Arnold",
			Lists: []string{"tor", "office"}, Anonymous: true,
		},
		"81.2.70.1":         {City: "Nowhere", Network: "AS20712 Andrews & Arnold"},
		"175.45.176.1":      {Country: "KP", City: "Pyongyang", Latitude: 39.03, Longitude: 125.75, Known: true, Embargoed: true},
		"2001:218:1::1":     {Country: "JP", Known: true},
		"1.1.1.1":           {Country: "AU", Lists: []string{"hosting"}},
		"9.9.9.8":           {Lists: []string{"vpn"}, Anonymous: true},
		"9.9.9.9":           {Lists: []string{"vpn", "tor"}, Anonymous: true},
		"198.18.1.1":        {Country: "XX", Network: "AS1 First"},
		"2001:db8:1::5%eth": {Lists: []string{"tor"}, Anonymous: true},
		"127.0.0.1":         {},
		"::1":               {},
	} {
		if got := look(p, addr); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v\n want %+v", addr, got, want)
		}
	}
	if got := p.Look(netip.Addr{}); !reflect.DeepEqual(got, mfa.Place{}) {
		t.Errorf("no address is %+v", got)
	}
}

func TestWithoutFilesNothingIsKnown(t *testing.T) {
	t.Parallel()
	p := open(t, place.Config{})
	if got := look(p, "175.45.176.1"); !reflect.DeepEqual(got, mfa.Place{}) {
		t.Errorf("%+v", got)
	}
	if err := p.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheOperatorMayNameOtherEmbargoes(t *testing.T) {
	t.Parallel()
	towns := placetest.Database(t, map[string]placetest.Fact{"192.0.2.0/25": {Country: "SY"}, "192.0.2.128/25": {Country: "KP"}})
	p := open(t, place.Config{Databases: []string{towns}, Embargoed: []string{" sy"}})
	if !look(p, "192.0.2.1").Embargoed || look(p, "192.0.2.129").Embargoed {
		t.Error("the list of the operator does not count alone")
	}
	p = open(t, place.Config{Databases: []string{towns}, Embargoed: []string{}})
	if look(p, "192.0.2.129").Embargoed {
		t.Error("an empty list embargoes somebody")
	}
}

func TestListsAreFoundInToTheLastAddress(t *testing.T) {
	t.Parallel()
	p := open(t, place.Config{Lists: []place.List{{Name: "x", File: list(
		t, "10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8", "255.255.255.255", "0.0.0.0/32", "192.0.2.128/25", "::ffff:203.0.113.0/120",
		"2001:db8::/64", "2001:db8:0:1::/64", "2001:db9::1", "ffff::/16", "fe80::8/125\r",
	)}}})
	for addr, want := range map[string]bool{
		"9.255.255.255": false, "10.0.0.0": true, "10.1.2.3": true, "10.255.255.255": true, "11.0.0.0": true, "11.255.255.255": true, "12.0.0.0": false,
		"0.0.0.0": true, "0.0.0.1": false, "255.255.255.255": true, "255.255.255.254": false, "192.0.2.127": false, "192.0.2.128": true, "192.0.3.0": false,
		"203.0.113.255": true, "203.0.114.0": false,
		"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff": false, "2001:db8::": true, "2001:db8:0:1:ffff:ffff:ffff:ffff": true, "2001:db8:0:2::": false,
		"2001:db9::1": true, "2001:db9::": false, "2001:db9::2": false,
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": true, "fffe:ffff::": false, "fe80::7": false, "fe80::8": true, "fe80::f": true, "fe80::10": false, "::": false,
	} {
		if got := len(look(p, addr).Lists) == 1; got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
	all := open(t, place.Config{Lists: []place.List{{Name: "x", File: list(t, "0.0.0.0/0", "::/0")}}})
	for _, addr := range []string{"0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"} {
		if len(look(all, addr).Lists) != 1 {
			t.Errorf("%s is not in all", addr)
		}
	}
}

func TestWhatCannotBeReadStopsTheStart(t *testing.T) {
	t.Parallel()
	good := list(t, "192.0.2.1")
	for want, c := range map[string]place.Config{
		"line 2 is no network":            {Lists: []place.List{{Name: "a", File: list(t, "192.0.2.1", "192.0.2.0/33")}}},
		"line 1 is no network":            {Lists: []place.List{{Name: "a", File: list(t, "example.com")}}},
		"is there twice":                  {Lists: []place.List{{Name: "a", File: good}, {Name: "a", File: good}}},
		"small letters":                   {Lists: []place.List{{Name: "A b", File: good}}},
		"no such file":                    {Lists: []place.List{{Name: "a", File: good + "x"}}},
		"not a database":                  {Databases: []string{good}},
		"databases and":                   {Databases: make([]string, 9)},
		"no ISO 3166 code of two letters": {Embargoed: []string{"Cuba"}},
	} {
		if _, err := place.Open(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for text, want := range map[string]bool{"tor=/x": true, "tor = /x=y": true, "tor": false, "tor=": false, "=x": false, "Tor=x": false} {
		if l, err := place.ParseList(text); (err == nil) != want || want && (l.Name != "tor" || l.File == "") {
			t.Errorf("%q: %+v, %v", text, l, err)
		}
	}
}

func TestChangedFilesCountAndBrokenOnesDoNot(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	towns, exits := placetest.Database(t, map[string]placetest.Fact{"192.0.2.0/24": {Country: "DE"}}), list(t, "192.0.2.1")
	p := open(t, place.Config{
		Databases: []string{towns}, Lists: []place.List{{Name: "tor", File: exits}}, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	changed := time.Now()
	touch := func(file string) {
		changed = changed.Add(time.Minute)
		if err := os.Chtimes(file, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what, country string, anonymous bool, warnings int) {
		t.Helper()
		p.Refresh()
		p.Refresh()
		got := look(p, "192.0.2.1")
		if got.Country != country || got.Anonymous != anonymous || strings.Count(log.String(), "level=WARN") != warnings {
			t.Errorf("%s: %+v, %q", what, got, log.String())
		}
	}
	expect("nothing changed", "DE", true, 0)
	write(t, exits, "192.0.2.2")
	placetest.Write(t, towns, map[string]placetest.Fact{"192.0.2.0/24": {Country: "FR"}})
	touch(exits)
	touch(towns)
	expect("both changed", "FR", false, 0)
	write(t, towns, "half of a dat")
	touch(towns)
	expect("one was cut short", "FR", false, 1)
	if err := os.Remove(exits); err != nil {
		t.Fatal(err)
	}
	expect("one is gone", "FR", false, 2)
	write(t, exits, "192.0.2.1")
	touch(exits)
	placetest.Write(t, towns, map[string]placetest.Fact{"192.0.2.0/24": {Country: "DE"}})
	touch(towns)
	expect("both are back", "DE", true, 2)
}

func BenchmarkLook(b *testing.B) {
	facts := map[string]placetest.Fact{}
	lines := make([]string, 0, 200_000)
	for i := range 2000 {
		facts[fmt.Sprintf("81.%d.%d.0/24", i/250, i%250)] = placetest.Fact{
			Country: "GB", City: fmt.Sprintf("Town %d", i), At: placetest.At(float64(i)/100, 1), Number: 64500, Owner: "Example",
		}
	}
	for i := range 200_000 {
		lines = append(lines, fmt.Sprintf("%d.%d.%d.%d", 1+i%200, i/200%250, i/50_000, i%251))
	}
	p := open(b, place.Config{
		Databases: []string{placetest.Database(b, facts)},
		Lists:     []place.List{{Name: "tor", File: list(b, lines...)}, {Name: "vpn", File: list(b, lines...)}, {Name: "proxy", File: list(b, lines...)}},
	})
	addr := netip.MustParseAddr("81.3.69.142")
	b.ReportAllocs()
	for b.Loop() {
		p.Look(addr)
	}
}
