package joins

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Outcome is what the new device is told: the number to show, or that it was let in.
type Outcome struct {
	Waiting bool
	Join    Join
	Number  string
	Linked  mfa.Linked
}

// errNoJoin says within this package that a code is of another kind.
var errNoJoin = errors.New("no join has this code")

// Claim takes a join by its code, or tells the device that took it how it went. Ok is false for codes that are not
// of a join, which count as wrong nowhere yet. Of several devices the first has it; the others are refused as if the
// code were wrong, and are counted by their address.
func (s *Service) Claim(ctx context.Context, code string, d mfa.NewDevice) (out Outcome, ok bool, err error) {
	made, err := s.device.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Key: d.Key})
	if err != nil {
		return out, false, err
	}
	code = mfa.NormalLinkCode(code)
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		var err error
		_, refusal, err = s.domain.GuardLink(w, d.Source, func(w mfa.WriteRecords) (mfa.Enrollment, error) {
			e, err := w.EnrollmentBySecret(mfa.EnrollByJoin, mfa.SecretText(code))
			if mfa.IsCode(err, mfa.NotFound) {
				return e, errNoJoin
			}
			if err != nil {
				return e, err
			}
			out, err = s.claim(w, e, d, made)
			return e, err
		})
		return err
	})
	switch {
	case errors.Is(err, errNoJoin):
		return out, false, nil
	case err == nil:
		err = refusal
	}
	return out, true, err
}

// afterwards is for how long after its end a device that was let in may still ask what it was told, with its seed: the
// person may have answered in the last moment, and the answer got lost.
const afterwards = time.Minute

// claim locks the person first: of two devices at the same time the second sees what the first did.
func (s *Service) claim(w mfa.WriteRecords, e mfa.Enrollment, d mfa.NewDevice, made mfa.Enrolled) (Outcome, error) {
	u, err := w.LockUser(e.DirectoryID, mfa.UserRef{ID: e.UserID})
	if err != nil {
		return Outcome{}, gone(err)
	}
	if e, err = w.Enrollment(e.ID); err != nil {
		return Outcome{}, gone(err)
	}
	is, err := read(e)
	if err != nil {
		return Outcome{}, err
	}
	own := is.Claim != nil && is.Claim.Binding == d.Binding &&
		subtle.ConstantTimeCompare([]byte(is.Claim.Thumbprint), []byte(made.Thumbprint)) == 1
	switch state := stateOf(e, is, s.domain.Now()); {
	case state == Open:
		if err := unused(w, made.Thumbprint); err != nil {
			return Outcome{}, err
		}
		if is.Claim, err = s.newClaim(d, made); err != nil {
			return Outcome{}, err
		}
		if err := change(w, e, is); err != nil {
			return Outcome{}, err
		}
	case state == Approved && own && s.domain.Now().Before(e.ExpiresAt.Add(afterwards)):
		linked, err := s.domain.LinkedDevice(w, u, e.AuthenticatorID)
		return Outcome{Linked: linked}, gone(err)
	case state != Claimed || !own:
		return Outcome{}, mfa.ErrBadLink
	}
	return Outcome{Waiting: true, Join: view(e, is, s.domain.Now()), Number: is.Claim.Number}, nil
}

// unused refuses a key that is linked already, before anybody is asked about it.
func unused(r mfa.Records, thumbprint string) error {
	_, err := r.AuthenticatorByThumbprint(mfa.KindDevice, thumbprint)
	if mfa.IsCode(err, mfa.NotFound) {
		return nil
	}
	if err == nil {
		err = &mfa.Error{Code: mfa.Conflict, Field: "key", Message: "this key is linked already; make a new one"}
	}
	return err
}

// gone words what was removed meanwhile as a code that links nothing.
func gone(err error) error {
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.ErrBadLink
	}
	return err
}

func (s *Service) newClaim(d mfa.NewDevice, made mfa.Enrolled) (*claim, error) {
	// The person picks among three as with a question: who does not look is wrong twice out of three times.
	match, number, err := receipt.NewMatch(policy.MatchPick, s.random)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "no number could be drawn", Cause: err}
	}
	return &claim{
		Key: made.Data, Thumbprint: made.Thumbprint, Name: d.Name, Platform: d.Platform, Source: d.Source,
		Binding: d.Binding, Attested: d.Attested, Number: number, Choices: match.Choices,
	}, nil
}

// shows reports whether a number is the one that the new device shows.
func (c *claim) shows(number string) bool {
	return subtle.ConstantTimeCompare([]byte(c.Number), []byte(number)) == 1
}

func (c *claim) device() mfa.NewDevice {
	return mfa.NewDevice{Key: c.Key, Name: c.Name, Platform: c.Platform, Source: c.Source, Binding: c.Binding, Attested: c.Attested}
}
