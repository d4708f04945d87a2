package authsignal_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

const (
	jo       = authsignal.UserID("jo|7")
	withdraw = authsignal.ActionCode("withdraw")
)

// world is a server and the clients of its tenant. Failures are repeated at once.
type world struct {
	*authsignaltest.Server

	app        *authsignal.Authsignal
	management *authsignal.Management
}

func begin(t testing.TB) *world {
	t.Helper()
	w := &world{Server: authsignaltest.Start(t)}
	var err error
	if w.app, err = authsignal.New(w.URL, authsignal.Secret(w.SecretKey), authsignal.WithRetries(2, 0)); err != nil {
		t.Fatal(err)
	}
	if w.management, err = authsignal.NewManagement(w.URL, authsignal.Secret(w.ManagementKey), authsignal.WithRetries(2, 0)); err != nil {
		t.Fatal(err)
	}
	return w
}

// answers lets the server answer every call with this, and repeats of it too.
func (w *world) answers(status int, body string) {
	w.Answer = func(authsignaltest.Request) (authsignaltest.Reply, bool) {
		return authsignaltest.Reply{Status: status, Body: body}, true
	}
}

func (w *world) last(t testing.TB) authsignaltest.Request {
	t.Helper()
	requests := w.Requests()
	if len(requests) == 0 {
		t.Fatal("nothing was asked")
	}
	return requests[len(requests)-1]
}

func sameJSON(t testing.TB, a, b string) bool {
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

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
