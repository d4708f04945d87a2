package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	challengeColumns = `id, organization_id, directory_id, application_id, user_id, user_number, kind, dialect, state, message, details,
		hidden_details, amount, logos, question, extra, authenticator_id, reason, fraud, created_at, expires_at, notified_at, answered_at, updated_at,
		terms, outcome, sealed_number`

	selectChallenge = `SELECT ` + challengeColumns + ` FROM challenges `
)

var (
	challengeByID = &engine.Statement{
		SQL: selectChallenge + `WHERE id = ?`,
		Batch: `SELECT v.ord, ` + challengeColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN challenges ON id = v.wanted`,
	}

	pendingChallenges = &engine.Statement{
		SQL: selectChallenge + `WHERE user_id = ? AND state = 'pending'
			AND (expires_at = 0 OR expires_at > ?) ORDER BY created_at DESC, id DESC LIMIT ?`,
		Batch: `SELECT v.ord, c.* FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS v (asked, now, most, ord),
			LATERAL (` + selectChallenge + `WHERE user_id = v.asked AND state = 'pending'
				AND (expires_at = 0 OR expires_at > v.now) ORDER BY created_at DESC, id DESC LIMIT v.most) c
			ORDER BY v.ord, c.created_at DESC, c.id DESC`,
	}

	challengesOf = &engine.Statement{SQL: selectChallenge + `WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?`}

	challengesBefore = &engine.Statement{SQL: selectChallenge + `WHERE user_id = ?
		AND (created_at, id) < (SELECT created_at, id FROM challenges WHERE id = ?) ORDER BY created_at DESC, id DESC LIMIT ?`}

	addChallenge = &engine.Statement{
		SQL: `INSERT INTO challenges (` + challengeColumns + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Batch: `INSERT INTO challenges (` + challengeColumns + `)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[],
				$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
				$19::boolean[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[],
				$25::text[], $26::text[], $27::bytea[])`,
	}

	// The condition is the whole race: of many answers one finds it pending. The
	// Batch writes it so that no index can serve it: PostgreSQL, which prepares
	// the statement while the table is small, would walk all that is pending.
	answerChallenge = &engine.Statement{
		SQL: `UPDATE challenges SET state = ?2, authenticator_id = ?3, reason = ?4, fraud = ?5, answered_at = ?6, updated_at = ?6
			WHERE id = ?1 AND state = 'pending' AND (expires_at = 0 OR expires_at > ?6)`,
		Batch: `UPDATE challenges c SET state = v.state, authenticator_id = v.authenticator_id, reason = v.reason, fraud = v.fraud,
			answered_at = v.at, updated_at = v.at
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[])
				WITH ORDINALITY AS v (id, state, authenticator_id, reason, fraud, at, ord)
			WHERE c.id = v.id AND c.state || '' = 'pending' AND (c.expires_at = 0 OR c.expires_at > v.at) RETURNING v.ord`,
		Key: 1,
	}

	// Most answers bring nothing along, so what some bring is written by a statement of its own.
	keepOutcome = &engine.Statement{SQL: `UPDATE challenges SET outcome = ?2 WHERE id = ?1`, Key: 1}

	cancelChallenge = &engine.Statement{SQL: `UPDATE challenges SET state = 'cancelled', answered_at = ?2, updated_at = ?2
		WHERE id = ?1 AND state = 'pending' AND (expires_at = 0 OR expires_at > ?2)`, Key: 1}

	markNotified = &engine.Statement{
		SQL: `UPDATE challenges SET notified_at = ?2 WHERE id = ?1 AND notified_at = 0`,
		Batch: `UPDATE challenges c SET notified_at = v.at FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v (id, at, ord)
			WHERE c.id = v.id AND c.notified_at = 0 RETURNING v.ord`,
		Key: 1,
	}

	expireChallenges = &engine.Statement{SQL: `WITH late AS MATERIALIZED (
			SELECT id FROM challenges WHERE state = 'pending' AND expires_at > 0 AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2 /*skip locked*/)
		UPDATE challenges SET state = 'expired', answered_at = ?1, updated_at = ?1 WHERE id IN (SELECT id FROM late) AND state = 'pending'
		RETURNING ` + challengeColumns}
)

var cancelChallenges = &engine.Statement{SQL: `UPDATE challenges SET state = 'cancelled', answered_at = ?3, updated_at = ?3
	WHERE user_id = ?1 AND application_id = ?2 AND state = 'pending' RETURNING ` + challengeColumns}

// purgeChallenges deletes the receipts first: both find the same rows, because
// final challenges never change and the purge lock keeps others from purging.
var purgeChallenges = [...]*engine.Statement{
	{SQL: `DELETE FROM receipts WHERE challenge_id IN
		(SELECT id FROM challenges WHERE state <> 'pending' AND updated_at < ? ORDER BY updated_at, id LIMIT ?)`},
	{SQL: `DELETE FROM challenges WHERE id IN
		(SELECT id FROM challenges WHERE state <> 'pending' AND updated_at < ? ORDER BY updated_at, id LIMIT ?)`},
}

// challengeRow is a challenge as it is stored.
type challengeRow struct {
	mfa.Challenge
	details, hidden, amount, logos, question, extra, terms, outcome string
	times                                                           [5]int64
	number                                                          []byte
}

func (c *challengeRow) dest() []any {
	return []any{
		(*string)(&c.ID), (*string)(&c.OrganizationID), (*string)(&c.DirectoryID), (*string)(&c.ApplicationID), (*string)(&c.UserID), &c.UserNumber,
		(*string)(&c.Kind), &c.Dialect, (*string)(&c.State), &c.Message, &c.details, &c.hidden, &c.amount, &c.logos, &c.question, &c.extra,
		(*string)(&c.AuthenticatorID), &c.Reason, &c.Fraud, &c.times[0], &c.times[1], &c.times[2], &c.times[3], &c.times[4],
		&c.terms, &c.outcome, &c.number,
	}
}

func (c *challengeRow) value() (mfa.Challenge, error) {
	c.Question, c.Extra = raw(c.question), raw(c.extra)
	c.CreatedAt, c.ExpiresAt, c.NotifiedAt = moment(c.times[0]), moment(c.times[1]), moment(c.times[2])
	c.AnsweredAt, c.UpdatedAt = moment(c.times[3]), moment(c.times[4])
	c.Number = mfa.NewSecret(c.number)
	for _, part := range []struct {
		text string
		into any
	}{{c.details, &c.Details}, {c.hidden, &c.HiddenDetails}, {c.amount, &c.Amount}, {c.logos, &c.Logos}, {c.terms, &c.Terms}, {c.outcome, &c.Outcome}} {
		if err := decode("a challenge", part.text, part.into); err != nil {
			return mfa.Challenge{}, err
		}
	}
	return c.Challenge, nil
}

var challengeNoun = noun[mfa.Challenge]{
	name: "challenge",
	scan: func(row engine.Row, out *mfa.Challenge) error {
		var c challengeRow
		err := row.Scan(c.dest()...)
		if err == nil {
			*out, err = c.value()
		}
		return err
	},
	open: func(r *records, c *mfa.Challenge) error {
		return r.unseal("challenges", "sealed_number", string(c.ID), &c.Number)
	},
}

func (r *records) Challenge(id mfa.ChallengeID) (mfa.Challenge, error) {
	return one(r, challengeNoun, challengeByID, string(id))
}

func (r *records) PendingChallenges(user mfa.UserID, now time.Time, limit int) ([]mfa.Challenge, error) {
	return many(r, challengeNoun, pendingChallenges, string(user), micros(now), limit)
}

func (r *records) ChallengesOf(user mfa.UserID, before mfa.ChallengeID, limit int) ([]mfa.Challenge, error) {
	if before != "" {
		return many(r, challengeNoun, challengesBefore, string(user), string(before), limit)
	}
	return many(r, challengeNoun, challengesOf, string(user), limit)
}

func (w *writeRecords) AddChallenge(c mfa.Challenge) error {
	row := challengeRow{Challenge: c, question: string(c.Question), extra: string(c.Extra)}
	if err := row.encode(); err != nil {
		return err
	}
	return w.later(addChallenge, string(c.ID), string(c.OrganizationID), string(c.DirectoryID), string(c.ApplicationID), string(c.UserID),
		c.UserNumber, string(c.Kind), c.Dialect, string(c.State), c.Message, row.details, row.hidden, row.amount, row.logos, row.question,
		row.extra, string(c.AuthenticatorID), c.Reason, c.Fraud, micros(c.CreatedAt), micros(c.ExpiresAt), micros(c.NotifiedAt),
		micros(c.AnsweredAt), micros(c.UpdatedAt), row.terms, row.outcome, w.sealed("challenges", "sealed_number", string(c.ID), c.Number))
}

func (c *challengeRow) encode() (err error) {
	if c.details, err = encodeList("details", c.Details); err != nil {
		return err
	}
	if c.hidden, err = encodeList("hidden details", c.HiddenDetails); err != nil {
		return err
	}
	if c.logos, err = encodeList("logos", c.Logos); err != nil {
		return err
	}
	if c.Title != "" || c.Policy != nil || c.Reasons != nil || c.Recipient != nil {
		if c.terms, err = encode("a question's terms", c.Terms); err != nil {
			return err
		}
	}
	if c.outcome, err = encodeOutcome(c.Outcome); err != nil || c.Amount == nil {
		return err
	}
	c.amount, err = encode("an amount", c.Amount)
	return err
}

func encodeOutcome(o mfa.Outcome) (string, error) {
	if o.Empty() {
		return "", nil
	}
	return encode("an answer's outcome", o)
}

func (w *writeRecords) AnswerChallenge(id mfa.ChallengeID, a mfa.ChallengeAnswer) (bool, error) {
	outcome, err := encodeOutcome(a.Outcome)
	if err != nil {
		return false, err
	}
	won, err := w.execOne(answerChallenge, string(id), string(a.State), string(a.AuthenticatorID), a.Reason, a.Fraud, micros(a.At))
	if err != nil || !won || outcome == "" {
		return won, err
	}
	return true, w.change(challengeNoun.name, keepOutcome, string(id), outcome)
}

func (w *writeRecords) CancelChallenge(id mfa.ChallengeID, at time.Time) (bool, error) {
	return w.execOne(cancelChallenge, string(id), micros(at))
}

func (w *writeRecords) MarkNotified(id mfa.ChallengeID, at time.Time) error {
	return w.later(markNotified, string(id), micros(at))
}

func (w *writeRecords) ExpireChallenges(now time.Time, limit int) ([]mfa.Challenge, error) {
	return many(&w.records, challengeNoun, expireChallenges, micros(now), limit)
}

func (w *writeRecords) CancelChallenges(user mfa.UserID, application mfa.ApplicationID, at time.Time) ([]mfa.Challenge, error) {
	return many(&w.records, challengeNoun, cancelChallenges, string(user), string(application), micros(at))
}

func (w *writeRecords) PurgeChallenges(before time.Time, limit int) (int, error) {
	if err := w.lock("purge"); err != nil {
		return 0, err
	}
	if _, err := w.purge(purgeChallenges[0], before, limit); err != nil {
		return 0, err
	}
	return w.purge(purgeChallenges[1], before, limit)
}
