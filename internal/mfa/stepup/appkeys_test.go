package stepup_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/receipt"
)

// app is a phone's key in an application's own app.
type app struct {
	s   *scene
	key *ecdsa.PrivateKey
	ref stepup.KeyRef
}

func (s *scene) newApp(use mfa.Method) *app {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	s.must(err)
	return &app{s, key, stepup.KeyRef{Use: use, Key: der}}
}

func (a *app) sign(message string) stepup.Signed {
	a.s.Helper()
	sum := sha256.Sum256([]byte(message))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	a.s.must(err)
	return stepup.Signed{KeyRef: a.ref, Signature: signature}
}

// add enrols the key.
func (a *app) add(p stepup.Pass) stepup.Result {
	a.s.Helper()
	out, err := a.s.stepup.AddAppKey(a.s.Context(), p, stepup.NewAppKey{
		Use: a.ref.Use, Key: a.ref.Key, Name: "Ann's phone", Platform: "ios", PushToken: "token-1",
	})
	return a.s.verified("a key", out, err)
}

// phoned is a person whose app has a key.
func (s *scene) phoned(alias string, use mfa.Method) (stepup.Pass, *app) {
	s.Helper()
	p, a := s.track(alias, "join"), s.newApp(use)
	a.add(p)
	return p, a
}

func TestAKeyOfTheAppIsEnrolledOnceAndFoundByItself(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.track("ann", "join")
		a := s.newApp(mfa.MethodPush)
		out := a.add(p)
		if !out.Enrolled || out.Action.State != mfa.ActionChallengeSucceeded {
			s.Errorf("the first key gave %+v", out)
		}
		if again := a.add(p); again.Enrolled || again.Entry.ID != out.Entry.ID {
			s.Errorf("the same key again gave %+v", again)
		}
		u, e, err := s.stepup.AppKey(s.Context(), s.caller, a.ref)
		s.must(err)
		if u.ID != p.UserID || e.ID != out.Entry.ID || e.Name != "Ann's phone" || e.Method != mfa.MethodPush {
			s.Errorf("found %+v of %s", e, u.ID)
		}
		for what, k := range map[string]stepup.KeyRef{
			"another use": {Use: mfa.MethodInApp, Key: a.ref.Key}, "another key": s.newApp(mfa.MethodPush).ref, "none": {Use: mfa.MethodPush},
		} {
			_, _, err := s.stepup.AppKey(s.Context(), s.caller, k)
			s.want(what, err, mfa.NotFound, "")
		}
		_, _, err = s.stepup.AppKey(s.Context(), s.neighbour(), a.ref)
		s.want("another application", err, mfa.NotFound, "")
		_, err = s.stepup.AddAppKey(s.Context(), s.track("bob", "join"), stepup.NewAppKey{Use: mfa.MethodPush, Key: a.ref.Key})
		s.want("somebody else's", err, mfa.Conflict, "")
		other := s.newApp(mfa.MethodPush)
		_, err = s.stepup.AddAppKey(s.Context(), s.track("ann", "withdraw"), stepup.NewAppKey{Use: mfa.MethodPush, Key: other.ref.Key})
		s.want("one more without the right", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
		_, err = s.stepup.AddAppKey(s.Context(), p, stepup.NewAppKey{Use: mfa.MethodPush, Key: []byte("no key")})
		s.want("no key", err, mfa.Invalid, "")
	})
}

func TestAPushIsAnsweredByTheAppsKeyOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, a := s.phoned("ann", mfa.MethodPush)
		_, stranger := s.phoned("bob", mfa.MethodPush)
		p := s.track("ann", "withdraw", func(r *mfa.ActionRequest) { r.Custom = json.RawMessage(`{"amount":5}`) })
		pushed, err := s.stepup.StartPush(s.Context(), p, "", "")
		s.must(err)
		id := pushed.Prompt.ID
		waiting, err := s.stepup.WaitingFor(s.Context(), s.nobody(), stepup.Signed{KeyRef: a.ref})
		s.must(err)
		if waiting.Prompt.ID != id || string(waiting.Custom) != `{"amount":5}` || waiting.User.ID != p.UserID {
			s.Errorf("the app sees %+v", waiting.Prompt)
		}
		none, err := s.stepup.WaitingFor(s.Context(), s.nobody(), stepup.Signed{KeyRef: stranger.ref})
		s.must(err)
		if none.Prompt.ID != "" {
			s.Error("somebody else's app sees it")
		}
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, stranger.sign(string(id)), true)
		s.want("somebody else's key", err, mfa.NotFound, "")
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign("another message"), true)
		s.want("a wrong signature", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
		pending, err := s.stepup.CheckPush(s.Context(), p, id)
		s.must(err)
		if pending.Verified || pending.Consumed {
			s.Errorf("before the answer it is %+v", pending)
		}
		signed := a.sign(string(id))
		if n := s.winners(func() (stepup.Result, error) {
			return s.stepup.AnswerByKey(s.Context(), s.nobody(), id, signed, true)
		}); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		for range 2 {
			got, err := s.stepup.CheckPush(s.Context(), p, id)
			out := s.verified("whoever waits", got, err)
			if !out.Consumed || !has(out.Pass.Scopes, stepup.ScopeAdd) || out.Entry == nil {
				s.Errorf("hears %+v", out)
			}
		}
		s.wantState("then", p, mfa.ActionChallengeSucceeded)
	})
}

func TestARejectedPushEndsTheAction(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodPush)
	p := s.track("ann", "withdraw")
	pushed, err := s.stepup.StartPush(s.Context(), p, "", "")
	s.must(err)
	id := pushed.Prompt.ID
	_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign(string(id)), false)
	s.must(err)
	got, err := s.stepup.CheckPush(s.Context(), p, id)
	s.must(err)
	if got.Verified || !got.Consumed {
		s.Errorf("whoever waits hears %+v", got)
	}
	s.wantState("then", p, mfa.ActionChallengeFailed)
	_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign(string(id)), true)
	s.want("an approval afterwards", err, mfa.Conflict, mfa.ReasonNotPending)
	_, err = s.stepup.CheckPush(s.Context(), s.track("bob", "withdraw"), id)
	s.want("somebody else who asks", err, mfa.NotFound, "")
}

func TestANewPushTakesTheOldOneBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodPush)
	p := s.track("ann", "withdraw")
	old, err := s.stepup.StartPush(s.Context(), p, "", "")
	s.must(err)
	_, err = s.stepup.StartPush(s.Context(), p, "", "")
	s.must(err)
	_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), old.Prompt.ID, a.sign(string(old.Prompt.ID)), true)
	s.want("the old one", err, mfa.Conflict, mfa.ReasonNotPending)
	s.wantState("then", p, mfa.ActionChallengeRequired)
}

func TestAPhoneOfAnyFrontDoorAnswersAPush(t *testing.T) {
	t.Parallel()
	for _, decision := range []receipt.Decision{receipt.Approved, receipt.Denied} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(s *scene) {
				person := s.Register("4055550101")
				phone := person.Link()
				s.named(person.User, "ann")
				p := s.track("ann", "withdraw")
				pushed, err := s.stepup.StartPush(s.Context(), p, "", "")
				s.must(err)
				waiting, err := s.Service.PendingFor(s.Context(), phone.Authenticate("jti-0000000000000-list"))
				s.must(err)
				if len(waiting) != 1 || waiting[0].ID != pushed.Prompt.ChallengeID || waiting[0].Message != "withdraw" {
					s.Fatalf("the phone sees %+v", waiting)
				}
				_, err = s.Service.Answer(s.Context(), phone.Caller, waiting[0].ID, phone.Statement(waiting[0], decision, nil), nil)
				s.must(err)
				// Asked for late, the answer counts as of when it was given.
				s.Clock.Advance(mfa.DefaultPromptLife)
				want := mfa.ActionChallengeFailed
				if decision == receipt.Approved {
					want = mfa.ActionChallengeSucceeded
				}
				a, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
				s.must(err)
				settled, err := s.stepup.Settle(s.Context(), s.caller, a)
				s.must(err)
				if settled.State != want {
					s.Errorf("settled, the action is %s", settled.State)
				}
				for range 2 {
					got, err := s.stepup.CheckPush(s.Context(), p, pushed.Prompt.ID)
					s.must(err)
					if got.Verified != (decision == receipt.Approved) || !got.Consumed {
						s.Errorf("whoever waits hears %+v", got)
					}
				}
				s.wantState("then", p, want)
			})
		})
	}
}

// named gives a user of another front door the application's id.
func (s *scene) named(u mfa.User, alias string) {
	s.Helper()
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		known, err := w.LockUser(u.DirectoryID, mfa.UserRef{ID: u.ID})
		if err != nil {
			return err
		}
		known.Alias = alias
		return w.UpdateUser(known)
	}))
}

func TestOfAPhoneAndAKeyTheFirstAnswerCounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		person := s.Register("4055550101")
		phone := person.Link()
		s.named(person.User, "ann")
		p := s.track("ann", "withdraw")
		p.Scopes = stepup.AllScopes()
		a := s.newApp(mfa.MethodPush)
		a.add(p)
		pushed, err := s.stepup.StartPush(s.Context(), p, "", "")
		s.must(err)
		id, asked := pushed.Prompt.ID, pushed.Prompt.ChallengeID
		if len(pushed.Asked) != 2 {
			s.Errorf("%d were asked", len(pushed.Asked))
		}
		var c mfa.Challenge
		s.must(s.Store.Read(s.Context(), func(r mfa.Records) (err error) {
			c, err = r.Challenge(asked)
			return err
		}))
		_, err = s.Service.Answer(s.Context(), phone.Caller, asked, phone.Statement(c, receipt.Denied, nil), nil)
		s.must(err)
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign(string(id)), true)
		s.want("the key after the phone", err, mfa.Conflict, mfa.ReasonNotPending)
		got, err := s.stepup.CheckPush(s.Context(), p, id)
		s.must(err)
		if got.Verified || !got.Consumed {
			s.Errorf("the phone denied, and whoever waits hears %+v", got)
		}

		next := s.track("ann", "transfer")
		pushed, err = s.stepup.StartPush(s.Context(), next, "", "")
		s.must(err)
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), pushed.Prompt.ID, a.sign(string(pushed.Prompt.ID)), true)
		s.must(err)
		s.must(s.Store.Read(s.Context(), func(r mfa.Records) (err error) {
			c, err = r.Challenge(pushed.Prompt.ChallengeID)
			return err
		}))
		if c.State != mfa.ChallengeCancelled {
			s.Errorf("after the key's answer the phones' question is %s", c.State)
		}
		s.wantState("then", next, mfa.ActionChallengeSucceeded)
	})
}

func TestWhoeverHasNothingToAskIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, "+64270000001")
	_, err := s.stepup.StartPush(s.Context(), s.track("ann", "withdraw"), "", "")
	s.want("a push", err, mfa.Invalid, mfa.ReasonNoDevice)
}

func TestAPictureIsClaimedAndAnsweredByTheKeyThatReadIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		joined, a := s.phoned("ann", mfa.MethodQRCode)
		_, other := s.phoned("bob", mfa.MethodDevice)
		picture, err := s.stepup.StartQR(s.Context(), s.nobody(), "kiosk", json.RawMessage(`{"till":7}`))
		s.must(err)
		id := picture.Prompt.ID
		check := func() stepup.Result {
			out, err := s.stepup.CheckQR(s.Context(), s.nobody(), id, picture.DeviceCode)
			s.must(err)
			return out
		}
		_, err = s.stepup.CheckQR(s.Context(), s.nobody(), id, mfa.SecretText("a guess"))
		s.want("without the device's code", err, mfa.NotFound, "")
		if out := check(); out.Claimed || out.Verified || out.Consumed {
			s.Errorf("at first it is %+v", out)
		}
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign(string(id)), true)
		s.want("an answer before the claim", err, mfa.Conflict, mfa.ReasonNotPending)
		seen, err := s.stepup.ClaimByKey(s.Context(), s.nobody(), id, a.sign(string(id)))
		s.must(err)
		if string(seen.Custom) != `{"till":7}` || seen.Prompt.ActionCode != "kiosk" || seen.Prompt.IP != here {
			s.Errorf("the app sees %+v, %s", seen.Prompt, seen.Custom)
		}
		if out := check(); !out.Claimed || out.Verified || out.Consumed {
			s.Errorf("claimed it is %+v", out)
		}
		_, err = s.stepup.ClaimByKey(s.Context(), s.nobody(), id, other.sign(string(id)))
		s.want("a second claim", err, mfa.NotFound, "")
		_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, other.sign(string(id)), true)
		s.want("an answer by another key", err, mfa.NotFound, "")
		signed := a.sign(string(id))
		if n := s.winners(func() (stepup.Result, error) { return s.stepup.AnswerByKey(s.Context(), s.nobody(), id, signed, true) }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		out := check()
		if !out.Verified || out.User.ID != joined.UserID || out.Action.Code != "kiosk" || out.Action.State != mfa.ActionChallengeSucceeded || out.Pass.ActionID != out.Action.ID {
			s.Errorf("in the end it is %+v", out)
		}
	})
}

func TestAPictureOfAnActionIsForItsUser(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodDevice)
	_, other := s.phoned("bob", mfa.MethodQRCode)
	p := s.track("ann", "withdraw")
	_, err := s.stepup.StartQR(s.Context(), p, "transfer", nil)
	s.want("under another name", err, mfa.Invalid, "")
	picture, err := s.stepup.StartQR(s.Context(), p, "withdraw", nil)
	s.must(err)
	id := picture.Prompt.ID
	_, err = s.stepup.ClaimByKey(s.Context(), s.nobody(), id, other.sign(string(id)))
	s.want("somebody else", err, mfa.NotFound, "")
	_, err = s.stepup.ClaimByKey(s.Context(), s.nobody(), id, a.sign(string(id)))
	s.must(err)
	_, err = s.stepup.AnswerByKey(s.Context(), s.nobody(), id, a.sign(string(id)), false)
	s.must(err)
	out, err := s.stepup.CheckQR(s.Context(), s.nobody(), id, picture.DeviceCode)
	s.must(err)
	if !out.Claimed || !out.Consumed || out.Verified {
		s.Errorf("rejected it is %+v", out)
	}
	s.wantState("then", p, mfa.ActionChallengeFailed)
}

func TestAnAppVerifiesWithinItself(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		joined, a := s.phoned("ann", mfa.MethodInApp)
		prompt, err := s.stepup.Prompt(s.Context(), s.nobody(), "pay", "")
		s.must(err)
		signed := a.sign(string(prompt.ID))
		if n := s.winners(func() (stepup.Result, error) {
			out, err := s.stepup.VerifyInApp(s.Context(), s.nobody(), prompt.ID, signed)
			if err == nil && (out.User.ID != joined.UserID || out.Action.Code != "pay" || out.Action.State != mfa.ActionChallengeSucceeded) {
				s.Errorf("verified %+v", out)
			}
			return out, err
		}); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		p := s.track("ann", "withdraw")
		mine, err := s.stepup.Prompt(s.Context(), p, "", "")
		s.must(err)
		if stepup.Nonce(mine) == "" {
			s.Error("there is no nonce for an attestation")
		}
		_, err = s.stepup.VerifyInApp(s.Context(), s.track("ann", "transfer"), mine.ID, a.sign(string(mine.ID)))
		s.want("of another action", err, mfa.NotFound, "")
		s.Clock.Advance(time.Minute)
		later := s.Clock.Now()
		got, err := s.stepup.VerifyInApp(s.Context(), p, mine.ID, a.sign(string(mine.ID)))
		s.verified("of its own action", got, err)
		s.wantState("then", p, mfa.ActionChallengeSucceeded)
		if used := s.look(p).Entries[0].LastUsedAt; !used.Equal(later) {
			s.Errorf("the key was used at %s, it says %s", later, used)
		}
	})
}

func TestAKeyIsRemovedByTheTenMinutesThatItSigned(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	window := func(at time.Time) int64 { return at.Unix() / 600 }
	for what, message := range map[string]func() string{
		"as phones write it": func() string { return fmt.Sprintf("%d.0", window(s.Clock.Now())) },
		"plain":              func() string { return fmt.Sprint(window(s.Clock.Now())) },
		"a slow clock":       func() string { return fmt.Sprintf("%d.0", window(s.Clock.Now().Add(-10*time.Minute))) },
		"a fast clock":       func() string { return fmt.Sprintf("%d.0", window(s.Clock.Now().Add(10*time.Minute))) },
	} {
		_, a := s.phoned("ann "+what, mfa.MethodPush)
		for _, wrong := range []string{fmt.Sprintf("%d.0", window(s.Clock.Now().Add(-20*time.Minute))), ""} {
			_, err := s.stepup.RemoveAppKey(s.Context(), s.nobody(), a.sign(wrong))
			s.want("another time", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
		}
		_, err := s.stepup.RemoveAppKey(s.Context(), s.nobody(), a.sign(message()))
		s.must(err)
		_, _, err = s.stepup.AppKey(s.Context(), s.caller, a.ref)
		s.want(what, err, mfa.NotFound, "")
	}
}

func TestAKeySignsToReadWhereThatIsDemanded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodPush)
	if m, err := s.stepup.ReadMessage(s.Context(), s.caller, a.ref); err != nil || m != "" {
		t.Errorf("nothing is demanded, and the message is %q, %v", m, err)
	}
	s.set(func(a *mfa.ApplicationSettings) { a.StepUp.RequireSignedPush = true })
	_, err := s.stepup.WaitingFor(s.Context(), s.nobody(), stepup.Signed{KeyRef: a.ref})
	s.want("without a signature", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
	message, err := s.stepup.ReadMessage(s.Context(), s.caller, a.ref)
	s.must(err)
	s.Clock.Advance(4 * time.Minute)
	_, err = s.stepup.WaitingFor(s.Context(), s.nobody(), a.sign(message))
	s.must(err)
	s.Clock.Advance(10 * time.Minute)
	_, err = s.stepup.WaitingFor(s.Context(), s.nobody(), a.sign(message))
	s.want("an old message", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
}

func TestAKeyIsChangedByAMessageThatCountsOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, a := s.phoned("ann", mfa.MethodPush)
		id, message, err := s.stepup.UpdateMessage(s.Context(), s.caller, a.ref)
		s.must(err)
		_, _, err = s.stepup.UpdateAppKey(s.Context(), s.nobody(), id, a.sign("another"), stepup.AppKeyChange{PushToken: "token-2"})
		s.want("another message", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
		_, e, err := s.stepup.UpdateAppKey(s.Context(), s.nobody(), id, a.sign(message), stepup.AppKeyChange{PushToken: "token-2"})
		s.must(err)
		var data mfa.AppKeyData
		s.must(json.Unmarshal(e.Data, &data))
		if data.PushToken != "token-2" || data.Use != mfa.MethodPush {
			s.Errorf("it is %+v", data)
		}
		_, _, err = s.stepup.UpdateAppKey(s.Context(), s.nobody(), id, a.sign(message), stepup.AppKeyChange{PushToken: "token-3"})
		s.want("again", err, mfa.Conflict, mfa.ReasonNotPending)
		late, message, err := s.stepup.UpdateMessage(s.Context(), s.caller, a.ref)
		s.must(err)
		s.Clock.Advance(time.Hour)
		_, _, err = s.stepup.UpdateAppKey(s.Context(), s.nobody(), late, a.sign(message), stepup.AppKeyChange{})
		s.want("late", err, mfa.Conflict, mfa.ReasonNotPending)
	})
}

func TestWrongSignaturesAreBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodPush)
	for range s.Service.Limits().AppKeyClaims.Burst {
		_, err := s.stepup.RemoveAppKey(s.Context(), s.nobody(), a.sign("x"))
		s.want("a wrong one", err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
	}
	_, err := s.stepup.RemoveAppKey(s.Context(), s.nobody(), a.sign("x"))
	s.want("one more", err, mfa.Limited, "")
}
