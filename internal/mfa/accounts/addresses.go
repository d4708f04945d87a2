package accounts

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// SetPhone gives a user another number, or none. One that somebody else of the directory has is a Conflict of the field
// phone.
func (s *Service) SetPhone(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, phone mfa.Phone, source string) (mfa.User, error) {
	return s.readdress(ctx, c, ref, source, func(u *mfa.User) { u.Phone = phone })
}

// RemoveEmail takes one of a user's addresses away. One that the user has not is gone already.
func (s *Service) RemoveEmail(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, email, source string) (mfa.User, error) {
	return s.readdress(ctx, c, ref, source, func(u *mfa.User) {
		u.Emails = slices.DeleteFunc(slices.Clone(u.Emails), func(e string) bool { return e == email })
	})
}

// readdress changes where a user, suspended or not, is reached.
func (s *Service) readdress(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, source string, change func(*mfa.User)) (mfa.User, error) {
	var out mfa.User
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		out = u
		if change(&out); out.Phone == u.Phone && slices.Equal(out.Emails, u.Emails) {
			return nil
		}
		out.UpdatedAt = s.domain.Now()
		if err := w.UpdateUser(out); err != nil {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventUserUpdated, UserID: out.ID, Source: source})
	})
	return out, err
}
