package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectKey = `SELECT id, kind, application_id, sealed_secret, created_at, expires_at FROM keys `

var (
	keyByDigest = &engine.Statement{SQL: selectKey + `WHERE kind = ? AND digest = ?`}

	keysOf = &engine.Statement{SQL: selectKey + `WHERE application_id = ? ORDER BY created_at DESC, id DESC`}

	addKey = &engine.Statement{SQL: `INSERT INTO keys (id, kind, application_id, digest, sealed_secret, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	removeKey = &engine.Statement{SQL: `DELETE FROM keys WHERE id = ?`}
)

var keyNoun = noun[mfa.Key]{
	name: "key",
	scan: func(row engine.Row, k *mfa.Key) error {
		var sealed []byte
		var times [2]int64
		err := row.Scan((*string)(&k.ID), (*string)(&k.Kind), (*string)(&k.ApplicationID), &sealed, &times[0], &times[1])
		k.Secret, k.CreatedAt, k.ExpiresAt = mfa.NewSecret(sealed), moment(times[0]), moment(times[1])
		return err
	},
	open: func(r *records, k *mfa.Key) error { return r.unseal("keys", "sealed_secret", string(k.ID), &k.Secret) },
}

// keyDigest is what a key is found by. The kind is part of it, so that equal
// secrets of different kinds cannot be told to be equal.
func (r *records) keyDigest(kind mfa.KeyKind, secret mfa.Secret) []byte {
	return r.store.ring.Digest("key:"+string(kind), secret.Reveal())
}

func (r *records) KeyBySecret(kind mfa.KeyKind, secret mfa.Secret) (mfa.Key, error) {
	return one(r, keyNoun, keyByDigest, string(kind), r.keyDigest(kind, secret))
}

func (r *records) KeysOf(application mfa.ApplicationID) ([]mfa.Key, error) {
	return many(r, keyNoun, keysOf, string(application))
}

func (w *writeRecords) AddKey(k mfa.Key) error {
	done, err := w.execOne(addKey, string(k.ID), string(k.Kind), string(k.ApplicationID), w.keyDigest(k.Kind, k.Secret),
		w.sealed("keys", "sealed_secret", string(k.ID), k.Secret), micros(k.CreatedAt), micros(k.ExpiresAt))
	if err != nil || done {
		return err
	}
	there, err := w.KeyBySecret(k.Kind, k.Secret)
	switch {
	case mfa.IsCode(err, mfa.NotFound):
		return taken("id")
	case err != nil:
		return err
	case there.ApplicationID != k.ApplicationID:
		return taken("secret")
	}
	return nil
}

func (w *writeRecords) RemoveKey(id mfa.KeyID) error {
	return w.change("key", removeKey, string(id))
}
