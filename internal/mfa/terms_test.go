package mfa_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func methods(n int) *policy.Policy { return &policy.Policy{Methods: &n} }

// passing adds to a statement what a person who passed the methods would have shown.
func passing(m ...policy.Method) func(*receipt.Statement) {
	return func(s *receipt.Statement) { s.Evidence = &policy.Evidence{Methods: append([]policy.Method{}, m...)} }
}

func mustAsk(t *testing.T, p *mfatest.Person, add func(*mfa.AskApproval)) mfa.Challenge {
	t.Helper()
	c, err := p.AskWith(add)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAPolicyIsDemanded(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"of the question that is signed, and of its answer", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551901")
			phone := ann.Link()
			asked := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Policy, a.Title = methods(2), "Login" })
			question, err := receipt.ParseQuestion(asked.Question)
			if err != nil || question.Policy == nil || *question.Policy.Methods != 2 || question.Title != "Login" {
				t.Fatalf("asked %s, %v", asked.Question, err)
			}
			answer := func(decision receipt.Decision, change func(*receipt.Statement)) error {
				_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, decision, change), nil)
				return err
			}
			want(t, "too little", answer(receipt.Approved, passing(policy.PINCode)), mfa.Invalid, mfa.ReasonPolicyUnmet)
			if got, _ := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); got.Challenge.State != mfa.ChallengePending {
				t.Errorf("an approval that does not satisfy left it %s", got.Challenge.State)
			}
			if err := answer(receipt.Approved, passing(policy.PINCode, policy.Face)); err != nil {
				t.Errorf("enough: %v", err)
			}
		}},
		{"of every question of its application, and only tightened by one", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551902")
			ann.Link()
			strict := with(w, func(s *mfa.ApplicationSettings) { s.Policy = methods(3) })
			for more, least := range map[*policy.Policy]int{nil: 3, methods(1): 3, methods(5): 5} {
				c := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Caller, a.Policy = strict, more })
				if c.Policy == nil || *c.Policy.Methods != least {
					t.Errorf("with %+v: %+v, want %d methods", more, c.Policy, least)
				}
			}
			if *strict.Application.Settings.Policy.Methods != 3 {
				t.Error("a request changed its application's policy")
			}
			if c := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Policy = &policy.Policy{} }); c.Policy != nil {
				t.Errorf("nothing is demanded as %+v", c.Policy)
			}
		}},
		{"only if it can be", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551903")
			ann.Link()
			_, err := ann.AskWith(func(a *mfa.AskApproval) { a.Policy = &policy.Policy{Factors: []policy.Factor{"charm"}} })
			want(t, "an unknown factor", err, mfa.Invalid, "")
		}},
		{"at the time of asking and of answering", onlyInItsTime},
		{"or the device says why it is not", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551904")
			phone := ann.Link()
			asked := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Policy = &policy.Policy{DenyRooted: true} })
			_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Denied, func(s *receipt.Statement) {
				s.Failure, s.Evidence = policy.FailedPolicy, &policy.Evidence{Methods: []policy.Method{}, Rooted: true}
			}), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID)
			if err != nil || got.Challenge.State != mfa.ChallengeDenied || got.Challenge.Failure != policy.FailedPolicy || got.Challenge.Fraud {
				t.Errorf("answered %+v, %v", got.Challenge, err)
			}
			if events := ann.Events(mfa.EventChallengeDenied); len(events) != 1 || !strings.Contains(string(events[0].Data), `"failure":"policy"`) {
				t.Errorf("the log says %+v", events)
			}
		}},
	})
}

func onlyInItsTime(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551905")
	phone := ann.Link()
	now := w.Clock.Now()
	at := func(from, to time.Time) *policy.Policy {
		return &policy.Policy{Times: [][]policy.Window{{{
			Name: "now", Days: []time.Weekday{from.Weekday()}, Zone: "UTC",
			Start: policy.TimeOfDay(from.Hour()*60 + from.Minute()), End: policy.TimeOfDay(to.Hour()*60 + to.Minute()),
		}}}}
	}
	_, err := ann.AskWith(func(a *mfa.AskApproval) { a.Policy = at(now.Add(2*time.Hour), now.Add(3*time.Hour)) })
	want(t, "asked before its time", err, mfa.Forbidden, mfa.ReasonPolicyClosed)
	asked := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Policy, a.Life = at(now, now.Add(time.Minute)), time.Hour })
	w.Clock.Advance(10 * time.Minute)
	phone.Caller = phone.Authenticate("jti-000000000000-time")
	_, err = w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, passing()), nil)
	want(t, "answered after its time", err, mfa.Invalid, mfa.ReasonPolicyUnmet)
	_, err = w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Denied, nil), nil)
	if err != nil {
		t.Errorf("denied after its time: %v", err)
	}
}

func TestADenialChoosesItsReason(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551906")
		phone := ann.Link()
		offered := []mfa.DenialReason{{ID: "a", Text: "Changed my mind"}, {ID: "b", Text: "Not me", Fraud: true}}
		asked := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Reasons = offered })
		deny := func(reason string, fraud bool) string {
			return phone.Statement(asked, receipt.Denied, func(s *receipt.Statement) { s.Reason, s.Fraud = reason, fraud })
		}
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, deny("Not me", true), nil); err != nil {
			t.Fatal(err)
		}
		got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID)
		if err != nil || got.Challenge.Reason != "Not me" || !got.Challenge.Fraud || len(got.Challenge.Reasons) != 2 {
			t.Errorf("answered %+v, %v", got.Challenge, err)
		}
		for what, reasons := range map[string][]mfa.DenialReason{
			"twice the same id": {{ID: "a", Text: "x"}, {ID: "a", Text: "y"}},
			"an empty text":     {{ID: "a", Text: "\u202e"}},
			"far too many":      make([]mfa.DenialReason, 100),
		} {
			_, err := ann.AskWith(func(a *mfa.AskApproval) { a.Reasons = reasons })
			want(t, what, err, mfa.Invalid, "")
		}
	})
}

// recipient is somebody with a key.
func recipient(t *testing.T) *mfa.Recipient {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := receipt.NewRSAJWK(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(jwk)
	if err != nil {
		t.Fatal(err)
	}
	return &mfa.Recipient{Format: receipt.FormatLaunchKey, KeyID: "aa:bb", Key: encoded}
}

func TestPackagesReachTheRecipientAsTheDeviceSentThem(t *testing.T) {
	t.Parallel()
	to, packages := recipient(t), json.RawMessage(`{"auth":"c2VhbGVk","auth_jwe":"a.b.c.d.e"}`)
	sum, err := receipt.HashPackages(packages)
	if err != nil {
		t.Fatal(err)
	}
	naming := func(s *receipt.Statement) { s.Packages = sum }
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551907")
		phone := ann.Link()
		asked := mustAsk(t, ann, func(a *mfa.AskApproval) { a.Recipient = to })
		statement := phone.Statement(asked, receipt.Approved, naming)
		for what, other := range map[string]json.RawMessage{
			"none": nil, "not JSON": json.RawMessage("{"), "others": json.RawMessage(`{"auth":"x"}`), "a list": json.RawMessage(`["auth"]`),
		} {
			_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, other)
			want(t, what, err, mfa.Invalid, mfa.ReasonPackagesInvalid)
		}
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, packages); err != nil {
			t.Fatal(err)
		}
		got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID)
		if err != nil || string(got.Challenge.Packages) != string(packages) || got.Challenge.Recipient.KeyID != "aa:bb" {
			t.Errorf("kept %s, %v", got.Challenge.Packages, err)
		}
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, packages); err != nil {
			t.Errorf("the same answer again: %v", err)
		}
		plain := ann.Ask("Log in?")
		_, err = w.Service.Answer(t.Context(), phone.Caller, plain.ID, phone.Statement(plain, receipt.Approved, nil), packages)
		want(t, "packages for nobody", err, mfa.Invalid, mfa.ReasonPackagesInvalid)
		_, err = ann.AskWith(func(a *mfa.AskApproval) {
			a.Recipient = &mfa.Recipient{Format: "launchkey", KeyID: "a", Key: json.RawMessage(`{}`)}
		})
		want(t, "a recipient without a key", err, mfa.Invalid, "")
	})
}

func TestAnExclusiveRequestWaitsForNoOther(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"of its dialect; it learns which", func(t *testing.T, w *mfatest.World) {
			ann, shop := w.Register("4055551908"), secondApplication(t, w, "Exclusive shop")
			phone := ann.Link()
			exclusive := func(a *mfa.AskApproval) { a.Exclusive, a.Life = true, time.Minute }
			mustAsk(t, ann, func(a *mfa.AskApproval) { a.Dialect = "other" })
			first := mustAsk(t, ann, exclusive)
			if len(first.Asked) != 1 || first.Asked[0] != phone.Caller.Device.ID {
				t.Errorf("asked %v", first.Asked)
			}
			got, err := ann.AskWith(func(a *mfa.AskApproval) { exclusive(a); a.Caller = shop })
			if want(t, "another", err, mfa.Conflict, mfa.ReasonApprovalPending); got.ID != first.ID || got.ApplicationID != w.Caller.Application.ID {
				t.Errorf("in the way is %+v", got)
			}
			mustAsk(t, ann, func(a *mfa.AskApproval) { a.Life = time.Minute })
			w.Clock.Advance(time.Hour)
			mustAsk(t, ann, exclusive)
		}},
		{"when many are made at once", func(t *testing.T, w *mfatest.World) {
			ann := w.Register("4055551909")
			ann.Link()
			var all sync.WaitGroup
			var won atomic.Int64
			for range 20 {
				all.Go(func() {
					_, err := ann.AskWith(func(a *mfa.AskApproval) { a.Exclusive = true })
					if err == nil {
						won.Add(1)
					} else {
						want(t, "a loser", err, mfa.Conflict, mfa.ReasonApprovalPending)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Errorf("%d were asked", won.Load())
			}
		}},
	})
}

func TestAnApplicationWithdrawsWhatItAsked(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		w.Service.Use([]mfa.Callback{echo{}}, nil)
		ann, shop := w.Register("4055551910"), secondApplication(t, w, "Withdrawing shop")
		phone := ann.Link()
		asked, answered, late := ann.Ask("Log in?"), ann.Ask("Log in?"), mustAsk(t, ann, func(a *mfa.AskApproval) { a.Life = time.Second })
		if _, err := w.Service.Answer(t.Context(), phone.Caller, answered.ID, phone.Statement(answered, receipt.Approved, nil), nil); err != nil {
			t.Fatal(err)
		}
		told := len(callbacks(t, w))
		cancel := func(c *mfa.Caller, id mfa.ChallengeID) error { return w.Service.CancelApproval(t.Context(), c, id) }
		want(t, "another's", cancel(shop, asked.ID), mfa.NotFound, "")
		want(t, "an unknown one", cancel(w.Caller, "00000000-0000-4000-8000-000000000001"), mfa.NotFound, "")
		want(t, "an answered one", cancel(w.Caller, answered.ID), mfa.Conflict, mfa.ReasonNotPending)
		w.Clock.Advance(time.Second)
		want(t, "a late one", cancel(w.Caller, late.ID), mfa.Expired, "")
		if err := cancel(w.Caller, asked.ID); err != nil {
			t.Fatal(err)
		}
		want(t, "again", cancel(w.Caller, asked.ID), mfa.Conflict, mfa.ReasonCancelled)
		_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil)
		want(t, "answered after it", err, mfa.Expired, mfa.ReasonCancelled)
		if n := len(ann.Events(mfa.EventChallengeCancelled)); n != 1 || len(callbacks(t, w)) != told {
			t.Errorf("%d events; told %+v", n, callbacks(t, w)[told:])
		}
	})
}
