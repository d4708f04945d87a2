package mfa_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

func startSession(t *testing.T, w *mfatest.World, c *mfa.Caller, p *mfatest.Person) mfa.Session {
	t.Helper()
	session, err := sessions.New(w.Service).Start(t.Context(), sessions.Start{
		Caller: c, User: p.Ref(), Reference: "f2b4", Dialect: "test", Extra: json.RawMessage(`{"issuer":"org:1"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// secondApplication is one more in the world's directory.
func secondApplication(t *testing.T, w *mfatest.World, name string) *mfa.Caller {
	t.Helper()
	a, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{
		OrganizationID: w.Caller.Organization.ID, DirectoryID: w.Caller.Directory.ID, Name: name, Settings: mfa.DefaultSettings(),
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Service.CallerFor(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sessionsOf(t *testing.T, w *mfatest.World, p *mfatest.Person) []sessions.Open {
	t.Helper()
	list, err := sessions.New(w.Service).Of(t.Context(), w.Directory(), p.Ref())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSessions(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"are one for each application, the last that began", func(t *testing.T, w *mfatest.World) {
			ann, shop := w.Register("4055551601"), secondApplication(t, w, "Shop")
			startSession(t, w, w.Caller, ann)
			w.Clock.Advance(time.Second)
			other := startSession(t, w, shop, ann)
			w.Clock.Advance(time.Second)
			last := startSession(t, w, w.Caller, ann)
			list := sessionsOf(t, w, ann)
			if len(list) != 2 || list[0].ID != other.ID || list[1].ID != last.ID || list[0].Application.Name != "Shop" || list[1].Reference != "f2b4" {
				t.Errorf("listed %+v", list)
			}
		}},
		{"that the application ends are told to nobody", func(t *testing.T, w *mfatest.World) {
			w.Service.Use([]mfa.Callback{echo{}}, nil)
			ann := w.Register("4055551602")
			startSession(t, w, w.Caller, ann)
			for range 2 {
				if err := sessions.New(w.Service).End(t.Context(), w.Caller, ann.Ref()); err != nil {
					t.Fatal(err)
				}
			}
			if left := sessionsOf(t, w, ann); len(left) != 0 {
				t.Errorf("left: %+v", left)
			}
			if n := len(ann.Events(mfa.EventSessionEnded)); n != 1 || len(callbacks(t, w)) != 0 {
				t.Errorf("%d events and %+v", n, callbacks(t, w))
			}
		}},
		{"that the device or the directory ends are told to each application, once", endedElsewhere},
		{"of unknown users are not found", func(t *testing.T, w *mfatest.World) {
			nobody := mfa.UserRef{Name: "nobody"}
			_, err := sessions.New(w.Service).Start(t.Context(), sessions.Start{Caller: w.Caller, User: nobody})
			want(t, "begun", err, mfa.NotFound, "")
			want(t, "ended", sessions.New(w.Service).End(t.Context(), w.Caller, nobody), mfa.NotFound, "")
			want(t, "all ended", sessions.New(w.Service).EndAll(t.Context(), w.Directory(), nobody), mfa.NotFound, "")
			_, err = sessions.New(w.Service).Of(t.Context(), w.Directory(), nobody)
			want(t, "listed", err, mfa.NotFound, "")
		}},
		{"keep no more than a few ids", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551604")
			for _, in := range []sessions.Start{{Reference: strings.Repeat("x", 300)}, {Extra: json.RawMessage(strings.Repeat("x", 9000))}} {
				in.Caller, in.User = w.Caller, ann.Ref()
				_, err := sessions.New(w.Service).Start(t.Context(), in)
				want(t, "too much", err, mfa.Invalid, "")
			}
		}},
		{"of a suspended user end, and none begin", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551607")
			startSession(t, w, w.Caller, ann)
			ann.Suspend()
			_, err := sessions.New(w.Service).Start(t.Context(), sessions.Start{Caller: w.Caller, User: ann.Ref()})
			want(t, "begun", err, mfa.Forbidden, mfa.ReasonUserSuspended)
			if err := sessions.New(w.Service).EndAll(t.Context(), w.Directory(), ann.Ref()); err != nil || len(sessionsOf(t, w, ann)) != 0 {
				t.Error(err)
			}
		}},
		{"end with the user's place in the application", func(t *testing.T, w *mfatest.World) {
			ann, shop := w.Register("4055551605"), secondApplication(t, w, "Second shop")
			startSession(t, w, w.Caller, ann)
			startSession(t, w, shop, ann)
			if err := w.Service.RemoveUser(t.Context(), shop, ann.Ref(), ""); err != nil {
				t.Fatal(err)
			}
			if left := sessionsOf(t, w, ann); len(left) != 1 || left[0].ApplicationID != w.Caller.Application.ID {
				t.Errorf("left: %+v", left)
			}
		}},
	})
}

func endedElsewhere(t *testing.T, w *mfatest.World) {
	ann, bob, shop := w.Register("4055551603"), w.Register("4055551606"), secondApplication(t, w, "Third shop")
	phone, foreign := ann.Link(), bob.Link()
	first := startSession(t, w, w.Caller, ann)
	startSession(t, w, shop, ann)
	startSession(t, w, shop, bob)
	seen, err := sessions.New(w.Service).For(t.Context(), phone.Caller)
	if err != nil || len(seen) != 2 {
		t.Fatal(seen, err)
	}
	want(t, "a foreign one", sessions.New(w.Service).EndFor(t.Context(), foreign.Caller, first.ID), mfa.NotFound, "")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := sessions.New(w.Service).EndFor(t.Context(), phone.Caller, first.ID); err != nil && !mfa.IsCode(err, mfa.NotFound) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := callbacks(t, w)
	if len(got) != 1 || got[0].Event.Type != mfa.EventSessionEnded || string(got[0].Extra) != `{"issuer":"org:1"}` || got[0].Event.UserID != ann.User.ID {
		t.Errorf("told: %+v", got)
	}
	if err := sessions.New(w.Service).EndAll(t.Context(), w.Directory(), ann.Ref()); err != nil {
		t.Fatal(err)
	}
	if n := len(ann.Events(mfa.EventSessionEnded)); n != 2 || len(sessionsOf(t, w, ann)) != 0 || len(sessionsOf(t, w, bob)) != 1 {
		t.Errorf("%d ended", n)
	}
	told := 0
	for _, d := range w.Outbox(shop) {
		if d.Kind == mfa.DeliveryCallback && d.UserID == ann.User.ID {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the other application was told %d times", told)
	}
}
