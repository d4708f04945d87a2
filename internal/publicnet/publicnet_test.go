package publicnet_test

import (
	"net/netip"
	"testing"

	"github.com/twinseal/twinseal/internal/publicnet"
)

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1": true,
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "fe80::1": false,
		"fd00::1": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "100.64.0.1": false, "192.0.2.1": false, "64:ff9b::a00:1": false,
		"2002:a00:1::": false, "fec0::1": false, "2001:db8::1": false, "::": false,
		"::10.0.0.1": false, "::ffff:0:10.0.0.1": false, // older ways to write an IPv4 address in one of IPv6
	} {
		if got := publicnet.Callable(netip.MustParseAddr(address), false); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if !publicnet.Callable(netip.MustParseAddr("127.0.0.1"), true) || publicnet.Callable(netip.MustParseAddr("10.0.0.1"), true) {
		t.Error("loopback alone is allowed on demand")
	}
}
