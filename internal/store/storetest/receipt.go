package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var receiptScenes = []scene{
	{name: "comes back byte for byte", play: func(w *world) {
		want := newReceipt(w.challenge(w.user()))
		w.write(func(r mfa.WriteRecords) error { return r.AddReceipt(want) })
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt(want.ChallengeID) }), want)
		missing(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt("no-such") })
	}},
	{name: "a challenge has one, which never changes", play: func(w *world) {
		want := newReceipt(w.challenge(w.user()))
		w.write(func(r mfa.WriteRecords) error { return r.AddReceipt(want) })
		other := want
		other.Document = json.RawMessage(`{}`)
		w.refused(mfa.Conflict, "", func(r mfa.WriteRecords) error { return r.AddReceipt(other) })
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt(want.ChallengeID) }), want)
	}},
}

func newReceipt(c mfa.Challenge) mfa.Receipt {
	return mfa.Receipt{
		ChallengeID: c.ID, ApplicationID: c.ApplicationID, UserID: c.UserID, AuthenticatorID: "device",
		Document: json.RawMessage(`{ "b":1, "a":"é\u0041" }`), CreatedAt: after(1),
	}
}
