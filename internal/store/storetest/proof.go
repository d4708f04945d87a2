package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var proofScenes = []scene{
	{name: "a nonce counts once for each key", play: func(w *world) {
		key, nonce := newID[string](), newID[string]()
		spend := func(key, nonce string) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.SpendProof(key, nonce, after(60)) })
		}
		same(w, "first", spend(key, nonce), true)
		same(w, "again", spend(key, nonce), false)
		same(w, "another nonce", spend(key, nonce+"x"), true)
		same(w, "another key", spend(key+"x", nonce), true)
	}},
	{name: "the purge takes those that need not be remembered", alone: true, play: func(w *world) {
		spend := func(nonce string, until int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.SpendProof("key", nonce, after(until)) })
		}
		spend("old", 1)
		spend("new", 100)
		same(w, "purged", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeProofs(after(50), 10) }), 1)
		same(w, "remembered", spend("new", 100), false)
		same(w, "forgotten", spend("old", 100), true)
	}},
	{name: "a crowd spends one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			nonce := newID[string]()
			return func(r mfa.WriteRecords) (bool, error) { return r.SpendProof("thumbprint", nonce, after(60)) }
		})
	}},
}
