package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const receiptColumns = `challenge_id, application_id, user_id, authenticator_id, document, created_at`

var (
	receiptByChallenge = &engine.Statement{SQL: `SELECT ` + receiptColumns + ` FROM receipts WHERE challenge_id = ?`}

	addReceipt = &engine.Statement{
		SQL: `INSERT INTO receipts (` + receiptColumns + `) VALUES (?, ?, ?, ?, ?, ?)`,
		Batch: `INSERT INTO receipts (` + receiptColumns + `)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])`,
	}
)

var receiptNoun = noun[mfa.Receipt]{
	name: "receipt",
	scan: func(row engine.Row, r *mfa.Receipt) error {
		var document string
		var created int64
		err := row.Scan((*string)(&r.ChallengeID), (*string)(&r.ApplicationID), (*string)(&r.UserID), (*string)(&r.AuthenticatorID), &document, &created)
		r.Document, r.CreatedAt = raw(document), moment(created)
		return err
	},
}

func (r *records) Receipt(id mfa.ChallengeID) (mfa.Receipt, error) {
	return one(r, receiptNoun, receiptByChallenge, string(id))
}

// AddReceipt makes the Write a Conflict if the challenge has one.
func (w *writeRecords) AddReceipt(r mfa.Receipt) error {
	return w.later(addReceipt, string(r.ChallengeID), string(r.ApplicationID), string(r.UserID), string(r.AuthenticatorID),
		string(r.Document), micros(r.CreatedAt))
}
