package handoffs

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Authorize lets a code count. One that is authorized already stays so.
func (s *Service) Authorize(ctx context.Context, p Presented) (mfa.Handoff, error) {
	var out mfa.Handoff
	err := s.with(ctx, p, func(w mfa.WriteRecords, u mfa.User) (refusal, err error) {
		if out, refusal, err = s.find(w, u, p); refusal != nil || err != nil || out.Authorized() {
			return refusal, err
		}
		at := s.domain.Now()
		// That somebody else was first is no matter: it is authorized then.
		if _, err := w.AuthorizeHandoff(out.ID, at); err != nil {
			return nil, err
		}
		out.AuthorizedAt = at
		w.Announce(mfa.TopicHandoff(out.ID))
		return nil, s.log(w, p, out, mfa.EventHandoffAuthorized, nil)
	})
	return out, err
}

// Look finds a code without using it, authorized or not. Who waits for its authorization subscribes to
// [mfa.TopicHandoff], looks [Service.Again] and then uses [Service.Consume].
func (s *Service) Look(ctx context.Context, p Presented) (mfa.Handoff, error) {
	var out mfa.Handoff
	err := s.with(ctx, p, func(w mfa.WriteRecords, u mfa.User) (refusal, err error) {
		out, refusal, err = s.find(w, u, p)
		return refusal, err
	})
	return out, err
}

// Again looks at a code that was found before. It counts no attempt: what was taken back in between is not wrong.
func (s *Service) Again(ctx context.Context, id mfa.HandoffID) (mfa.Handoff, error) {
	var out mfa.Handoff
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.Handoff(id)
		return err
	})
	if mfa.IsCode(err, mfa.NotFound) {
		return out, errWrong
	}
	if err != nil {
		return out, err
	}
	return out, standing(out, s.domain.Now())
}

// Consume burns an authorized code for signing in: of several who present it at the same time one is signed in.
func (s *Service) Consume(ctx context.Context, p Presented) (SignedIn, error) {
	var out SignedIn
	err := s.with(ctx, p, func(w mfa.WriteRecords, u mfa.User) (refusal, err error) {
		out = SignedIn{User: u, SessionID: mfa.NewID[mfa.SessionID](), At: s.domain.Now()}
		out.Handoff, refusal, err = s.use(w, u, p, map[string]any{"session": out.SessionID})
		return refusal, err
	})
	return out, err
}

// Redeem burns a code for adding an authenticator in the write that begins to add one, for a user who is locked
// there: p.User is not looked at. A phrase may be the user's recovery phrase. Its refusal is to be given back after
// the write was committed, because wrong attempts count.
func (s *Service) Redeem(w mfa.WriteRecords, u mfa.User, p Presented) (refusal, err error) {
	p.Purpose = mfa.HandoffAdd
	if p.Form == mfa.HandoffPhrase {
		secret := normal(p.Form, p.Code)
		_, err := w.HandoffBySecret(u.ID, p.Form, mfa.HandoffRecovery, mfa.SecretText(secret))
		if err == nil {
			p.Purpose = mfa.HandoffRecovery
		} else if !mfa.IsCode(err, mfa.NotFound) {
			return nil, err
		}
	}
	if refusal, err := s.domain.AnyFull(w, s.windows(u, p)); refusal != nil || err != nil {
		return refusal, err
	}
	_, refusal, err = s.use(w, u, p, nil)
	return refusal, err
}

// with does something with a user's code. A refusal commits what was written: wrong attempts count.
func (s *Service) with(ctx context.Context, p Presented, do func(mfa.WriteRecords, mfa.User) (refusal, err error)) error {
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		refusal = nil
		u, err := w.LockUser(p.Caller.Directory.ID, p.User)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, p.Caller); err != nil {
			return err
		}
		if refusal, err = s.domain.AnyFull(w, s.windows(u, p)); refusal != nil || err != nil {
			return err
		}
		refusal, err = do(w, u)
		return err
	})
	if err == nil {
		err = refusal
	}
	return err
}

// use burns a code if it counts.
func (s *Service) use(w mfa.WriteRecords, u mfa.User, p Presented, more map[string]any) (h mfa.Handoff, refusal, err error) {
	h, refusal, err = s.find(w, u, p)
	if refusal != nil || err != nil {
		return h, refusal, err
	}
	if !h.Authorized() {
		return h, errNotAuthorized, nil
	}
	h.UsedAt = s.domain.Now()
	won, err := w.UseHandoff(h.ID, h.UsedAt)
	if err != nil {
		return h, nil, err
	}
	if !won {
		return h, errUsed, nil
	}
	w.Announce(mfa.TopicHandoff(h.ID))
	return h, nil, s.log(w, p, h, mfa.EventHandoffUsed, more)
}

// find looks a code up; one that the user does not have is counted.
func (s *Service) find(w mfa.WriteRecords, u mfa.User, p Presented) (h mfa.Handoff, refusal, err error) {
	secret := normal(p.Form, p.Code)
	if secret != "" {
		h, err = w.HandoffBySecret(u.ID, p.Form, p.Purpose, mfa.SecretText(secret))
	}
	if secret == "" || mfa.IsCode(err, mfa.NotFound) {
		return h, errWrong, s.strike(w, u, p)
	}
	if err != nil {
		return h, nil, err
	}
	return h, standing(h, s.domain.Now()), nil
}

// windows are those of a user's wrong short codes; other forms have none.
func (s *Service) windows(u mfa.User, p Presented) []mfa.Window {
	if p.Form != mfa.HandoffShort {
		return nil
	}
	limits := s.domain.Limits()
	return []mfa.Window{
		{Limit: limits.WrongHandoffs, Key: "wrong_handoffs:" + string(u.ID) + ":" + mfa.AttemptsFrom(p.Caller, p.Source)},
		{Limit: limits.WrongHandoffsUser, Key: "wrong_handoffs_user:" + string(u.ID)},
	}
}

// strike counts a wrong code, and says in the log when that fills a window.
func (s *Service) strike(w mfa.WriteRecords, u mfa.User, p Presented) error {
	filled, _, err := s.domain.Strike(w, s.windows(u, p)) // whoever has locked the user finds none full
	if err != nil {
		return err
	}
	if noted, err := s.noted(w, u, p); err != nil || !noted {
		return err
	}
	wrong := mfa.Handoff{UserID: u.ID, Form: p.Form, Purpose: p.Purpose}
	if err := s.log(w, p, wrong, mfa.EventHandoffRefused, nil); err != nil || !filled {
		return err
	}
	return s.log(w, p, wrong, mfa.EventHandoffLimited, nil)
}

// noted reports whether a wrong code goes into the log. Windows bound the short ones; of others strangers may send as
// many as they like, and must not fill the log with them.
func (s *Service) noted(w mfa.WriteRecords, u mfa.User, p Presented) (bool, error) {
	if p.Form == mfa.HandoffShort {
		return true, nil
	}
	noted, _, err := w.TakeLimit(s.domain.Limits().NotedGuesses, "noted_handoffs:"+string(u.ID)+":"+mfa.AttemptsFrom(p.Caller, p.Source), s.domain.Now())
	return noted, err
}

func (s *Service) log(w mfa.WriteRecords, p Presented, h mfa.Handoff, kind mfa.EventType, more map[string]any) error {
	data, err := note(h, more)
	if err != nil {
		return err
	}
	return s.domain.Append(w, p.Caller, mfa.Event{Type: kind, UserID: h.UserID, Source: p.Source, Data: data})
}
