package mfa_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

// crowd is how many try the same thing at once.
const crowd = 200

// rush runs f in a crowd that starts together and counts the trues.
func rush(t *testing.T, f func(i int) (bool, error)) int {
	t.Helper()
	start := make(chan struct{})
	var group sync.WaitGroup
	var mu sync.Mutex
	wins := 0
	for i := range crowd {
		group.Go(func() {
			<-start
			won, err := f(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("try %d: %v", i, err)
			}
			if won {
				wins++
			}
		})
	}
	close(start)
	group.Wait()
	return wins
}

func codeOf(t *testing.T, seed mfa.Secret, data []byte, at time.Time) string {
	t.Helper()
	var d mfa.TOTPData
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	code, err := totp.Code(seed, d, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestOfTwoHundredWithTheSameProofExactlyOneWins(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		// A person for each, so that the losers of one proof do not fill the daily limit of the next.
		ann, bob, zoe := w.Register("4055550110"), w.Register("4055550115"), w.Register("4055550116")
		recovery, err := w.Service.MakeRecoveryCodes(t.Context(), w.Caller, zoe.Ref())
		if err != nil {
			t.Fatal(err)
		}
		for name, proof := range map[string]struct {
			of    *mfatest.Person
			token string
		}{
			"totp": {ann, ann.Link().Code(0)}, "sent code": {bob, sentCode(t, w, bob, "")}, "recovery code": {zoe, digits(recovery[0])},
		} {
			wins := rush(t, func(i int) (bool, error) {
				// Each from a source of its own, so that no limit helps.
				r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{
					Caller: w.Caller, User: proof.of.Ref(), Token: proof.token, Force: true, Source: fmt.Sprint(name, i),
				})
				return r.Outcome == mfa.TokenAccepted, err
			})
			if n := len(proof.of.Events(mfa.EventTokenAccepted)); wins != 1 || n != 1 {
				t.Errorf("%s: %d of %d won and %d events say so, want exactly one", name, wins, crowd, n)
			}
		}
	})
}

func TestOfTwoHundredAnswersExactlyOneWins(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550111")
		phone := ann.Link()
		asked := ann.Ask("Transfer money")
		wins := rush(t, func(i int) (bool, error) {
			decision := receipt.Approved
			if i%2 == 1 {
				decision = receipt.Denied
			}
			_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, decision, nil), nil)
			if mfa.IsCode(err, mfa.Conflict) {
				return false, nil
			}
			return err == nil, err
		})
		if wins != 1 {
			t.Errorf("%d of %d answers won, want exactly one", wins, crowd)
		}
		oneOutcome(t, w, ann, asked.ID)
	})
}

func TestTheSameAnswerTwoHundredTimesCountsOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550112")
		phone := ann.Link()
		asked := ann.Ask("Transfer money")
		statement := phone.Statement(asked, receipt.Approved, nil)
		rush(t, func(int) (bool, error) {
			_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, nil)
			return err == nil, err // a repeated answer gets the one receipt again
		})
		oneOutcome(t, w, ann, asked.ID)
	})
}

// oneOutcome checks that an answer left exactly one event and the receipt that agrees with it.
func oneOutcome(t *testing.T, w *mfatest.World, p *mfatest.Person, id mfa.ChallengeID) {
	t.Helper()
	events := p.Events(mfa.EventChallengeApproved, mfa.EventChallengeDenied)
	if len(events) != 1 {
		t.Fatalf("%d events of an answer, want 1", len(events))
	}
	got, err := w.Service.ApprovalFor(t.Context(), w.Caller, id)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := w.Service.ReceiptFor(t.Context(), w.Caller, id)
	if err != nil {
		t.Fatal(err)
	}
	proved, err := receipt.Verify(stored.Document, receipt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if string(proved.Statement.Decision) != string(got.Challenge.State) || "challenge."+string(got.Challenge.State) != string(events[0].Type) {
		t.Errorf("receipt says %s, challenge %s, event %s", proved.Statement.Decision, got.Challenge.State, events[0].Type)
	}
}

func TestGuessesAtTheSameTimeAreAllCounted(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550113")
		ann.Link()
		wrong := rush(t, func(i int) (bool, error) {
			r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{
				Caller: w.Caller, User: ann.Ref(), Token: fmt.Sprintf("%08d", i), Force: true, Source: "203.0.113.9",
			})
			return r.Outcome == mfa.TokenWrong, err
		})
		if limit := w.Service.Limits().WrongTokens.Burst; wrong != limit {
			t.Errorf("%d guesses were looked at, want exactly %d", wrong, limit)
		}
	})
}

func TestALinkingCodeLinksOneDevice(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550114")
		link, err := w.Service.StartLink(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		wins := rush(t, func(i int) (bool, error) {
			key, err := receipt.NewKey()
			if err != nil {
				return false, err
			}
			jwk, err := receipt.NewJWK(key.Public())
			if err != nil {
				return false, err
			}
			encoded, err := json.Marshal(jwk)
			if err != nil {
				return false, err
			}
			_, err = w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: encoded, Name: "x", Platform: "test", Source: fmt.Sprint(i)})
			if mfa.IsCode(err, mfa.NotFound) {
				return false, nil
			}
			return err == nil, err
		})
		if wins != 1 {
			t.Errorf("%d devices were linked by one code, want exactly one", wins)
		}
	})
}
