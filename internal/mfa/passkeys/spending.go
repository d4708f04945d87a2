package passkeys

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// errMoved says that the passkey was used elsewhere between reading and writing.
var errMoved = errors.New("the passkey was used meanwhile")

// proof is an assertion with its surroundings: by whom it is taken, and whose it is.
type proof struct {
	caller *mfa.Caller
	party  mfa.RelyingParty
	holder
	use    mfa.PasskeyUse
	source string
	agent  string
}

// spending is a proof that is to count once.
type spending struct {
	proof

	expect    []byte // the challenge
	assertion mfa.PasskeyAssertion
	event     mfa.EventType
	about     map[string]any // said in the event too
	// once is done first in the write that makes the proof count, and refuses a second time: before anything else is
	// changed, so that a refusal leaves nothing behind however the store ends it.
	once func(mfa.WriteRecords, SignedIn) error
	// also is done last in that write; nil: nothing.
	also func(mfa.WriteRecords, SignedIn) error
	// fresh refuses what has counted before, where the signature is right and the counter has gone back.
	fresh func(mfa.WriteRecords) error
}

// spend checks a signature and makes it count: once, with counter and event, in one write.
func (s *Service) spend(ctx context.Context, in spending) (SignedIn, error) {
	if err := s.verify(ctx, &in); err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{User: in.user, Authenticator: in.held, Passkey: in.data, SessionID: mfa.NewID[mfa.SessionID](), At: s.domain.Now()}
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		if err := in.once(w, out); err != nil {
			return err
		}
		if out.User, err = use(w, in.proof, out.At); err != nil {
			return err
		}
		err = s.domain.Append(w, in.caller, mfa.Event{Type: in.event, UserID: in.user.ID, Source: in.source, At: out.At, Data: eventData(out, in.about)})
		if err == nil && in.also != nil {
			err = in.also(w, out)
		}
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	out.Authenticator.Counter, out.Authenticator.LastUsedAt = in.use.Counter, out.At
	out.Passkey.BackedUp, out.Passkey.LastAgent = in.use.BackedUp, cmp.Or(in.agent, in.data.LastAgent)
	return out, nil
}

// verify checks a signature and notes what a wrong one tells. Whoever sends a right one a second time is told so, though
// its counter has gone back by then.
func (s *Service) verify(ctx context.Context, in *spending) error {
	if len(in.assertion.UserHandle) == 0 {
		in.assertion.UserHandle = nil // some browsers tell an empty one where they have none
	}
	var err error
	in.use, err = s.factor.Assert(mfa.PasskeyExpectation{
		RelyingParty: in.party, Challenge: in.expect, UserVerification: in.party.UserVerification,
	}, in.data, in.held.Counter, in.assertion)
	switch {
	case err == nil && in.use.CounterWentBack:
		return s.noteRefusal(ctx, in, mfa.EventPasskeyCloned, errCounter)
	case err == nil || mfa.IsCode(err, mfa.Internal):
		return err
	}
	return s.noteRefusal(ctx, in, mfa.EventPasskeyRefused, err)
}

// noteRefusal writes what was refused into the log, as often as the limit allows: nothing can be guessed here, but
// whoever is refused costs a row.
func (s *Service) noteRefusal(ctx context.Context, in *spending, event mfa.EventType, refusal error) error {
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if event == mfa.EventPasskeyCloned {
			if err := in.fresh(w); err != nil {
				return err
			}
		}
		limit, key := s.domain.Limits().WrongPasskeys, "wrong_passkeys:"+string(in.user.ID)+":"+mfa.SourceKey(in.source)
		allowed, _, err := w.TakeLimit(limit, key, s.domain.Now())
		if err != nil || !allowed {
			return err
		}
		about := map[string]any{}
		if e, ok := errors.AsType[*mfa.Error](refusal); ok {
			about["reason"] = e.Reason
		}
		return s.domain.Append(w, in.caller, mfa.Event{
			Type: event, UserID: in.user.ID, Source: in.source, Data: eventData(SignedIn{Authenticator: in.held}, about),
		})
	})
	if err == nil {
		err = refusal
	}
	return err
}

// burn lets a challenge count once in its directory.
func burn(w mfa.WriteRecords, c *mfa.Caller, challenge []byte, until time.Time) error {
	fresh, err := w.SpendProof("passkey:"+string(c.Directory.ID), encode(challenge), until.Add(mfa.ProofWindow)) // clocks of nodes differ
	if err == nil && !fresh {
		err = errReplayed
	}
	return err
}

// use moves the passkey on from where it was read, and looks again whether its owner may be asked.
func use(w mfa.WriteRecords, p proof, at time.Time) (mfa.User, error) {
	u, err := w.User(p.user.DirectoryID, mfa.UserRef{ID: p.user.ID})
	if err != nil {
		return u, err
	}
	if err := mfa.UsableBy(u, p.caller); err != nil {
		return u, err
	}
	changed, err := p.changed()
	if err != nil {
		return u, err
	}
	still, err := w.UsePasskey(p.held.ID, p.held.Version, p.held.Counter, p.use.Counter, changed, at)
	if err == nil && !still {
		err = errMoved
	}
	return u, err
}

// changed is the passkey's data where the assertion told something new, or nil.
func (p proof) changed() (json.RawMessage, error) {
	next := p.data
	next.BackedUp = p.use.BackedUp
	if p.agent != "" {
		next.LastAgent = p.agent
	}
	if next.BackedUp == p.data.BackedUp && next.LastAgent == p.data.LastAgent {
		return nil, nil
	}
	encoded, err := json.Marshal(next)
	if err != nil {
		return nil, internal("a passkey could not be written", err)
	}
	return encoded, nil
}
