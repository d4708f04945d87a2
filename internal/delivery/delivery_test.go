package delivery_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestOverloadAndTroubleAreTriedAgainAndRefusalsAreNot(t *testing.T) {
	t.Parallel()
	for status, permanent := range map[int]bool{302: true, 400: true, 401: true, 404: true, 408: false, 410: true, 425: false, 429: false, 500: false, 503: false} {
		if err := delivery.Refusal("p", status, ""); mfa.IsPermanent(err) != permanent || err.Error() != fmt.Sprintf("p answered %d", status) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if err := delivery.Refusal("p", 400, "7"); err.Error() != "p answered 400, error 7" {
		t.Errorf("got %v", err)
	}
}

func TestAddressesKeepMessagesSecret(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://api.example.com/v1": true, "http://127.0.0.1:8080": true, "http://[::1]/": true, "http://localhost/x": true,
		"http://api.example.com": false, "ftp://api.example.com": false, "https://": false, "api.example.com": false, "": false,
		"https://user:password@example.com": false, "https://%zz": false,
	} {
		err := delivery.CheckAddress("url", address, false)
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "password@") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := delivery.CheckAddress("url", "http://gateway.internal", true); err != nil {
		t.Errorf("allowed: %v", err)
	}
}

func TestErrorsOfTheNetworkLoseTheirAddress(t *testing.T) {
	t.Parallel()
	inner := errors.New("refused")
	if err := delivery.WithoutAddress(&url.Error{Op: "Post", URL: "https://x/?key=secret", Err: inner}); !errors.Is(err, inner) || err.Error() != "refused" {
		t.Errorf("got %v", err)
	}
	if err := delivery.WithoutAddress(inner); err != inner {
		t.Errorf("got %v", err)
	}
}
