package launchkey

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// TestTimePasses moves the clock and changes the server itself, which stories that share a server must not. Its parts
// run one after the other.
func TestTimePasses(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		for name, c := range w.sdks() {
			t.Run(name+": nobody answers", func(t *testing.T) { w.newScene(t, c).nobodyAnswers(t) })
			t.Run(name+": a webhook is refused", func(t *testing.T) { w.newScene(t, c).refusedWebhook(t) })
		}
		t.Run("a time fence closes", func(t *testing.T) { w.newScene(t, goSDK{w.URL}).closingTime(t) })
		t.Run("too many requests", func(t *testing.T) { w.newScene(t, goSDK{w.URL}).tooMany(t) })
		t.Run("an operator begins", w.begun)
		t.Run("the server's key is replaced", w.rotated)
		t.Run("the server is killed", w.killed)
	})
}

// aLittle is as far as the server's clock may go before the Python package, which looks at its own, believes nothing
// any more.
const aLittle = 29 * time.Second

// advance moves the clock. Clients of the port are made anew, since they have asked for the server's time.
func (s *scene) advance(t *testing.T, by time.Duration) {
	t.Helper()
	s.Advance(t, by)
	s.owner = s.world.owner(t, s.sdk)
	s.org, s.dir, s.svc = s.owner.organization(t), s.owner.directory(t, s.dirID), s.owner.service(t, s.svcID)
}

// nobodyAnswers a request until its time is over.
func (s *scene) nobodyAnswers(t *testing.T) {
	defer s.ResetClock(t)
	device, _ := s.linked(t)
	s.hook(t, string(s.dirID), 1) // so that it is not the one which a later part refuses
	id := s.ask(t, launchkey.NewAuthorization{TTL: 30 * time.Second})
	s.advance(t, aLittle)
	err := harness.Until(t, "the end of the request", func() (error, bool) {
		_, err := s.svc.AuthorizationResponse(t.Context(), id)
		return err, !errors.Is(err, launchkey.ErrPending)
	})
	refused(t, "the answer of nobody", err, launchkey.ErrRequestTimedOut)
	refused(t, "cancel what is over", s.svc.CancelAuthorizationRequest(t.Context(), id), launchkey.ErrNotFound)
	if _, err := device.Try("approve", string(id)); err == nil {
		t.Error("what is over can be approved")
	}
	s.ask(t, launchkey.NewAuthorization{}) // nothing is in the way any more
}

// refusedWebhook is sent again later, signed anew: each client refuses a signature that is as old as this one's first.
func (s *scene) refusedWebhook(t *testing.T) {
	defer s.ResetClock(t)
	device, _ := s.linked(t)
	s.hook(t, string(s.dirID), 1)
	id := s.ask(t, launchkey.NewAuthorization{})
	refusedBefore := s.callbacks.Refused()
	s.callbacks.Refuse(1)
	device.Approve(string(id))
	harness.Until(t, "a refused webhook", func() (int, bool) { return 0, s.callbacks.Refused() > refusedBefore })
	s.advance(t, aLittle)
	told, ok := must(s.svc.HandleWebhook(t.Context(), s.hook(t, string(s.svcID), 1)))(t).(*launchkey.ResponseWebhook)
	if !ok || !told.Authorized || told.RequestID != id {
		t.Errorf("the webhook says %+v", told)
	}
}

// closingTime: what was asked in time may not be approved too late, and nobody is asked any more.
func (s *scene) closingTime(t *testing.T) {
	defer s.ResetClock(t)
	device, _ := s.linked(t)
	now := s.Now(t).UTC()
	minute := func(at time.Time) launchkey.TimeOfDay {
		return launchkey.TimeOfDay{Hour: at.Hour(), Minute: at.Minute()}
	}
	s.demand(t, launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{{
		Name: "Now", Days: slices.Concat(weekdays, weekend), Start: minute(now.Add(-time.Hour)), End: minute(now.Add(2 * time.Minute)), Zone: "UTC",
	}}})
	id := s.ask(t, launchkey.NewAuthorization{TTL: 10 * time.Minute})
	s.advance(t, 4*time.Minute)
	if _, err := device.Try("approve", string(id)); err == nil {
		t.Error("it can be approved outside of the time fence")
	}
	if got, err := s.svc.AuthorizationResponse(t.Context(), id); err == nil && got.Authorized {
		t.Errorf("the answer is %+v", got)
	}
	_ = s.svc.CancelAuthorizationRequest(t.Context(), id) // unless the device has said why it could not
	_, err := s.svc.CreateAuthorizationRequest(t.Context(), s.user, launchkey.NewAuthorization{})
	refused(t, "ask outside of the time fence", err, launchkey.ErrPolicyFailure)
	s.advance(t, 23*time.Hour)
	id = s.ask(t, launchkey.NewAuthorization{})
	s.good(t, s.svc.CancelAuthorizationRequest(t.Context(), id))
}

// tooMany requests to one person end after a while, and begin again.
func (s *scene) tooMany(t *testing.T) {
	defer s.ResetClock(t)
	s.linked(t)
	ctx := t.Context()
	var err error
	const far = 200 // more than anybody is asked in ten minutes
	for range far {
		var asked *launchkey.AuthorizationRequest
		if asked, err = s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}); err != nil {
			break
		}
		s.good(t, s.svc.CancelAuthorizationRequest(ctx, asked.ID))
	}
	refused(t, "ask without end", err, launchkey.ErrRateLimited)
	_, err = pythonSDK{s.python}.as(t, anOrganization, string(s.orgID), keys.both()).service(t, s.svcID).
		CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "and go on", err, launchkey.ErrRateLimited)
	s.advance(t, 11*time.Minute)
	s.ask(t, launchkey.NewAuthorization{})
}

// killed: what was said before a power cut is still so after it, and clients go on as if nothing had been.
func (w *world) killed(t *testing.T) {
	c := pythonSDK{w.python}
	s := w.newScene(t, c)
	device, _ := s.linked(t)
	id := s.ask(t, launchkey.NewAuthorization{})
	w.Kill()
	w.Start()
	if _, err := s.svc.AuthorizationResponse(t.Context(), id); !errors.Is(err, launchkey.ErrPending) {
		t.Errorf("after the cut the request is %v", err)
	}
	device.Approve(string(id))
	w.Kill()
	w.Start()
	if got := s.answer(t, id); !got.Authorized {
		t.Errorf("after the second cut the answer is %+v", got)
	}
}
