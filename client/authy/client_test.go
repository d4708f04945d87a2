package authy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
)

// roundTripper answers requests without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func isKind(err, kind error) bool { return errors.Is(err, kind) }

// answering is a client whose every request gets the same answer.
func answering(t testing.TB, status int, body string) *authy.Client {
	t.Helper()
	return over(t, func(*http.Request) (*http.Response, error) { return response(status, body), nil })
}

func over(t testing.TB, transport roundTripper, options ...authy.Option) *authy.Client {
	t.Helper()
	options = append(options, authy.WithHTTPClient(&http.Client{Transport: transport}))
	client, err := authy.New(apiKey, options...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func response(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// unreachable is a client that must not send anything.
func unreachable(t *testing.T) *authy.Client {
	t.Helper()
	return over(t, func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s", r.URL.Path)
		return nil, errors.New("unreachable")
	})
}

func TestNewRefusesBadSettings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		key    string
		option authy.Option
	}{
		{"an empty key", "", authy.WithUserAgent("x")},
		{"a key with a line break", "abc\n", authy.WithUserAgent("x")},
		{"a key beyond ASCII", "schlüssel", authy.WithUserAgent("x")},
		{"a base URL without scheme", "key", authy.WithBaseURL("mfa.example.net")},
		{"another scheme", "key", authy.WithBaseURL("ftp://mfa.example.net")},
		{"no host", "key", authy.WithBaseURL("https://")},
		{"a query", "key", authy.WithBaseURL("https://mfa.example.net/?a=b")},
		{"a password", "key", authy.WithBaseURL("https://user:pass@mfa.example.net")},
		{"no URL at all", "key", authy.WithBaseURL("https://%zz")},
		{"no HTTP client", "key", authy.WithHTTPClient(nil)},
		{"no pause between polls", "key", authy.WithPolling(0, 1)},
		{"pauses that shrink", "key", authy.WithPolling(2, 1)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, err := authy.New(c.key, c.option)
			if !errors.Is(err, authy.ErrFormat) || client != nil {
				t.Errorf("%v, %v", client, err)
			}
		})
	}
}

func TestRequestsGoToTheConfiguredServer(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"":                               "https://api.authy.com/protected/json/app/details",
		"https://mfa.example.net":        "https://mfa.example.net/protected/json/app/details",
		"https://mfa.example.net/":       "https://mfa.example.net/protected/json/app/details",
		"http://127.0.0.1:8080/authy///": "http://127.0.0.1:8080/authy/protected/json/app/details",
	}
	for base, want := range cases {
		options := []authy.Option{authy.WithUserAgent("shop/2")}
		if base != "" {
			options = append(options, authy.WithBaseURL(base))
		}
		client := over(t, func(r *http.Request) (*http.Response, error) {
			if r.URL.String() != want || r.Header.Get("User-Agent") != "shop/2" {
				t.Errorf("request to %s as %s, want %s", r.URL, r.Header.Get("User-Agent"), want)
			}
			return response(200, `{"app":{},"success":true}`), nil
		}, options...)
		if _, err := client.AppDetails(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestTheKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	client, err := authy.New(apiKey)
	if err != nil {
		t.Fatal(err)
	}
	dashboard, err := authy.NewDashboard(dashboardKeys())
	if err != nil {
		t.Fatal(err)
	}
	holder := struct {
		client    *authy.Client
		dashboard *authy.Dashboard
		Keys      authy.DashboardKeys
		Key       authy.Secret
	}{client, dashboard, dashboardKeys(), apiKey}
	var printed bytes.Buffer
	for _, value := range []any{client, *client, dashboard, *dashboard, holder, &holder, authy.Secret(apiKey), dashboardKeys(), authy.Webhook{SigningKey: "WSK_1"}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("printed", "value", value)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("printed", "value", value)
		if raw, err := json.Marshal(value); err == nil {
			printed.Write(raw)
		}
	}
	for _, secret := range []string{apiKey, fmt.Sprintf("%x", apiKey), "app-key", "access-key", "signing-key", "WSK_1"} {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("%s was printed", secret)
		}
	}
	if !strings.Contains(client.String(), authy.DefaultBaseURL) || !strings.Contains(dashboard.String(), authy.DefaultBaseURL) {
		t.Error("the description does not name the server")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with the key %q", r.Header.Get("X-Authy-API-Key"))
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	client, err := authy.New(apiKey, authy.WithBaseURL(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateUser(t.Context(), person())
	var refusal *authy.Error
	if !errors.As(err, &refusal) || refusal.Status != http.StatusTemporaryRedirect {
		t.Errorf("%v", err)
	}
}

func TestNetworkErrorsDoNotShowTheAddress(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	client := over(t, func(*http.Request) (*http.Response, error) { return nil, cause })
	_, err := client.VerifyToken(t.Context(), 1000, "7654321", authy.VerifyOptions{})
	if !errors.Is(err, cause) || strings.Contains(err.Error(), "7654321") || strings.Contains(err.Error(), "authy.com") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	server := exchange{}.server(t)
	if _, err := server.VerifyToken(ctx, 1000, "7654321", authy.VerifyOptions{}); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "7654321") {
		t.Errorf("%v", err)
	}
}

func TestRequestsAreSentOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 500, 503} {
		sent := 0
		client := over(t, func(*http.Request) (*http.Response, error) {
			sent++
			return response(status, `{"message":"later","success":false,"errors":{},"error_code":"60000"}`), nil
		})
		if _, err := client.CreateUser(t.Context(), person()); err == nil || sent != 1 {
			t.Errorf("HTTP %d: sent %d times, %v", status, sent, err)
		}
	}
}
