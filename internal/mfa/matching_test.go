package mfa_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// matching asks a person in that way, for an asker who shows the number.
func matching(t *testing.T, p *mfatest.Person, m mfa.Matching) mfa.Challenge {
	t.Helper()
	c, err := p.AskWith(func(in *mfa.AskApproval) { in.Matching = m })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asked(t *testing.T, c mfa.Challenge) *receipt.Match {
	t.Helper()
	q, err := receipt.ParseQuestion(c.Question)
	if err != nil {
		t.Fatal(err)
	}
	return q.Match
}

// saying brings a number along.
func saying(number string) func(*receipt.Statement) {
	return func(s *receipt.Statement) { s.Match = number }
}

// wrongNumber is one that a device may answer and that is not shown.
func wrongNumber(t *testing.T, c mfa.Challenge) string {
	t.Helper()
	right := string(c.Number.Reveal())
	for _, number := range append(asked(t, c).Choices, "10", "11") {
		if number != right && asked(t, c).Takes(number) {
			return number
		}
	}
	t.Fatal("there is none")
	return ""
}

func TestTheRightNumberApproves(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550170")
		phone := ann.Link()
		for way, expected := range map[mfa.Matching]policy.Match{mfa.MatchingPick: policy.MatchPick, mfa.MatchingType: policy.MatchType} {
			c := matching(t, ann, way)
			if got := asked(t, c).Way(); got != expected || c.Number.Empty() {
				t.Fatalf("%s asks %q", way, got)
			}
			if way == mfa.MatchingType && strings.Contains(string(c.Question), `"`+string(c.Number.Reveal())+`"`) {
				t.Errorf("the question holds the number: %s", c.Question)
			}
			kept, err := w.Service.ApprovalFor(t.Context(), w.Caller, c.ID)
			if err != nil || !kept.Challenge.Number.Equal(c.Number) {
				t.Fatalf("kept with another number, %v", err)
			}
			sealed, err := w.Service.Answer(t.Context(), phone.Caller, c.ID, phone.Statement(c, receipt.Approved, saying(string(c.Number.Reveal()))), nil)
			if err != nil {
				t.Fatal(err)
			}
			if proved, err := receipt.Verify(sealed.Document, receipt.Options{}); err != nil || proved.Statement.Match != string(c.Number.Reveal()) {
				t.Errorf("the receipt proves %+v, %v", proved, err)
			}
		}
	})
}

func TestAWrongNumberEndsTheRequestAndLeavesNoReceipt(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550171")
		phone, other := ann.Link(), ann.Link()
		for _, way := range []mfa.Matching{mfa.MatchingPick, mfa.MatchingType} {
			c := matching(t, ann, way)
			statement := phone.Statement(c, receipt.Approved, saying(wrongNumber(t, c)))
			for range 2 { // the second is a device whose answer was lost
				_, err := w.Service.Answer(t.Context(), phone.Caller, c.ID, statement, nil)
				want(t, "it", err, mfa.Invalid, mfa.ReasonMatchWrong)
			}
			got, err := w.Service.ApprovalFor(t.Context(), w.Caller, c.ID)
			if err != nil || got.Challenge.State != mfa.ChallengeDenied || got.Challenge.Failure != policy.FailedAuthentication || got.Challenge.Fraud {
				t.Errorf("it stands as %+v, %v", got.Challenge, err)
			}
			if _, err := w.Service.ReceiptFor(t.Context(), w.Caller, c.ID); !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("its receipt: %v", err)
			}
			_, err = w.Service.Answer(t.Context(), other.Caller, c.ID, other.Statement(c, receipt.Approved, saying(string(c.Number.Reveal()))), nil)
			want(t, "it", err, mfa.Conflict, mfa.ReasonNotPending)
		}
		if n := len(ann.Events(mfa.EventChallengeMismatched)); n != 2 {
			t.Errorf("%d events tell of wrong numbers", n)
		}
		if n := len(ann.Events(mfa.EventChallengeApproved)); n != 0 {
			t.Errorf("%d events tell of approvals", n)
		}
	})
}

func TestOfARightAndAWrongNumberAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550172")
		devices := []*mfatest.Device{ann.Link(), ann.Link()}
		for range 10 {
			c := matching(t, ann, mfa.MatchingPick)
			statements := []string{
				devices[0].Statement(c, receipt.Approved, saying(string(c.Number.Reveal()))),
				devices[1].Statement(c, receipt.Approved, saying(wrongNumber(t, c))),
			}
			errs := make([]error, len(devices))
			var both sync.WaitGroup
			for i, d := range devices {
				both.Go(func() { _, errs[i] = w.Service.Answer(t.Context(), d.Caller, c.ID, statements[i], nil) })
			}
			both.Wait()
			got, err := w.Service.ApprovalFor(t.Context(), w.Caller, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			_, noReceipt := w.Service.ReceiptFor(t.Context(), w.Caller, c.ID)
			if errs[0] == nil {
				want(t, "it", errs[1], mfa.Conflict, mfa.ReasonNotPending)
				if got.Challenge.State != mfa.ChallengeApproved || noReceipt != nil {
					t.Errorf("the right number came first: %s, %v", got.Challenge.State, noReceipt)
				}
				continue
			}
			want(t, "it", errs[0], mfa.Conflict, mfa.ReasonNotPending)
			want(t, "it", errs[1], mfa.Invalid, mfa.ReasonMatchWrong)
			if got.Challenge.State != mfa.ChallengeDenied || noReceipt == nil {
				t.Errorf("the wrong number came first: %s, %v", got.Challenge.State, noReceipt)
			}
		}
	})
}

func TestANumberIsAskedForAWhileAfterADenial(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550173")
		phone := ann.Link()
		way := func() policy.Match { return asked(t, matching(t, ann, mfa.MatchingAfterDenial)).Way() }
		answer := func(c mfa.Challenge, decision receipt.Decision, change func(*receipt.Statement)) {
			t.Helper()
			_, err := w.Service.Answer(t.Context(), phone.Caller, c.ID, phone.Statement(c, decision, change), nil)
			if err != nil && !mfa.IsCode(err, mfa.Invalid) {
				t.Fatal(err)
			}
		}
		if got := way(); got != "" {
			t.Fatalf("before any denial: %q", got)
		}
		answer(ann.Ask("Log in?"), receipt.Approved, nil)
		answer(ann.Ask("Log in?"), receipt.Denied, func(s *receipt.Statement) { s.Failure = policy.FailedBusy })
		if got := way(); got != "" {
			t.Fatalf("after what the person did not deny: %q", got)
		}
		answer(ann.Ask("Log in?"), receipt.Denied, nil)
		if got := way(); got != policy.MatchPick {
			t.Fatalf("after a denial: %q", got)
		}
		if got := asked(t, ann.Ask("Log in?")); got != nil {
			t.Errorf("an asker that shows no number asks for one: %+v", got)
		}
		answer(ann.Ask("Log in?"), receipt.Approved, nil)
		if got := way(); got != policy.MatchPick {
			t.Errorf("an approval without a number clears: %q", got)
		}
		c := matching(t, ann, mfa.MatchingAfterDenial)
		answer(c, receipt.Approved, saying(string(c.Number.Reveal())))
		if got := way(); got != "" {
			t.Errorf("after the right number: %q", got)
		}
		c = matching(t, ann, mfa.MatchingType)
		answer(c, receipt.Approved, saying(wrongNumber(t, c)))
		if got := way(); got != policy.MatchPick {
			t.Errorf("after a wrong number: %q", got)
		}
		w.Clock.Advance(w.Service.Limits().MatchAfterDenial)
		if got := way(); got != "" {
			t.Errorf("an hour later: %q", got)
		}
	})
}

func TestTheStricterNumberIsAskedForWhereItCanBeShown(t *testing.T) {
	t.Parallel()
	play(t, []scene{{"of those who have a say", strictest}})
}

func strictest(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055550174")
	ann.Link()
	demand := func(m policy.Match) *policy.Policy { return &policy.Policy{Match: m} }
	for _, c := range []struct {
		application, request mfa.Matching
		policy               *policy.Policy
		way                  policy.Match
		refused              bool
	}{
		{"", "", nil, "", false},
		{"", "", demand(policy.MatchPick), "", true},
		{mfa.MatchingAfterDenial, "", nil, "", false},
		{mfa.MatchingAfterDenial, "", demand(policy.MatchPick), policy.MatchPick, false},
		{"", mfa.MatchingAfterDenial, demand(policy.MatchType), policy.MatchType, false},
		{mfa.MatchingPick, "", nil, policy.MatchPick, false},
		{mfa.MatchingPick, mfa.MatchingType, nil, policy.MatchType, false},
		{mfa.MatchingType, mfa.MatchingPick, demand(policy.MatchPick), policy.MatchType, false},
	} {
		asker := with(w, func(s *mfa.ApplicationSettings) { s.Matching = c.application })
		got, err := ann.AskWith(func(in *mfa.AskApproval) { in.Caller, in.Matching, in.Policy = asker, c.request, c.policy })
		if c.refused {
			want(t, "it", err, mfa.Invalid, mfa.ReasonNumberUnshown)
			continue
		}
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if way := asked(t, got).Way(); way != c.way || got.Number.Empty() != (c.way == "") {
			t.Errorf("%+v asks %q", c, way)
		}
	}
	_, err := ann.AskWith(func(in *mfa.AskApproval) { in.Matching = "guess" })
	want(t, "it", err, mfa.Invalid, "")
}

func TestADenialAndAnApprovalAtOnceLeaveTheUserWhole(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550175")
		first, second := ann.Link(), ann.Link()
		for range 5 {
			denied, approved := matching(t, ann, mfa.MatchingAfterDenial), matching(t, ann, mfa.MatchingPick)
			errs := make([]error, 2)
			var both sync.WaitGroup
			both.Go(func() {
				_, errs[0] = w.Service.Answer(t.Context(), first.Caller, denied.ID, first.Statement(denied, receipt.Denied, nil), nil)
			})
			both.Go(func() {
				_, errs[1] = w.Service.Answer(t.Context(), second.Caller, approved.ID, second.Statement(approved, receipt.Approved, saying(string(approved.Number.Reveal()))), nil)
			})
			both.Wait()
			if errs[0] != nil || errs[1] != nil {
				t.Fatal(errs)
			}
			u := userNow(t, w, ann)
			if !u.MatchUntil.IsZero() && !u.MatchUntil.Equal(w.Clock.Now().Add(w.Service.Limits().MatchAfterDenial).Truncate(time.Microsecond)) {
				t.Errorf("numbers are asked for until %s", u.MatchUntil)
			}
		}
	})
}

func userNow(t *testing.T, w *mfatest.World, p *mfatest.Person) mfa.User {
	t.Helper()
	var u mfa.User
	err := w.Store.Read(t.Context(), func(r mfa.Records) (err error) {
		u, err = r.User(w.Caller.Directory.ID, mfa.UserRef{ID: p.User.ID})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}
