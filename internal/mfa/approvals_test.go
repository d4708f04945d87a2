package mfa_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

func TestAnAnswerMustRepeatWhatWasAsked(t *testing.T) {
	t.Parallel()
	spoiled := map[string]func(*receipt.Statement){
		"organization":    func(s *receipt.Statement) { s.Question.Organization.Name = "Acme Inc" },
		"organization id": func(s *receipt.Statement) { s.Question.Organization.ID = s.Question.Application.ID },
		"application":     func(s *receipt.Statement) { s.Question.Application.Name = "Other" },
		"user":            func(s *receipt.Statement) { s.Question.User.ID = s.Question.Application.ID },
		"challenge":       func(s *receipt.Statement) { s.Question.Challenge = s.Question.User.ID },
		"nonce":           func(s *receipt.Statement) { s.Question.Nonce = strings.Repeat("A", len(s.Question.Nonce)) },
		"message":         func(s *receipt.Statement) { s.Question.Message = "Transfer Money to mallory" },
		"detail value":    func(s *receipt.Statement) { s.Question.Details[0].Value = "$ 1" },
		"detail order":    func(s *receipt.Statement) { d := s.Question.Details; d[0], d[1] = d[1], d[0] },
		"detail left out": func(s *receipt.Statement) { s.Question.Details = s.Question.Details[:1] },
		"amount":          func(s *receipt.Statement) { s.Question.Amount = &receipt.Amount{Value: "1", Currency: "USD"} },
		"hidden details":  func(s *receipt.Statement) { s.Question.HiddenDetailsHash = strings.Repeat("A", 43) },
		"created at":      func(s *receipt.Statement) { s.Question.CreatedAt = "2020-01-01T00:00:00.000Z" },
		"expires at":      func(s *receipt.Statement) { s.Question.ExpiresAt = nil },
		"device":          func(s *receipt.Statement) { s.Device.ID = s.Question.User.ID },
		"device's time":   func(s *receipt.Statement) { s.DeviceTime = "2020-01-01T00:00:00.000Z" },
	}
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550120")
		phone := ann.Link()
		asked := ann.Ask("Transfer Money to bob", mfa.Detail{Label: "Amount", Value: "$ 100"}, mfa.Detail{Label: "To", Value: "bob"})
		for name, spoil := range spoiled {
			_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, spoil), nil)
			if !mfa.IsCode(err, mfa.Invalid) {
				t.Errorf("%s changed: %v, want it refused as invalid", name, err)
			}
		}
		if got, _ := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); got.Challenge.State != mfa.ChallengePending {
			t.Errorf("after refused answers the challenge is %s", got.Challenge.State)
		}
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
			t.Errorf("the honest answer: %v", err)
		}
	})
}

func TestAnotherDevicesSignatureIsRefused(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann, bob := w.Register("4055550121"), w.Register("4055550122")
		phone, foreign := ann.Link(), bob.Link()
		asked := ann.Ask("Log in?")
		if _, err := w.Service.Answer(t.Context(), foreign.Caller, asked.ID, foreign.Statement(asked, receipt.Approved, nil), nil); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("another person's device: %v, want not found", err)
		}
		statement := foreign.Statement(asked, receipt.Approved, nil)
		if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, statement, nil); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("a statement under another key: %v, want invalid", err)
		}
	})
}

func TestTheFirstOfTwoDevicesAnswersAndTheOtherClears(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550123")
		first, second := ann.Link(), ann.Link()
		asked := ann.Ask("Log in?")
		changed, stop := w.Service.Wait(second.Caller)
		defer stop()
		if _, err := w.Service.Answer(t.Context(), first.Caller, asked.ID, first.Statement(asked, receipt.Denied, nil), nil); err != nil {
			t.Fatal(err)
		}
		<-changed
		if pending, err := w.Service.PendingFor(t.Context(), second.Caller); err != nil || len(pending) != 0 {
			t.Errorf("the second device still sees %d requests (%v)", len(pending), err)
		}
		_, err := w.Service.Answer(t.Context(), second.Caller, asked.ID, second.Statement(asked, receipt.Approved, nil), nil)
		if !mfa.IsCode(err, mfa.Conflict) {
			t.Errorf("the late answer: %v, want a conflict", err)
		}
	})
}

func TestAnExpiredRequestIsNotAnswered(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550124")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		w.Clock.Advance(w.Service.Limits().ApprovalLife)
		_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil)
		if !mfa.IsCode(err, mfa.Expired) {
			t.Errorf("a late answer: %v, want expired", err)
		}
		if got, _ := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); got.Challenge.State != mfa.ChallengeExpired {
			t.Errorf("the challenge is %s", got.Challenge.State)
		}
		if n, err := w.Service.ExpireDue(t.Context(), 10); err != nil || n != 1 {
			t.Errorf("%d expiries written (%v), want 1", n, err)
		}
		if n := len(ann.Events(mfa.EventChallengeExpired)); n != 1 {
			t.Errorf("%d events of expiry, want 1", n)
		}
	})
}

func TestAnUnlinkedDeviceAnswersNothing(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550125")
		phone := ann.Link()
		ann.Link()
		asked := ann.Ask("Log in?")
		code := phone.Code(0)
		if err := w.Service.UnlinkDevice(t.Context(), phone.Caller); err != nil {
			t.Fatal(err)
		}
		_, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil)
		if !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("its answer: %v, want unauthenticated", err)
		}
		if _, err := w.Service.AuthenticateDevice(t.Context(), phone.Proof("jti-after-unlinking-0"), mfa.Foresight{}); !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("its request: %v, want unauthenticated", err)
		}
		if got := ann.Check(code, "a").Outcome; got != mfa.TokenWrong {
			t.Errorf("its code was %s, want wrong", got)
		}
	})
}

func TestARequestProofWorksOnceAndInTime(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		phone := w.Register("4055550126").Link()
		proof := phone.Proof("jti-used-twice-000000")
		if _, err := w.Service.AuthenticateDevice(t.Context(), proof, mfa.Foresight{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Service.AuthenticateDevice(t.Context(), proof, mfa.Foresight{}); !mfa.IsCode(err, mfa.Replayed) {
			t.Errorf("the same proof again: %v, want replayed", err)
		}
		for _, off := range []time.Duration{-mfa.ProofWindow - time.Second, mfa.ProofWindow + time.Second} {
			late := phone.Proof(fmt.Sprint("jti-at-another-time-", off))
			late.At = late.At.Add(off)
			if _, err := w.Service.AuthenticateDevice(t.Context(), late, mfa.Foresight{}); !mfa.IsCode(err, mfa.Unauthenticated) {
				t.Errorf("a proof off by %s: %v, want unauthenticated", off, err)
			}
		}
	})
}

func TestInvisibleTextIsNotShown(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550127")
		ann.Link()
		asked := ann.Ask("Pay \u202e01\u202c to\u200b bob\nnow"+strings.Repeat("x", 300), mfa.Detail{Label: "a\x00b", Value: "c\td"}, mfa.Detail{Label: "\u3164\u115f", Value: "\uffa0x\u034f"})
		if !strings.HasPrefix(asked.Message, "Pay 01 to bob now") || len([]rune(asked.Message)) != w.Service.Limits().MessageRunes {
			t.Errorf("the message is shown as %q", asked.Message)
		}
		if got := asked.Details[0]; got != (mfa.Detail{Label: "ab", Value: "c d"}) {
			t.Errorf("the detail is shown as %q", got)
		}
		if got := asked.Details[1]; got != (mfa.Detail{Value: "x"}) {
			t.Errorf("letters that nobody sees are shown as %q", got)
		}
	})
}
