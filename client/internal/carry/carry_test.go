package carry_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
)

func TestAnErrorNamesNoAddress(t *testing.T) {
	t.Parallel()
	err := carry.WithoutURL(fmt.Errorf("asking: %w", &url.Error{Op: "Get", URL: "https://mfa.example/users/jo", Err: io.ErrUnexpectedEOF}))
	if strings.Contains(err.Error(), "jo") || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if err := carry.WithoutURL(io.EOF); !errors.Is(err, io.EOF) {
		t.Errorf("another error became %v", err)
	}
}

func TestAPauseIsAMinuteAtMost(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "60": time.Minute, "61": time.Minute, "9223372036854775807": time.Minute,
		"-1": 0, "soon": 0, "1.5": 0, "Wed, 21 Oct 2026 07:28:00 GMT": 0,
	} {
		if got := carry.RetryAfter(http.Header{"Retry-After": {said}}); got != want {
			t.Errorf("Retry-After: %s is %s, want %s", said, got, want)
		}
	}
}

func TestABaseIsSchemeHostAndPrefix(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://mfa.example": "https://mfa.example", "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
		"https://mfa.example/some/prefix//": "https://mfa.example/some/prefix",
		"":                                  "", "mfa.example": "", "ftp://mfa.example": "", "https://": "", "https://mfa.example?a=b": "", "https://mfa.example#a": "",
		"https://jo:secret@mfa.example": "", "https://mfa.example:port": "",
	} {
		base, problem := carry.BaseURL(given)
		if base != want || (problem == "") != (want != "") {
			t.Errorf("%q is %q, %q", given, base, problem)
		}
	}
}
