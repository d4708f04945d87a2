package loginid_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

const (
	clientID     = "0Dk3nW7qS9tYbE2xUv4mKzR8aLcFhJpT1oGi6Xe5MdQyHsNwPfBrVlCjZuAg_IO-"
	userID       = "7f0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"
	otherID      = "11111111-2222-4333-8444-555555555555"
	credentialID = "4b1e2c3d-0a9f-4e8d-b7c6-a5f4e3d2c1b0"
	txID         = "9c8b7a6f-5e4d-4c3b-a291-807f6e5d4c3b"
)

var jo = loginidtest.User{ID: userID, Name: "jo"}

// platform starts a server with an application that has a key, and its client.
func platform(t testing.TB, answer func(loginidtest.Request) loginidtest.Reply, options ...loginid.Option) (*loginidtest.Server, *loginid.Management) {
	t.Helper()
	key := loginidtest.NewKey(t, "")
	server := loginidtest.Start(t, clientID, &key, answer)
	client, err := loginid.NewManagement(server.URL+"/", clientID, key.PrivatePEM(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

func nobody(loginidtest.Request) loginidtest.Reply {
	return loginidtest.Reply{Status: 500, Body: `{"code":"internal_server_error","message":"nobody calls"}`}
}

// exchange is one call, the request that it must make and the answer it gets.
type exchange struct {
	name    string
	call    func(context.Context, *loginid.Management) (any, error)
	request string // method and path
	scope   string // of the token; empty for none
	bound   string // the claim that binds the token, as name=value
	body    string // what is sent, as JSON; empty for none
	status  int    // 200 when zero
	answer  string
	signed  bool // the answer is that of a finished ceremony, with a token
	want    any
	wantErr error // a kind
}

func exchangeAll(t *testing.T, exchanges []exchange) {
	t.Helper()
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.run(t)
		})
	}
}

func (e exchange) run(t *testing.T) {
	t.Helper()
	var server *loginidtest.Server
	sent := 0
	server, client := platform(t, func(r loginidtest.Request) loginidtest.Reply {
		sent++
		e.check(t, r)
		if e.signed {
			return loginidtest.Reply{Body: server.SignedIn(jo, server.Token(jo))}
		}
		return loginidtest.Reply{Status: e.status, Body: e.answer}
	})
	got, err := e.call(t.Context(), client)
	if sent != 1 {
		t.Errorf("%d requests were sent", sent)
	}
	if e.wantErr != nil {
		if !errors.Is(err, e.wantErr) {
			t.Fatalf("error %v, want %v", err, e.wantErr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if signedIn, ok := got.(*loginid.SignedIn); ok && e.signed {
		checkSignedIn(t, signedIn)
		return
	}
	if !reflect.DeepEqual(got, e.want) {
		t.Errorf("\n got %#v\nwant %#v", got, e.want)
	}
}

func checkSignedIn(t *testing.T, got *loginid.SignedIn) {
	t.Helper()
	if got.UserID != userID || got.Username != "jo" || got.SessionID == "" || got.CredentialID != credentialID || got.CredentialName != "Phone" {
		t.Errorf("%+v", got)
	}
	if got.Token == "" || got.Claims == nil || got.Claims.Username != "jo" {
		t.Errorf("the token is %+v", got.Claims)
	}
}

func (e exchange) check(t *testing.T, r loginidtest.Request) {
	t.Helper()
	if got := r.Method + " " + r.Path; got != e.request {
		t.Errorf("request %s, want %s", got, e.request)
	}
	if !sameJSON(t, r.Body, e.body) {
		t.Errorf("body\n got %s\nwant %s", r.Body, e.body)
	}
	if r.Scope != e.scope {
		t.Errorf("scope %q, want %q", r.Scope, e.scope)
	}
	for _, claim := range []string{"username", "user_id"} {
		name, value, _ := strings.Cut(e.bound, "=")
		if got, ok := r.Claims[claim]; ok != (claim == name) || ok && got != value {
			t.Errorf("claim %s is %v, want %s", claim, got, e.bound)
		}
	}
	if r.Header.Get("X-Client-Id") != clientID || r.Header.Get("User-Agent") == "" {
		t.Errorf("headers %v", r.Header)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	if a == "" || b == "" {
		return a == b
	}
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// on makes a call whose result is anything.
func on[T any](call func(context.Context, *loginid.Management) (T, error)) func(context.Context, *loginid.Management) (any, error) {
	return func(ctx context.Context, m *loginid.Management) (any, error) { return call(ctx, m) }
}

func at(text string) time.Time {
	made, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return made.UTC()
}
