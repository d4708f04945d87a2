package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	serverSecret = &engine.Statement{SQL: `SELECT sealed_secret FROM server_secrets WHERE name = ?`}

	keepServerSecret = &engine.Statement{SQL: `INSERT INTO server_secrets (name, sealed_secret) VALUES (?, ?) ON CONFLICT DO NOTHING`}
)

func (r *records) ServerSecret(name string) (mfa.Secret, error) {
	return one(r, noun[mfa.Secret]{
		name: "server secret",
		scan: func(row engine.Row, secret *mfa.Secret) error {
			var sealed []byte
			err := row.Scan(&sealed)
			*secret = mfa.NewSecret(sealed)
			return err
		},
		open: func(r *records, secret *mfa.Secret) error {
			return r.unseal("server_secrets", "sealed_secret", name, secret)
		},
	}, serverSecret, name)
}

func (w *writeRecords) KeepServerSecret(name string, secret mfa.Secret) (mfa.Secret, error) {
	if _, err := w.exec(keepServerSecret, name, w.sealed("server_secrets", "sealed_secret", name, secret)); err != nil {
		return mfa.Secret{}, err
	}
	return w.ServerSecret(name)
}
