package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const transactionColumns = `id, organization_id, directory_id, application_id, user_id, username, payload, type, nonce, server_nonce, state,
	authenticator_id, hash, evidence, created_at, expires_at, confirmed_at`

var (
	transactionByID = &engine.Statement{SQL: `SELECT ` + transactionColumns + ` FROM transactions WHERE id = ?`}

	addTransaction = &engine.Statement{SQL: `INSERT INTO transactions (` + transactionColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	startTransaction = &engine.Statement{SQL: `UPDATE transactions SET server_nonce = ? WHERE id = ? AND state = 'pending' AND expires_at > ?`, Key: 2}

	confirmTransaction = &engine.Statement{SQL: `UPDATE transactions SET state = 'confirmed', user_id = ?2, username = ?3, authenticator_id = ?4,
		hash = ?6, evidence = ?7, confirmed_at = ?8
		WHERE id = ?1 AND state = 'pending' AND expires_at > ?8 AND server_nonce = ?5 AND user_id IN ('', ?2)`, Key: 1}

	purgeTransactions = &engine.Statement{SQL: `DELETE FROM transactions WHERE id IN
		(SELECT id FROM transactions WHERE state = 'pending' AND expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}

	purgeConfirmed = &engine.Statement{SQL: `DELETE FROM transactions WHERE id IN
		(SELECT id FROM transactions WHERE state = 'confirmed' AND confirmed_at < ? ORDER BY confirmed_at LIMIT ? /*skip locked*/)`}
)

var transactionNoun = noun[mfa.Transaction]{
	name: "transaction",
	scan: func(row engine.Row, t *mfa.Transaction) error {
		var hash []byte
		var evidence string
		var times [3]int64
		err := row.Scan((*string)(&t.ID), (*string)(&t.OrganizationID), (*string)(&t.DirectoryID), (*string)(&t.ApplicationID), (*string)(&t.UserID),
			&t.Username, &t.Payload, &t.Type, &t.Nonce, &t.ServerNonce, (*string)(&t.State), (*string)(&t.AuthenticatorID), &hash, &evidence,
			&times[0], &times[1], &times[2])
		if len(hash) > 0 {
			t.Hash = hash
		}
		t.Evidence, t.CreatedAt, t.ExpiresAt, t.ConfirmedAt = raw(evidence), moment(times[0]), moment(times[1]), moment(times[2])
		return err
	},
}

func (r *records) Transaction(id mfa.TransactionID) (mfa.Transaction, error) {
	return one(r, transactionNoun, transactionByID, string(id))
}

func (w *writeRecords) AddTransaction(t mfa.Transaction) error {
	return w.insert("id", addTransaction, string(t.ID), string(t.OrganizationID), string(t.DirectoryID), string(t.ApplicationID), string(t.UserID),
		t.Username, t.Payload, t.Type, t.Nonce, t.ServerNonce, string(t.State), string(t.AuthenticatorID), octets(t.Hash), string(t.Evidence),
		micros(t.CreatedAt), micros(t.ExpiresAt), micros(t.ConfirmedAt))
}

func (w *writeRecords) StartTransaction(id mfa.TransactionID, serverNonce string, now time.Time) (bool, error) {
	return w.execOne(startTransaction, serverNonce, string(id), micros(now))
}

func (w *writeRecords) ConfirmTransaction(id mfa.TransactionID, c mfa.TransactionConfirmation) (bool, error) {
	return w.execOne(confirmTransaction, string(id), string(c.UserID), c.Username, string(c.AuthenticatorID), c.ServerNonce, octets(c.Hash),
		string(c.Evidence), micros(c.At))
}

func (w *writeRecords) PurgeTransactions(before time.Time, limit int) (int, error) {
	return w.purge(purgeTransactions, before, limit)
}

func (w *writeRecords) PurgeConfirmed(before time.Time, limit int) (int, error) {
	return w.purge(purgeConfirmed, before, limit)
}
