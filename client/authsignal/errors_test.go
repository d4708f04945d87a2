package authsignal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

func TestRefusalsAreOfAKind(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, c := range []struct {
		status int
		body   string
		kinds  []authsignal.Kind
		text   string
	}{
		{401, `{"error":"unauthorized","errorCode":"unauthorized","errorDescription":"The request is unauthorized."}`, []authsignal.Kind{authsignal.ErrUnauthorized}, "The request is unauthorized. (HTTP 401, code unauthorized)"},
		{401, `{"error":"expired_token"}`, []authsignal.Kind{authsignal.ErrExpiredToken}, "unauthorized (HTTP 401, code expired_token)"},
		{400, `{"errorCode":"invalid_configuration","errorDescription":"no\nSMS"}`, []authsignal.Kind{authsignal.ErrInvalidConfiguration, authsignal.ErrInvalidRequest}, "no SMS"},
		{400, `{"errorCode":7,"error":"unknown_credential"}`, []authsignal.Kind{authsignal.ErrUnknownCredential}, "unknown_credential"},
		{429, ``, []authsignal.Kind{authsignal.ErrRateLimited}, "too many requests (HTTP 429)"},
		{404, `[]`, []authsignal.Kind{authsignal.ErrNotFound}, "not found (HTTP 404)"},
		{403, `{}`, []authsignal.Kind{authsignal.ErrForbidden}, "forbidden"},
		{409, `{}`, []authsignal.Kind{authsignal.ErrConflict}, "conflict"},
		{422, `{"error":"invalid_request_token"}`, []authsignal.Kind{authsignal.ErrInvalidToken, authsignal.ErrInvalidRequest}, "422"},
		{503, `<html>`, []authsignal.Kind{authsignal.ErrUnavailable}, "service unavailable"},
	} {
		w.answers(c.status, c.body)
		_, err := w.app.GetUser(t.Context(), jo)
		for _, kind := range c.kinds {
			if !errors.Is(err, kind) {
				t.Errorf("%d %s is %v, not %v", c.status, c.body, err, kind)
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%d %s says %q, not %q", c.status, c.body, err, c.text)
		}
	}
}

func TestAWrongKeyIsUnauthorizedWhateverIsAsked(t *testing.T) {
	t.Parallel()
	w := begin(t)
	stranger := must[*authsignal.Authsignal](t)(authsignal.New(w.URL, "another"))
	if _, err := stranger.GetUser(t.Context(), jo); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Error(err)
	}
	manager := must[*authsignal.Management](t)(authsignal.NewManagement(w.URL, authsignal.Secret(w.SecretKey)))
	if _, err := manager.Tenant(t.Context()); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("the secret key manages: %v", err)
	}
}

func TestWhatNoServerTakesIsNotSent(t *testing.T) {
	t.Parallel()
	w, long := begin(t), strings.Repeat("x", 2000)
	for what, call := range map[string]func(ctx context.Context) error{
		"a slash in a user id": func(ctx context.Context) error { _, err := w.app.GetUser(ctx, "a/b"); return err },
		"dots":                 func(ctx context.Context) error { _, err := w.app.GetUser(ctx, ".."); return err },
		"no user":              func(ctx context.Context) error { return w.app.DeleteUser(ctx, "") },
		"a long user":          func(ctx context.Context) error { return w.app.RevokeUserSessions(ctx, authsignal.UserID(long)) },
		"no text":              func(ctx context.Context) error { return w.app.DeleteAuthenticator(ctx, "\xff", "x") },
		"a control character":  func(ctx context.Context) error { return w.app.DeleteAuthenticator(ctx, jo, "a\nb") },
		"an action of words": func(ctx context.Context) error {
			_, err := w.app.Track(ctx, jo, "sign in", authsignal.Attributes{})
			return err
		},
		"no expected user": func(ctx context.Context) error {
			_, err := w.app.RequireChallenge(ctx, "t", authsignal.Expected{Action: withdraw})
			return err
		},
		"an empty token": func(ctx context.Context) error {
			_, err := w.app.ValidateChallenge(ctx, "", authsignal.Expected{})
			return err
		},
		"a token of lines": func(ctx context.Context) error { return w.app.RevokeSession(ctx, "a\nb") },
		"an empty batch": func(ctx context.Context) error {
			_, err := w.app.BatchEnrollVerifiedAuthenticators(ctx, nil)
			return err
		},
		"everybody":              func(ctx context.Context) error { _, err := w.app.QueryUsers(ctx, authsignal.UserQuery{}); return err },
		"a challenge of nothing": func(ctx context.Context) error { _, err := w.app.Challenge(ctx, authsignal.NewChallenge{}); return err },
		"any challenge": func(ctx context.Context) error {
			_, err := w.app.GetChallenge(ctx, authsignal.ChallengeQuery{})
			return err
		},
		"a device without a name": func(ctx context.Context) error {
			_, err := w.app.InvalidateDevice(ctx, jo, "")
			return err
		},
		"a rule without a name": func(ctx context.Context) error { return w.management.DeleteRule(ctx, withdraw, "") },
	} {
		if err := call(t.Context()); !errors.Is(err, authsignal.ErrFormat) || strings.Contains(err.Error(), long) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(w.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestAddressesAndKeysAreHeldToTheirForm(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "mfa.example.net", "ftp://mfa.example.net", "https://", "https://u:p@mfa.example.net", "https://mfa.example.net?x"} {
		if _, err := authsignal.New(base, "k"); !errors.Is(err, authsignal.ErrFormat) {
			t.Errorf("%q: %v", base, err)
		}
	}
	for _, key := range []authsignal.Secret{"", "a b", "a\n", "ü", "a:b"} {
		if _, err := authsignal.New(authsignal.US, key); !errors.Is(err, authsignal.ErrFormat) {
			t.Errorf("a key of %d bytes: %v", len(key), err)
		}
	}
	for base, want := range map[string]string{
		"https://mfa.example.net": "https://mfa.example.net/v1", "https://mfa.example.net/": "https://mfa.example.net/v1",
		"https://mfa.example.net/x/v1/": "https://mfa.example.net/x/v1", authsignal.AU: "https://au.api.authsignal.com/v1",
	} {
		a := must[*authsignal.Authsignal](t)(authsignal.New(base, "k"))
		if got := a.String(); got != "authsignal client for "+want {
			t.Errorf("%q: %s", base, got)
		}
	}
	for _, option := range []authsignal.Option{
		authsignal.WithHTTPClient(nil), authsignal.WithRetries(-1, 0), authsignal.WithRetries(11, 0), authsignal.WithRetries(1, -1),
	} {
		if _, err := authsignal.New(authsignal.EU, "k", option); !errors.Is(err, authsignal.ErrFormat) {
			t.Error(err)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	w := begin(t)
	tracked := must[*authsignal.Tracked](t)(w.app.Track(t.Context(), jo, withdraw, authsignal.Attributes{}))
	hook := must[*authsignal.Webhook](t)(authsignal.NewWebhook([]authsignal.Secret{authsignal.Secret(w.SecretKey)}))
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	token := tracked.Token
	for _, value := range []any{w.app, w.management, *w.app, hook, *hook, token, struct{ A any }{w.app}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			fmt.Fprintf(&out, verb, value)
		}
		log.Info("x", "value", value)
	}
	raw, err := json.Marshal(token)
	out.Write(raw)
	for _, secret := range []string{w.SecretKey, w.ManagementKey, string(token)} {
		if err != nil || strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) {
			t.Errorf("a secret shows: %v", err)
		}
	}
}

// flaky fails some requests before it hands over.
func flaky(t *testing.T, fail func(w http.ResponseWriter, n int64) bool) (app *authsignal.Authsignal, count *atomic.Int64) {
	t.Helper()
	behind := authsignaltest.Start(t)
	behind.SecretKey = "k"
	count = &atomic.Int64{}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fail(w, count.Add(1)) {
			behind.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return must[*authsignal.Authsignal](t)(authsignal.New(front.URL, "k", authsignal.WithRetries(2, 0))), count
}

func TestOnlyWhatMayComeTwiceIsSentTwice(t *testing.T) {
	t.Parallel()
	refuse := func(status int) func(http.ResponseWriter, int64) bool {
		return func(w http.ResponseWriter, n int64) bool {
			if n%3 == 0 {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	cut := func(w http.ResponseWriter, n int64) bool {
		if n%3 == 0 {
			return false
		}
		panic(http.ErrAbortHandler)
	}
	ways := map[string]func(http.ResponseWriter, int64) bool{"HTTP 500": refuse(500), "HTTP 503": refuse(503), "a connection that breaks": cut}
	for what, way := range ways {
		for name, c := range map[string]struct {
			call func(context.Context, *authsignal.Authsignal) error
			sent int64
		}{
			"get": {func(ctx context.Context, a *authsignal.Authsignal) error { _, err := a.GetUser(ctx, jo); return err }, 3},
			"track": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.Track(ctx, jo, withdraw, authsignal.Attributes{})
				return err
			}, 3},
			"delete": {func(ctx context.Context, a *authsignal.Authsignal) error { return a.DeleteUser(ctx, jo) }, 3},
			"update": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.UpdateUser(ctx, jo, authsignal.UserChange{})
				return err
			}, 1},
			"enroll": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.EnrollVerifiedAuthenticator(ctx, jo, authsignal.NewAuthenticator{Method: authsignal.SMS, PhoneNumber: "1"})
				return err
			}, 1},
			"challenge": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.SMS, PhoneNumber: "1", Action: "x"})
				return err
			}, 1},
			"verify": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.Verify(ctx, "c", "1")
				return err
			}, 1},
			"refresh": {func(ctx context.Context, a *authsignal.Authsignal) error {
				_, err := a.RefreshSession(ctx, "r")
				return err
			}, 1},
		} {
			app, count := flaky(t, way)
			if err := c.call(t.Context(), app); count.Load() != c.sent || (err == nil) != (c.sent == 3) {
				t.Errorf("%s, %s: sent %d times, %v", what, name, count.Load(), err)
			}
		}
	}
	app, count := flaky(t, func(w http.ResponseWriter, _ int64) bool { w.WriteHeader(http.StatusTooManyRequests); return true })
	if _, err := app.GetUser(t.Context(), jo); !errors.Is(err, authsignal.ErrRateLimited) || count.Load() != 1 {
		t.Errorf("a limit was answered by %d requests: %v", count.Load(), err)
	}
}

// The same key comes each time, so that the server knows it for one action.
func TestATrackThatIsRepeatedIsOneAction(t *testing.T) {
	t.Parallel()
	w := begin(t)
	var keys []string
	w.Answer = func(r authsignaltest.Request) (authsignaltest.Reply, bool) {
		var body struct{ IdempotencyKey string }
		_ = json.Unmarshal([]byte(r.Body), &body)
		keys = append(keys, body.IdempotencyKey)
		return authsignaltest.Reply{Status: http.StatusBadGateway}, len(keys) < 3
	}
	tracked := must[*authsignal.Tracked](t)(w.app.Track(t.Context(), jo, withdraw, authsignal.Attributes{}))
	if len(keys) != 3 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] || string(tracked.IdempotencyKey) != keys[0] {
		t.Errorf("keys %q", keys)
	}
	other := must[*authsignal.Tracked](t)(w.app.Track(t.Context(), jo, withdraw, authsignal.Attributes{}))
	if other.IdempotencyKey == tracked.IdempotencyKey {
		t.Error("two actions have one key")
	}
}

func TestAnEndedContextEndsTheWaiting(t *testing.T) {
	t.Parallel()
	server := authsignaltest.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Answer = func(authsignaltest.Request) (authsignaltest.Reply, bool) {
		cancel()
		return authsignaltest.Reply{Status: http.StatusBadGateway}, true
	}
	app := must[*authsignal.Authsignal](t)(authsignal.New(server.URL, authsignal.Secret(server.SecretKey), authsignal.WithRetries(5, time.Hour)))
	if _, err := app.GetUser(ctx, jo); err == nil {
		t.Error("a call succeeds whose context ended")
	}
}

func TestAnAnswerWithoutEndIsCutOff(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.answers(http.StatusOK, `{"email":"`+strings.Repeat("x", 9<<20)+`"}`)
	if _, err := w.app.GetUser(t.Context(), jo); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
		t.Error(err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Answer = func(r authsignaltest.Request) (authsignaltest.Reply, bool) {
		return authsignaltest.Reply{Status: http.StatusFound, Header: map[string]string{"Location": "/v1/users/x"}}, r.Path != "/v1/users/x"
	}
	if _, err := w.app.GetUser(t.Context(), jo); !errors.Is(err, authsignal.ErrUnexpectedAnswer) || len(w.Requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(w.Requests()))
	}
}
