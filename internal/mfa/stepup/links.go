package stepup

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// LinkPath is the page of the server to which links in mails lead. LinkParam is its query parameter.
const (
	LinkPath  = "/challenge/link"
	LinkParam = "link"
)

// LinkPage is what the page behind a link shows.
type LinkPage struct {
	Caller *mfa.Caller
	Action mfa.Action // zero where it is of none
	Prompt mfa.Prompt
	// Open says that the link counts once the page's button is pressed. One that is not was used, taken back or is late.
	Open bool
	// Mode is the application's choice where to go on: NEW_TAB or ORIGINAL_TAB.
	Mode string
}

// OpenLink finds what a link is for. It changes nothing, so programs that look links up ahead of people do no harm. A
// link that never was is NotFound.
func (s *Service) OpenLink(ctx context.Context, link mfa.Secret) (LinkPage, error) {
	var out LinkPage
	if link.Empty() || len(link.Reveal()) > maxLink {
		return out, errNoPrompt
	}
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out = LinkPage{}
		if out.Prompt, err = r.PromptBySecret(mfa.MethodMagicLink, link); err != nil {
			return err
		}
		if out.Prompt.ActionID != "" {
			out.Action, err = r.Action(out.Prompt.ActionID)
		}
		return err
	})
	if mfa.IsCode(err, mfa.NotFound) {
		return LinkPage{}, errNoPrompt
	}
	if err == nil {
		out.Caller, err = s.domain.CallerFor(ctx, out.Prompt.ApplicationID)
	}
	if err != nil {
		return LinkPage{}, err
	}
	out.Open = out.Prompt.State == mfa.PromptPending && s.domain.Now().Before(out.Prompt.ExpiresAt)
	out.Mode = out.Caller.Application.StepUpSettings().Method(mfa.MethodMagicLink).LinkMode
	return out, nil
}

// maxLink bounds what is looked up, in bytes; our links have 43.
const maxLink = 100

// ConfirmLink burns a link: the page behind it was told to, by a POST. Whoever waits sees it by [Service.PollLink].
func (s *Service) ConfirmLink(ctx context.Context, link mfa.Secret, source, userAgent string) (Result, error) {
	page, err := s.OpenLink(ctx, link)
	if err != nil {
		return Result{}, err
	}
	k := keptOf(page.Prompt)
	p := Pass{
		Caller: page.Caller, UserID: page.Prompt.UserID, ActionID: page.Prompt.ActionID, Scopes: k.Scopes, Source: source,
		UserAgent: userAgent, DeviceID: page.Prompt.DeviceID, Locale: page.Prompt.Locale,
	}
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		open, err := a.w.Prompt(page.Prompt.ID)
		if err != nil {
			return Result{}, err
		}
		if open.State != mfa.PromptPending || !a.now.Before(open.ExpiresAt) {
			return Result{Failure: FailureInvalid, Method: open.Method}, nil
		}
		out, err := a.answered(open)
		if err != nil || !out.Verified {
			return out, err
		}
		return out, a.keepResult(open, out)
	})
}

// keepResult writes down, for whoever waits for a prompt's answer elsewhere, what it earned.
func (a *attempt) keepResult(open mfa.Prompt, got Result) error {
	k := keptOf(open)
	k.Full, k.Enrolled = got.Pass.may(ScopeRemove) && !a.may(ScopeRemove), got.Enrolled
	data, err := json.Marshal(k)
	if err != nil {
		return internal("a challenge could not be written", err)
	}
	open.Data = data
	if got.Entry != nil {
		open.AuthenticatorID = got.Entry.ID
	}
	return a.w.UpdatePrompt(open)
}

// PollLink says whether the link that was sent for the action was followed. It is one read and counts nothing, because
// clients ask each second.
func (s *Service) PollLink(ctx context.Context, p Pass) (Result, error) {
	var out Result
	err := s.store.Read(ctx, func(r mfa.Records) error {
		all, err := promptsOf(r, p, s.domain)
		if err != nil {
			return err
		}
		for _, open := range all {
			if open.Method == mfa.MethodMagicLink {
				out, err = s.polled(r, p, open)
				return err
			}
		}
		out = Result{Failure: FailureInvalid, Method: mfa.MethodMagicLink, Pass: p}
		return nil
	})
	return out, err
}

// polled is the result of a prompt that was answered elsewhere, for the pass that waited for it. It earns nothing a token's
// life after the prompt's: each result may become a token, and who asks again and again would have one without end.
func (s *Service) polled(r mfa.Records, p Pass, open mfa.Prompt) (Result, error) {
	out := Result{Method: open.Method, Pass: p, Claimed: open.State == mfa.PromptClaimed}
	switch open.State {
	case mfa.PromptRejected:
		out.Claimed, out.Consumed = true, true
	case mfa.PromptConsumed:
		out.Claimed, out.Verified, out.Consumed = true, true, true
	case mfa.PromptPending, mfa.PromptClaimed, mfa.PromptVerified:
		if !s.domain.Now().Before(open.ExpiresAt) {
			out.Failure = FailureInvalid
		}
		return out, nil
	}
	if !out.Verified {
		return out, nil
	}
	if !s.lately(p.Caller, open.ExpiresAt) {
		return Result{Method: open.Method, Failure: FailureInvalid, Pass: p}, nil
	}
	out.Pass.UserID, out.Pass.ActionID = open.UserID, open.ActionID
	k := keptOf(open)
	if out.Enrolled = k.Enrolled; k.Full && s.lately(p.Caller, open.AnsweredAt) {
		out.Pass.Scopes = AllScopes()
	}
	return out, s.fill(r, &out, open.AuthenticatorID)
}

// fill reads what a result is about. What was removed since is left out.
func (s *Service) fill(r mfa.Records, out *Result, by mfa.AuthenticatorID) error {
	var err error
	if out.User, err = r.User(out.Pass.Caller.Directory.ID, mfa.UserRef{ID: out.Pass.UserID}); err != nil {
		return err
	}
	if out.Pass.ActionID != "" {
		if out.Action, err = ownAction(r, out.Pass); err != nil {
			return err
		}
	}
	held, err := r.AuthenticatorsOf(out.User.ID)
	if err != nil {
		return err
	}
	if e, ok := people.EntryOf(people.Entries(out.Pass.Caller, held), by); ok {
		out.Entry = &e
	}
	return nil
}
