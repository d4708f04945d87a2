// Package placetest makes databases of places in MaxMind's format for tests, with what a test says and nothing else.
package placetest

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Fact is what a database says of a network. What is zero is left out; At is latitude and longitude.
type Fact struct {
	Country, Registered, City string
	At                        *[2]float64
	Number                    uint32
	Owner                     string
	Flags                     []string // as is_tor_exit_node
}

// At is a position for a [Fact].
func At(latitude, longitude float64) *[2]float64 { return &[2]float64{latitude, longitude} }

// Database writes a database that knows these networks, and gives its file.
func Database(t testing.TB, facts map[string]Fact) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "places.mmdb")
	Write(t, file, facts)
	return file
}

// Write is [Database] over a file.
func Write(t testing.TB, file string, facts map[string]Fact) {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test-City", RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for text, fact := range facts {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(network, fact.record()); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func (f Fact) record() mmdbtype.Map {
	record := mmdbtype.Map{}
	if f.Country != "" {
		record["country"] = mmdbtype.Map{"iso_code": mmdbtype.String(f.Country), "geoname_id": mmdbtype.Uint32(1)}
	}
	if f.Registered != "" {
		record["registered_country"] = mmdbtype.Map{"iso_code": mmdbtype.String(f.Registered)}
	}
	if f.City != "" {
		record["city"] = mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(f.City), "de": mmdbtype.String("auf Deutsch")}}
	}
	if f.At != nil {
		record["location"] = mmdbtype.Map{
			"latitude": mmdbtype.Float64(f.At[0]), "longitude": mmdbtype.Float64(f.At[1]), "accuracy_radius": mmdbtype.Uint16(20),
			"time_zone": mmdbtype.String("Europe/Berlin"),
		}
	}
	if f.Number != 0 {
		record["autonomous_system_number"] = mmdbtype.Uint32(f.Number)
		record["autonomous_system_organization"] = mmdbtype.String(f.Owner)
	}
	for _, flag := range f.Flags {
		record[mmdbtype.String(flag)] = mmdbtype.Bool(true)
	}
	return record
}
