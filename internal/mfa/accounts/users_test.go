package accounts_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

func TestANameIsTakenInEveryCase(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ann, err := s.accounts.CreateUser(t.Context(), s.Caller, "Ann Straße", "192.0.2.1")
	s.must(err)
	for _, name := range []string{"Ann Straße", "ann straße", "ANN STRAẞE"} {
		_, err := s.accounts.CreateUser(t.Context(), s.Caller, name, "")
		s.want(name, err, mfa.Conflict, mfa.ReasonUserExists)
	}
	found, err := s.accounts.FindUser(t.Context(), s.Caller, named("Ann Straße"))
	s.must(err)
	if found.ID != ann.ID || found.State != mfa.UserActive {
		t.Errorf("found %+v", found)
	}
	_, err = s.accounts.FindUser(t.Context(), s.Caller, named("ann straße"))
	s.want("exactly", err, mfa.NotFound, "")
}

func TestNobodyTakesTheNameOfAnApplicationsUserInOtherCase(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		for _, name := range []string{"Ann", "ANN"} { // as other front doors do, where case counts
			_, err := s.Service.CreateUser(s.Context(), mfa.NewUser{Caller: s.Caller, Alias: name})
			s.must(err)
		}
		_, err := s.accounts.CreateUser(s.Context(), s.Caller, "ann", "")
		s.want("in other case", err, mfa.Conflict, mfa.ReasonUserExists)
		s.must(s.Store.Read(s.Context(), func(r mfa.Records) error {
			s.want("before a registration", mfa.NameFree(r, s.Caller, "aNN"), mfa.Conflict, mfa.ReasonUserExists)
			return nil
		}))
	})
}

func TestNamesThatNobodyCouldReadAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ann, err := s.accounts.CreateUser(t.Context(), s.Caller, "ann", "")
	s.must(err)
	for _, name := range []string{"", " ann", "bob ", "bob\u202e", "a\nb", strings.Repeat("x", 501), string(ann.ID)} {
		_, err := s.accounts.CreateUser(t.Context(), s.Caller, name, "")
		s.want(name, err, mfa.Invalid, "")
	}
}

func TestOfACrowdThatTakesANameOneGetsIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		won := s.winners(func() error {
			_, err := s.accounts.CreateUser(s.Context(), s.Caller, "ann", "")
			return err
		}, func(err error) { s.want("a loser", err, mfa.Conflict, mfa.ReasonUserExists) })
		if won != 1 {
			s.Errorf("%d got the name", won)
		}
	})
}

func TestASuspendedUserIsRefusedUntilRestored(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	for range 2 {
		u, err := s.accounts.SetState(t.Context(), s.Caller, named("ann"), mfa.UserSuspended, "")
		s.must(err)
		if u.State != mfa.UserSuspended {
			t.Errorf("state %s", u.State)
		}
	}
	_, err := s.check("ann", good, "192.0.2.1")
	s.want("suspended", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = s.check("ann", "not her password", "192.0.2.1")
	s.want("a wrong password of somebody suspended", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	_, err = s.accounts.SetState(t.Context(), s.Caller, named("ann"), mfa.UserActive, "")
	s.must(err)
	_, err = s.check("ann", good, "192.0.2.1")
	s.must(err)
	s.happened(in.User, mfa.EventAuthenticatorAdded, mfa.EventUserSuspended, mfa.EventPasswordRefused, mfa.EventUserRestored, mfa.EventPasswordAccepted)
	_, err = s.accounts.SetState(t.Context(), s.Caller, named("nobody"), mfa.UserActive, "")
	s.want("nobody", err, mfa.NotFound, "")
}

func TestADeletedUserIsGoneWithEverything(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ann := s.Register("4055550101")
	device := ann.Link()
	asked := ann.Ask("Pay?")
	_, err := sessions.New(s.Service).Start(t.Context(), sessions.Start{Caller: s.Caller, User: ann.Ref()})
	s.must(err)
	s.must(s.accounts.Delete(t.Context(), s.Caller, ann.Ref(), "192.0.2.1"))
	_, err = s.accounts.FindUser(t.Context(), s.Caller, ann.Ref())
	s.want("the user", err, mfa.NotFound, "")
	found, err := s.Service.ApprovalFor(t.Context(), s.Caller, asked.ID)
	s.must(err)
	if found.Challenge.State != mfa.ChallengeCancelled {
		t.Errorf("the question is %s", found.Challenge.State)
	}
	_, err = s.Service.AuthenticateDevice(t.Context(), device.Proof("nonce-000000000000001"), mfa.Foresight{})
	s.want("the device", err, mfa.Unauthenticated, "")
	events := s.events(ann.User)
	for _, kind := range []mfa.EventType{mfa.EventChallengeCancelled, mfa.EventSessionEnded, mfa.EventUserRemoved} {
		if n := len(ann.Events(kind)); n != 1 {
			t.Errorf("%d of %s in %v", n, kind, events)
		}
	}
	s.want("again", s.accounts.Delete(t.Context(), s.Caller, ann.Ref(), ""), mfa.NotFound, "")
}
