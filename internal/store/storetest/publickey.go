package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var publicKeyScenes = []scene{
	{name: "come back as they were added, to the byte, oldest first", play: func(w *world) {
		young := w.publicKey(w.dir.ID.Owner(), func(k *mfa.PublicKey) { k.CreatedAt = after(1) })
		old := w.publicKey(w.dir.ID.Owner(), func(k *mfa.PublicKey) { k.Active, k.ExpiresAt, k.Purpose = false, after(-10), mfa.PurposeEncryption })
		same(w, "keys", w.publicKeys(w.dir.ID.Owner()), []mfa.PublicKey{old, young})
		same(w, "none", w.publicKeys(w.app.ID.Owner()), nil)
	}},
	{name: "owners of different kinds are different, whatever their ids", play: func(w *world) {
		k := w.publicKey(mfa.Owner{Kind: mfa.OwnerDirectory, ID: string(w.org.ID)}, nil)
		same(w, "of the organization", w.publicKeys(w.org.ID.Owner()), nil)
		same(w, "of the directory", w.publicKeys(k.Owner), []mfa.PublicKey{k})
	}},
	{name: "an owner has an id once, others may have it too", play: func(w *world) {
		k := w.publicKey(w.dir.ID.Owner(), nil)
		again := k
		again.PEM = "other"
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddPublicKey(again) })
		again.Owner = w.app.ID.Owner()
		w.write(func(r mfa.WriteRecords) error { return r.AddPublicKey(again) })
		same(w, "first", w.publicKeys(k.Owner), []mfa.PublicKey{k})
	}},
	{name: "an update changes purpose, state and expiry", play: func(w *world) {
		k, other := w.publicKey(w.dir.ID.Owner(), nil), w.publicKey(w.app.ID.Owner(), nil)
		changed := k
		changed.Purpose, changed.Active, changed.ExpiresAt = mfa.PurposeSignature, false, after(7)
		spoiled := changed
		spoiled.PEM, spoiled.CreatedAt = "other", after(9)
		w.write(func(r mfa.WriteRecords) error { return r.UpdatePublicKey(spoiled) })
		same(w, "changed", w.publicKeys(k.Owner), []mfa.PublicKey{changed})
		same(w, "other", w.publicKeys(other.Owner), []mfa.PublicKey{other})
		changed.ID = "no-such"
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.UpdatePublicKey(changed) })
	}},
	{name: "a removed one is gone", play: func(w *world) {
		k := w.publicKey(w.org.ID.Owner(), nil)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemovePublicKey(w.dir.ID.Owner(), k.ID) })
		w.write(func(r mfa.WriteRecords) error { return r.RemovePublicKey(k.Owner, k.ID) })
		same(w, "left", w.publicKeys(k.Owner), nil)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemovePublicKey(k.Owner, k.ID) })
	}},
	{name: "a crowd adds one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			k := w.newPublicKey(w.dir.ID.Owner())
			return func(r mfa.WriteRecords) (bool, error) { return unlessConflict(r.AddPublicKey(k)) }
		})
	}},
	{name: "a crowd that locks the configuration leaves the last one", play: func(w *world) {
		race(w, 2, func() func(mfa.WriteRecords) (bool, error) {
			o := mfa.Owner{Kind: mfa.OwnerApplication, ID: newID[string]()}
			for range 3 {
				w.publicKey(o, nil)
			}
			return func(r mfa.WriteRecords) (bool, error) { return removeUnlessLast(r, o) }
		})
	}},
}

func removeUnlessLast(r mfa.WriteRecords, o mfa.Owner) (bool, error) {
	if err := r.LockConfiguration(); err != nil {
		return false, err
	}
	held, err := r.PublicKeysOf(o)
	if err != nil || len(held) < 2 {
		return false, err
	}
	return true, r.RemovePublicKey(o, held[0].ID)
}

func (w *world) publicKeys(o mfa.Owner) []mfa.PublicKey {
	w.Helper()
	return read(w, func(r mfa.Records) ([]mfa.PublicKey, error) { return r.PublicKeysOf(o) })
}

func (w *world) newPublicKey(o mfa.Owner) mfa.PublicKey {
	return mfa.PublicKey{
		ID: newID[string](), Owner: o, Purpose: mfa.PurposeBoth, PEM: "\n -----BEGIN PUBLIC KEY-----\nMIIB\r\n-----END PUBLIC KEY-----\n\n",
		Active: true, CreatedAt: start,
	}
}

func (w *world) publicKey(o mfa.Owner, edit func(*mfa.PublicKey)) mfa.PublicKey {
	w.Helper()
	k := w.newPublicKey(o)
	if edit != nil {
		edit(&k)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddPublicKey(k) })
	return k
}
