package native_test

import (
	"crypto/rsa"
	"encoding/json"
	"math/big"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// packages are what a device might have sealed for a recipient.
const packages = `{"auth":"AAAA","auth_jwe":"a.b.c"}`

// demand links a new person and asks them something with terms.
func (d *desk) demand(national string, terms func(*mfa.AskApproval)) (*mfatest.Device, mfa.Challenge) {
	d.tb.Helper()
	ann := d.Register(national)
	phone := ann.Link()
	in := mfa.AskApproval{Caller: d.Caller, User: ann.Ref(), Message: "Pay 100?", Dialect: "test"}
	terms(&in)
	asked, err := d.Service.AskApproval(d.Context(), in)
	d.check(err)
	return phone, asked
}

func (d *desk) toRecipient(in *mfa.AskApproval) {
	d.tb.Helper()
	key, err := receipt.NewRSAJWK(&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 2047, 1), E: 65537})
	d.check(err)
	in.Recipient = &mfa.Recipient{Format: receipt.FormatLaunchKey, KeyID: "3c:be", Key: json.RawMessage(d.json(key))}
}

// found and carrying complete a statement before it is signed.
func found(e policy.Evidence) func(*receipt.Statement) {
	if e.Methods == nil {
		e.Methods = []policy.Method{}
	}
	return func(s *receipt.Statement) { s.Evidence = &e }
}

func carrying(sealed string) func(*receipt.Statement) {
	return func(s *receipt.Statement) {
		if sum, err := receipt.HashPackages(json.RawMessage(sealed)); err == nil {
			s.Packages = sum
		}
	}
}

func (d *desk) answerWith(phone *mfatest.Device, asked mfa.Challenge, statement, sealed string) answer {
	d.tb.Helper()
	return d.post(phone.Key, path(api.PathChallengeAnswer, "{id}", asked.ID), api.Answer{Statement: statement, Packages: json.RawMessage(sealed)})
}

func TestADeviceSeesWhatIsDemanded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone, asked := d.demand("4155550801", func(in *mfa.AskApproval) {
		d.toRecipient(in)
		in.Title = "Transfer"
		in.Policy = &policy.Policy{Methods: new(2), Places: [][]policy.Fence{{{Kind: policy.Circle, Name: "HQ", Latitude: 1.5, Radius: 20}}}}
		in.Reasons = []mfa.DenialReason{{ID: "a", Text: "Changed my mind"}, {ID: "b", Text: "Not me", Fraud: true}}
	})
	got := read[api.Challenge](t, d.get(phone, path(api.PathChallenge, "{id}", asked.ID))).Question
	if string(got.Policy) != `{"methods":"2","places":[[{"kind":"circle","latitude":"1.5","longitude":"0","name":"HQ","radius":"20"}]]}` {
		t.Errorf("the policy is %s", got.Policy)
	}
	want := []api.DenialReason{{ID: "a", Text: "Changed my mind"}, {ID: "b", Text: "Not me", Fraud: true}}
	if got.Title != "Transfer" || !reflect.DeepEqual(got.Reasons, want) || got.Recipient == nil || got.Recipient.KeyID != "3c:be" || got.Recipient.Key.E != "AQAB" {
		t.Errorf("the question is %+v", got)
	}
	whole, err := json.Marshal(got)
	d.check(err)
	if again, err := receipt.ParseQuestion(whole); err != nil || !again.Equal(parsed(t, asked)) {
		t.Errorf("what a device gets is not what it must sign: %v", err)
	}
}

// wrongNumber is one of the choices that is not shown.
func wrongNumber(asked mfa.Challenge, s *receipt.Statement) string {
	for _, number := range s.Question.Match.Choices {
		if number != string(asked.Number.Reveal()) {
			return number
		}
	}
	return ""
}

func TestADeviceIsAskedForANumberAndNeverTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone, asked := d.demand("4155550806", func(in *mfa.AskApproval) { in.Matching = mfa.MatchingType })
	number := string(asked.Number.Reveal())
	for _, target := range []string{path(api.PathChallenge, "{id}", asked.ID), api.PathChallenges} {
		a := d.get(phone, target)
		if !strings.Contains(string(a.body), `"match":{"digits":"2"}`) || strings.Contains(string(a.body), `"`+number+`"`) {
			t.Errorf("%s says %s", target, a.body)
		}
	}
	sealed := read[json.RawMessage](t, d.answer(phone, asked, phone.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.Match = number })))
	if proved, err := receipt.Verify(sealed, receipt.Options{}); err != nil || proved.Statement.Match != number {
		t.Errorf("the receipt proves %+v, %v", proved, err)
	}
}

func parsed(t *testing.T, asked mfa.Challenge) receipt.Question {
	t.Helper()
	q, err := receipt.ParseQuestion(asked.Question)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAFailureIsADenialThatSaysWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone, asked := d.demand("4155550802", func(in *mfa.AskApproval) { in.Policy = &policy.Policy{Methods: new(1)} })
	statement := phone.Statement(asked, receipt.Denied, func(s *receipt.Statement) { s.Failure = policy.FailedConfiguration })
	read[json.RawMessage](t, d.answer(phone, asked, statement))
	got := read[api.Challenge](t, d.get(phone, path(api.PathChallenge, "{id}", asked.ID)))
	if got.State != api.StateDenied || got.Failure != "configuration" {
		t.Errorf("it stands as %+v", got)
	}
}

func TestAnApprovalWithoutEvidenceLeavesTheQuestionOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone, asked := d.demand("4155550803", func(in *mfa.AskApproval) { in.Policy = &policy.Policy{Methods: new(1)} })
	poor := phone.Statement(asked, receipt.Approved, found(policy.Evidence{}))
	refused(t, "too little", d.answer(phone, asked, poor), http.StatusUnprocessableEntity, api.CodePolicyUnmet)
	rich := phone.Statement(asked, receipt.Approved, found(policy.Evidence{Methods: []policy.Method{policy.PINCode}}))
	read[json.RawMessage](t, d.answer(phone, asked, rich))
}

func TestPackagesTravelExactlyWithQuestionsThatHaveARecipient(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone, asked := d.demand("4155550804", d.toRecipient)
	statement := phone.Statement(asked, receipt.Approved, carrying(packages))
	for what, sealed := range map[string]string{"none": "", "others": `{"auth":"BBBB"}`, "not texts": `{"auth":1}`, "a list": `[]`} {
		refused(t, what, d.answerWith(phone, asked, statement, sealed), http.StatusUnprocessableEntity, api.CodePackagesInvalid)
	}
	first := read[json.RawMessage](t, d.answerWith(phone, asked, statement, packages))
	again := read[json.RawMessage](t, d.answerWith(phone, asked, statement, packages))
	if string(first) != string(again) {
		t.Error("the same answer again gave another receipt")
	}
	plain := d.Register("4155550805")
	own := plain.Link()
	unasked := plain.Ask("Pay 100?")
	refused(t, "unasked", d.answerWith(own, unasked, own.Statement(unasked, receipt.Approved, nil), packages), http.StatusUnprocessableEntity, api.CodePackagesInvalid)
}
