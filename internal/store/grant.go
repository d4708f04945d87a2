package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const grantColumns = `id, organization_id, directory_id, application_id, client_id, user_id, action_id, method, access_id, access_expires_at,
	refresh_expires_at, created_at, revoked_at`

var (
	grantByID = &engine.Statement{
		SQL: `SELECT ` + grantColumns + ` FROM grants WHERE id = ?`,
		Batch: `SELECT v.ord, ` + grantColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN grants ON id = v.wanted`,
	}

	grantByAccess = &engine.Statement{
		SQL: `SELECT ` + grantColumns + ` FROM grants WHERE access_id = ?`,
		Batch: `SELECT v.ord, ` + grantColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN grants ON access_id = v.wanted`,
	}

	grantByRefresh = &engine.Statement{SQL: `SELECT ` + grantColumns + `, refresh_digest = ?2 FROM grants WHERE application_id = ?1
		AND (refresh_digest = ?2 OR previous_digest = ?2 AND length(previous_digest) > 0)`}

	addGrant = &engine.Statement{SQL: `INSERT INTO grants (` + grantColumns + `, refresh_digest, previous_digest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	// The condition is the whole race: of many that show a refresh token one finds it unused.
	rotateGrant = &engine.Statement{SQL: `UPDATE grants SET access_id = ?3, access_expires_at = ?4, previous_digest = refresh_digest, refresh_digest = ?5,
		refresh_expires_at = ?6 WHERE id = ?1 AND refresh_digest = ?2 AND revoked_at = 0 AND refresh_expires_at > ?7`, Key: 1}

	revokeGrant = &engine.Statement{SQL: `UPDATE grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at = 0`, Key: 1}

	revokeGrants = &engine.Statement{SQL: `UPDATE grants SET revoked_at = ?3 WHERE user_id = ?2 AND application_id = ?1 AND revoked_at = 0`, Key: 2}

	purgeGrants = &engine.Statement{SQL: `DELETE FROM grants WHERE id IN
		(SELECT id FROM grants WHERE refresh_expires_at < ? ORDER BY refresh_expires_at LIMIT ? /*skip locked*/)`}
)

// grantRow is a grant as it is stored, with whether it was found by the refresh token that counts.
type grantRow struct {
	mfa.Grant
	current bool
}

func (g *grantRow) dest(times *[4]int64) []any {
	return []any{
		(*string)(&g.ID), (*string)(&g.OrganizationID), (*string)(&g.DirectoryID), (*string)(&g.ApplicationID), &g.ClientID,
		(*string)(&g.UserID), (*string)(&g.ActionID), (*string)(&g.Method), &g.AccessID, &times[0], &times[1], &times[2], &times[3],
	}
}

func (g *grantRow) scan(row engine.Row, more ...any) error {
	var times [4]int64
	err := row.Scan(append(g.dest(&times), more...)...)
	g.AccessExpiresAt, g.RefreshExpiresAt, g.CreatedAt, g.RevokedAt = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
	return err
}

var (
	grantNoun = noun[grantRow]{
		name: "session",
		scan: func(row engine.Row, g *grantRow) error { return g.scan(row) },
	}

	refreshNoun = noun[grantRow]{
		name: grantNoun.name,
		scan: func(row engine.Row, g *grantRow) error { return g.scan(row, &g.current) },
	}
)

func (r *records) refreshDigest(refresh mfa.Secret) []byte {
	return r.store.ring.Digest("grant:refresh", refresh.Reveal())
}

func (r *records) Grant(id mfa.GrantID) (mfa.Grant, error) {
	g, err := one(r, grantNoun, grantByID, string(id))
	return g.Grant, err
}

func (r *records) GrantByAccess(accessID string) (mfa.Grant, error) {
	g, err := one(r, grantNoun, grantByAccess, accessID)
	return g.Grant, err
}

func (r *records) GrantByRefresh(application mfa.ApplicationID, refresh mfa.Secret) (mfa.Grant, bool, error) {
	g, err := one(r, refreshNoun, grantByRefresh, string(application), r.refreshDigest(refresh))
	return g.Grant, g.current, err
}

func (w *writeRecords) AddGrant(g mfa.Grant) error {
	return w.insert("id", addGrant, string(g.ID), string(g.OrganizationID), string(g.DirectoryID), string(g.ApplicationID), g.ClientID,
		string(g.UserID), string(g.ActionID), string(g.Method), g.AccessID, micros(g.AccessExpiresAt), micros(g.RefreshExpiresAt),
		micros(g.CreatedAt), micros(g.RevokedAt), w.refreshDigest(g.Refresh), []byte{})
}

func (w *writeRecords) RotateGrant(id mfa.GrantID, g mfa.GrantRotation) (bool, error) {
	return w.execOne(rotateGrant, string(id), w.refreshDigest(g.From), g.AccessID, micros(g.AccessExpiresAt), w.refreshDigest(g.Refresh),
		micros(g.RefreshExpiresAt), micros(g.At))
}

func (w *writeRecords) RevokeGrant(id mfa.GrantID, at time.Time) (bool, error) {
	return w.execOne(revokeGrant, string(id), micros(at))
}

func (w *writeRecords) RevokeGrants(application mfa.ApplicationID, user mfa.UserID, at time.Time) (int64, error) {
	return w.exec(revokeGrants, string(application), string(user), micros(at))
}

func (w *writeRecords) PurgeGrants(before time.Time, limit int) (int, error) {
	return w.purge(purgeGrants, before, limit)
}
