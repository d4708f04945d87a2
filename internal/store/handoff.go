package store

import (
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const handoffColumns = `id, directory_id, application_id, user_id, form, purpose, authorized_at, used_at, created_at, expires_at`

var (
	handoffByID = &engine.Statement{SQL: `SELECT ` + handoffColumns + ` FROM handoffs WHERE id = ?`}

	handoffByDigest = &engine.Statement{SQL: `SELECT ` + handoffColumns + ` FROM handoffs WHERE digest = ?`}

	countHandoffs = &engine.Statement{SQL: `SELECT count(*) FROM handoffs WHERE user_id = ? AND form = ? AND purpose = ? AND used_at = 0
		AND (expires_at = 0 OR expires_at > ?)`}

	addHandoff = &engine.Statement{SQL: `INSERT INTO handoffs (` + handoffColumns + `, digest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	authorizeHandoff = &engine.Statement{SQL: `UPDATE handoffs SET authorized_at = ?2 WHERE id = ?1 AND authorized_at = 0 AND used_at = 0
		AND (expires_at = 0 OR expires_at > ?2)`, Key: 1}

	useHandoff = &engine.Statement{SQL: `UPDATE handoffs SET used_at = ?2 WHERE id = ?1 AND authorized_at > 0 AND used_at = 0
		AND (expires_at = 0 OR expires_at > ?2)`, Key: 1}

	removeHandoffs = &engine.Statement{SQL: `DELETE FROM handoffs WHERE user_id = ? AND form = ? AND purpose = ? RETURNING id`}

	purgeHandoffs = &engine.Statement{SQL: `DELETE FROM handoffs WHERE id IN
		(SELECT id FROM handoffs WHERE expires_at > 0 AND expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}
)

var handoffNoun = noun[mfa.Handoff]{
	name: "handoff",
	scan: func(row engine.Row, h *mfa.Handoff) error {
		var times [4]int64
		err := row.Scan((*string)(&h.ID), (*string)(&h.DirectoryID), (*string)(&h.ApplicationID), (*string)(&h.UserID), (*string)(&h.Form),
			(*string)(&h.Purpose), &times[0], &times[1], &times[2], &times[3])
		h.AuthorizedAt, h.UsedAt, h.CreatedAt, h.ExpiresAt = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
		return err
	},
}

// handoffDigest is what a handoff is found by. It is a user's, because short codes come twice.
func (r *records) handoffDigest(user mfa.UserID, form mfa.HandoffForm, purpose mfa.HandoffPurpose, secret mfa.Secret) []byte {
	place := strings.Join([]string{"handoff", string(user), string(form), string(purpose)}, ":")
	return r.store.ring.Digest(place, secret.Reveal())
}

func (r *records) Handoff(id mfa.HandoffID) (mfa.Handoff, error) {
	return one(r, handoffNoun, handoffByID, string(id))
}

func (r *records) HandoffBySecret(user mfa.UserID, form mfa.HandoffForm, purpose mfa.HandoffPurpose, secret mfa.Secret) (mfa.Handoff, error) {
	return one(r, handoffNoun, handoffByDigest, r.handoffDigest(user, form, purpose, secret))
}

func (r *records) CountHandoffs(user mfa.UserID, form mfa.HandoffForm, purpose mfa.HandoffPurpose, now time.Time) (int64, error) {
	n, _, err := r.number(countHandoffs, string(user), string(form), string(purpose), micros(now))
	return n, err
}

func (w *writeRecords) AddHandoff(h mfa.Handoff) error {
	return w.insert("secret", addHandoff, string(h.ID), string(h.DirectoryID), string(h.ApplicationID), string(h.UserID), string(h.Form),
		string(h.Purpose), micros(h.AuthorizedAt), micros(h.UsedAt), micros(h.CreatedAt), micros(h.ExpiresAt),
		w.handoffDigest(h.UserID, h.Form, h.Purpose, h.Secret))
}

func (w *writeRecords) AuthorizeHandoff(id mfa.HandoffID, at time.Time) (bool, error) {
	return w.execOne(authorizeHandoff, string(id), micros(at))
}

func (w *writeRecords) UseHandoff(id mfa.HandoffID, at time.Time) (bool, error) {
	return w.execOne(useHandoff, string(id), micros(at))
}

func (w *writeRecords) RemoveHandoffs(user mfa.UserID, form mfa.HandoffForm, purpose mfa.HandoffPurpose) ([]mfa.HandoffID, error) {
	var removed []mfa.HandoffID
	err := w.query(removeHandoffs, func(row engine.Row) error {
		var id mfa.HandoffID
		err := row.Scan((*string)(&id))
		removed = append(removed, id)
		return err
	}, string(user), string(form), string(purpose))
	return removed, err
}

func (w *writeRecords) PurgeHandoffs(before time.Time, limit int) (int, error) {
	return w.purge(purgeHandoffs, before, limit)
}
