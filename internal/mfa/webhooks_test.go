package mfa_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/webhooks"
	"github.com/twinseal/twinseal/receipt"
)

// echo is a dialect whose names of events are ours. It has no word for sent codes.
type echo struct{}

func (echo) Dialect() string { return "test" }

func (echo) Render(context.Context, mfa.CallbackPayload) (*http.Request, error) { return nil, nil }

func (echo) Wants(e mfa.Event) string {
	if e.Type == mfa.EventSMSSent {
		return ""
	}
	return string(e.Type)
}

// callbacks are the events on their way to the application's addresses, oldest first.
func callbacks(t *testing.T, w *mfatest.World) []mfa.CallbackPayload {
	t.Helper()
	var out []mfa.CallbackPayload
	for _, d := range w.Outbox(w.Caller) {
		if d.Kind != mfa.DeliveryCallback {
			continue
		}
		var p mfa.CallbackPayload
		if err := json.Unmarshal(d.Payload.Reveal(), &p); err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestWebhooksAreQueuedWithTheChangeTheyReport(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		w.Service.Use([]mfa.Callback{echo{}}, nil)
		hook, err := webhooks.New(w.Service).Add(t.Context(), w.Caller, mfa.Webhook{
			Dialect: "test", Name: "all", URL: "https://bank.example.test/hook",
			Events: []string{string(mfa.EventTokenAccepted), string(mfa.EventUserSuspended), ""},
		})
		if err != nil || len(hook.SigningKey.Reveal()) != 32 {
			t.Fatal(err)
		}
		w.Caller = reread(t, w)
		ann := w.Register("4055551501")
		code := sentCode(t, w, ann, "")
		if got := callbacks(t, w); len(got) != 0 {
			t.Errorf("unwanted events were queued: %+v", got)
		}
		if got := ann.Check(code, "a").Outcome; got != mfa.TokenAccepted {
			t.Fatal(got)
		}
		got := callbacks(t, w)
		if len(got) != 1 || got[0].WebhookID != hook.ID || got[0].Event.Type != mfa.EventTokenAccepted || got[0].Event.UserID != ann.User.ID {
			t.Fatalf("queued: %+v", got)
		}
		if events := ann.Events(mfa.EventTokenAccepted); len(events) != 1 || events[0].ID != got[0].Event.ID {
			t.Errorf("the queued event is not the one in the log")
		}
		if err := webhooks.New(w.Service).Remove(t.Context(), w.Caller, hook.ID); err != nil {
			t.Fatal(err)
		}
		want(t, "removing it again", webhooks.New(w.Service).Remove(t.Context(), w.Caller, hook.ID), mfa.NotFound, "")
	})
}

// reread is the application as a cache that was dropped gives it.
func reread(t *testing.T, w *mfatest.World) *mfa.Caller {
	t.Helper()
	c, err := w.Beside(mfa.Options{}).Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// errAborted ends a transaction that must leave nothing.
var errAborted = errors.New("aborted")

// aborting fails every event after it was written, as a database might that dies there.
type aborting struct{ mfa.WriteRecords }

func (a aborting) AddReceipt(r mfa.Receipt) error {
	if err := a.WriteRecords.AddReceipt(r); err != nil {
		return err
	}
	return errAborted
}

type abortingStore struct{ mfa.Store }

func (s abortingStore) Write(ctx context.Context, f func(mfa.WriteRecords) error) error {
	return s.Store.Write(ctx, func(w mfa.WriteRecords) error { return f(aborting{w}) })
}

func TestAnAnswerThatIsNotKeptReportsNothing(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551502")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		kept := w.Store
		w.Store = abortingStore{kept}
		broken := w.Beside(mfa.Options{})
		w.Store = kept
		broken.Use([]mfa.Callback{echo{}}, nil)
		if _, err := broken.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); !errors.Is(err, errAborted) {
			t.Fatal(err)
		}
		if got := callbacks(t, w); len(got) != 0 {
			t.Errorf("it was reported: %+v", got)
		}
		if n := len(ann.Events(mfa.EventChallengeApproved)); n != 0 {
			t.Errorf("%d events of it", n)
		}
		if got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); err != nil || got.Challenge.State != mfa.ChallengePending {
			t.Errorf("the request is %s, %v", got.Challenge.State, err)
		}
		w.Service.Use([]mfa.Callback{echo{}}, nil)
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
			t.Fatal(err)
		}
		if got := callbacks(t, w); len(got) != 1 || got[0].WebhookID != "" || got[0].Event.ChallengeID != asked.ID {
			t.Errorf("the kept answer was reported as %+v, want once, to who asked", got)
		}
	})
}

func TestWebhooksAreJudged(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		good := mfa.Webhook{Dialect: "test", Name: "n", URL: "https://bank.example.test/", Events: []string{"x"}}
		for what, spoil := range map[string]func(*mfa.Webhook){
			"no address":      func(h *mfa.Webhook) { h.URL = "" },
			"no host":         func(h *mfa.Webhook) { h.URL = "https:///hook" },
			"another scheme":  func(h *mfa.Webhook) { h.URL = "file:///etc/passwd" },
			"a long address":  func(h *mfa.Webhook) { h.URL += strings.Repeat("x", 3000) },
			"no name":         func(h *mfa.Webhook) { h.Name = "" },
			"a long name":     func(h *mfa.Webhook) { h.Name = strings.Repeat("x", 300) },
			"no events":       func(h *mfa.Webhook) { h.Events = nil },
			"too many events": func(h *mfa.Webhook) { h.Events = slices.Repeat([]string{"x"}, webhooks.MaxWebhookEvents+1) },
		} {
			hook := good
			spoil(&hook)
			_, err := webhooks.New(w.Service).Add(t.Context(), w.Caller, hook)
			want(t, what, err, mfa.Invalid, "")
		}
		for i := range webhooks.MaxWebhooks {
			hook := good
			hook.Name = fmt.Sprint(i)
			if _, err := webhooks.New(w.Service).Add(t.Context(), w.Caller, hook); err != nil {
				t.Fatal(err)
			}
		}
		_, err := webhooks.New(w.Service).Add(t.Context(), w.Caller, good)
		want(t, "one more", err, mfa.Conflict, "")
		list, err := webhooks.New(w.Service).Of(t.Context(), w.Caller)
		if err != nil || len(list) != webhooks.MaxWebhooks {
			t.Fatal(len(list), err)
		}
		foreign := *w.Caller
		foreign.Application.ID = "00000000-0000-4000-8000-000000000001"
		want(t, "another's", webhooks.New(w.Service).Remove(t.Context(), &foreign, list[0].ID), mfa.NotFound, "")
	})
}
