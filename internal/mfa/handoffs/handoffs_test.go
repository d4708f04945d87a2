package handoffs_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
)

var forms = map[mfa.HandoffForm]struct {
	looks *regexp.Regexp
	life  time.Duration
}{
	mfa.HandoffShort:  {regexp.MustCompile(`^\d{6}$`), 3 * time.Minute},
	mfa.HandoffLong:   {regexp.MustCompile(`^[A-Za-z0-9_-]{32}$`), 24 * time.Hour},
	mfa.HandoffPhrase: {regexp.MustCompile(`^([a-z]{3,9} ){5}[a-z]{3,9}$`), 24 * time.Hour},
}

func TestACodeSignsInOnceAfterItWasAuthorized(t *testing.T) {
	t.Parallel()
	for form, has := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			issued, p := s.issue(form, mfa.HandoffSignIn, false)
			if !has.looks.MatchString(issued.Code) || !issued.ExpiresAt.Equal(s.Clock.Now().Add(has.life)) || issued.Authorized {
				t.Errorf("issued %q until %v", issued.Code, issued.ExpiresAt)
			}
			_, err := s.handoffs.Consume(t.Context(), p)
			s.want("before it was authorized", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
			for range 2 { // the second changes nothing
				h, err := s.handoffs.Authorize(t.Context(), p)
				s.must(err)
				if !h.Authorized() || !h.ExpiresAt.Equal(issued.ExpiresAt) {
					t.Errorf("authorized %+v", h)
				}
			}
			in, err := s.handoffs.Consume(t.Context(), p)
			s.must(err)
			if in.User.ID != s.ann.User.ID || in.Handoff.ID != issued.ID || in.SessionID == "" {
				t.Errorf("signed in %+v", in)
			}
			for what, again := range map[string]func() error{
				"consume":   func() error { _, err := s.handoffs.Consume(t.Context(), p); return err },
				"authorize": func() error { _, err := s.handoffs.Authorize(t.Context(), p); return err },
				"look":      func() error { _, err := s.handoffs.Look(t.Context(), p); return err },
				"see again": func() error { _, err := s.handoffs.Again(t.Context(), issued.ID); return err },
			} {
				s.want(what, again(), mfa.Replayed, "")
			}
			s.happened(mfa.EventHandoffIssued, mfa.EventHandoffAuthorized, mfa.EventHandoffUsed)
		})
	}
}

func TestACodeDies(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	issued, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	s.Clock.Advance(3 * time.Minute)
	for what, try := range map[string]func() error{
		"consume":   func() error { _, err := s.handoffs.Consume(t.Context(), p); return err },
		"authorize": func() error { _, err := s.handoffs.Authorize(t.Context(), p); return err },
		"look":      func() error { _, err := s.handoffs.Look(t.Context(), p); return err },
		"see again": func() error { _, err := s.handoffs.Again(t.Context(), issued.ID); return err },
	} {
		s.want(what, try(), mfa.Expired, "")
	}
}

func TestACodeCountsForItsUserFormAndPurposeAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bob := s.Register("4055550102")
	_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	for what, edit := range map[string]func(*handoffs.Presented){
		"somebody else":   func(p *handoffs.Presented) { p.User = bob.Ref() },
		"another form":    func(p *handoffs.Presented) { p.Form = mfa.HandoffLong },
		"another purpose": func(p *handoffs.Presented) { p.Purpose = mfa.HandoffAdd },
		"another code":    func(p *handoffs.Presented) { p.Code = wrongOf(p.Code) },
		"none":            func(p *handoffs.Presented) { p.Code = "" },
		"too much":        func(p *handoffs.Presented) { p.Code = strings.Repeat("1", 100_000) },
	} {
		other := p
		edit(&other)
		_, err := s.handoffs.Consume(t.Context(), other)
		s.want(what, err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	other := p
	other.User = mfa.UserRef{Alias: "nobody"}
	_, err := s.handoffs.Consume(t.Context(), other)
	s.want("nobody", err, mfa.NotFound, "")
	s.want("for adding", s.redeem(p), mfa.NotFound, mfa.ReasonCodeWrong)
	p.Source = "192.0.2.2" // the other one has guessed enough
	if _, err := s.handoffs.Consume(t.Context(), p); err != nil {
		t.Errorf("the right one after all that: %v", err)
	}
}

func TestACodeForAddingIsRedeemedOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, p := s.issue(mfa.HandoffLong, mfa.HandoffAdd, false)
	s.want("before it was authorized", s.redeem(p), mfa.Forbidden, mfa.ReasonNotAuthorized)
	_, err := s.handoffs.Authorize(t.Context(), p)
	s.must(err)
	_, err = s.handoffs.Consume(t.Context(), handoffs.Presented{Caller: s.Caller, User: p.User, Form: p.Form, Purpose: mfa.HandoffSignIn, Code: p.Code})
	s.want("for signing in", err, mfa.NotFound, mfa.ReasonCodeWrong)
	s.must(s.redeem(p))
	s.want("again", s.redeem(p), mfa.Replayed, "")
}

func TestARecoveryPhraseAddsOnceAndTakesThePlaceOfAnother(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	old, err := s.handoffs.Recovery(t.Context(), s.Caller, s.ann.Ref(), "")
	s.must(err)
	fresh, err := s.handoffs.Recovery(t.Context(), s.Caller, s.ann.Ref(), "")
	s.must(err)
	if !fresh.ExpiresAt.IsZero() || !forms[mfa.HandoffPhrase].looks.MatchString(fresh.Code) {
		t.Errorf("issued %q until %v", fresh.Code, fresh.ExpiresAt)
	}
	s.Clock.Advance(10 * 365 * 24 * time.Hour)
	p := handoffs.Presented{Caller: s.Caller, User: s.ann.Ref(), Form: mfa.HandoffPhrase, Code: old.Code}
	s.want("the old one", s.redeem(p), mfa.NotFound, mfa.ReasonCodeWrong)
	_, err = s.handoffs.InvalidateAll(t.Context(), s.Caller, s.ann.Ref(), mfa.HandoffPhrase, mfa.HandoffAdd, "")
	s.must(err)
	p.Code = fresh.Code
	p.Purpose = mfa.HandoffSignIn
	_, err = s.handoffs.Consume(t.Context(), p)
	s.want("for signing in", err, mfa.NotFound, mfa.ReasonCodeWrong)
	p.Code = "  " + strings.ToUpper(strings.ReplaceAll(fresh.Code, " ", "-")) + "\n"
	s.must(s.redeem(p))
	s.want("again", s.redeem(p), mfa.Replayed, "")
}

func TestShortCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	guess := p
	guess.Code, guess.Source = wrongOf(p.Code), "2001:db8::1"
	burst := s.Service.Limits().WrongHandoffs.Burst
	for range burst {
		_, err := s.handoffs.Look(t.Context(), guess)
		s.want("a guess", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	guess.Code, guess.Source = p.Code, "2001:db8::2"
	_, err := s.handoffs.Consume(t.Context(), guess)
	s.want("the right one from the same network", err, mfa.Limited, "")
	guess.Purpose = mfa.HandoffAdd
	s.want("for adding", s.redeem(guess), mfa.Limited, "")
	if _, err := s.handoffs.Consume(t.Context(), p); err != nil {
		t.Errorf("the owner from elsewhere: %v", err)
	}
	want := []mfa.EventType{mfa.EventHandoffIssued}
	for range burst {
		want = append(want, mfa.EventHandoffRefused)
	}
	s.happened(append(want, mfa.EventHandoffLimited, mfa.EventHandoffUsed)...)
}

func TestShortCodesCannotBeGuessedFromManySources(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	limit := s.Service.Limits().WrongHandoffsUser
	s.must(s.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
		for range limit.Burst {
			if _, _, err := w.TakeLimit(limit, "wrong_handoffs_user:"+string(s.ann.User.ID), s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := s.handoffs.Consume(t.Context(), p)
	s.want("from anywhere", err, mfa.Limited, "")
	_, long := s.issue(mfa.HandoffLong, mfa.HandoffSignIn, true)
	if _, err := s.handoffs.Consume(t.Context(), long); err != nil {
		t.Errorf("guessing keeps the owner of a long code out: %v", err)
	}
}

func TestWrongCodesThatCannotBeGuessedDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, p := s.issue(mfa.HandoffPhrase, mfa.HandoffSignIn, true)
	guess := p
	guess.Code, guess.Source = "no such phrase", "192.0.2.66"
	burst := s.Service.Limits().NotedGuesses.Burst
	for range burst + 10 {
		_, err := s.handoffs.Look(t.Context(), guess)
		s.want("a guess", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	if n := len(s.ann.Events(mfa.EventHandoffRefused)); n != burst {
		t.Errorf("%d rows of the log, want %d", n, burst)
	}
	guess.Code = p.Code
	if _, err := s.handoffs.Consume(t.Context(), guess); err != nil {
		t.Errorf("the right one after them: %v", err)
	}
}

func TestASuspendedUserGetsAndUsesNoCodes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	s.ann.Suspend()
	_, err := s.handoffs.Consume(t.Context(), p)
	s.want("consume", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = s.handoffs.Generate(t.Context(), handoffs.Generate{Caller: s.Caller, User: p.User, Form: p.Form, Purpose: p.Purpose})
	s.want("generate", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	if _, err := s.handoffs.InvalidateAll(t.Context(), s.Caller, p.User, p.Form, p.Purpose, ""); err != nil {
		t.Errorf("what is out can still be taken back: %v", err)
	}
}

func TestCodesAreTakenBackTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	first, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
	s.issue(mfa.HandoffShort, mfa.HandoffSignIn, false)
	_, other := s.issue(mfa.HandoffShort, mfa.HandoffAdd, true)
	woken, stop := s.Service.Subscribe(mfa.TopicHandoff(first.ID))
	defer stop()
	for range 2 { // also when none are left
		at, err := s.handoffs.InvalidateAll(t.Context(), s.Caller, s.ann.Ref(), p.Form, p.Purpose, "")
		s.must(err)
		if !at.Equal(s.Clock.Now()) {
			t.Errorf("at %v", at)
		}
	}
	<-woken
	_, err := s.handoffs.Again(t.Context(), first.ID)
	s.want("who waits for it", err, mfa.NotFound, mfa.ReasonCodeWrong)
	_, err = s.handoffs.Consume(t.Context(), p)
	s.want("who has it", err, mfa.NotFound, mfa.ReasonCodeWrong)
	s.must(s.redeem(other))
}

func TestWhoWaitsIsWokenWhenACodeIsAuthorized(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	issued, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, false)
	found, err := s.handoffs.Look(t.Context(), p)
	s.must(err)
	if found.ID != issued.ID || found.Authorized() {
		t.Errorf("found %+v", found)
	}
	woken, stop := s.Service.Subscribe(mfa.TopicHandoff(found.ID))
	defer stop()
	_, err = s.handoffs.Authorize(t.Context(), p)
	s.must(err)
	<-woken
	found, err = s.handoffs.Again(t.Context(), found.ID)
	s.must(err)
	if !found.Authorized() {
		t.Error("it is not authorized")
	}
}

func TestCodesOfAPersonAreBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	generate := handoffs.Generate{Caller: s.Caller, User: s.ann.Ref(), Form: mfa.HandoffShort, Purpose: mfa.HandoffSignIn}
	for range s.Service.Limits().HandoffsPerUser {
		_, err := s.handoffs.Generate(t.Context(), generate)
		s.must(err)
	}
	_, err := s.handoffs.Generate(t.Context(), generate)
	s.want("one too many", err, mfa.Conflict, mfa.ReasonFull)
	s.issue(mfa.HandoffShort, mfa.HandoffAdd, false)
	s.Clock.Advance(3 * time.Minute)
	if _, err := s.handoffs.Generate(t.Context(), generate); err != nil {
		t.Errorf("when the others have died: %v", err)
	}
	for what, edit := range map[string]func(*handoffs.Generate){
		"an unknown form":    func(g *handoffs.Generate) { g.Form = "medium" },
		"an unknown purpose": func(g *handoffs.Generate) { g.Purpose = "login" },
		"recovery":           func(g *handoffs.Generate) { g.Purpose = mfa.HandoffRecovery },
	} {
		g := generate
		edit(&g)
		_, err := s.handoffs.Generate(t.Context(), g)
		s.want(what, err, mfa.Invalid, "")
	}
}

func TestOfACrowdWithOneCodeOneIsSignedIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
		won := s.winners(func() error {
			_, err := s.handoffs.Consume(s.T.Context(), p)
			return err
		}, func(err error) { s.want("a loser", err, mfa.Replayed, "") })
		if won != 1 {
			s.Errorf("%d were signed in", won)
		}
		_, add := s.issue(mfa.HandoffPhrase, mfa.HandoffAdd, true)
		if won := s.winners(func() error { return s.redeem(add) }, func(err error) { s.want("a loser", err, mfa.Replayed, "") }); won != 1 {
			s.Errorf("%d may add", won)
		}
	})
}

func TestOfACrowdThatGuessesNoMoreAreLookedAtThanMayBe(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, p := s.issue(mfa.HandoffShort, mfa.HandoffSignIn, true)
		p.Code = wrongOf(p.Code)
		wrong := 0
		s.winners(func() error {
			_, err := s.handoffs.Consume(s.T.Context(), p)
			return err
		}, func(err error) {
			if mfa.IsCode(err, mfa.NotFound) {
				wrong++
			}
		})
		if burst := s.Service.Limits().WrongHandoffs.Burst; wrong != burst {
			s.Errorf("%d were answered, want %d", wrong, burst)
		}
	})
}

// wrongOf is a code of the same length that is not the one given.
func wrongOf(code string) string {
	if strings.HasPrefix(code, "1") {
		return "2" + code[1:]
	}
	return "1" + code[1:]
}
