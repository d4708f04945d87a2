package mfa_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

func TestARequestIsEitherAnsweredOrWithdrawn(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551902")
		phone := ann.Link()
		for range 10 {
			asked := ann.Ask("Log in")
			statement := phone.Statement(asked, receipt.Approved, nil)
			withdrawn := make(chan error)
			go func() { withdrawn <- w.Service.CancelApproval(t.Context(), w.Caller, asked.ID) }()
			_, answer := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, nil)
			cancel := <-withdrawn
			held, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID)
			if err != nil || (answer == nil) == (cancel == nil) || (held.Challenge.State == mfa.ChallengeApproved) != (answer == nil) {
				t.Errorf("%s, %v: answered with %v, withdrawn with %v", held.Challenge.State, err, answer, cancel)
			}
		}
	})
}
