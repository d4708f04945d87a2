package mfa_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestAddressesAreThoseOfTheWholeData(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.Custom(func(t *rapid.T) string {
			return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes"))).String()
		})
		want := mfa.DeviceData{
			Key:          json.RawMessage(`{"crv":"P-256","kty":"EC","x":"eA","y":"eQ"}`),
			RegisteredIP: rapid.OneOf(rapid.Just(""), address).Draw(t, "registered"),
			LastIP:       rapid.OneOf(rapid.Just(""), address).Draw(t, "last"),
			Push: &mfa.PushTarget{
				// A hostile device writes what looks like a member into its subscription.
				Endpoint: rapid.OneOf(rapid.String(), rapid.Just(`https://push.example/"last_ip":"6.6.6.6"`)).Draw(t, "endpoint"),
			},
		}
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := mfa.Authenticator{Data: data}.Addresses()
		if got.RegisteredIP != want.RegisteredIP || got.LastIP != want.LastIP {
			t.Fatalf("read %q and %q out of %s", got.RegisteredIP, got.LastIP, data)
		}
	})
}
