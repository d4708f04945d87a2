package authy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

const (
	bankKey = "test-api-key-0001" // of the application that the world comes with
	form    = "application/x-www-form-urlencoded"
)

// world is a server with the Authy door.
type world struct {
	*dialecttest.World

	dialect *authy.Dialect
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{}
	w.World = dialecttest.New(tb, func(s *mfa.Service) dialecttest.Door {
		w.dialect = authy.New(s, authy.Options{BaseURLs: []string{"http://127.0.0.1:8443/"}})
		return dialecttest.Door{Handler: w.dialect.Handler(&endpoint.Server{}), Callback: w.dialect.Callback(), Invites: w.dialect}
	})
	return w
}

// shop is a second application of the same directory, set up as a test needs it.
func (w *world) shop(set authy.Settings, change func(*mfa.ApplicationSettings)) *mfa.Caller {
	raw, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return w.Add(dialecttest.Application{Name: "Shop", Number: 46113, Settings: func(s *mfa.ApplicationSettings) {
		s.Dialects = map[string]json.RawMessage{authy.Name: raw}
		if change != nil {
			change(s)
		}
	}, Keys: []provision.PlannedKey{
		{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(shopKey)},
		{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(shopKey2)},
		{Kind: mfa.KeyAuthyAccess, Secret: mfa.SecretText(accessKey)},
		{Kind: mfa.KeyAuthySigning, Secret: mfa.SecretText(signingKey)},
	}})
}

const (
	shopKey    = "shop-key-0001"
	shopKey2   = "shop-key-0002"
	accessKey  = "access-key-0001"
	signingKey = "signing-key-0001"
)

// by is a header with an API key.
func by(key string) map[string]string { return map[string]string{"X-Authy-API-Key": key} }

// with adds a content type.
func with(key, contentType string) map[string]string {
	return map[string]string{"X-Authy-API-Key": key, "Content-Type": contentType}
}

func get(url string) dialecttest.Request {
	return dialecttest.Request{Method: http.MethodGet, URL: url, Header: by(bankKey)}
}

func post(url, body string) dialecttest.Request {
	contentType := form
	if strings.HasPrefix(body, "{") {
		contentType = "application/json"
	}
	return dialecttest.Request{Method: http.MethodPost, URL: url, Header: with(bankKey, contentType), Body: body}
}

// as changes who asks.
func as(key string, r dialecttest.Request) dialecttest.Request {
	header := map[string]string{}
	maps.Copy(header, r.Header)
	header["X-Authy-API-Key"] = key
	r.Header = header
	return r
}

// decoded is a body as JSON.
func decoded(t *testing.T, a dialecttest.Answer) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return out
}

// ok makes a request that must succeed.
func (w *world) ok(t *testing.T, r dialecttest.Request) dialecttest.Answer {
	t.Helper()
	a := w.Do(r)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", r.Method, r.URL, a.Status, a.Body)
	}
	a.CheckForm(t)
	return a
}

// failed is the canonical error.
func failed(message, code string) string {
	return fmt.Sprintf(`{"message":%[1]q,"success":false,"errors":{"message":%[1]q},"error_code":%[2]q}`, message, code)
}
