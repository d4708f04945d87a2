// Package phonelinks holds the rules by which somebody links a device by a code that is sent to a number: whoever
// has the number is the user, in the one directory that knows it or in the one that they name.
package phonelinks

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	device mfa.Factor
	otp    mfa.Factor
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, random: parts.Random, device: parts.Factors.Device, otp: parts.Factors.OTP}
}

// PendingDevice is the device that began to link by phone.
type PendingDevice struct {
	Key        json.RawMessage `json:"key"`
	Thumbprint string          `json:"thumbprint"`
	Name       string          `json:"name"`
	Platform   string          `json:"platform"`
	Binding    string          `json:"binding,omitempty"`
	Attested   string          `json:"attested,omitempty"`
}

// linkCodeDigits is the length of the code that a phone link sends. Whoever guesses one has a device that approves
// for its owner, and needs nothing but the number to try: with the starts and attempts that are allowed, the
// chance is one in 160,000 a day.
const linkCodeDigits = 8

// Link is a phone link under way.
type Link struct {
	ID        mfa.EnrollmentID
	ExpiresAt time.Time
}

// Start sends a code to a number that some user has. The answer does not tell whether any has:
// a number that nobody has gets an enrollment that nothing completes.
func (s *Service) Start(ctx context.Context, phone mfa.Phone, d mfa.NewDevice) (Link, error) {
	made, err := s.device.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Key: d.Key})
	if err != nil {
		return Link{}, err
	}
	secret, err := s.domain.MakeCode(linkCodeDigits)
	if err != nil {
		return Link{}, err
	}
	data, err := json.Marshal(PendingDevice{Key: made.Data, Thumbprint: made.Thumbprint, Name: d.Name, Platform: d.Platform, Binding: d.Binding, Attested: d.Attested})
	if err != nil {
		return Link{}, &mfa.Error{Code: mfa.Internal, Message: "an enrollment could not be written", Cause: err}
	}
	var out Link
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		now := s.domain.Now()
		e := mfa.Enrollment{
			ID: mfa.NewID[mfa.EnrollmentID](), Kind: mfa.EnrollByPhone, State: mfa.EnrollmentPending, Phone: phone, Secret: secret, Data: data,
			CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().LinkLife),
		}
		out = Link{ID: e.ID, ExpiresAt: e.ExpiresAt}
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
func (s *Service) takePhoneLink(w mfa.WriteRecords, phone mfa.Phone, source string) (refusal, err error) {
	for _, at := range []struct {
		limit mfa.Limit
		key   string
	}{{s.domain.Limits().PhoneLinksSource, "phone_links_source:" + mfa.SourceKey(source)}, {s.domain.Limits().PhoneLinks, "phone_links:" + phone.E164()}} {
		allowed, until, err := w.TakeLimit(at.limit, at.key, s.domain.Now())
		if err != nil {
			return nil, err
		}
		if !allowed {
			return s.domain.TooMany(until), nil
		}
	}
	return nil, nil
}

// sendLinkCode sends the code on behalf of the oldest user who has the number and may be written to.
func (s *Service) sendLinkCode(w mfa.WriteRecords, e mfa.Enrollment) error {
	users, err := w.UsersByPhone(e.Phone)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(users, func(u mfa.User) bool { return u.State != mfa.UserSuspended })
	if first < 0 {
		return nil
	}
	u := users[first]
	_, c, err := s.domain.Surroundings(w, mfa.Enrollment{}, u)
	if err != nil || c.Directory.Disabled {
		return err
	}
	_, err = s.domain.QueueMessage(w, c, mfa.Outgoing{
		User: u.ID, Message: s.linkCodeMessage(c, u, e), Dedupe: "link:" + string(e.ID), GiveUp: e.ExpiresAt,
	})
	return err
}

// errManyDirectories asks which of several populations is meant.
var errManyDirectories = &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonDirectoryRequired, Message: "several directories know this number; name one"}

// Candidates are the directories that know the number of a phone link. Only the holder of the
// right code may be told them.
type Candidates struct{ Directories []mfa.Directory }

// Finish burns the code that was sent and links the device that began. Where several directories
// know the number and none is named, it answers Conflict with [ReasonDirectoryRequired] and the candidates,
// and the code stays good.
func (s *Service) Finish(ctx context.Context, id mfa.EnrollmentID, code string, directory mfa.DirectoryID, thumbprint, source string) (mfa.Linked, *Candidates, error) {
	var out mfa.Linked
	var candidates *Candidates
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		refusal, candidates = nil, nil
		e, device, err := s.openPhoneLink(w, id, code, thumbprint)
		if errors.Is(err, mfa.ErrBadLink) {
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
		made, err := s.device.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Key: device.Key})
		if err != nil {
			return err
		}
		out, err = s.domain.AddDevice(w, e, mfa.NewDevice{
			Key: device.Key, Name: device.Name, Platform: device.Platform, Source: source, Binding: device.Binding, Attested: device.Attested,
		}, made, "sms")
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, candidates, err
}

// openPhoneLink checks everything about a phone link but whose it is; a wrong code is counted.
func (s *Service) openPhoneLink(w mfa.WriteRecords, id mfa.EnrollmentID, code, thumbprint string) (mfa.Enrollment, PendingDevice, error) {
	var device PendingDevice
	e, err := w.Enrollment(id)
	if mfa.IsCode(err, mfa.NotFound) {
		return e, device, mfa.ErrBadLink
	}
	if err != nil {
		return e, device, err
	}
	if e.Kind != mfa.EnrollByPhone || e.State != mfa.EnrollmentPending || !s.domain.Now().Before(e.ExpiresAt) {
		return e, device, mfa.ErrBadLink
	}
	if err := json.Unmarshal(e.Data, &device); err != nil {
		return e, device, &mfa.Error{Code: mfa.Internal, Message: "an enrollment cannot be read", Cause: err}
	}
	if subtle.ConstantTimeCompare([]byte(device.Thumbprint), []byte(thumbprint)) != 1 {
		return e, device, mfa.ErrBadLink
	}
	// The attempt is counted before the code is looked at, so that guesses at the same time are too.
	attempts, err := w.CountEnrollmentAttempt(e.ID)
	if err != nil {
		return e, device, err
	}
	_, ok, err := s.otp.Check(mfa.Credential{Secret: e.Secret}, mfa.Proof{Token: code}, s.domain.Now())
	if err != nil {
		return e, device, err
	}
	if !ok || attempts > s.domain.Limits().EnrollmentAttempts {
		return e, device, mfa.ErrBadLink
	}
	return e, device, nil
}

// phoneOwner finds the one user whom a proved number belongs to.
func (s *Service) phoneOwner(w mfa.WriteRecords, phone mfa.Phone, directory mfa.DirectoryID) (mfa.User, *Candidates, error) {
	users, err := w.UsersByPhone(phone)
	if err != nil {
		return mfa.User{}, nil, err
	}
	candidates := &Candidates{}
	for _, u := range users {
		if u.DirectoryID == directory || directory == "" && len(users) == 1 {
			return u, nil, nil
		}
		d, err := w.Directory(u.DirectoryID)
		if err != nil {
			return mfa.User{}, nil, err
		}
		candidates.Directories = append(candidates.Directories, d)
	}
	if directory == "" && len(users) > 1 {
		return mfa.User{}, candidates, errManyDirectories
	}
	return mfa.User{}, nil, mfa.ErrBadLink
}

func (s *Service) linkCodeMessage(c *mfa.Caller, u mfa.User, e mfa.Enrollment) mfa.Message {
	say := mfa.Wording("", u, e.Phone)
	what := text.Link{App: c.Application.Name, Code: string(e.Secret.Reveal())}
	return mfa.Worded(say, c, mfa.ChannelSMS, e.Phone.E164(), text.Message{Text: say.LinkSMS(what)})
}
