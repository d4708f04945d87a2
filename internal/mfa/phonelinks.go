package mfa

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// PendingDevice is the device that began to link by phone.
type PendingDevice struct {
	Key        json.RawMessage `json:"key"`
	Thumbprint string          `json:"thumbprint"`
	Name       string          `json:"name"`
	Platform   string          `json:"platform"`
}

// linkCodeDigits is the length of the code that a phone link sends. Whoever guesses one has a device that approves
// for its owner, and needs nothing but the number to try: with the starts and attempts that are allowed, the
// chance is one in 160,000 a day.
const linkCodeDigits = 8

// PhoneLink is a phone link under way.
type PhoneLink struct {
	ID        EnrollmentID
	ExpiresAt time.Time
}

// StartPhoneLink sends a code to a number that some user has. The answer does not tell whether any has:
// a number that nobody has gets an enrollment that nothing completes.
func (s *Service) StartPhoneLink(ctx context.Context, phone Phone, d NewDevice) (PhoneLink, error) {
	made, err := s.factors.Device.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Key: d.Key})
	if err != nil {
		return PhoneLink{}, err
	}
	secret, err := s.MakeCode(linkCodeDigits)
	if err != nil {
		return PhoneLink{}, err
	}
	data, err := json.Marshal(PendingDevice{Key: made.Data, Thumbprint: made.Thumbprint, Name: d.Name, Platform: d.Platform})
	if err != nil {
		return PhoneLink{}, &Error{Code: Internal, Message: "an enrollment could not be written", Cause: err}
	}
	var out PhoneLink
	var refusal error
	err = s.store.Write(ctx, func(w WriteRecords) (err error) {
		now := s.Now()
		e := Enrollment{
			ID: NewID[EnrollmentID](), Kind: EnrollByPhone, State: EnrollmentPending, Phone: phone, Secret: secret, Data: data,
			CreatedAt: now, ExpiresAt: now.Add(s.limits.LinkLife),
		}
		out = PhoneLink{ID: e.ID, ExpiresAt: e.ExpiresAt}
		if refusal, err = s.takePhoneLink(w, phone, d.Source); err != nil || refusal != nil {
			return err
		}
		if err := w.AddEnrollment(e); err != nil {
			return err
		}
		return s.sendLinkCode(w, e)
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// takePhoneLink asks the source first: one that has made too many starts must not use up those of a number.
func (s *Service) takePhoneLink(w WriteRecords, phone Phone, source string) (refusal, err error) {
	for _, at := range []struct {
		limit Limit
		key   string
	}{{s.limits.PhoneLinksSource, "phone_links_source:" + SourceKey(source)}, {s.limits.PhoneLinks, "phone_links:" + phone.E164()}} {
		allowed, until, err := w.TakeLimit(at.limit, at.key, s.Now())
		if err != nil {
			return nil, err
		}
		if !allowed {
			return s.TooMany(until), nil
		}
	}
	return nil, nil
}

// sendLinkCode sends the code on behalf of the oldest user who has the number and may be written to.
func (s *Service) sendLinkCode(w WriteRecords, e Enrollment) error {
	users, err := w.UsersByPhone(e.Phone)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(users, func(u User) bool { return u.State != UserSuspended })
	if first < 0 {
		return nil
	}
	u := users[first]
	_, c, err := s.surroundings(w, Enrollment{}, u)
	if err != nil || c.Directory.Disabled {
		return err
	}
	_, err = s.QueueMessage(w, c, Outgoing{
		User: u.ID, Message: s.linkCodeMessage(c, u, e), Dedupe: "link:" + string(e.ID), GiveUp: e.ExpiresAt,
	})
	return err
}

// errManyDirectories asks which of several populations is meant.
var errManyDirectories = refuse(Conflict, ReasonDirectoryRequired, "several directories know this number; name one")

// PhoneLinkCandidates are the directories that know the number of a phone link. Only the holder of the
// right code may be told them.
type PhoneLinkCandidates struct{ Directories []Directory }

// FinishPhoneLink burns the code that was sent and links the device that began. Where several directories
// know the number and none is named, it answers Conflict with [ReasonDirectoryRequired] and the candidates,
// and the code stays good.
func (s *Service) FinishPhoneLink(ctx context.Context, id EnrollmentID, code string, directory DirectoryID, thumbprint, source string) (Linked, *PhoneLinkCandidates, error) {
	var out Linked
	var candidates *PhoneLinkCandidates
	var refusal error
	err := s.store.Write(ctx, func(w WriteRecords) error {
		refusal, candidates = nil, nil
		e, device, err := s.openPhoneLink(w, id, code, thumbprint)
		if errors.Is(err, errBadLink) {
			refusal = err
			return nil
		}
		if err != nil {
			return err
		}
		user, found, err := s.phoneOwner(w, e.Phone, directory)
		if errors.Is(err, errManyDirectories) {
			candidates, refusal = found, err
			return nil
		}
		if err != nil {
			return err
		}
		e.UserID, e.DirectoryID = user.ID, user.DirectoryID
		made, err := s.factors.Device.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Key: device.Key})
		if err != nil {
			return err
		}
		out, err = s.addDevice(w, e, NewDevice{Key: device.Key, Name: device.Name, Platform: device.Platform, Source: source}, made, "sms")
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, candidates, err
}

// openPhoneLink checks everything about a phone link but whose it is; a wrong code is counted.
func (s *Service) openPhoneLink(w WriteRecords, id EnrollmentID, code, thumbprint string) (Enrollment, PendingDevice, error) {
	var device PendingDevice
	e, err := w.Enrollment(id)
	if IsCode(err, NotFound) {
		return e, device, errBadLink
	}
	if err != nil {
		return e, device, err
	}
	if e.Kind != EnrollByPhone || e.State != EnrollmentPending || !live(e.ExpiresAt, s.Now()) {
		return e, device, errBadLink
	}
	if err := json.Unmarshal(e.Data, &device); err != nil {
		return e, device, &Error{Code: Internal, Message: "an enrollment cannot be read", Cause: err}
	}
	if subtle.ConstantTimeCompare([]byte(device.Thumbprint), []byte(thumbprint)) != 1 {
		return e, device, errBadLink
	}
	// The attempt is counted before the code is looked at, so that guesses at the same time are too.
	attempts, err := w.CountEnrollmentAttempt(e.ID)
	if err != nil {
		return e, device, err
	}
	_, ok, err := s.factors.OTP.Check(Credential{Secret: e.Secret}, Proof{Token: code}, s.Now())
	if err != nil {
		return e, device, err
	}
	if !ok || attempts > s.limits.EnrollmentAttempts {
		return e, device, errBadLink
	}
	return e, device, nil
}

// phoneOwner finds the one user whom a proved number belongs to.
func (s *Service) phoneOwner(w WriteRecords, phone Phone, directory DirectoryID) (User, *PhoneLinkCandidates, error) {
	users, err := w.UsersByPhone(phone)
	if err != nil {
		return User{}, nil, err
	}
	candidates := &PhoneLinkCandidates{}
	for _, u := range users {
		if u.DirectoryID == directory || directory == "" && len(users) == 1 {
			return u, nil, nil
		}
		d, err := w.Directory(u.DirectoryID)
		if err != nil {
			return User{}, nil, err
		}
		candidates.Directories = append(candidates.Directories, d)
	}
	if directory == "" && len(users) > 1 {
		return User{}, candidates, errManyDirectories
	}
	return User{}, nil, errBadLink
}
