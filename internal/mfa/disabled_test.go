package mfa_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
	"github.com/twinseal/twinseal/receipt"
)

// switched switches the world's application or its directory.
func switched(t *testing.T, w *mfatest.World, directory, off bool) {
	t.Helper()
	var err error
	if directory {
		_, err = w.Configuration.UpdateDirectory(t.Context(), w.Caller.Organization.ID, w.Caller.Directory.ID, func(d *mfa.Directory) error {
			d.Disabled = off
			return nil
		})
	} else {
		_, err = w.Configuration.UpdateApplication(t.Context(), w.Caller.Directory.ID.Owner(), w.Caller.Application.ID, func(a *mfa.Application) error {
			a.Settings.Disabled = off
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsSwitchedOffDoesNothingForUsers(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055552001")
		phone := ann.Link()
		link, pending := startDeviceLink(t, w, "bob"), ann.Ask("Log in?")
		own, err := w.Service.StartLink(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		for _, directory := range []bool{true, false} {
			switched(t, w, directory, true)
			application, err := w.Service.CallerFor(t.Context(), w.Caller.Application.ID)
			if err != nil {
				t.Fatal(err)
			}
			for what, try := range usersConcerned(t, w, application, ann) {
				want(t, what, try(), mfa.Forbidden, mfa.ReasonDisabled)
			}
			_, err = w.Service.Answer(t.Context(), phone.Caller, pending.ID, phone.Statement(pending, receipt.Approved, nil), nil)
			want(t, "an answer", err, mfa.Forbidden, mfa.ReasonDisabled)
			_, jwk := w.NewKey()
			_, err = w.Service.LinkByCode(t.Context(), own.Code, mfa.NewDevice{Key: jwk})
			want(t, "a code of the application", err, mfa.Forbidden, mfa.ReasonDisabled)
			if directory {
				for what, try := range directoryUsersConcerned(t, w) {
					want(t, what, try(), mfa.Forbidden, mfa.ReasonDisabled)
				}
				_, err = w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: jwk})
				want(t, "a code of the directory", err, mfa.Forbidden, mfa.ReasonDisabled)
			} else {
				w.LinkWith(link.Code) // the directory goes on without the application
			}
			switched(t, w, directory, false)
		}
		if _, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
			t.Errorf("switched on again: %v", err)
		}
		if _, err := w.Service.Answer(t.Context(), phone.Caller, pending.ID, phone.Statement(pending, receipt.Approved, nil), nil); err != nil {
			t.Errorf("the answer after all: %v", err)
		}
	})
}

func usersConcerned(t *testing.T, w *mfatest.World, c *mfa.Caller, ann *mfatest.Person) map[string]func() error {
	return map[string]func() error{
		"a key": func() error {
			_, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key)
			return err
		},
		"a token": func() error {
			_, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: ann.Ref(), Token: "123456"})
			return err
		},
		"a question": func() error {
			_, err := w.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: c, User: ann.Ref(), Message: "Log in?"})
			return err
		},
		"a code": func() error {
			_, err := w.Service.SendCode(t.Context(), mfa.SendCode{Caller: c, User: ann.Ref(), Channel: mfa.ChannelSMS})
			return err
		},
		"a session": func() error {
			_, err := sessions.New(w.Service).Start(t.Context(), sessions.Start{Caller: c, User: ann.Ref()})
			return err
		},
		"an end of it": func() error { return sessions.New(w.Service).End(t.Context(), c, ann.Ref()) },
		"a link": func() error {
			_, err := w.Service.StartLink(t.Context(), c, ann.Ref())
			return err
		},
	}
}

func directoryUsersConcerned(t *testing.T, w *mfatest.World) map[string]func() error {
	c, bob := w.Directory(), mfa.UserRef{Name: "bob"}
	return map[string]func() error{
		"a device link": func() error {
			_, err := w.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: c, Alias: "bob"})
			return err
		},
		"devices": func() error {
			_, err := devices.New(w.Service).Of(t.Context(), c, bob)
			return err
		},
		"unlinking": func() error { return devices.New(w.Service).Remove(t.Context(), c, bob, "x") },
		"sessions": func() error {
			_, err := sessions.New(w.Service).Of(t.Context(), c, bob)
			return err
		},
		"their end": func() error { return sessions.New(w.Service).EndAll(t.Context(), c, bob) },
		"a seed": func() error {
			_, err := seeds.New(w.Service).Replace(t.Context(), c, "bob")
			return err
		},
		"its end": func() error { return seeds.New(w.Service).Remove(t.Context(), c, bob) },
	}
}

func TestAUserIsNotMadeWhereNothingIsDone(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		switched(t, w, true, true)
		_, err := seeds.New(w.Service).Replace(t.Context(), w.Directory(), "nobody")
		want(t, "a seed", err, mfa.Forbidden, mfa.ReasonDisabled)
		switched(t, w, true, false)
		_, err = sessions.New(w.Service).Of(t.Context(), w.Directory(), mfa.UserRef{Name: "nobody"})
		want(t, "who was to have it", err, mfa.NotFound, "")
	})
}
