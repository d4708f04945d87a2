package store

import (
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	deliveryColumns = `id, kind, state, organization_id, application_id, user_id, challenge_id, channel, recipient, dialect, sealed_payload, dedupe,
		attempts, last_error, reference, due_at, give_up_at, lease_till, created_at, done_at`

	selectDelivery = `SELECT ` + deliveryColumns + ` FROM deliveries `
)

var (
	deliveryByID = &engine.Statement{SQL: selectDelivery + `WHERE id = ?`}

	deliveriesOf = &engine.Statement{SQL: selectDelivery + `WHERE application_id = ?1 AND (?2 = '' OR state = ?2)
		ORDER BY created_at DESC, id DESC LIMIT ?3`}

	nextDeliveryDue = &engine.Statement{SQL: `SELECT ready_at FROM deliveries WHERE state = 'pending' ORDER BY ready_at LIMIT 1`}

	// One row for each kind of message: whoever moves its time forward may send,
	// and equal ones at the same moment wait for each other here.
	dedupeDelivery = &engine.Statement{SQL: `INSERT INTO delivery_dedupes (dedupe, queued_at) VALUES (?1, ?2)
		ON CONFLICT (dedupe) DO UPDATE SET queued_at = excluded.queued_at WHERE delivery_dedupes.queued_at < ?3`, Key: 1}

	addDelivery = &engine.Statement{
		SQL: `INSERT INTO deliveries (` + deliveryColumns + `, ready_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		Batch: `INSERT INTO deliveries (` + deliveryColumns + `, ready_at)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
				$10::text[], $11::bytea[], $12::text[], $13::bigint[], $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[],
				$19::bigint[], $20::bigint[], $21::bigint[])
			ON CONFLICT DO NOTHING`,
		Key: 1,
	}

	claimDeliveries = &engine.Statement{SQL: `WITH due AS MATERIALIZED (
			SELECT id FROM deliveries WHERE state = 'pending' AND ready_at <= ?1 ORDER BY ready_at, id LIMIT ?3 /*skip locked*/)
		UPDATE deliveries SET attempts = attempts + 1, lease_till = ?2, ready_at = CASE WHEN due_at > ?2 THEN due_at ELSE ?2 END
		WHERE id IN (SELECT id FROM due) RETURNING ` + deliveryColumns}

	retryDelivery = &engine.Statement{SQL: `UPDATE deliveries SET last_error = ?3, reference = ?4, due_at = ?5, ready_at = ?5, lease_till = 0
		WHERE id = ?1 AND attempts = ?2 AND state = 'pending'`, Key: 1}

	endDelivery = &engine.Statement{SQL: `UPDATE deliveries SET last_error = ?3, reference = ?4, due_at = ?5, lease_till = 0, state = ?6,
		done_at = ?7, sealed_payload = ?8 WHERE id = ?1 AND attempts = ?2 AND state = 'pending'`, Key: 1}

	purgeDeliveries = &engine.Statement{SQL: `DELETE FROM deliveries WHERE id IN
		(SELECT id FROM deliveries WHERE state <> 'pending' AND done_at < ? ORDER BY done_at LIMIT ? /*skip locked*/)`}

	purgeDedupes = &engine.Statement{SQL: `DELETE FROM delivery_dedupes WHERE dedupe IN
		(SELECT dedupe FROM delivery_dedupes WHERE queued_at < ? ORDER BY queued_at LIMIT ? /*skip locked*/)`}
)

var deliveryNoun = noun[mfa.Delivery]{
	name: "delivery",
	scan: func(row engine.Row, d *mfa.Delivery) error {
		var sealed []byte
		var times [5]int64
		err := row.Scan((*string)(&d.ID), (*string)(&d.Kind), (*string)(&d.State), (*string)(&d.OrganizationID), (*string)(&d.ApplicationID),
			(*string)(&d.UserID), (*string)(&d.ChallengeID), (*string)(&d.Channel), &d.To, &d.Dialect, &sealed, &d.Dedupe, &d.Attempts,
			&d.LastError, &d.Reference, &times[0], &times[1], &times[2], &times[3], &times[4])
		d.Payload, d.DueAt, d.GiveUpAt, d.LeaseTill = mfa.NewSecret(sealed), moment(times[0]), moment(times[1]), moment(times[2])
		d.CreatedAt, d.DoneAt = moment(times[3]), moment(times[4])
		return err
	},
	open: func(r *records, d *mfa.Delivery) error {
		return r.unseal("deliveries", "sealed_payload", string(d.ID), &d.Payload)
	},
}

func (r *records) Delivery(id mfa.DeliveryID) (mfa.Delivery, error) {
	return one(r, deliveryNoun, deliveryByID, string(id))
}

func (r *records) DeliveriesOf(application mfa.ApplicationID, state mfa.DeliveryState, limit int) ([]mfa.Delivery, error) {
	return many(r, deliveryNoun, deliveriesOf, string(application), string(state), limit)
}

// NextDeliveryDue counts a delivery that somebody tries as due when the lease ends.
func (r *records) NextDeliveryDue() (time.Time, error) {
	due, _, err := r.number(nextDeliveryDue)
	return moment(due), err
}

func (w *writeRecords) AddDelivery(d mfa.Delivery, since time.Time) (bool, error) {
	if d.Dedupe != "" {
		first, err := w.execOne(dedupeDelivery, d.Dedupe, micros(d.CreatedAt), micros(since))
		if err != nil || !first {
			return false, err
		}
	}
	err := w.insert("id", addDelivery, string(d.ID), string(d.Kind), string(d.State), string(d.OrganizationID), string(d.ApplicationID),
		string(d.UserID), string(d.ChallengeID), string(d.Channel), d.To, d.Dialect,
		w.sealed("deliveries", "sealed_payload", string(d.ID), d.Payload), d.Dedupe, d.Attempts, d.LastError, d.Reference, micros(d.DueAt),
		micros(d.GiveUpAt), micros(d.LeaseTill), micros(d.CreatedAt), micros(d.DoneAt), max(micros(d.DueAt), micros(d.LeaseTill)))
	return err == nil, err
}

func (w *writeRecords) ClaimDeliveries(now, leaseTill time.Time, limit int) ([]mfa.Delivery, error) {
	claimed, err := many(&w.records, deliveryNoun, claimDeliveries, micros(now), micros(leaseTill), limit)
	slices.SortFunc(claimed, func(a, b mfa.Delivery) int { return a.DueAt.Compare(b.DueAt) })
	return claimed, err
}

func (w *writeRecords) FinishDelivery(d mfa.Delivery) (bool, error) {
	if d.State == mfa.DeliveryPending {
		return w.execOne(retryDelivery, string(d.ID), d.Attempts, d.LastError, d.Reference, micros(d.DueAt))
	}
	return w.execOne(endDelivery, string(d.ID), d.Attempts, d.LastError, d.Reference, micros(d.DueAt), string(d.State), micros(d.DoneAt), []byte{})
}

func (w *writeRecords) PurgeDeliveries(before time.Time, limit int) (int, error) {
	if _, err := w.purge(purgeDedupes, before, limit); err != nil {
		return 0, err
	}
	return w.purge(purgeDeliveries, before, limit)
}
