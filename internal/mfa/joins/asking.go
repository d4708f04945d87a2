package joins

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Start makes a code by which another device may join. A device has one join at most: a new one takes the place of
// the one before.
func (s *Service) Start(ctx context.Context, d *mfa.DeviceCaller, purpose Purpose) (mfa.LinkCode, error) {
	if purpose != Add && purpose != Move {
		return mfa.LinkCode{}, &mfa.Error{Code: mfa.Invalid, Field: "purpose", Message: "a join's purpose is add or move"}
	}
	data, err := json.Marshal(standing{Device: d.Device.ID, Purpose: purpose})
	if err != nil {
		return mfa.LinkCode{}, &mfa.Error{Code: mfa.Internal, Message: "a join could not be written", Cause: err}
	}
	var out mfa.LinkCode
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		allowed, until, err := w.TakeLimit(s.domain.Limits().Joins, "joins:"+string(d.Device.ID), s.domain.Now())
		if err != nil || !allowed {
			refusal = s.domain.TooMany(until)
			return err
		}
		refusal = nil
		out, err = s.start(w, d, data)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

func (s *Service) start(w mfa.WriteRecords, d *mfa.DeviceCaller, data json.RawMessage) (mfa.LinkCode, error) {
	u, err := s.domain.LockPerson(w, d)
	if err != nil {
		return mfa.LinkCode{}, err
	}
	place, c, err := s.domain.Surroundings(w, mfa.Enrollment{}, u)
	if err != nil {
		return mfa.LinkCode{}, err
	}
	if err := mfa.MayLink(u, place); err != nil {
		return mfa.LinkCode{}, err
	}
	pending, err := w.PendingEnrollments(u.ID, mfa.EnrollByJoin, s.domain.Now())
	if err != nil {
		return mfa.LinkCode{}, err
	}
	for _, e := range pending {
		is, err := read(e)
		if err != nil || is.Device != d.Device.ID {
			continue
		}
		if err := refuse(w, e, is); err != nil {
			return mfa.LinkCode{}, err
		}
	}
	return s.domain.StartEnrollment(w, c, u, s.domain.Limits().JoinLife, mfa.Enrollment{Kind: mfa.EnrollByJoin, Data: data})
}

// Look is where a join of the device stands. Joins of others look as if they were not there.
func (s *Service) Look(ctx context.Context, d *mfa.DeviceCaller, id mfa.EnrollmentID) (Join, error) {
	var out Join
	err := s.store.Read(ctx, func(r mfa.Records) error {
		e, is, err := mine(r, d, id)
		out = view(e, is, s.domain.Now())
		return err
	})
	return out, err
}

// mine finds a join of the device.
func mine(r mfa.Records, d *mfa.DeviceCaller, id mfa.EnrollmentID) (mfa.Enrollment, standing, error) {
	e, err := r.Enrollment(id)
	if err != nil {
		return e, standing{}, err
	}
	if e.Kind != mfa.EnrollByJoin || e.UserID != d.Device.UserID {
		return e, standing{}, mfa.Missing("join")
	}
	is, err := read(e)
	if err == nil && is.Device != d.Device.ID {
		err = mfa.Missing("join")
	}
	return e, is, err
}

// Answer lets the device in that claimed the join, if the person chose the number that it shows, or refuses it. A
// wrong number refuses it too, because whoever guesses compares nothing. After a [Move] the device that asked is not
// linked any more: both happen in one Write, so that the person never has none.
func (s *Service) Answer(ctx context.Context, d *mfa.DeviceCaller, id mfa.EnrollmentID, approve bool, number string) (Join, error) {
	var out Join
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		refusal = nil
		u, err := w.LockUser(d.Device.DirectoryID, mfa.UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		e, is, err := mine(w, d, id)
		if err != nil {
			return err
		}
		switch stateOf(e, is, s.domain.Now()) {
		case Claimed:
		case Open:
			return errUnclaimed
		default:
			return errOver
		}
		if approve && is.Claim.shows(number) {
			err = s.letIn(w, d, u, e, is)
		} else {
			err = refuse(w, e, is)
			if approve {
				refusal = errMismatch
			}
		}
		if err != nil {
			return err
		}
		out, err = s.after(w, e.ID, is)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

func (s *Service) after(w mfa.WriteRecords, id mfa.EnrollmentID, is standing) (Join, error) {
	e, err := w.Enrollment(id)
	return view(e, is, s.domain.Now()), err
}

// letIn links the device that claimed the join. The one that asked must still be linked itself.
func (s *Service) letIn(w mfa.WriteRecords, d *mfa.DeviceCaller, u mfa.User, e mfa.Enrollment, is standing) error {
	own, err := w.Authenticator(d.Device.ID)
	if mfa.IsCode(err, mfa.NotFound) {
		return errOver
	}
	if err != nil {
		return err
	}
	if is.Purpose == Move {
		if err := s.domain.DropDevice(w, u, own); err != nil {
			return err
		}
	}
	made, err := s.device.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Key: is.Claim.Key})
	if err != nil {
		return err
	}
	_, err = s.domain.AddDevice(w, e, is.Claim.device(), made, "device")
	w.Announce(Topic(e.ID))
	return err
}

// refuse ends a join that nobody answers any more.
func refuse(w mfa.WriteRecords, e mfa.Enrollment, is standing) error {
	e.State = mfa.EnrollmentRefused
	return change(w, e, is)
}

// Withdraw ends a join of the device. One that is over stays as it is.
func (s *Service) Withdraw(ctx context.Context, d *mfa.DeviceCaller, id mfa.EnrollmentID) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if _, err := w.LockUser(d.Device.DirectoryID, mfa.UserRef{ID: d.Device.UserID}); err != nil {
			return err
		}
		e, is, err := mine(w, d, id)
		if err != nil || e.State != mfa.EnrollmentPending {
			return err
		}
		return refuse(w, e, is)
	})
}
