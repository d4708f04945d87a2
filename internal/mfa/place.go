package mfa

import "net/netip"

// Place is what is known of an address. The zero value knows nothing.
type Place struct {
	Country   string // ISO 3166 code; "" unknown
	City      string
	Latitude  float64
	Longitude float64
	Known     bool     // the latitude and longitude are known
	Anonymous bool     // a proxy, an exit of a network that hides people
	Lists     []string // the operator's lists that name the address
	Network   string   // to whom the address belongs; "" unknown
	Embargoed bool     // the country is under the embargo of the OFAC
}

// Places knows where addresses are. Nothing is shipped: the operator brings the data along.
type Places interface{ Look(addr netip.Addr) Place }
