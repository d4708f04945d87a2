package storetest

import (
	"context"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
)

var serverScenes = []scene{
	{name: "a secret stays the first that was kept", play: func(w *world) {
		name := newID[string]()
		missing(w, func(r mfa.Records) (mfa.Secret, error) { return r.ServerSecret(name) })
		for _, brought := range []string{"first", "second"} {
			kept := change(w, func(r mfa.WriteRecords) (mfa.Secret, error) { return r.KeepServerSecret(name, mfa.SecretText(brought)) })
			same(w, "kept", string(kept.Reveal()), "first")
		}
		same(w, "read", string(read(w, func(r mfa.Records) (mfa.Secret, error) { return r.ServerSecret(name) }).Reveal()), "first")
	}},
	{name: "a crowd that brings different secrets agrees on one", play: func(w *world) {
		name := newID[string]()
		var mu sync.Mutex
		seen := make(map[string]bool)
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			kept, err := tryChange(ctx, s, func(r mfa.WriteRecords) (mfa.Secret, error) {
				return r.KeepServerSecret(name, mfa.SecretText(newID[string]()))
			})
			mu.Lock()
			defer mu.Unlock()
			seen[string(kept.Reveal())] = true
			return true, err
		})
		same(w, "different secrets", len(seen), 1)
	}},
}
