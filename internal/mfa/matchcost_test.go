package mfa_test

import (
	"context"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

// userCalls counts what a Write does to users.
type userCalls struct {
	mfa.Store

	locks, updates int
}

func (s *userCalls) Write(ctx context.Context, f func(mfa.WriteRecords) error) error {
	return s.Store.Write(ctx, func(w mfa.WriteRecords) error { return f(countedWrite{w, s}) })
}

func (s *userCalls) WriteTogether(ctx context.Context, patience time.Duration, f func(mfa.WriteRecords) error) error {
	return s.Store.WriteTogether(ctx, patience, func(w mfa.WriteRecords) error { return f(countedWrite{w, s}) })
}

type countedWrite struct {
	mfa.WriteRecords

	s *userCalls
}

func (w countedWrite) LockUser(d mfa.DirectoryID, ref mfa.UserRef) (mfa.User, error) {
	w.s.locks++
	return w.WriteRecords.LockUser(d, ref)
}

func (w countedWrite) UpdateUser(u mfa.User) error {
	w.s.updates++
	return w.WriteRecords.UpdateUser(u)
}

func TestAnApprovalWithoutANumberLocksAndWritesNoUser(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550178")
		phone := ann.Link()
		parts := w.Service.Parts()
		seen := &userCalls{Store: parts.Store}
		parts.Store = seen
		service := mfa.New(parts)
		for _, c := range []struct {
			name           string
			matching       mfa.Matching
			decision       receipt.Decision
			locks, updates int
		}{
			{"an approval", "", receipt.Approved, 0, 0},
			{"one that could have asked for a number", mfa.MatchingAfterDenial, receipt.Approved, 0, 0},
			{"one with a number, where nothing was denied", mfa.MatchingPick, receipt.Approved, 1, 0},
			{"a denial", "", receipt.Denied, 1, 1},
			{"the right number after it", mfa.MatchingPick, receipt.Approved, 1, 1},
		} {
			challenge := matching(t, ann, c.matching)
			*seen = userCalls{Store: seen.Store}
			bring := func(s *receipt.Statement) {
				if c.decision == receipt.Approved {
					s.Match = string(challenge.Number.Reveal())
				}
			}
			if _, err := service.Answer(t.Context(), phone.Caller, challenge.ID, phone.Statement(challenge, c.decision, bring), nil); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if seen.locks != c.locks || seen.updates != c.updates {
				t.Errorf("%s locks %d users and writes %d", c.name, seen.locks, seen.updates)
			}
		}
	})
}
