package actions_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

func TestTheFirstActionOfSomebodyMakesUserProfileAndConfiguration(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		got := s.track(func(in *actions.Track) {
			in.User, in.Request.Email, in.Request.Phone = "auth0|a b@c:d", "ann@example.com", "9876543210"
		})
		a := got.Action
		if a.State != mfa.ActionChallengeRequired || a.Outcome != mfa.OutcomeChallenge || a.Key != string(a.ID) || got.Again || len(a.RuleIDs) != 0 {
			t.Errorf("action %+v", a)
		}
		if got.Profile.Email != "ann@example.com" || got.Profile.Phone != "9876543210" || len(got.Enrolled) != 0 || len(got.Allowed) == 0 || got.Default != "" {
			t.Errorf("tracked %+v", got)
		}
		if slices.Contains(got.Allowed, mfa.MethodRecovery) || slices.Contains(got.Allowed, mfa.MethodPasskey) {
			t.Errorf("allowed %v: recovery is no choice, and there is no relying party", got.Allowed)
		}
		again, err := s.Actions.Get(s.Context(), s.Caller, "auth0|a b@c:d", "pay", a.Key)
		if err != nil || again.ID != a.ID || string(again.Facts) != string(a.Facts) {
			t.Errorf("found %+v, %v", again, err)
		}
		s.read(func(r mfa.Records) error {
			c, err := r.ActionConfiguration(s.Caller.Application.ID, "pay")
			if !c.LastActionAt.Equal(a.CreatedAt) {
				t.Errorf("configuration %+v", c)
			}
			return err
		})
		if len(s.events(mfa.EventActionTracked)) != 1 || len(s.events(mfa.EventUserCreated)) != 1 {
			t.Errorf("events %+v", s.events())
		}
	})
}

func TestAKeyTrackedByManyAtOnceIsOneActionCountedOnce(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		keyed := func(key string) func(*actions.Track) {
			return func(in *actions.Track) { in.Key, in.Request.IP = key, "192.0.2.1" }
		}
		for _, key := range []string{"first", "second"} { // of somebody new, and of somebody known
			failed := mfatest.Crowd(40, func() error {
				_, err := s.try(keyed(key))
				return err
			})
			if len(failed) > 0 {
				t.Fatal(failed)
			}
		}
		got := s.track(keyed("second"))
		if !got.Again || len(s.events(mfa.EventActionTracked)) != 2 {
			t.Errorf("again %v, %d actions", got.Again, len(s.events(mfa.EventActionTracked)))
		}
		next := s.track(keyed("third"))
		for _, name := range []string{"velocity.user.1h", "velocity.userAction.1h", "velocity.ip.1h"} {
			if n := s.fact(next.Action, name); n != int64(3) {
				t.Errorf("%s is %v, want 3", name, n)
			}
		}
	})
}

func TestWhatIsTrackedAgainStandsWhereItStandsNow(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		first := s.track(nil)
		s.succeed(first.Action)
		again := s.track(func(in *actions.Track) { in.Key = first.Action.Key })
		if !again.Again || again.Action.ID != first.Action.ID || again.Action.State != mfa.ActionChallengeSucceeded {
			t.Errorf("%+v", again.Action)
		}
		other := s.track(func(in *actions.Track) { in.Key, in.Code = first.Action.Key, "login" })
		if other.Again || other.Action.ID == first.Action.ID {
			t.Error("the key of one code gave the action of another")
		}
	})
}

func TestRulesSeeHowOftenSomethingHappened(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		often := s.rule(0, mfa.OutcomeBlock, `{">=":[{"var":"velocity.user.5m"},3]}`, nil)
		second := s.rule(5, mfa.OutcomeReview, `{">":[{"var":"velocity.userAction.1h"},1]}`, nil)
		for i, want := range []struct {
			outcome mfa.ActionOutcome
			rules   []mfa.RuleID
		}{
			{mfa.OutcomeChallenge, nil}, {mfa.OutcomeReview, []mfa.RuleID{second.ID}}, {mfa.OutcomeBlock, []mfa.RuleID{often.ID, second.ID}},
		} {
			a := s.track(nil).Action
			if a.Outcome != want.outcome || !slices.Equal(a.RuleIDs, want.rules) || len(want.rules) > 0 && a.DecidedBy != want.rules[0] {
				t.Errorf("action %d: %s by %v, want %s by %v", i, a.Outcome, a.RuleIDs, want.outcome, want.rules)
			}
		}
		s.Clock.Advance(7 * time.Hour)
		if a := s.track(nil).Action; a.Outcome != mfa.OutcomeChallenge {
			t.Errorf("hours later: %s", a.Outcome)
		}
	})
}

func TestADeviceIsNewUntilSomethingWasProvedFromItAndOnceItWasInvalidated(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		isNew := func() any { return s.fact(s.track(from("192.0.2.1", "browser")).Action, "device.isNew") }
		first := s.track(from("192.0.2.1", "browser")).Action
		if s.fact(first, "device.isNew") != true || isNew() != true {
			t.Error("a device from which nothing was proved is not new")
		}
		s.succeed(first)
		known := s.track(from("192.0.2.1", "browser")).Action
		if s.fact(known, "device.isNew") != false || s.fact(known, "device.count") != int64(1) || s.fact(known, "user.hasPreviouslyVerified") != true ||
			s.fact(known, "ip.isUnrecognized") != false {
			t.Errorf("facts %s", known.Facts)
		}
		until := s.Clock.Now().Add(time.Hour)
		if _, err := s.People.Remember(s.Context(), s.Caller, "ann", "browser", until); err != nil {
			t.Fatal(err)
		}
		if a := s.track(from("192.0.2.1", "browser")).Action; s.fact(a, "device.isRemembered") != true {
			t.Errorf("facts %s", a.Facts)
		}
		s.Clock.Advance(2 * time.Hour)
		if a := s.track(from("192.0.2.1", "browser")).Action; s.fact(a, "device.isRemembered") != false {
			t.Errorf("facts %s", a.Facts)
		}
		if _, err := s.People.Invalidate(s.Context(), s.Caller, "ann", "browser"); err != nil {
			t.Fatal(err)
		}
		if isNew() != true {
			t.Error("a device that was invalidated is not new")
		}
		if a := s.track(nil).Action; s.fact(a, "device.isNew") != nil || s.fact(a, "ip.countryCode") != nil {
			t.Errorf("something is known of what nobody told: %s", a.Facts)
		}
	})
}

func TestWhereAUserWasIsComparedWithWhereTheyAre(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		berlin, sydney := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
		s.Places[berlin] = mfa.Place{Country: "DE", City: "Berlin", Latitude: 52.5, Longitude: 13.4, Known: true}
		s.Places[sydney] = mfa.Place{Country: "AU", City: "Sydney", Latitude: -33.9, Longitude: 151.2, Known: true, Anonymous: true}
		a := s.track(from("192.0.2.1", "")).Action
		if s.fact(a, "ip.impossibleTravel") != false || s.fact(a, "travel.speedKmh") != nil || s.fact(a, "ip.countryCode") != "DE" {
			t.Errorf("facts %s", a.Facts)
		}
		s.succeed(a)
		s.Clock.Advance(time.Hour)
		b := s.track(from("198.51.100.1", "")).Action
		for name, want := range map[string]any{
			"ip.impossibleTravel": true, "ip.atypicalTravel": true, "ip.isAnonymous": true, "ip.isUnrecognized": true, "ip.city": "Sydney",
		} {
			if got := s.fact(b, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		s.succeed(b)
		s.Clock.Advance(48 * time.Hour)
		c := s.track(from("192.0.2.1", "")).Action
		if s.fact(c, "ip.impossibleTravel") != false || s.fact(c, "ip.atypicalTravel") != false || s.fact(c, "ip.isUnrecognized") != false {
			t.Errorf("two days later at home: %s", c.Facts)
		}
	})
}

func TestWhatTheRequestTellsDoesNotReplaceWhatIsVerified(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		email, yes := "ann@example.com", true
		if _, err := s.People.Update(s.Context(), s.Caller, "ann", people.Change{Email: &email, EmailVerified: &yes}); err != nil {
			t.Fatal(err)
		}
		got := s.track(func(in *actions.Track) {
			in.Request.Email, in.Request.Phone, in.Request.Username = "eve@example.com", "+447911123456", "ann-1"
		})
		if p := got.Profile; p.Email != email || !p.EmailVerified || p.Phone != "+447911123456" || p.Username != "ann-1" {
			t.Errorf("profile %+v", p)
		}
		stored, err := s.People.Find(s.Context(), s.Caller, "ann")
		if err != nil || stored.Profile.Phone != "+447911123456" {
			t.Errorf("stored %+v, %v", stored.Profile, err)
		}
	})
}

func TestAnActionTakesOverAChallengeThatBeganBeforeAnybodyWasKnown(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		begun := func(state mfa.PromptState, code string) mfa.PromptID {
			p := mfa.Prompt{
				ID: mfa.NewID[mfa.PromptID](), ApplicationID: s.Caller.Application.ID, ActionCode: code, Method: mfa.MethodSMS, State: state,
				CreatedAt: s.Clock.Now(), ExpiresAt: s.Clock.Now().Add(time.Minute),
			}
			s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error { return w.AddPrompt(p) }))
			return p.ID
		}
		proved := begun(mfa.PromptVerified, "pay")
		if a := s.track(attached(proved)).Action; a.State != mfa.ActionChallengeSucceeded || a.Method != mfa.MethodSMS {
			t.Errorf("action %+v", a)
		}
		open := begun(mfa.PromptPending, "pay")
		a := s.track(attached(open)).Action
		s.read(func(r mfa.Records) error {
			p, err := r.Prompt(open)
			if a.State != mfa.ActionChallengeRequired || p.ActionID != a.ID || p.UserID != a.UserID || p.State != mfa.PromptPending {
				t.Errorf("action %s, prompt %+v", a.State, p)
			}
			return err
		})
		for what, id := range map[string]mfa.PromptID{
			"one that counted": proved, "one of another action": open, "one of another code": begun(mfa.PromptVerified, "login"), "none": "no-such",
		} {
			if _, err := s.try(attached(id)); !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestWhatCannotBeTrackedIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		long := strings.Repeat("x", 5000)
		for field, spoil := range map[string]func(*actions.Track){
			"action":          func(in *actions.Track) { in.Code = "not a code" },
			"alias":           func(in *actions.Track) { in.User = "" },
			"idempotency_key": func(in *actions.Track) { in.Key = long },
			"email":           func(in *actions.Track) { in.Request.Email = long },
			"custom":          func(in *actions.Track) { in.Request.Custom = json.RawMessage(`[1]`) },
			"custom_domain":   func(in *actions.Track) { in.Request.CustomDomain = "https://evil.example" },
			"redirect_url":    func(in *actions.Track) { in.Request.RedirectURL = "javascript:alert(1)" },
		} {
			_, err := s.try(spoil)
			refusal, ok := err.(*mfa.Error) //nolint:errorlint // it is returned unwrapped
			if !ok || refusal.Code != mfa.Invalid || refusal.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if got := s.events(mfa.EventUserCreated, mfa.EventActionTracked); len(got) > 0 {
			t.Errorf("it left %+v", got)
		}
		if got := s.track(func(in *actions.Track) { in.Request.UserAgent = long }); len(got.Action.Request.UserAgent) > 1024 {
			t.Error("a long user agent was kept whole")
		}
	})
}
