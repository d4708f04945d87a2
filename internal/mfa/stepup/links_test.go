package stepup_test

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

var linkForm = regexp.MustCompile(`https://mfa\.example\.test(/challenge/link)\?link=([A-Za-z0-9_-]{43})`)

// link reads the address out of the last mail.
func (s *scene) link() mfa.Secret {
	s.Helper()
	found := linkForm.FindStringSubmatch(s.sent().Text)
	if found == nil || found[1] != stepup.LinkPath {
		s.Fatalf("no link in %q", s.sent().Text)
	}
	text, err := url.QueryUnescape(found[2])
	s.must(err)
	return mfa.SecretText(text)
}

func TestAMagicLinkProvesTheActionOfWhoeverWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.track("ann", "join")
		_, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodMagicLink, "ann@example.com")
		s.must(err)
		link := s.link()
		for range 3 { // programs that look links up ahead do no harm
			page, err := s.stepup.OpenLink(s.Context(), link)
			s.must(err)
			if !page.Open || page.Action.ID != p.ActionID {
				s.Errorf("the page is %+v", page)
			}
		}
		waiting, err := s.stepup.PollLink(s.Context(), p)
		s.failed("before the click", waiting, err, "")
		if n := s.winners(func() (stepup.Result, error) { return s.stepup.ConfirmLink(s.Context(), link, "198.51.100.1", "phone") }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		s.wantState("after the click", p, mfa.ActionChallengeSucceeded)
		for range 2 {
			got, err := s.stepup.PollLink(s.Context(), p)
			out := s.verified("whoever waits", got, err)
			if !out.Enrolled || out.Entry == nil || out.Entry.Method != mfa.MethodMagicLink || !has(out.Pass.Scopes, stepup.ScopeAdd) || out.User.ID != p.UserID {
				s.Errorf("hears %+v", out)
			}
		}
		page, err := s.stepup.OpenLink(s.Context(), link)
		s.must(err)
		if page.Open {
			s.Error("a used link is open")
		}
	})
}

func TestALinkIsForItsActionAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodMagicLink, "ann@example.com")
	p, other := s.track("ann", "withdraw"), s.track("ann", "transfer")
	_, err := s.stepup.SendCode(s.Context(), p, mfa.MethodMagicLink)
	s.must(err)
	got, err := s.stepup.ConfirmLink(s.Context(), s.link(), here, "")
	s.verified("the link", got, err)
	r, err := s.stepup.PollLink(s.Context(), other)
	s.failed("another action", r, err, stepup.FailureInvalid)
	s.wantState("another action", other, mfa.ActionChallengeRequired)
	_, err = s.stepup.CheckCode(s.Context(), other, mfa.MethodMagicLink, string(s.link().Reveal()))
	s.want("as a code", err, mfa.Forbidden, mfa.ReasonFeatureOff)
}

func TestALinkDiesAndIsNotGuessed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodMagicLink, "ann@example.com")
	p := s.track("ann", "withdraw")
	_, err := s.stepup.SendCode(s.Context(), p, mfa.MethodMagicLink)
	s.must(err)
	for _, guess := range []string{"", "x", string(make([]byte, 5000))} {
		_, err := s.stepup.ConfirmLink(s.Context(), mfa.SecretText(guess), here, "")
		s.want("a guess", err, mfa.NotFound, "")
	}
	s.Clock.Advance(mfa.DefaultPromptLife)
	r, err := s.stepup.ConfirmLink(s.Context(), s.link(), here, "")
	s.failed("too late", r, err, stepup.FailureInvalid)
	r, err = s.stepup.PollLink(s.Context(), p)
	s.failed("whoever waits", r, err, stepup.FailureInvalid)
}

func TestALinkOfABlockedActionMovesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodMagicLink, "ann@example.com")
	p := s.track("ann", "withdraw")
	_, err := s.stepup.SendCode(s.Context(), p, mfa.MethodMagicLink)
	s.must(err)
	a, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
	s.must(err)
	_, err = s.Actions.Update(s.Context(), s.caller, "ann", a.Code, a.Key, mfa.ActionBlock)
	s.must(err)
	_, err = s.stepup.ConfirmLink(s.Context(), s.link(), here, "")
	s.want("the link", err, mfa.Conflict, mfa.ReasonNotPending)
	s.wantState("then", p, mfa.ActionBlock)
}

func TestAnOldClickGivesNoNewRights(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodMagicLink, "ann@example.com")
	p := s.track("ann", "withdraw")
	_, err := s.stepup.SendCode(s.Context(), p, mfa.MethodMagicLink)
	s.must(err)
	got, err := s.stepup.ConfirmLink(s.Context(), s.link(), here, "")
	s.verified("the link", got, err)
	s.Clock.Advance(time.Hour) // the application tracks the same action again, which makes a new token
	got, err = s.stepup.PollLink(s.Context(), p)
	s.failed("whoever asks late", got, err, stepup.FailureInvalid)
	if has(got.Pass.Scopes, stepup.ScopeAdd) {
		s.Errorf("may %v", got.Pass.Scopes)
	}
	_, err = s.stepup.Remember(s.Context(), p)
	s.want("remembering late", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
}
