package mfa_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/receipt"
)

func TestAnApplicationThatLetsAUserGoWithdrawsItsRequests(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		other := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Acme", Directories: []provision.PlannedDirectory{{
			Name: "customers", Applications: []provision.PlannedApplication{{Name: "Shop", Settings: mfa.DefaultSettings()}},
		}}}}}
		if _, err := w.Provision.Apply(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		ann := w.Register("4055550140")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		if err := w.Service.RemoveUser(t.Context(), w.Caller, ann.Ref(), ""); err != nil {
			t.Fatal(err)
		}
		if pending, err := w.Service.PendingFor(t.Context(), phone.Caller); err != nil || len(pending) != 0 {
			t.Errorf("the phone still shows %d requests (%v)", len(pending), err)
		}
		_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil)
		if !mfa.IsCode(err, mfa.Expired) {
			t.Errorf("an answer to it: %v, want that it was withdrawn", err)
		}
		if n := len(ann.Events(mfa.EventChallengeCancelled)); n != 1 {
			t.Errorf("%d events of withdrawal, want 1", n)
		}
	})
}

func TestADeviceShowsWhenAndFromWhereItLastAnswered(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550141")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		phone.Caller.Data.LastIP = "198.51.100.9"
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
			t.Fatal(err)
		}
		status, err := w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		got := status.Devices()[0]
		if !got.LastUsedAt.Equal(w.Clock.Now()) {
			t.Errorf("last used at %s, want %s", got.LastUsedAt, w.Clock.Now())
		}
		if again := phone.Authenticate("jti-after-the-answer-0"); again.Data.LastIP != "198.51.100.9" {
			t.Errorf("last seen at %q", again.Data.LastIP)
		}
	})
}
