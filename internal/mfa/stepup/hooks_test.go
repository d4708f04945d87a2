package stepup_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// hooked plays the worker: it hands every callback to the application's hook, which takes it or not.
func (s *scene) hooked(take func(stepup.Handout) bool) {
	s.Helper()
	woken, stop := s.Service.Subscribe(mfa.TopicDeliveries)
	s.Cleanup(stop)
	ended := make(chan struct{})
	s.Cleanup(func() { close(ended) })
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-woken:
			}
			err := s.Store.Write(s.World.Context(), func(w mfa.WriteRecords) error { return handOver(w, s, take) })
			if err != nil {
				s.Error(err)
			}
		}
	}()
}

func handOver(w mfa.WriteRecords, s *scene, take func(stepup.Handout) bool) error {
	now := s.Clock.Now()
	due, err := w.ClaimDeliveries(now, now, 10)
	if err != nil {
		return err
	}
	for _, d := range due {
		if d.Kind != mfa.DeliveryCallback {
			continue // what the server sends itself
		}
		var p mfa.CallbackPayload
		var h stepup.Handout
		if err := json.Unmarshal(d.Payload.Reveal(), &p); err != nil {
			return err
		}
		if err := json.Unmarshal(p.Extra, &h); err != nil {
			return err
		}
		if d.State, d.DoneAt = mfa.DeliverySent, now; !take(h) {
			d.State, d.LastError = mfa.DeliveryFailed, "the hook answered 500"
		}
		if _, err := w.FinishDelivery(d); err != nil {
			return err
		}
	}
	return nil
}

func TestTheApplicationsOwnHookSendsInOurPlace(t *testing.T) {
	t.Parallel()
	for m, address := range map[mfa.Method]string{
		mfa.MethodSMS: number, mfa.MethodWhatsApp: number, mfa.MethodEmailOTP: "ann@example.com", mfa.MethodMagicLink: "ann@example.com",
	} {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			on := true
			s.set(func(a *mfa.ApplicationSettings) {
				a.StepUp.Methods[m] = mfa.MethodSettings{Active: &on, HookURL: "https://shop.example/send"}
			})
			got := make(chan stepup.Handout, 1)
			s.hooked(func(h stepup.Handout) bool { got <- h; return true })
			p := s.track("ann", "withdraw")
			prompt, err := s.stepup.EnrolAddress(s.Context(), p, m, address)
			s.must(err)
			h := <-got
			if h.To != address || h.URL != "https://shop.example/send" || h.UserAlias != "ann" || h.Action != "withdraw" || h.Prompt != prompt.ID || h.Method != m {
				t.Errorf("the hook got %+v", h)
			}
			if m == mfa.MethodMagicLink && (h.Code != "" || h.Link == "") || m != mfa.MethodMagicLink && h.Code != s.code(prompt.ID) {
				t.Errorf("the hook got the code %q, the link %q", h.Code, h.Link)
			}
			if n := len(s.messages()); n != 0 {
				t.Errorf("%d messages went out beside it", n)
			}
		})
	}
}

func TestAHookThatDoesNotTakeAMessageFailsTheChallenge(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodSMS] = mfa.MethodSettings{HookURL: "https://shop.example/send"}
	})
	s.hooked(func(stepup.Handout) bool { return false })
	_, err := s.stepup.EnrolAddress(s.Context(), s.track("ann", "withdraw"), mfa.MethodSMS, number)
	s.want("the person", err, mfa.Unavailable, "")
}

func TestAHookWakesTheAppThatIsAsked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodPush] = mfa.MethodSettings{HookURL: "https://shop.example/wake"}
	})
	got := make(chan stepup.Handout, 1)
	s.hooked(func(h stepup.Handout) bool { got <- h; return true })
	_, _ = s.phoned("ann", mfa.MethodPush)
	pushed, err := s.stepup.StartPush(s.Context(), s.track("ann", "withdraw"), "", "")
	s.must(err)
	if h := <-got; h.Prompt != pushed.Prompt.ID || h.Method != mfa.MethodPush || h.Code != "" || h.Link != "" {
		t.Errorf("the hook got %+v", h)
	}
}

func TestWhoeverWasToldThatAHookFailedAsksAgainAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodSMS] = mfa.MethodSettings{HookURL: "https://shop.example/send"}
	})
	tries := make(chan stepup.Handout, 2)
	s.hooked(func(h stepup.Handout) bool {
		tries <- h
		return len(tries) > 1
	})
	p := s.track("ann", "withdraw")
	_, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodSMS, number)
	s.want("the first try", err, mfa.Unavailable, "")
	_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	if first, second := <-tries, <-tries; first.Code != second.Code {
		t.Error("another code went out")
	}
}

func TestAPushThatWasNotSentAsksNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodPush] = mfa.MethodSettings{HookURL: "https://shop.example/wake"}
	})
	s.hooked(func(stepup.Handout) bool { return false })
	person := s.Register("4055550101")
	phone := person.Link()
	s.named(person.User, "ann")
	p := s.track("ann", "withdraw")
	p.Scopes = stepup.AllScopes()
	s.newApp(mfa.MethodPush).add(p)
	_, err := s.stepup.StartPush(s.Context(), p, "", "")
	s.want("the person", err, mfa.Unavailable, "")
	waiting, err := s.Service.PendingFor(s.Context(), phone.Authenticate("jti-0000000000000-list"))
	s.must(err)
	if len(waiting) != 0 {
		t.Errorf("the phone still shows %+v", waiting)
	}
}
