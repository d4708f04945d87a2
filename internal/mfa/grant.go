package mfa

import "time"

// Grant is a session that an action opened at an application's client: an access token for a while, and a refresh
// token that gives the next pair, once.
type Grant struct {
	ID               GrantID
	OrganizationID   OrganizationID
	DirectoryID      DirectoryID
	ApplicationID    ApplicationID
	ClientID         string
	UserID           UserID
	ActionID         ActionID
	Method           Method
	AccessID         string // of the access token that counts now
	AccessExpiresAt  time.Time
	Refresh          Secret // only its keyed digest is kept, so what is read has none
	RefreshExpiresAt time.Time
	CreatedAt        time.Time
	RevokedAt        time.Time // zero: not
}

// GrantReader looks grants up.
type GrantReader interface {
	Grant(GrantID) (Grant, error)
	GrantByAccess(accessID string) (Grant, error)
	// GrantByRefresh finds the one whose refresh token it is or was last. Current says which.
	GrantByRefresh(application ApplicationID, refresh Secret) (g Grant, current bool, err error)
}

// GrantRotation is the next pair of tokens.
type GrantRotation struct {
	From             Secret // the refresh token that is used up
	AccessID         string
	AccessExpiresAt  time.Time
	Refresh          Secret
	RefreshExpiresAt time.Time
	At               time.Time
}

// GrantWriter changes them.
type GrantWriter interface {
	AddGrant(Grant) error
	// RotateGrant gives the grant its next pair, if From is its refresh token, it is not revoked and RefreshExpiresAt is
	// not past At; else it reports false: exactly one wins.
	RotateGrant(GrantID, GrantRotation) (bool, error)
	// RevokeGrant reports false if it was revoked before.
	RevokeGrant(id GrantID, at time.Time) (bool, error)
	// RevokeGrants revokes a user's at an application and returns how many.
	RevokeGrants(application ApplicationID, user UserID, at time.Time) (int64, error)
	// PurgeGrants deletes up to limit whose refresh token ended before the time.
	PurgeGrants(before time.Time, limit int) (int, error)
}
