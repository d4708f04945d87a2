package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Transactions that users confirm; those of the database are in transaction.go.
var confirmationScenes = []scene{
	{name: "comes back as it was added", play: func(w *world) {
		t := w.payment(nil)
		bare := w.payment(func(t *mfa.Transaction) {
			*t = mfa.Transaction{ID: t.ID, State: t.State, CreatedAt: start, ExpiresAt: after(600)}
		})
		for _, want := range []mfa.Transaction{t, bare} {
			same(w, "stored", w.paymentNow(want.ID), want)
		}
		missing(w, func(r mfa.Records) (mfa.Transaction, error) { return r.Transaction("no-such") })
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddTransaction(t) })
	}},
	{name: "may be started again and again, while it lives", play: func(w *world) {
		t := w.payment(nil)
		begin := func(nonce string, seconds int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.StartTransaction(t.ID, nonce, after(seconds)) })
		}
		same(w, "first", begin("one", 1), true)
		same(w, "second", begin("two", 599), true)
		same(w, "past its time", begin("three", 600), false)
		t.ServerNonce = "two"
		same(w, "stored", w.paymentNow(t.ID), t)
	}},
	{name: "is confirmed once, by its user, with the nonce of the last start, while it lives", play: func(w *world) {
		t := w.payment(func(t *mfa.Transaction) { t.ServerNonce = "last" })
		confirm := func(edit func(*mfa.TransactionConfirmation)) bool {
			c := confirmed(t)
			edit(&c)
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.ConfirmTransaction(t.ID, c) })
		}
		same(w, "another nonce", confirm(func(c *mfa.TransactionConfirmation) { c.ServerNonce = "first" }), false)
		same(w, "another user", confirm(func(c *mfa.TransactionConfirmation) { c.UserID = "other" }), false)
		same(w, "past its time", confirm(func(c *mfa.TransactionConfirmation) { c.At = after(600) }), false)
		same(w, "untouched", w.paymentNow(t.ID), t)
		same(w, "right", confirm(func(*mfa.TransactionConfirmation) {}), true)
		same(w, "again", confirm(func(*mfa.TransactionConfirmation) {}), false)
		same(w, "started after it", change(w, func(r mfa.WriteRecords) (bool, error) { return r.StartTransaction(t.ID, "x", after(1)) }), false)
		c := confirmed(t)
		t.State, t.Username, t.AuthenticatorID, t.Hash, t.Evidence, t.ConfirmedAt = mfa.TransactionConfirmed, c.Username, c.AuthenticatorID, c.Hash, c.Evidence, c.At
		same(w, "stored", w.paymentNow(t.ID), t)
	}},
	{name: "one of nobody is confirmed by anybody, whose it is then", play: func(w *world) {
		t := w.payment(func(t *mfa.Transaction) { t.UserID, t.Username, t.ServerNonce = "", "", "last" })
		c := confirmed(t)
		c.UserID = "somebody"
		same(w, "confirmed", change(w, func(r mfa.WriteRecords) (bool, error) { return r.ConfirmTransaction(t.ID, c) }), true)
		same(w, "whose", w.paymentNow(t.ID).UserID, "somebody")
	}},
	{name: "goes with its user, unless it was confirmed", play: func(w *world) {
		u := w.user()
		pending := w.payment(func(t *mfa.Transaction) { t.UserID = u.ID })
		evidence := w.payment(func(t *mfa.Transaction) { t.UserID, t.State = u.ID, mfa.TransactionConfirmed })
		open := w.payment(func(t *mfa.Transaction) { t.UserID = "" })
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.Transaction, error) { return r.Transaction(pending.ID) })
		same(w, "evidence", w.paymentNow(evidence.ID), evidence)
		same(w, "one of nobody", w.paymentNow(open.ID), open)
	}},
	{name: "the purges take what was not confirmed by its end, and what was by its confirmation", alone: true, play: func(w *world) {
		pending := w.payment(nil)
		old := w.payment(func(t *mfa.Transaction) { t.State, t.ConfirmedAt = mfa.TransactionConfirmed, after(10) })
		young := w.payment(func(t *mfa.Transaction) { t.State, t.ConfirmedAt = mfa.TransactionConfirmed, after(100) })
		same(w, "in time", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeTransactions(after(600), 5) }), 0)
		same(w, "over", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeTransactions(after(601), 5) }), 1)
		missing(w, func(r mfa.Records) (mfa.Transaction, error) { return r.Transaction(pending.ID) })
		same(w, "confirmed", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeConfirmed(after(50), 5) }), 1)
		missing(w, func(r mfa.Records) (mfa.Transaction, error) { return r.Transaction(old.ID) })
		same(w, "left", w.paymentNow(young.ID), young)
	}},
	{name: "a crowd confirms one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			t := w.payment(func(t *mfa.Transaction) { t.ServerNonce = "last" })
			return func(r mfa.WriteRecords) (bool, error) { return r.ConfirmTransaction(t.ID, confirmed(t)) }
		})
	}},
}

// confirmed is the right confirmation of one.
func confirmed(t mfa.Transaction) mfa.TransactionConfirmation {
	return mfa.TransactionConfirmation{
		UserID: t.UserID, Username: "ann", AuthenticatorID: newIDOf(t), ServerNonce: "last", Hash: []byte{0, 1, 0xff},
		Evidence: json.RawMessage(`{"signature":"MEUC"}`), At: after(5),
	}
}

// newIDOf names the authenticator of a transaction, always the same.
func newIDOf(t mfa.Transaction) mfa.AuthenticatorID { return mfa.AuthenticatorID("of " + t.ID) }

func (w *world) paymentNow(id mfa.TransactionID) mfa.Transaction {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Transaction, error) { return r.Transaction(id) })
}

func (w *world) payment(edit func(*mfa.Transaction)) mfa.Transaction {
	w.Helper()
	t := mfa.Transaction{
		ID: newID[mfa.TransactionID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: newID[mfa.UserID](),
		Username: "ann", Payload: "Überweisung 12,50 € 'an' \"wen\"", Type: "text", Nonce: "n1", State: mfa.TransactionPending,
		CreatedAt: start, ExpiresAt: after(600),
	}
	if edit != nil {
		edit(&t)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddTransaction(t) })
	return t
}
