package passkeys_test

import (
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func TestAPasskeyBringsTheNumberToo(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 1, Step: 1})
		joined := d.join("ann", key)
		picking := func(in *mfa.AskApproval) { in.Matching = mfa.MatchingPick }
		c := d.ask(picking)
		in := yes(c)
		if _, err := d.passkeys.BeginApproval(t.Context(), in); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("without a number: %v", err)
		}
		in.Match = string(c.Number.Reveal())
		got, err := d.finish(d.approved(key, in))
		d.check(err)
		if proved, err := receipt.Verify(got.Document, receipt.Options{}); err != nil || proved.Statement.Match != in.Match {
			t.Errorf("the receipt proves %+v, %v", proved, err)
		}

		c = d.ask(picking)
		q, err := receipt.ParseQuestion(c.Question)
		d.check(err)
		in = yes(c)
		in.Match = slices.DeleteFunc(slices.Clone(q.Match.Choices), func(n string) bool { return n == string(c.Number.Reveal()) })[0]
		if _, err = d.finish(d.approved(key, in)); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("a wrong number: %v", err)
		}
		if now := d.state(c.ID); now.State != mfa.ChallengeDenied || now.Failure != policy.FailedAuthentication {
			t.Errorf("it stands as %+v", now)
		}
		if _, err := w.Service.ReceiptFor(t.Context(), w.Caller, c.ID); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("its receipt: %v", err)
		}
		if held := d.held(joined.Authenticator.ID); held.Counter != 3 {
			t.Errorf("the counter stands at %d", held.Counter)
		}
	})
}
