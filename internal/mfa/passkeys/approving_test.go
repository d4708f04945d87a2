package passkeys_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// ask asks ann for her approval, as an application that has no relying party of its own.
func (d *desk) ask(change func(*mfa.AskApproval)) mfa.Challenge {
	d.tb.Helper()
	in := mfa.AskApproval{
		Caller: d.beside("Bank of "+string(mfa.NewID[mfa.EventID]()), nil), User: ann, Message: "Pay 12.50 EUR to Bob?", Dialect: "test",
		Details: []mfa.Detail{{Label: "To", Value: "Bob"}},
	}
	if change != nil {
		change(&in)
	}
	c, err := d.Service.AskApproval(d.Context(), in)
	d.check(err)
	return c
}

func yes(c mfa.Challenge) passkeys.BeginApproval {
	return passkeys.BeginApproval{Challenge: c.ID, Origin: shop, Decision: receipt.Approved}
}

func (d *desk) beginApproval(in passkeys.BeginApproval) passkeys.Approval {
	d.tb.Helper()
	out, err := d.passkeys.BeginApproval(d.Context(), in)
	d.check(err)
	return out
}

func (d *desk) approved(key *passkeytest.Authenticator, in passkeys.BeginApproval) passkeys.FinishApproval {
	d.tb.Helper()
	begun := d.beginApproval(in)
	return passkeys.FinishApproval{Challenge: in.Challenge, Statement: begun.Statement, Assertion: d.signed(key, begun.SignIn, in.Origin), Source: "192.0.2.7"}
}

func (d *desk) finish(in passkeys.FinishApproval) (mfa.Receipt, error) {
	return d.passkeys.FinishApproval(d.Context(), in)
}

func (d *desk) state(id mfa.ChallengeID) mfa.Challenge {
	d.tb.Helper()
	var c mfa.Challenge
	d.check(d.Store.Read(d.Context(), func(r mfa.Records) (err error) {
		c, err = r.Challenge(id)
		return err
	}))
	return c
}

func TestAPasskeyApprovesWhatAnotherApplicationAsks(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 1, Step: 1})
		joined := d.join("ann", key)
		c := d.ask(nil)
		if shown, err := d.passkeys.Question(t.Context(), c.ID); err != nil || shown.Message != c.Message || shown.State != mfa.ChallengePending {
			t.Errorf("the page shows %+v, %v", shown, err)
		}
		in := d.approved(key, yes(c))
		got, err := d.finish(in)
		d.check(err)
		seal, err := receipt.NewJWK(d.SealKey.Public())
		d.check(err)
		proved, err := receipt.Verify(got.Document, receipt.Options{ServerKey: seal.Thumbprint()})
		d.check(err)
		if proved.Passkey == nil || !proved.Passkey.Verified || proved.Passkey.Origin != shop || proved.Statement.RelyingParty.ID != shopID ||
			proved.Statement.Question.Message != c.Message || proved.Statement.Question.User.ID != string(joined.User.ID) {
			t.Errorf("the receipt says %+v", proved)
		}
		answer, err := got.Answer()
		if d.check(err); len(answer.Signature) == 0 || !answer.SignedAt.Equal(d.Clock.Now()) {
			t.Errorf("its answer is %+v", answer)
		}
		now := d.state(c.ID)
		if now.State != mfa.ChallengeApproved || now.AuthenticatorID != joined.Authenticator.ID || now.NotifiedAt.IsZero() {
			t.Errorf("the challenge is %+v", now)
		}
		if held := d.held(joined.Authenticator.ID); held.Counter != 2 {
			t.Errorf("the counter stands at %d", held.Counter)
		}
		if again, err := d.finish(in); err != nil || !slices.Equal(again.Document, got.Document) {
			t.Errorf("the same answer again: %v", err)
		}
		if shown, err := d.passkeys.Question(t.Context(), c.ID); err != nil || shown.Message != "" || shown.State != mfa.ChallengeApproved {
			t.Errorf("afterwards the page shows %+v, %v", shown, err)
		}
		if events := d.events(joined.User.ID, mfa.EventChallengeApproved); len(events) != 1 {
			t.Errorf("the log says %v", events)
		}
	})
}

func TestADenialByPasskeyCarriesItsReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	c := d.ask(nil)
	_, err := d.finish(d.approved(key, passkeys.BeginApproval{Challenge: c.ID, Origin: shop, Decision: receipt.Denied, Reason: "not me", Fraud: true}))
	d.check(err)
	if now := d.state(c.ID); now.State != mfa.ChallengeDenied || now.Reason != "not me" || !now.Fraud {
		t.Errorf("the challenge is %+v", now)
	}
}

func TestOfManyAnswersAtOnceOneWins(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{})
		u := d.join("ann", key).User.ID
		c := d.ask(nil)
		answers := make(chan passkeys.FinishApproval, 200)
		no := passkeys.BeginApproval{Challenge: c.ID, Origin: shop, Decision: receipt.Denied}
		for i := range cap(answers) {
			in := yes(c)
			if i%2 == 0 {
				in = no
			}
			d.Clock.Advance(time.Millisecond) // so that no two statements are alike
			answers <- d.approved(key, in)
		}
		won := race(cap(answers), func() error {
			_, err := d.finish(<-answers)
			if err != nil {
				refused(t, "a loser", err, mfa.Conflict, mfa.ReasonNotPending)
			}
			return err
		})
		if events := d.events(u, mfa.EventChallengeApproved, mfa.EventChallengeDenied); won != 1 || len(events) != 1 {
			t.Errorf("%d won, and the log says %v", won, events)
		}
	})
}

func TestTheSameAnswerSentByManyGivesOneReceipt(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 1, Step: 1})
		u := d.join("ann", key).User.ID
		in := d.approved(key, yes(d.ask(nil)))
		documents := make(chan string, 200)
		if won := race(cap(documents), func() error {
			got, err := d.finish(in)
			documents <- string(got.Document)
			return err
		}); won != cap(documents) {
			t.Errorf("%d of %d were answered", won, cap(documents))
		}
		first := <-documents
		for range cap(documents) - 1 {
			if other := <-documents; other != first {
				t.Fatalf("two receipts: %s and %s", first, other)
			}
		}
		if got := d.events(u, mfa.EventChallengeApproved, mfa.EventPasskeyCloned); len(got) != 1 {
			t.Errorf("the log says %v", got)
		}
	})
}

func TestADeviceAndAPasskeyAnswerOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	link, err := d.Service.StartLink(t.Context(), d.caller, ann)
	d.check(err)
	phone := d.LinkWith(link.Code)
	c := d.ask(nil)
	in := d.approved(key, yes(c))
	_, err = d.Service.Answer(t.Context(), phone.Caller, c.ID, phone.Statement(c, receipt.Denied, nil), nil)
	d.check(err)
	_, err = d.finish(in)
	refused(t, "the passkey after the phone", err, mfa.Conflict, mfa.ReasonNotPending)

	c = d.ask(nil)
	_, err = d.finish(d.approved(key, yes(c)))
	d.check(err)
	_, err = d.Service.Answer(t.Context(), phone.Caller, c.ID, phone.Statement(c, receipt.Denied, nil), nil)
	refused(t, "the phone after the passkey", err, mfa.Conflict, mfa.ReasonNotPending)
}

func TestAnswersThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key, bobs := passkeytest.New(passkeytest.Options{}), passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	d.join("bob", bobs)
	c, other := d.ask(nil), d.ask(nil)
	statement := func(change func(*receipt.Statement)) func(*passkeys.FinishApproval) {
		return func(in *passkeys.FinishApproval) {
			s, _, err := receipt.DecodeStatement(in.Statement)
			d.check(err)
			change(&s)
			payload, err := s.Canonical()
			d.check(err)
			in.Statement = receipt.EncodeStatement(payload)
			in.Assertion = d.signed(key, passkeys.SignIn{Challenge: receipt.PasskeyChallenge(payload), RelyingParty: mfa.RelyingParty{ID: shopID}}, shop)
		}
	}
	for name, bad := range map[string]struct {
		change func(*passkeys.FinishApproval)
		reason mfa.Reason
	}{
		"another text":           {statement(func(s *receipt.Statement) { s.Question.Message = "Pay 1250 EUR to Eve?" }), mfa.ReasonStatementMismatch},
		"another detail":         {statement(func(s *receipt.Statement) { s.Question.Details[0].Value = "Eve" }), mfa.ReasonStatementMismatch},
		"another question":       {func(in *passkeys.FinishApproval) { in.Challenge = other.ID }, mfa.ReasonStatementMismatch},
		"an old statement":       {statement(func(s *receipt.Statement) { s.DeviceTime = receipt.FormatTime(d.Clock.Now().Add(-time.Hour)) }), mfa.ReasonStatementTime},
		"another relying party":  {statement(func(s *receipt.Statement) { s.RelyingParty.ID = "evil.example" }), mfa.ReasonPasskeyOrigin},
		"packages for nobody":    {func(in *passkeys.FinishApproval) { in.Packages = json.RawMessage(`{"a":"b"}`) }, mfa.ReasonPackagesInvalid},
		"somebody else's":        {func(in *passkeys.FinishApproval) { in.Assertion = d.signed(bobs, d.begin(mfa.UserRef{}), shop) }, mfa.ReasonPasskeyCredential},
		"a signature of another": {func(in *passkeys.FinishApproval) { in.Assertion = d.signed(key, d.begin(ann), shop) }, mfa.ReasonPasskeyChallenge},
		"no statement":           {func(in *passkeys.FinishApproval) { in.Statement = "e30" }, mfa.ReasonStatementInvalid},
		"a flipped decision": {func(in *passkeys.FinishApproval) {
			s, _, err := receipt.DecodeStatement(in.Statement)
			d.check(err)
			s.Decision = receipt.Denied
			payload, err := s.Canonical()
			d.check(err)
			in.Statement = receipt.EncodeStatement(payload)
		}, mfa.ReasonPasskeyChallenge},
		"client data that are too long": {func(in *passkeys.FinishApproval) { in.Assertion.ClientData = make([]byte, 9<<10) }, mfa.ReasonPasskeyMalformed},
		"another page": {func(in *passkeys.FinishApproval) {
			in.Assertion.ClientData = []byte(strings.Replace(string(in.Assertion.ClientData), shop, thief, 1))
		}, mfa.ReasonPasskeyOrigin},
	} {
		in := d.approved(key, yes(c))
		bad.change(&in)
		_, err := d.finish(in)
		refused(t, name, err, mfa.Invalid, bad.reason)
		if now := d.state(c.ID); now.State != mfa.ChallengePending {
			t.Fatalf("%s answered the question", name)
		}
	}
	_, err := d.finish(d.approved(key, yes(c)))
	d.check(err)
}

func TestOnlyAPageOfTheUsersRelyingPartyMayAsk(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	d.join("ann", passkeytest.New(passkeytest.Options{}))
	d.beside("Other shop", &mfa.RelyingParty{ID: "other.example", Origins: []string{"https://other.example"}})
	c := d.ask(nil)
	for origin, reason := range map[string]mfa.Reason{thief: mfa.ReasonPasskeyOrigin, "": mfa.ReasonPasskeyOrigin} {
		in := yes(c)
		in.Origin = origin
		_, err := d.passkeys.BeginApproval(t.Context(), in)
		refused(t, "origin "+origin, err, mfa.Invalid, reason)
	}
	in := yes(c)
	in.Origin = "https://other.example"
	_, err := d.passkeys.BeginApproval(t.Context(), in)
	refused(t, "a relying party without her passkeys", err, mfa.NotFound, mfa.ReasonNoPasskey)
	_, err = d.passkeys.BeginApproval(t.Context(), passkeys.BeginApproval{Challenge: c.ID, Origin: shop, Decision: "maybe"})
	refused(t, "neither yes nor no", err, mfa.Invalid, mfa.ReasonStatementInvalid)
	_, err = d.passkeys.BeginApproval(t.Context(), passkeys.BeginApproval{Challenge: mfa.NewID[mfa.ChallengeID](), Origin: shop, Decision: receipt.Approved})
	refused(t, "nothing asked", err, mfa.NotFound, "")
}

func TestAPolicyIsJudgedByWhatThePasskeySigned(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	synced, own := passkeytest.New(passkeytest.Options{BackupEligible: true}), passkeytest.New(passkeytest.Options{})
	joined := d.join("ann", synced)
	demand := func(p policy.Policy) mfa.Challenge { return d.ask(func(in *mfa.AskApproval) { in.Policy = &p }) }
	with := func(c mfa.Challenge, e policy.Evidence) passkeys.BeginApproval {
		in := yes(c)
		in.Evidence = &e
		return in
	}
	nothing := policy.Evidence{Methods: []policy.Method{}}
	_, err := d.finish(d.approved(synced, with(demand(policy.Policy{Methods: new(1)}), nothing)))
	d.check(err)
	_, err = d.finish(d.approved(synced, with(demand(policy.Policy{Methods: new(2)}), nothing)))
	refused(t, "two methods", err, mfa.Invalid, mfa.ReasonPolicyUnmet)
	_, err = d.finish(d.approved(synced, with(demand(policy.Policy{Methods: new(1)}), policy.Evidence{Methods: []policy.Method{policy.Fingerprint}})))
	refused(t, "a method that nobody saw", err, mfa.Invalid, mfa.ReasonPolicyUnmet)
	_, err = d.passkeys.BeginApproval(t.Context(), yes(demand(policy.Policy{Methods: new(1)})))
	refused(t, "no evidence", err, mfa.Invalid, mfa.ReasonStatementInvalid)

	strict := demand(policy.Policy{DenySynced: true})
	_, err = d.passkeys.BeginApproval(t.Context(), with(strict, nothing))
	refused(t, "a synced one where none may be", err, mfa.Invalid, mfa.ReasonPolicyUnmet)
	r, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.Add, User: mfa.UserRef{ID: joined.User.ID}})
	d.check(err)
	_, err = d.passkeys.FinishRegistration(t.Context(), d.made(own, r))
	d.check(err)
	begun := d.beginApproval(with(strict, nothing))
	if len(begun.Allow) != 1 {
		t.Errorf("asked for %v", begun.Allow)
	}
	_, err = d.finish(passkeys.FinishApproval{Challenge: strict.ID, Statement: begun.Statement, Assertion: d.signed(synced, passkeys.SignIn{Challenge: begun.Challenge, RelyingParty: begun.RelyingParty}, shop)})
	refused(t, "the synced one all the same", err, mfa.Invalid, mfa.ReasonPolicyUnmet)
	_, err = d.finish(d.approved(own, with(strict, nothing)))
	d.check(err)
	_, err = d.finish(d.approved(synced, passkeys.BeginApproval{Challenge: demand(policy.Policy{DenySynced: true}).ID, Origin: shop, Decision: receipt.Denied, Failure: policy.FailedPolicy}))
	d.check(err) // a denial needs nothing
}

func TestAPolicyThatDemandsMethodsDemandsVerification(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	d.caller = d.set(d.caller, mfa.RelyingParty{ID: shopID, Origins: []string{shop}, UserVerification: passkeys.Discouraged})
	key := passkeytest.New(passkeytest.Options{NotVerified: true})
	d.join("ann", key)
	_, err := d.finish(d.approved(key, yes(d.ask(nil))))
	d.check(err)
	in := yes(d.ask(func(in *mfa.AskApproval) { in.Policy = &policy.Policy{Methods: new(1)} }))
	in.Evidence = &policy.Evidence{Methods: []policy.Method{}}
	if begun := d.beginApproval(in); begun.UserVerification != passkeys.Required {
		t.Errorf("verification is %s", begun.UserVerification)
	}
	_, err = d.finish(d.approved(key, in))
	refused(t, "nobody in special", err, mfa.Invalid, mfa.ReasonPasskeyVerification)
}

func TestPackagesGoToTheirRecipient(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	recipient := clienttest.Recipient(t)
	encoded, err := json.Marshal(recipient.Key)
	d.check(err)
	ask := func() mfa.Challenge {
		return d.ask(func(in *mfa.AskApproval) {
			in.Recipient = &mfa.Recipient{Format: recipient.Format, KeyID: recipient.KeyID, Key: encoded}
		})
	}
	c, packages := ask(), json.RawMessage(`{"auth":"sealed","auth_jwe":"sealed too"}`)
	in := yes(c)
	if in.Packages, err = receipt.HashPackages(packages); err != nil {
		t.Fatal(err)
	}
	answer := d.approved(key, in)
	_, err = d.finish(answer)
	refused(t, "without them", err, mfa.Invalid, mfa.ReasonPackagesInvalid)
	answer.Packages = json.RawMessage(`{"auth":"exchanged","auth_jwe":"sealed too"}`)
	_, err = d.finish(answer)
	refused(t, "others", err, mfa.Invalid, mfa.ReasonPackagesInvalid)
	answer.Packages = packages
	_, err = d.finish(answer)
	d.check(err)
	if now := d.state(c.ID); string(now.Packages) != string(packages) {
		t.Errorf("kept %s", now.Packages)
	}
	_, err = d.passkeys.BeginApproval(t.Context(), yes(ask()))
	refused(t, "a statement without their hash", err, mfa.Invalid, mfa.ReasonStatementInvalid)
}

func TestAnAnswerComesInTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	var asker *mfa.Caller
	c := d.ask(func(in *mfa.AskApproval) { in.Life, asker = time.Minute, in.Caller })
	late := d.approved(key, yes(c))
	d.Clock.Advance(time.Minute)
	_, err := d.finish(late)
	refused(t, "too late", err, mfa.Expired, "")
	_, err = d.passkeys.BeginApproval(t.Context(), yes(c))
	refused(t, "beginning too late", err, mfa.Expired, "")

	c = d.ask(func(in *mfa.AskApproval) { in.Caller = asker })
	early := d.approved(key, yes(c))
	d.check(d.Service.CancelApproval(t.Context(), asker, c.ID))
	_, err = d.finish(early)
	refused(t, "withdrawn", err, mfa.Expired, mfa.ReasonCancelled)
}

func TestARevokedPasskeyAnswersNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	joined := d.join("ann", key)
	in := d.approved(key, yes(d.ask(nil)))
	held := d.held(joined.Authenticator.ID)
	held.State = mfa.AuthenticatorRevoked
	d.check(d.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
		_, err := w.UpdateAuthenticator(held)
		return err
	}))
	_, err := d.finish(in)
	refused(t, "a revoked one", err, mfa.Forbidden, mfa.ReasonPasskeyRevoked)
}
