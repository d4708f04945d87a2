package mfa

import (
	"context"
	"time"
)

// PendingLink is what a linking code is good for, whichever dialect made it.
type PendingLink struct {
	Enrollment EnrollmentID
	// AuthenticatorID is what will be linked by it, where that is fixed already; "" leaves it open.
	AuthenticatorID AuthenticatorID
	User            User
	Caller          *Caller // of the application that made it, or of the first that knows the user
	ExpiresAt       time.Time
}

// LinkFor finds what a linking code is good for and leaves it as it is. Wrong codes are counted by their source.
func (s *Service) LinkFor(ctx context.Context, code, source string) (PendingLink, error) {
	code = NormalLinkCode(code)
	var out PendingLink
	var refusal error
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		_, refusal, err = s.GuardLink(w, source, func(w WriteRecords) (Enrollment, error) {
			e, err := w.EnrollmentBySecret(EnrollByCode, SecretText(code))
			if err == nil {
				out, err = s.pendingLink(w, e)
			}
			if IsCode(err, NotFound) {
				err = ErrBadLink
			}
			return e, err
		})
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// pendingLink refuses a code that is over, and what is switched off.
func (s *Service) pendingLink(w WriteRecords, e Enrollment) (PendingLink, error) {
	if e.State != EnrollmentPending || !live(e.ExpiresAt, s.Now()) {
		return PendingLink{}, ErrBadLink
	}
	if err := stillKnown(w, e); err != nil {
		return PendingLink{}, err
	}
	u, err := w.User(e.DirectoryID, UserRef{ID: e.UserID})
	if err != nil {
		return PendingLink{}, err
	}
	_, c, err := s.Surroundings(w, e, u)
	if err != nil {
		return PendingLink{}, err
	}
	return PendingLink{e.ID, e.AuthenticatorID, u, c, e.ExpiresAt}, UsableBy(u, c)
}

// SpendLink burns a linking code for a passkey, in the transaction that adds it, and tells whom it concerns: the
// dialect that made the code, and the user by mail. Of two passkeys with one code one wins; the other's whole
// transaction fails.
func (s *Service) SpendLink(w WriteRecords, id EnrollmentID, a Authenticator, source string) error {
	e, err := w.Enrollment(id)
	if IsCode(err, NotFound) || err == nil && e.UserID != a.UserID {
		return ErrBadLink
	}
	if err != nil {
		return err
	}
	pending, err := s.pendingLink(w, e)
	if err != nil {
		return err
	}
	won, err := w.CompleteEnrollment(e.ID, a.UserID, a.ID)
	if err != nil {
		return err
	}
	if !won {
		return ErrBadLink
	}
	return s.noteLink(w, pending.Caller, e, Linked{User: pending.User, Device: a}, source)
}
