package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var keyScenes = []scene{
	{name: "is found by its secret and kind alone", play: func(w *world) {
		k := w.key("api", nil)
		same(w, "found", read(w, func(r mfa.Records) (mfa.Key, error) { return r.KeyBySecret(k.Kind, k.Secret) }), k)
		missing(w, func(r mfa.Records) (mfa.Key, error) { return r.KeyBySecret(mfa.KeyAuthySigning, k.Secret) })
		missing(w, func(r mfa.Records) (mfa.Key, error) { return r.KeyBySecret(k.Kind, mfa.SecretText("wrong")) })
		missing(w, func(r mfa.Records) (mfa.Key, error) { return r.KeyBySecret(k.Kind, mfa.Secret{}) })
	}},
	{name: "several live at once, listed newest first", play: func(w *world) {
		old := w.key("old", func(k *mfa.Key) { k.ExpiresAt = after(3600) })
		young := w.key("young", func(k *mfa.Key) { k.CreatedAt = after(1) })
		same(w, "list", read(w, func(r mfa.Records) ([]mfa.Key, error) { return r.KeysOf(w.app.ID) }), []mfa.Key{young, old})
	}},
	{name: "the same secret of the same application is no change", play: func(w *world) {
		k := w.key("api", nil)
		again := k
		again.ID = newID[mfa.KeyID]()
		w.write(func(r mfa.WriteRecords) error { return r.AddKey(again) })
		same(w, "list", read(w, func(r mfa.Records) ([]mfa.Key, error) { return r.KeysOf(w.app.ID) }), []mfa.Key{k})
	}},
	{name: "a secret that opens another application is a conflict", play: func(w *world) {
		k := w.key("api", nil)
		k.ID, k.ApplicationID = newID[mfa.KeyID](), w.application(nil).ID
		w.refused(mfa.Conflict, "secret", func(r mfa.WriteRecords) error { return r.AddKey(k) })
	}},
	{name: "an id that is taken is a conflict", play: func(w *world) {
		k := w.key("api", nil)
		k.Secret = mfa.SecretText(newID[string]())
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddKey(k) })
	}},
	{name: "opens nothing once removed", play: func(w *world) {
		k := w.key("api", nil)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveKey(k.ID) })
		missing(w, func(r mfa.Records) (mfa.Key, error) { return r.KeyBySecret(k.Kind, k.Secret) })
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemoveKey(k.ID) })
	}},
}

// key adds a key to the world's application; its secret begins with the given text.
func (w *world) key(secret string, edit func(*mfa.Key)) mfa.Key {
	w.Helper()
	k := mfa.Key{
		ID: newID[mfa.KeyID](), Kind: mfa.KeyAuthyAPI, ApplicationID: w.app.ID, Secret: mfa.SecretText(secret + newID[string]()), CreatedAt: start,
	}
	if edit != nil {
		edit(&k)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddKey(k) })
	return k
}
