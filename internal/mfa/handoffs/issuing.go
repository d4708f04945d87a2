package handoffs

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Generate asks for a code.
type Generate struct {
	Caller  *mfa.Caller
	User    mfa.UserRef
	Form    mfa.HandoffForm
	Purpose mfa.HandoffPurpose
	// Authorized makes a code that counts at once: for recovery links, for help at a desk, and for a user who has
	// just proved to be there.
	Authorized bool
	Source     string
}

// Generate makes a code beside those that live already.
func (s *Service) Generate(ctx context.Context, in Generate) (Issued, error) {
	life := s.domain.Limits().LongHandoffLife
	switch in.Form {
	case mfa.HandoffShort:
		life = s.domain.Limits().ShortHandoffLife
	case mfa.HandoffLong, mfa.HandoffPhrase:
	default:
		return Issued{}, &mfa.Error{Code: mfa.Invalid, Field: "type", Message: "a code is short, long or a phrase"}
	}
	if in.Purpose != mfa.HandoffSignIn && in.Purpose != mfa.HandoffAdd {
		return Issued{}, &mfa.Error{Code: mfa.Invalid, Field: "purpose", Message: "a code is for temporary_authentication or add_credential"}
	}
	return s.issue(ctx, in, life, func(w mfa.WriteRecords, u mfa.User) error {
		n, err := w.CountHandoffs(u.ID, in.Form, in.Purpose, s.domain.Now())
		if err == nil && n >= int64(s.domain.Limits().HandoffsPerUser) {
			err = &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonFull, Message: "as many codes are out as a person may have; take them back or wait"}
		}
		return err
	})
}

// Recovery gives a user a phrase that adds an authenticator, at any time and once. It takes the place of an older
// one.
func (s *Service) Recovery(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, source string) (Issued, error) {
	in := Generate{Caller: c, User: ref, Form: mfa.HandoffPhrase, Purpose: mfa.HandoffRecovery, Authorized: true, Source: source}
	return s.issue(ctx, in, 0, func(w mfa.WriteRecords, u mfa.User) error {
		_, err := w.RemoveHandoffs(u.ID, mfa.HandoffPhrase, mfa.HandoffRecovery)
		return err
	})
}

// draws bounds how often a code that the user has already is drawn again; twice is rare even for short ones.
const draws = 10

// issue stores a code that lives for that long, or (0) without end.
func (s *Service) issue(ctx context.Context, in Generate, life time.Duration, prepare func(mfa.WriteRecords, mfa.User) error) (Issued, error) {
	var out Issued
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return err
		}
		if err := prepare(w, u); err != nil {
			return err
		}
		h := s.fresh(in, u, life)
		code, err := s.add(w, h)
		if err != nil {
			return err
		}
		data, err := note(h, map[string]any{"authorized": in.Authorized})
		if err != nil {
			return err
		}
		out = Issued{ID: h.ID, User: u, Code: code, CreatedAt: h.CreatedAt, ExpiresAt: h.ExpiresAt, Authorized: in.Authorized}
		return s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventHandoffIssued, UserID: u.ID, Source: in.Source, Data: data})
	})
	return out, err
}

func (s *Service) fresh(in Generate, u mfa.User, life time.Duration) mfa.Handoff {
	h := mfa.Handoff{
		ID: mfa.NewID[mfa.HandoffID](), DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID, UserID: u.ID,
		Form: in.Form, Purpose: in.Purpose, CreatedAt: s.domain.Now(),
	}
	if in.Authorized {
		h.AuthorizedAt = h.CreatedAt
	}
	if life > 0 {
		h.ExpiresAt = h.CreatedAt.Add(life)
	}
	return h
}

// add draws codes until one is new.
func (s *Service) add(w mfa.WriteRecords, h mfa.Handoff) (string, error) {
	for range draws {
		code, err := draw(s.random, h.Form)
		if err != nil {
			return "", &mfa.Error{Code: mfa.Internal, Message: "no randomness", Cause: err}
		}
		h.Secret = mfa.SecretText(code)
		if err := w.AddHandoff(h); err == nil || !mfa.IsCode(err, mfa.Conflict) {
			return code, err
		}
	}
	return "", &mfa.Error{Code: mfa.Unavailable, Message: "no code could be drawn that is not out already; try again"}
}

// InvalidateAll takes back a user's codes of a form and purpose, and says when. That there are none is no error.
func (s *Service) InvalidateAll(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, form mfa.HandoffForm, purpose mfa.HandoffPurpose, source string) (time.Time, error) {
	at := s.domain.Now()
	return at, s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		removed, err := w.RemoveHandoffs(u.ID, form, purpose)
		if err != nil {
			return err
		}
		for _, id := range removed {
			w.Announce(mfa.TopicHandoff(id))
		}
		data, err := note(mfa.Handoff{Form: form, Purpose: purpose}, map[string]any{"count": len(removed)})
		if err != nil {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventHandoffsRevoked, UserID: u.ID, Source: source, Data: data})
	})
}
