package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const publicKeyColumns = `owner_kind, owner_id, id, purpose, pem, active, created_at, expires_at`

var (
	publicKeysOf = &engine.Statement{SQL: `SELECT ` + publicKeyColumns + ` FROM public_keys
		WHERE owner_kind = ? AND owner_id = ? ORDER BY created_at, id`}

	addPublicKey = &engine.Statement{SQL: `INSERT INTO public_keys (` + publicKeyColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`}

	updatePublicKey = &engine.Statement{SQL: `UPDATE public_keys SET purpose = ?, active = ?, expires_at = ?
		WHERE owner_kind = ? AND owner_id = ? AND id = ?`}

	removePublicKey = &engine.Statement{SQL: `DELETE FROM public_keys WHERE owner_kind = ? AND owner_id = ? AND id = ?`}
)

var publicKeyNoun = noun[mfa.PublicKey]{
	name: "public key",
	scan: func(row engine.Row, k *mfa.PublicKey) error {
		var times [2]int64
		err := row.Scan((*string)(&k.Owner.Kind), &k.Owner.ID, &k.ID, (*string)(&k.Purpose), &k.PEM, &k.Active, &times[0], &times[1])
		k.CreatedAt, k.ExpiresAt = moment(times[0]), moment(times[1])
		return err
	},
}

func (r *records) PublicKeysOf(o mfa.Owner) ([]mfa.PublicKey, error) {
	return many(r, publicKeyNoun, publicKeysOf, string(o.Kind), o.ID)
}

func (w *writeRecords) AddPublicKey(k mfa.PublicKey) error {
	return w.insert("id", addPublicKey, string(k.Owner.Kind), k.Owner.ID, k.ID, string(k.Purpose), k.PEM, k.Active, micros(k.CreatedAt),
		micros(k.ExpiresAt))
}

func (w *writeRecords) UpdatePublicKey(k mfa.PublicKey) error {
	return w.change(publicKeyNoun.name, updatePublicKey, string(k.Purpose), k.Active, micros(k.ExpiresAt), string(k.Owner.Kind), k.Owner.ID, k.ID)
}

func (w *writeRecords) RemovePublicKey(o mfa.Owner, id string) error {
	return w.change(publicKeyNoun.name, removePublicKey, string(o.Kind), o.ID, id)
}
