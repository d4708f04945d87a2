package passkeys_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

const pay = "Überweisung 12,50 € an Bob"

func (d *desk) create(ref mfa.UserRef) mfa.Transaction {
	d.tb.Helper()
	out, err := d.passkeys.CreateTransaction(d.Context(), passkeys.CreateTransaction{Caller: d.caller, Payload: pay, Nonce: "n1", Type: "text", User: ref})
	d.check(err)
	return out
}

func (d *desk) beginTransaction(id mfa.TransactionID) (mfa.Transaction, passkeys.SignIn) {
	d.tb.Helper()
	out, s, err := d.passkeys.BeginTransaction(d.Context(), passkeys.BeginTransaction{Caller: d.caller, ID: id, User: ann})
	d.check(err)
	return out, s
}

func (d *desk) confirm(id mfa.TransactionID, a mfa.PasskeyAssertion) (passkeys.Confirmed, error) {
	return d.passkeys.FinishTransaction(d.Context(), passkeys.FinishTransaction{Caller: d.caller, ID: id, User: ann, Assertion: a})
}

func TestTheHashOfATransactionIsThatOfTheProtocol(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ payload, nonce, server, want string }{
		{"pay 1", "NONCE-0123456789", "SRV-abcdef", "_nfOAHgg2CHCGmbUhK07u4DWdck0HMrkMCP2IdlOPng"},
		{"Überweisung 12,50 €", "n1", "s1", "al5Ry3aZxz3P04jFgIXFNbWgfDhIBVkLKWHD3XVCLSg"},
	} {
		got := base64.RawURLEncoding.EncodeToString(passkeys.TransactionHash(mfa.Transaction{Payload: c.payload, Nonce: c.nonce, ServerNonce: c.server}))
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.payload, got, c.want)
		}
	}
}

func TestATransactionIsConfirmedByASignatureOverItsText(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{})
		joined := d.join("ann", key)
		begun, s := d.beginTransaction(d.create(ann).ID)
		if !slices.Equal(s.Challenge, passkeys.TransactionHash(begun)) || begun.ServerNonce == "" {
			t.Errorf("the challenge is %x", s.Challenge)
		}
		out, err := d.confirm(begun.ID, d.signed(key, s, shop))
		d.check(err)
		var kept mfa.Transaction
		d.check(d.Store.Read(t.Context(), func(r mfa.Records) (err error) {
			kept, err = r.Transaction(begun.ID)
			return err
		}))
		var evidence mfa.TransactionEvidence
		d.check(json.Unmarshal(kept.Evidence, &evidence))
		if kept.State != mfa.TransactionConfirmed || kept.UserID != joined.User.ID || !slices.Equal(kept.Hash, s.Challenge) || !slices.Equal(out.Transaction.Hash, s.Challenge) {
			t.Errorf("kept %+v", kept)
		}
		if len(evidence.Signature) == 0 || evidence.PasskeyData.AAGUID != joined.Passkey.AAGUID || !strings.Contains(string(evidence.ClientData), base64.RawURLEncoding.EncodeToString(s.Challenge)) {
			t.Errorf("the evidence is %+v", evidence)
		}
		_, err = d.confirm(begun.ID, d.signed(key, s, shop))
		refused(t, "a second time", err, mfa.Conflict, mfa.ReasonNotPending)
		if got := d.events(joined.User.ID); count(got, mfa.EventTransactionConfirmed) != 1 {
			t.Errorf("the log says %v", got)
		}
	})
}

func TestOfManyConfirmationsAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 1, Step: 1})
		u := d.join("ann", key).User.ID
		begun, s := d.beginTransaction(d.create(mfa.UserRef{}).ID)
		signature := d.signed(key, s, shop)
		won := race(200, func() error {
			_, err := d.confirm(begun.ID, signature)
			if err != nil {
				refused(t, "a loser", err, mfa.Conflict, mfa.ReasonNotPending)
			}
			return err
		})
		if got := d.events(u); won != 1 || count(got, mfa.EventTransactionConfirmed) != 1 || count(got, mfa.EventPasskeyCloned) != 0 {
			t.Errorf("%d won, and the log says %v", won, got)
		}
	})
}

func TestASignatureOverAnotherTextOrNonceConfirmsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	begun, s := d.beginTransaction(d.create(ann).ID)
	altered := begun
	altered.Payload = strings.Replace(pay, "12,50", "1250", 1)
	s.Challenge = passkeys.TransactionHash(altered)
	_, err := d.confirm(begun.ID, d.signed(key, s, shop))
	refused(t, "another text", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)

	// Whoever begins again makes the nonce before worthless.
	_, first := d.beginTransaction(begun.ID)
	_, second := d.beginTransaction(begun.ID)
	_, err = d.confirm(begun.ID, d.signed(key, first, shop))
	refused(t, "an older nonce", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	other, _ := d.beginTransaction(d.create(ann).ID)
	_, err = d.confirm(other.ID, d.signed(key, second, shop))
	refused(t, "the same text and nonce of another transaction", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)

	_, err = d.confirm(d.create(ann).ID, d.signed(key, second, shop))
	refused(t, "one that was not begun", err, mfa.NotFound, mfa.ReasonCeremony)
	_, err = d.confirm(begun.ID, d.signed(key, d.begin(ann), shop))
	refused(t, "a signature of a sign-in", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	_, err = d.enter(ann, d.signed(key, second, shop))
	refused(t, "a sign-in by a transaction's signature", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	_, err = d.confirm(begun.ID, d.signed(key, second, shop))
	d.check(err)
}

func TestATransactionIsItsUsersInItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	d.join("bob", passkeytest.New(passkeytest.Options{}))
	bobs := d.create(mfa.UserRef{Alias: "bob"})
	_, _, err := d.passkeys.BeginTransaction(t.Context(), passkeys.BeginTransaction{Caller: d.caller, ID: bobs.ID, User: ann})
	refused(t, "somebody else's", err, mfa.NotFound, "")
	_, _, err = d.passkeys.BeginTransaction(t.Context(), passkeys.BeginTransaction{Caller: d.caller, ID: mfa.NewID[mfa.TransactionID](), User: ann})
	refused(t, "an unknown one", err, mfa.NotFound, "")
	begun, s := d.beginTransaction(d.create(ann).ID)
	d.Clock.Advance(d.Service.Limits().TransactionLife)
	_, err = d.confirm(begun.ID, d.signed(key, s, shop))
	refused(t, "too late", err, mfa.Expired, mfa.ReasonCeremony)
}

func TestTransactionsThatCannotBeKeptAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	for name, in := range map[string]passkeys.CreateTransaction{
		"no text":          {},
		"a long text":      {Payload: strings.Repeat("x", d.Service.Limits().TransactionBytes+1)},
		"no UTF-8":         {Payload: "\xff"},
		"a long nonce":     {Payload: pay, Nonce: strings.Repeat("n", 201)},
		"a long type":      {Payload: pay, Type: strings.Repeat("n", 101)},
		"a broken nonce":   {Payload: pay, Nonce: "\xff"},
		"a broken type":    {Payload: pay, Type: "\xff"},
		"somebody unknown": {Payload: pay, User: mfa.UserRef{Alias: "nobody"}},
	} {
		in.Caller = d.caller
		if _, err := d.passkeys.CreateTransaction(t.Context(), in); !mfa.IsCode(err, mfa.Invalid) && !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err := d.passkeys.CreateTransaction(t.Context(), passkeys.CreateTransaction{Caller: d.caller, Payload: pay})
	if d.check(err); len(out.Nonce) < 16 {
		t.Errorf("the drawn nonce is %q", out.Nonce)
	}
}

func TestTransactionsOfOneSourceAreLimited(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	create := func(source string, vouched bool) error {
		_, err := d.passkeys.CreateTransaction(t.Context(), passkeys.CreateTransaction{Caller: d.caller, Payload: pay, Source: source, Vouched: vouched})
		return err
	}
	for range d.Service.Limits().Transactions.Burst {
		d.check(create("192.0.2.1", false))
	}
	refused(t, "one more", create("192.0.2.1", false), mfa.Limited, "")
	d.check(create("192.0.2.2", false))
	d.check(create("192.0.2.1", true)) // a backend has as many payments as it has
}
