package authsignal_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
)

func TestAddressesAreMasked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"jane@shop.example": "j****@shop.example", "j@shop.example": "*@shop.example", "@shop.example": "*@shop.example",
		"élan@shop.example": "é****@shop.example", "a@b@shop.example": "a****@shop.example", "nobody": "******", "": "",
	} {
		if got := authsignal.MaskEmail(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
	for number, want := range map[string]string{"+14155550123": "*********123", "123": "***", "9876543210": "*******210", "": ""} {
		if got := authsignal.MaskPhone(number); got != want {
			t.Errorf("%q is shown as %q, want %q", number, got, want)
		}
	}
}
