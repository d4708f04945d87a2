package mfa

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Bounds of how a question is headed and denied; texts count in characters.
const (
	maxTitle   = 200 // a line or two on every screen
	maxReasons = 20  // a list that is read before it is chosen from
	maxPush    = 500 // what push services show of a notification
)

// tidyTerms merges the policies, cuts the texts and refuses what cannot be demanded.
func (s *Service) tidyTerms(in *AskApproval) error {
	in.Title, in.PushTitle, in.PushBody = cut(Showable(in.Title), maxTitle), cut(in.PushTitle, maxPush), cut(in.PushBody, maxPush)
	if len(in.Reasons) > maxReasons {
		return &Error{Code: Invalid, Field: "denial_reasons", Message: "there are more reasons than a person reads"}
	}
	in.Reasons = slices.Clone(in.Reasons)
	for i := range in.Reasons {
		in.Reasons[i].Text = cut(Showable(in.Reasons[i].Text), s.limits.DetailRunes)
	}
	if err := mergePolicy(in); err != nil {
		return err
	}
	return tidyMatching(in)
}

// mergePolicy makes the request's policy what both demand.
func mergePolicy(in *AskApproval) error {
	own := in.Caller.Application.Settings.Policy
	if err := CheckPolicy(in.Policy); err != nil {
		return err
	}
	var merged policy.Policy
	for _, p := range []*policy.Policy{own, in.Policy} {
		if p != nil {
			merged = policy.Merge(merged, *p)
		}
	}
	if in.Policy = nil; !merged.IsZero() {
		in.Policy = &merged
	}
	return nil
}

// putTerms writes what is demanded into the question that will be signed.
func putTerms(q *receipt.Question, t Terms) error {
	q.Title, q.Policy = t.Title, t.Policy
	for _, r := range t.Reasons {
		q.Reasons = append(q.Reasons, receipt.DenialReason(r))
	}
	if t.Recipient == nil {
		return nil
	}
	q.Recipient = &receipt.Recipient{Format: t.Recipient.Format, KeyID: t.Recipient.KeyID}
	return json.Unmarshal(t.Recipient.Key, &q.Recipient.Key)
}

// inTheWay finds the request that keeps an exclusive one from being asked.
func (s *Service) inTheWay(w WriteRecords, in AskApproval, u User) (out Challenge, refusal, err error) {
	pending, err := w.PendingChallenges(u.ID, s.Now(), s.limits.PendingPerUser)
	if err != nil {
		return out, nil, err
	}
	i := slices.IndexFunc(pending, func(c Challenge) bool { return c.Dialect == in.Dialect })
	if i < 0 {
		return out, nil, nil
	}
	return pending[i], refuse(Conflict, ReasonApprovalPending, "another request is waiting for the user's answer"), nil
}

// judgeTerms holds a rightly signed statement, and what came with it, to what the question demands.
func (s *Service) judgeTerms(in Answered) (Outcome, error) {
	if in.Said.Decision == receipt.Approved && in.Challenge.Policy != nil {
		if err := s.judgePolicy(*in.Challenge.Policy, in.Said.Evidence, in.Passkey); err != nil {
			return Outcome{}, errPolicyUnmet(err)
		}
	}
	out := Outcome{Failure: in.Said.Failure}
	if in.Challenge.Recipient == nil {
		if len(in.Packages) > 0 {
			return out, errPackages(errors.New("nobody is to get any"))
		}
		return out, nil
	}
	sum, err := receipt.HashPackages(in.Packages)
	if err == nil && sum != in.Said.Packages {
		err = errors.New("they are others than the statement says")
	}
	if err != nil {
		return out, errPackages(err)
	}
	out.Packages = in.Packages
	return out, nil
}

func (s *Service) judgePolicy(p policy.Policy, e *policy.Evidence, key *policy.Passkey) error {
	switch {
	case e == nil:
		return errors.New("there is no evidence")
	case key != nil:
		return p.AcceptsPasskey(*e, *key, s.Now())
	}
	return p.Accepts(*e, s.Now())
}

func errPolicyUnmet(cause error) error {
	return &Error{
		Code: Invalid, Reason: ReasonPolicyUnmet, Cause: cause,
		Message: "the approval does not satisfy the request's policy; send a failure instead",
	}
}

func errPackages(cause error) error {
	return &Error{Code: Invalid, Reason: ReasonPackagesInvalid, Cause: cause, Message: "the packages are not those that the statement names"}
}

// CancelApproval withdraws a request of the caller's application. One that is unknown to it is NotFound, one that
// ran out Expired, one that was withdrawn before a Conflict with [ReasonCancelled], one that was answered a
// Conflict with [ReasonNotPending].
func (s *Service) CancelApproval(ctx context.Context, c *Caller, id ChallengeID) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(w WriteRecords) error {
		found, err := w.Challenge(id)
		if err == nil && found.ApplicationID != c.Application.ID {
			err = Missing("challenge")
		}
		if err != nil {
			return err
		}
		won, err := s.cancel(w, c, &found)
		if err == nil && !won {
			err = s.whyOver(w, id)
		}
		return err
	})
}

// cancel withdraws a challenge if it is still pending.
func (s *Service) cancel(w WriteRecords, c *Caller, asked *Challenge) (bool, error) {
	won, err := w.CancelChallenge(asked.ID, s.Now())
	if err != nil || !won {
		return false, err
	}
	w.Announce(TopicChallenge(asked.ID), TopicUserChallenges(asked.UserID))
	return true, s.Append(w, c, Event{Type: EventChallengeCancelled, UserID: asked.UserID, ChallengeID: asked.ID})
}

// whyOver says in what state a challenge that could not be withdrawn is.
func (s *Service) whyOver(r Records, id ChallengeID) error {
	found, err := r.Challenge(id)
	if err != nil {
		return err
	}
	switch s.seenState(&found) {
	case ChallengeExpired:
		return refuse(Expired, "", "the request has expired")
	case ChallengeCancelled:
		return refuse(Conflict, ReasonCancelled, "the request was withdrawn before")
	}
	return errNotPending
}
