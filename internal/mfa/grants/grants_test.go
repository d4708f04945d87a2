package grants_test

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/grants"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scene is a world with a shop that opens sessions, a bank beside it, and Ann, who has proved an action at the shop.
type scene struct {
	*mfatest.World
	*testing.T
	grants *grants.Service
	shop   *mfa.Caller
	bank   *mfa.Caller
	ann    mfa.User
}

func onBoth(t *testing.T, play func(s *scene)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		s := &scene{World: w, T: t, grants: grants.New(grants.Config{Domain: w.Service, Store: w.Store, Random: rand.Reader})}
		s.shop, s.bank = s.application("Shop"), s.application("Savings")
		now := w.Clock.Now()
		s.ann = mfa.User{
			ID: mfa.NewID[mfa.UserID](), DirectoryID: s.shop.Directory.ID, Number: 7_000_001, Alias: "ann", State: mfa.UserActive, CreatedAt: now, UpdatedAt: now,
		}
		s.must(w.Store.Write(t.Context(), func(r mfa.WriteRecords) error { return r.AddUser(s.ann) }))
		play(s)
	})
}

func (s *scene) application(name string) *mfa.Caller {
	s.Helper()
	step := &provision.PlannedStepUp{Change: func(to *mfa.StepUp) {
		to.Clients = []mfa.AppClient{{ID: "web", AccessMinutes: 5, RefreshMinutes: 60}, {ID: "tv"}}
	}}
	_, err := s.Provision.Apply(s.T.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Acme", Directories: []provision.PlannedDirectory{{Name: "customers", Applications: []provision.PlannedApplication{
			{Name: name, Settings: mfa.DefaultSettings(), StepUp: step},
		}}},
	}}})
	s.must(err)
	var made mfa.Application
	s.must(s.Store.Read(s.T.Context(), func(r mfa.Records) (err error) {
		made, err = r.ApplicationNamed(s.Caller.Organization.ID, name)
		return err
	}))
	c, err := s.Service.CallerFor(s.T.Context(), made.ID)
	s.must(err)
	return c
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scene) refused(what string, err error, code mfa.Code) {
	s.Helper()
	if !mfa.IsCode(err, code) {
		s.Errorf("%s: %v, want %s", what, err, code)
	}
}

// action tracks one of Ann's in a state.
func (s *scene) action(state mfa.ActionState) mfa.ActionID {
	s.Helper()
	now := s.Clock.Now()
	a := mfa.Action{
		ID: mfa.NewID[mfa.ActionID](), OrganizationID: s.shop.Organization.ID, DirectoryID: s.shop.Directory.ID, ApplicationID: s.shop.Application.ID,
		UserID: s.ann.ID, Code: "signIn", Key: string(mfa.NewID[mfa.ActionID]()), State: state, StateAt: now, Method: mfa.MethodPasskey,
		Decision: mfa.Decision{Outcome: mfa.OutcomeChallenge}, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(time.Minute),
	}
	s.must(s.Store.Write(s.T.Context(), func(w mfa.WriteRecords) error { return w.AddAction(a) }))
	return a.ID
}

func (s *scene) issue(client string) grants.Issued {
	s.Helper()
	out, err := s.grants.Issue(s.T.Context(), grants.Issue{Caller: s.shop, ActionID: s.action(mfa.ActionChallengeSucceeded), ClientID: client})
	s.must(err)
	return out
}

func (s *scene) find(accessID string) error {
	_, err := s.grants.Find(s.T.Context(), s.shop, accessID)
	return err
}

func (s *scene) rotate(refresh mfa.Secret) (grants.Issued, error) {
	return s.grants.Rotate(s.T.Context(), s.shop, refresh, "192.0.2.1")
}

// happened counts the shop's events of a type.
func (s *scene) happened(kind mfa.EventType) int {
	s.Helper()
	found, err := s.Service.EventsOf(s.T.Context(), s.shop, mfa.EventFilter{Limit: 100})
	s.must(err)
	n := 0
	for i := range found {
		if found[i].Type == kind {
			n++
		}
	}
	return n
}

func TestAProvedActionOpensASessionForAClientOfTheApplication(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		out := s.issue("web")
		found, err := s.grants.Find(s.T.Context(), s.shop, out.Grant.AccessID)
		s.must(err)
		if found.User.Alias != "ann" || found.Grant.Method != mfa.MethodPasskey || found.Grant.ClientID != "web" {
			s.Errorf("found %+v", found)
		}
		if life := found.Grant.AccessExpiresAt.Sub(s.Clock.Now()); life != 5*time.Minute {
			s.Errorf("the access token counts for %v", life)
		}
		if !found.Grant.Refresh.Empty() {
			s.Error("the refresh token can be read again")
		}
		if s.happened(mfa.EventGrantIssued) != 1 {
			s.Error("the log does not tell of it")
		}
	})
}

func TestNoSessionIsOpenedForWhatWasNotProved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		for _, state := range []mfa.ActionState{mfa.ActionAllow, mfa.ActionBlock, mfa.ActionChallengeRequired, mfa.ActionChallengeFailed, mfa.ActionReviewRequired} {
			_, err := s.grants.Issue(s.T.Context(), grants.Issue{Caller: s.shop, ActionID: s.action(state), ClientID: "web"})
			s.refused(string(state), err, mfa.Invalid)
		}
		proved := s.action(mfa.ActionChallengeSucceeded)
		_, err := s.grants.Issue(s.T.Context(), grants.Issue{Caller: s.shop, ActionID: proved, ClientID: "elsewhere"})
		s.refused("another client", err, mfa.Invalid)
		_, err = s.grants.Issue(s.T.Context(), grants.Issue{Caller: s.bank, ActionID: proved, ClientID: "web"})
		s.refused("another application", err, mfa.NotFound)
	})
}

func TestAnAccessTokenCountsForItsTimeAndItsApplication(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		out := s.issue("web")
		_, err := s.grants.Find(s.T.Context(), s.bank, out.Grant.AccessID)
		s.refused("at another application", err, mfa.Unauthenticated)
		s.refused("one that never was", s.find("0190a0a0-0000-7000-8000-000000000000"), mfa.Unauthenticated)
		s.Clock.Advance(5*time.Minute - time.Second)
		s.must(s.find(out.Grant.AccessID))
		s.Clock.Advance(time.Second)
		s.refused("too late", s.find(out.Grant.AccessID), mfa.Unauthenticated)
	})
}

func TestARefreshTokenGivesTheNextPairAndTheOldOneCountsNoMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		first := s.issue("web")
		next, err := s.rotate(first.Refresh)
		s.must(err)
		if next.Refresh.Equal(first.Refresh) || next.Grant.AccessID == first.Grant.AccessID || next.User.ID != s.ann.ID {
			s.Errorf("next %+v", next)
		}
		s.refused("the old access token", s.find(first.Grant.AccessID), mfa.Unauthenticated)
		s.must(s.find(next.Grant.AccessID))
		_, err = s.grants.Rotate(s.T.Context(), s.bank, next.Refresh, "")
		s.refused("at another application", err, mfa.Unauthenticated)
		s.Clock.Advance(time.Hour)
		_, err = s.rotate(next.Refresh)
		s.refused("too late", err, mfa.Unauthenticated)
	})
}

func TestARefreshTokenShownTwiceEndsTheSession(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		first := s.issue("web")
		next, err := s.rotate(first.Refresh)
		s.must(err)
		_, err = s.rotate(first.Refresh)
		s.refused("the second time", err, mfa.Unauthenticated)
		s.refused("what the first gave", s.find(next.Grant.AccessID), mfa.Unauthenticated)
		_, err = s.rotate(next.Refresh)
		s.refused("and its refresh token", err, mfa.Unauthenticated)
		if s.happened(mfa.EventGrantRevoked) != 1 {
			s.Error("the log does not tell once that it was revoked")
		}
	})
}

func TestARefreshTokenEndsItsSessionHoweverOftenThatWasContinuedSince(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		first, other := s.issue("web"), s.issue("web")
		next := first
		for range 3 {
			var err error
			next, err = s.rotate(next.Refresh)
			s.must(err)
		}
		_, err := s.grants.Rotate(s.T.Context(), s.bank, first.Refresh, "")
		s.refused("at another application", err, mfa.Unauthenticated)
		s.must(s.find(next.Grant.AccessID))
		_, err = s.rotate(first.Refresh)
		s.refused("three pairs later", err, mfa.Unauthenticated)
		s.refused("what the copy has by now", s.find(next.Grant.AccessID), mfa.Unauthenticated)
		s.must(s.find(other.Grant.AccessID))
	})
}

func TestATokenThatWasNeverIssuedEndsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		out := s.issue("web")
		for _, text := range []string{"", "x", strings.Repeat("z", 96), strings.Repeat("0", 96), strings.Repeat("0", 64)} {
			_, err := s.rotate(mfa.SecretText(text))
			s.refused(text, err, mfa.Unauthenticated)
		}
		s.must(s.find(out.Grant.AccessID))
	})
}

func TestOfManyWhoShowOneRefreshTokenAtOnceAtMostOneWins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		first := s.issue("web")
		const many = 8
		errs := make([]error, many)
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() { _, errs[i] = s.rotate(first.Refresh) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				s.refused("a loser", err, mfa.Unauthenticated)
			}
		}
		if won > 1 {
			s.Errorf("%d won", won)
		}
	})
}

func TestSessionsEndOneByOneOrAllOfAUser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		one, two, three := s.issue("web"), s.issue("web"), s.issue("tv")
		s.refused("another application's", s.grants.Revoke(s.T.Context(), s.bank, one.Grant.AccessID, ""), mfa.Unauthenticated)
		s.must(s.grants.Revoke(s.T.Context(), s.shop, one.Grant.AccessID, ""))
		s.must(s.grants.Revoke(s.T.Context(), s.shop, one.Grant.AccessID, ""))
		s.refused("one that was revoked", s.find(one.Grant.AccessID), mfa.Unauthenticated)
		_, err := s.rotate(one.Refresh)
		s.refused("and its refresh token", err, mfa.Unauthenticated)
		s.must(s.find(two.Grant.AccessID))
		s.must(s.grants.RevokeUser(s.T.Context(), s.shop, "nobody", ""))
		s.must(s.grants.RevokeUser(s.T.Context(), s.shop, "ann", ""))
		for _, ended := range []grants.Issued{two, three} {
			s.refused("one of the user's", s.find(ended.Grant.AccessID), mfa.Unauthenticated)
		}
	})
}

func TestSomebodyWhoWasSuspendedHasNoSession(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		out := s.issue("web")
		s.ann.State = mfa.UserSuspended
		s.must(s.Store.Write(s.T.Context(), func(w mfa.WriteRecords) error {
			if _, err := w.LockUser(s.ann.DirectoryID, mfa.UserRef{ID: s.ann.ID}); err != nil {
				return err
			}
			return w.UpdateUser(s.ann)
		}))
		s.refused("the access token", s.find(out.Grant.AccessID), mfa.Unauthenticated)
		_, err := s.rotate(out.Refresh)
		s.refused("the refresh token", err, mfa.Unauthenticated)
	})
}
