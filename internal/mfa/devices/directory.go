package devices

import (
	"context"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Entry is what a user answers with, a device or a passkey, linked or about to be.
type Entry struct {
	ID        mfa.AuthenticatorID
	Linked    bool
	Name      string // "" until it is linked
	Platform  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Of lists a user's devices and passkeys, those to be included, oldest first.
func (s *Service) Of(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) ([]Entry, error) {
	if err := c.Enabled(); err != nil {
		return nil, err
	}
	var out []Entry
	err := s.store.Read(ctx, func(r mfa.Records) error {
		out = nil
		u, err := r.User(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		held, err := r.AuthenticatorsOf(u.ID)
		if err != nil {
			return err
		}
		pending, err := s.domain.LinksOf(r, u.ID)
		if err != nil {
			return err
		}
		for _, a := range held {
			if a.Answers() {
				out = append(out, Entry{a.ID, true, a.Name, a.Platform, a.CreatedAt, a.CreatedAt})
			}
		}
		for _, e := range pending {
			out = append(out, Entry{ID: e.AuthenticatorID, CreatedAt: e.CreatedAt, UpdatedAt: e.CreatedAt})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Entry) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, err
}

// Remove unlinks a user's device or passkey, or takes back the code that was to link it. With the last one go
// the questions that nobody can answer any more.
func (s *Service) Remove(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, id mfa.AuthenticatorID) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		held, err := w.AuthenticatorsOf(u.ID)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(held, func(a mfa.Authenticator) bool { return a.Answers() && a.ID == id }); at >= 0 {
			gone := held[at]
			if err := s.domain.DropDevice(w, u, gone); err != nil || slices.ContainsFunc(slices.Delete(held, at, at+1), mfa.Authenticator.Answers) {
				return err
			}
			return s.domain.DropQuestions(w, u)
		}
		pending, err := s.domain.LinksOf(w, u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(pending, func(e mfa.Enrollment) bool { return e.AuthenticatorID == id })
		if i < 0 {
			return mfa.Missing("device")
		}
		return w.RemoveEnrollment(pending[i].ID)
	})
}
