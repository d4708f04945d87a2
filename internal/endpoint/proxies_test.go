package endpoint_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func clientOf(t testing.TB, p endpoint.Proxies, peer string, header http.Header) string {
	t.Helper()
	var got string
	h := &endpoint.Handler{Server: &endpoint.Server{Proxies: p}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	r.Header = header
	serve(h.Route("r", func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
		if r.Client.IsValid() {
			got = r.Client.String()
		}
		return endpoint.Response{}, nil
	}), r)
	return got
}

func TestTheClientIsTheRightmostAddressNobodyTrustsBehindTrustedProxies(t *testing.T) {
	t.Parallel()
	forwardedFor := func(v ...string) http.Header { return http.Header{"X-Forwarded-For": v} }
	for _, c := range []struct {
		name, header, peer string
		sent               http.Header
		want               string
	}{
		{"a stranger's word does not count", "", "203.0.113.9:1", forwardedFor("1.2.3.4"), "203.0.113.9"},
		{"a proxy's word counts", "", "10.0.0.1:1", forwardedFor("1.2.3.4"), "1.2.3.4"},
		{"what stands left of it does not", "", "10.0.0.1:1", forwardedFor("6.6.6.6, 1.2.3.4, 10.0.0.2"), "1.2.3.4"},
		{"several header lines are one list", "", "10.0.0.1:1", forwardedFor("6.6.6.6", "1.2.3.4"), "1.2.3.4"},
		{"all trusted: the leftmost", "", "10.0.0.1:1", forwardedFor("10.0.0.3, 10.0.0.2"), "10.0.0.3"},
		{"nonsense ends the walk", "", "10.0.0.1:1", forwardedFor("1.2.3.4, x, 10.0.0.2"), "10.0.0.2"},
		{"no header: the proxy itself", "", "10.0.0.1:1", http.Header{}, "10.0.0.1"},
		{"IPv6 with port", "", "[2001:db8::1]:1", forwardedFor("[2001:db8:9::5]:443"), "2001:db8:9::5"},
		{"IPv4 in IPv6 clothes", "", "[::ffff:10.0.0.1]:1", forwardedFor("::ffff:1.2.3.4"), "1.2.3.4"},
		{"the header that was not chosen does not count", "", "10.0.0.1:1", http.Header{"Forwarded": {"for=6.6.6.6"}}, "10.0.0.1"},
		{"Forwarded", "Forwarded", "10.0.0.1:1", http.Header{"Forwarded": {`for=6.6.6.6, For="[2001:db8:9::5]:80";proto=https`}}, "2001:db8:9::5"},
		{"an obfuscated hop ends the walk", "forwarded", "10.0.0.1:1", http.Header{"Forwarded": {"for=_hidden"}}, "10.0.0.1"},
		{"a peer without address", "", "@", http.Header{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := endpoint.ParseProxies(c.header, []string{"10.0.0.0/8", "2001:db8::1"})
			if err != nil {
				t.Fatal(err)
			}
			if got := clientOf(t, p, c.peer, c.sent); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestARequestIDIsTakenFromATrustedProxyAlone(t *testing.T) {
	t.Parallel()
	p, err := endpoint.ParseProxies("", []string{"10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	h := (&endpoint.Handler{Server: &endpoint.Server{Proxies: p}}).Plain("r", http.NotFoundHandler())
	for _, c := range []struct {
		peer, id string
		taken    bool
	}{
		{"10.0.0.1:1", "edge-7.a_B", true},
		{"10.0.0.1:1", "two words", false},
		{"10.0.0.1:1", "", false},
		{"10.0.0.2:1", "edge-7", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Request-Id", c.id)
		if got := serve(h, r).Header().Get("X-Request-Id"); (got == c.id) != c.taken || got == "" {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestProxySettingsAreChecked(t *testing.T) {
	t.Parallel()
	if _, err := endpoint.ParseProxies("X-Real-Ip", nil); err == nil {
		t.Error("an unknown header was taken")
	}
	for _, network := range []string{"", "10.0.0.0/40", "host"} {
		if _, err := endpoint.ParseProxies("", []string{network}); err == nil {
			t.Errorf("network %q was taken", network)
		}
	}
}

func FuzzProxies(f *testing.F) {
	f.Add("1.2.3.4, 10.0.0.1", false)
	f.Add(`for="[::1]:80";proto=http, for=_x`, true)
	f.Fuzz(func(t *testing.T, value string, forwarded bool) {
		header := endpoint.HeaderForwardedFor
		if forwarded {
			header = endpoint.HeaderForwarded
		}
		p, err := endpoint.ParseProxies(header, []string{"10.0.0.0/8"})
		if err != nil {
			t.Fatal(err)
		}
		if clientOf(t, p, "10.0.0.1:1", http.Header{header: {value}}) == "" {
			t.Error("a caller with an address lost it")
		}
	})
}
