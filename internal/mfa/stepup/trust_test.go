package stepup_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// trusted is a person whose browser is remembered.
func (s *scene) trusted() (stepup.Pass, stepup.Remembered) {
	s.Helper()
	p, _ := s.seeded("ann")
	out, err := s.stepup.Remember(s.Context(), p)
	s.must(err)
	return p, out
}

// device is what is known of a pass's browser.
func (s *scene) device(p stepup.Pass) mfa.KnownDevice {
	s.Helper()
	var out mfa.KnownDevice
	s.must(s.Store.Read(s.Context(), func(r mfa.Records) (err error) {
		out, err = r.KnownDevice(s.caller.Application.ID, p.UserID, p.DeviceID)
		return err
	}))
	return out
}

func TestADeviceIsRememberedByConsentAndShowsItselfByATokenThatRotates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p, got := s.trusted()
		if want := s.Clock.Now().AddDate(0, 0, 30); !got.Until.Equal(want) || !s.device(p).Remembered(s.Clock.Now()) {
			s.Errorf("remembered until %v, want %v", got.Until, want)
		}
		for range 3 {
			next, err := s.stepup.Recognise(s.Context(), s.caller, got.Token, here)
			s.must(err)
			if next.User.ID != p.UserID || next.Device.DeviceID != p.DeviceID || next.Token.Equal(got.Token) {
				s.Errorf("recognised %+v", next.Device)
			}
			got = next
		}
		if events := s.events(p, mfa.EventDeviceRemembered, mfa.EventDeviceStolen); len(events) != 1 {
			s.Errorf("the log says %v", events)
		}
	})
}

func TestATokenUsedTwiceEndsTheTrust(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p, first := s.trusted()
		second, err := s.stepup.Recognise(s.Context(), s.caller, first.Token, here)
		s.must(err)
		_, err = s.stepup.Recognise(s.Context(), s.caller, first.Token, "198.51.100.66")
		s.want("the copy", err, mfa.Unauthenticated, "")
		_, err = s.stepup.Recognise(s.Context(), s.caller, second.Token, here)
		s.want("the owner, who has to prove something again", err, mfa.Unauthenticated, "")
		if d := s.device(p); d.Remembered(s.Clock.Now()) || d.Known() || d.Trust.Series != "" {
			s.Errorf("the device is %+v", d)
		}
		if events := s.events(p, mfa.EventDeviceStolen); len(events) != 1 {
			s.Errorf("the log says %d times that it was stolen", len(events))
		}
	})
}

func TestOfManyWhoShowATokenOneIsBelieved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p, first := s.trusted()
		var won atomic.Int64
		for _, err := range mfatest.Crowd(crowd, func() error {
			_, err := s.stepup.Recognise(s.Context(), s.caller, first.Token, here)
			if err == nil {
				won.Add(1)
			}
			return err
		}) {
			s.want("a copy", err, mfa.Unauthenticated, "")
		}
		if won.Load() != 1 || s.device(p).Remembered(s.Clock.Now()) {
			s.Errorf("%d were believed; the device is remembered: %v", won.Load(), s.device(p).Remembered(s.Clock.Now()))
		}
	})
}

func TestTokensThatWereNotIssuedEndNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p, got := s.trusted()
	text := string(got.Token.Reveal())
	parts := strings.Split(text, ".")
	for what, forged := range map[string]string{
		"nothing": "", "no token": "x", "too long": strings.Repeat("x", 5000), "another generation": parts[0] + ".2." + parts[2],
		"an older generation": parts[0] + ".0." + parts[2], "another series": "AAAA." + parts[1] + "." + parts[2], "no code": parts[0] + "." + parts[1] + ".",
	} {
		_, err := s.stepup.Recognise(s.Context(), s.caller, mfa.SecretText(forged), here)
		s.want(what, err, mfa.Unauthenticated, "")
	}
	_, err := s.stepup.Recognise(s.Context(), s.neighbour(), got.Token, here)
	s.want("at another application", err, mfa.Unauthenticated, "")
	if events := s.events(p, mfa.EventDeviceStolen); len(events) != 0 {
		s.Error("a guess ends the trust")
	}
	_, err = s.stepup.Recognise(s.Context(), s.caller, got.Token, here)
	s.must(err)
}

func TestTrustEnds(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, got := s.trusted()
	s.Clock.Advance(31 * 24 * time.Hour)
	_, err := s.stepup.Recognise(s.Context(), s.caller, got.Token, here)
	s.want("after a month", err, mfa.Unauthenticated, "")
}

func TestOnlyAProvedActionMakesADeviceRemembered(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, _ = s.seeded("ann")
	p := s.track("ann", "withdraw")
	_, err := s.stepup.Remember(s.Context(), p)
	s.want("before the proof", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	p.DeviceID = ""
	_, err = s.stepup.Remember(s.Context(), p)
	s.want("without a device", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	s.set(func(a *mfa.ApplicationSettings) { a.StepUp.RememberDays = 0 })
	p, _ = s.seeded("bob")
	_, err = s.stepup.Remember(s.Context(), p)
	s.want("where it is not offered", err, mfa.Forbidden, mfa.ReasonFeatureOff)
}
