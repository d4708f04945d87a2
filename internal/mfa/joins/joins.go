// Package joins holds the rules by which one device of a person lets another one in, beside itself or in its place.
//
// The device shows a code; whoever types it first claims the join and is shown a number; the person compares it and
// chooses it among three on the device that they have. So a stranger who read the code over a shoulder is found out:
// the person's own new device shows no number. All of it is one enrollment, whose data say where it stands.
package joins

import (
	"encoding/json"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Purpose says what becomes of the device that asked.
type Purpose string

const (
	Add  Purpose = "add"  // it stays
	Move Purpose = "move" // the new one takes its place
)

// State is where a join stands. Only the first two can change.
type State string

const (
	Open     State = "open"
	Claimed  State = "claimed"
	Approved State = "approved"
	Refused  State = "refused"
	Expired  State = "expired"
)

// Topic changes when a join does.
func Topic(id mfa.EnrollmentID) string { return "join:" + string(id) }

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	device mfa.Factor
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, random: parts.Random, device: parts.Factors.Device}
}

// standing is what is kept with the enrollment.
type standing struct {
	Device  mfa.AuthenticatorID `json:"device"` // that asked
	Purpose Purpose             `json:"purpose"`
	Claim   *claim              `json:"claim,omitempty"`
}

// claim is the device that came with the code. The number is no secret from whoever reads the database: it keeps the
// person from letting in a device that is not the one in their hand.
type claim struct {
	Key        json.RawMessage `json:"key"`
	Thumbprint string          `json:"thumbprint"`
	Name       string          `json:"name"`
	Platform   string          `json:"platform"`
	Source     string          `json:"source,omitempty"`
	Binding    string          `json:"binding,omitempty"`
	Attested   string          `json:"attested,omitempty"`
	Number     string          `json:"number"`
	Choices    []string        `json:"choices"`
}

// Join is what the device that asked may know.
type Join struct {
	ID        mfa.EnrollmentID
	Purpose   Purpose
	State     State
	ExpiresAt time.Time
	// Name, Platform and Choices are there while it is claimed.
	Name     string
	Platform string
	Choices  []string
}

// view is how a join looks at that moment.
func view(e mfa.Enrollment, is standing, now time.Time) Join {
	j := Join{ID: e.ID, Purpose: is.Purpose, State: stateOf(e, is, now), ExpiresAt: e.ExpiresAt}
	if j.State == Claimed {
		j.Name, j.Platform, j.Choices = is.Claim.Name, is.Claim.Platform, is.Claim.Choices
	}
	return j
}

func stateOf(e mfa.Enrollment, is standing, now time.Time) State {
	switch {
	case e.State == mfa.EnrollmentCompleted:
		return Approved
	case e.State == mfa.EnrollmentRefused:
		return Refused
	case !now.Before(e.ExpiresAt):
		return Expired
	case is.Claim != nil:
		return Claimed
	}
	return Open
}

func read(e mfa.Enrollment) (standing, error) {
	var is standing
	if err := json.Unmarshal(e.Data, &is); err != nil {
		return is, &mfa.Error{Code: mfa.Internal, Message: "a join cannot be read", Cause: err}
	}
	return is, nil
}

// change writes where a join stands now, if nobody changed it since it was read, and wakes who waits for it.
func change(w mfa.WriteRecords, e mfa.Enrollment, is standing) error {
	next := e
	var err error
	if next.Data, err = json.Marshal(is); err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "a join could not be written", Cause: err}
	}
	won, err := w.ChangeEnrollment(next, e.Data)
	if err == nil && !won {
		err = errOver
	}
	w.Announce(Topic(e.ID))
	return err
}

var (
	errOver      = &mfa.Error{Code: mfa.Expired, Reason: mfa.ReasonJoinOver, Message: "this was answered, withdrawn or has expired; begin again"}
	errUnclaimed = &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonJoinUnclaimed, Message: "no device has come with the code yet"}
	errMismatch  = &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonJoinMismatch, Message: "the new device shows another number, so it was not let in; begin again"}
)
