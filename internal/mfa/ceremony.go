package mfa

import (
	"encoding/json"
	"time"
)

// CeremonyKind says what a ceremony ends in.
type CeremonyKind string

const (
	CeremonyRegister  CeremonyKind = "register"   // a new user with a first passkey
	CeremonyAdd       CeremonyKind = "add"        // one more passkey of a user
	CeremonyPublicKey CeremonyKind = "public_key" // a sign-in by a key that the application brought
)

// Ceremony is a registration that has begun; nobody else sees anything of it before it is finished. Sign-ins with
// passkeys need none.
type Ceremony struct {
	ID             CeremonyID // that of the authenticator to be
	Kind           CeremonyKind
	OrganizationID OrganizationID
	DirectoryID    DirectoryID
	ApplicationID  ApplicationID
	UserID         UserID // who is there already, or is to be
	Username       string
	DisplayName    string
	Challenge      []byte
	Data           json.RawMessage // whoever began it keeps here what it needs to finish
	CreatedAt      time.Time
	ExpiresAt      time.Time
}

// SpendCeremony counts what strangers begin, by the address that they come from. A server that speaks for its people,
// whose address is none of theirs ("" here), is no stranger.
func (s *Service) SpendCeremony(w WriteRecords, source string) (refusal, err error) {
	if source == "" {
		return nil, nil
	}
	allowed, until, err := w.TakeLimit(s.limits.Ceremonies, "ceremonies:"+SourceKey(source), s.Now())
	if err == nil && !allowed {
		refusal = s.TooMany(until)
	}
	return refusal, err
}

// CeremonyReader looks ceremonies up, over or not.
type CeremonyReader interface {
	Ceremony(CeremonyID) (Ceremony, error)
	// CeremonyByChallenge finds the one that drew the challenge.
	CeremonyByChallenge(challenge []byte) (Ceremony, error)
}

// CeremonyWriter changes them.
type CeremonyWriter interface {
	AddCeremony(Ceremony) error
	// TakeCeremony removes it if it is not past its time, and reports whether it did: exactly one caller wins.
	TakeCeremony(id CeremonyID, now time.Time) (bool, error)
	// PurgeCeremonies deletes up to limit that expired before the time; it returns how many.
	PurgeCeremonies(before time.Time, limit int) (int, error)
}
