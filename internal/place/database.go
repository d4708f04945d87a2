package place

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxDatabase is more than the largest of the known databases of towns; it is what they cost in memory.
const maxDatabase = 512 << 20

// database is one file in MaxMind's format.
type database struct{ reader *maxminddb.Reader }

func readDatabase(content []byte) (*database, error) {
	reader, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, errors.New("not a database in MaxMind's format (.mmdb)")
	}
	return &database{reader}, nil
}

// names of a place; the English one is what rules are written with.
type names struct {
	English string `maxminddb:"en"`
}

// record is what is read of an address: of databases of towns and countries, of owners, and of anonymity.
type record struct {
	Country struct {
		Code string `maxminddb:"iso_code"`
	} `maxminddb:"country"`
	// Registered is where the owner has its seat, for addresses that are nowhere in particular.
	Registered struct {
		Code string `maxminddb:"iso_code"`
	} `maxminddb:"registered_country"`
	City struct {
		Names names `maxminddb:"names"`
	} `maxminddb:"city"`
	Location struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
	Number      uint32 `maxminddb:"autonomous_system_number"`
	Owner       string `maxminddb:"autonomous_system_organization"`
	Anonymous   bool   `maxminddb:"is_anonymous"`
	VPN         bool   `maxminddb:"is_anonymous_vpn"`
	Hosting     bool   `maxminddb:"is_hosting_provider"`
	Proxy       bool   `maxminddb:"is_public_proxy"`
	Residential bool   `maxminddb:"is_residential_proxy"`
	Tor         bool   `maxminddb:"is_tor_exit_node"`
}

// look adds what the database knows and nobody has said before. An address that it does not have, or has in another
// form, is unknown.
func (d *database) look(addr netip.Addr, into *mfa.Place) {
	result := d.reader.Lookup(addr)
	if !result.Found() {
		return
	}
	var r record
	if result.Decode(&r) != nil {
		return
	}
	r.tellWhere(into)
	r.tellWhose(into)
	r.tellHidden(into)
}

func (r *record) tellWhere(into *mfa.Place) {
	if into.Country == "" {
		into.Country = r.Country.Code
		if into.Country == "" {
			into.Country = r.Registered.Code
		}
	}
	if into.City == "" {
		into.City = r.City.Names.English
	}
	if at := r.Location; !into.Known && within(at.Latitude, 90) && within(at.Longitude, 180) {
		into.Latitude, into.Longitude, into.Known = *at.Latitude, *at.Longitude, true
	}
}

// within is false for what is not there and for what is no number.
func within(degrees *float64, most float64) bool { return degrees != nil && math.Abs(*degrees) <= most }

func (r *record) tellWhose(into *mfa.Place) {
	if into.Network == "" && r.Number != 0 {
		into.Network = strings.TrimSpace("AS" + strconv.FormatUint(uint64(r.Number), 10) + " " + r.Owner)
	}
}

// tellHidden counts a hosting provider as a list and not as hiding: companies' own gateways stand there too.
func (r *record) tellHidden(into *mfa.Place) {
	for _, flag := range []struct {
		name string
		set  bool
	}{{ListTor, r.Tor}, {ListVPN, r.VPN}, {ListProxy, r.Proxy || r.Residential}, {"hosting", r.Hosting}} {
		if flag.set {
			into.Lists = appendOnce(into.Lists, flag.name)
		}
	}
	into.Anonymous = into.Anonymous || r.Tor || r.VPN || r.Proxy || r.Residential || r.Anonymous && !r.Hosting
}
