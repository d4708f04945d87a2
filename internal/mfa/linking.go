package mfa

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// linkAlphabet is Crockford's base 32: no I, L, O or U, so that a code read aloud or from a screen is
// typed right.
const (
	linkAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	linkLength   = 8 // 40 bits; wrong ones are limited per address
)

// NormalLinkCode brings a typed linking code to the form that is stored.
func NormalLinkCode(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(text)))
}

// IsLinkCode reports whether a text has the form in which linking codes are stored, good or not.
func IsLinkCode(text string) bool {
	return len(text) == linkLength && strings.Trim(text, linkAlphabet) == ""
}

// RandomText draws n characters of an alphabet of 32.
func RandomText(random io.Reader, n int) (string, error) {
	buf := make([]byte, n)
	if _, err := io.ReadFull(random, buf); err != nil {
		return "", &Error{Code: Internal, Message: "no randomness", Cause: err}
	}
	for i, b := range buf {
		buf[i] = linkAlphabet[b&31]
	}
	return string(buf), nil
}

// LinkCode is shown to a person as text and as a QR picture of URI.
type LinkCode struct {
	Enrollment EnrollmentID
	Code       string // eight characters; show them as ABCD-EFGH
	URI        string // twinseal://link?server=…&code=…
	ExpiresAt  time.Time
	// DeviceID is what the linked device will be called, where that is fixed already.
	DeviceID AuthenticatorID
}

// StartLink makes a linking code for a user. Several may be out at once; each links one device.
func (s *Service) StartLink(ctx context.Context, c *Caller, ref UserRef) (LinkCode, error) {
	var out LinkCode
	err := s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if err := UsableBy(u, c); err != nil {
			return err
		}
		out, err = s.startLink(w, c, u, s.limits.LinkLife, Enrollment{})
		return err
	})
	return out, err
}

// LinkURI is what the QR picture of a linking code holds.
func (s *Service) LinkURI(code string) string { return linkURI(s.options.PublicURL, code) }

// startLink makes a linking code; e brings what is special about the enrollment.
func (s *Service) startLink(w WriteRecords, c *Caller, u User, life time.Duration, e Enrollment) (LinkCode, error) {
	e.Kind = EnrollByCode
	return s.StartEnrollment(w, c, u, life, e)
}

// StartEnrollment keeps an enrollment of a kind that is found by a code, which it draws.
func (s *Service) StartEnrollment(w WriteRecords, c *Caller, u User, life time.Duration, e Enrollment) (LinkCode, error) {
	code, err := RandomText(s.random, linkLength)
	if err != nil {
		return LinkCode{}, err
	}
	now := s.Now()
	e.ID, e.State, e.Secret = NewID[EnrollmentID](), EnrollmentPending, SecretText(code)
	e.OrganizationID, e.DirectoryID, e.ApplicationID, e.UserID = c.Organization.ID, c.Directory.ID, c.Application.ID, u.ID
	e.CreatedAt, e.ExpiresAt = now, now.Add(life)
	if err := w.AddEnrollment(e); err != nil {
		return LinkCode{}, err
	}
	err = s.Append(w, c, Event{Type: EventEnrollmentStarted, UserID: u.ID, Data: json.RawMessage(`{"kind":"` + string(e.Kind) + `"}`)})
	return LinkCode{Enrollment: e.ID, Code: code, URI: s.LinkURI(code), ExpiresAt: e.ExpiresAt, DeviceID: e.AuthenticatorID}, err
}

// sendInstallLink sends a link to the authenticator, with a linking code in it, to a user who has a phone
// and no device yet.
func (s *Service) sendInstallLink(w WriteRecords, c *Caller, u User) error {
	if u.State == UserSuspended || u.Phone.Empty() || !c.Application.Settings.SMS || u.Phone.Line() == LineLandline {
		return nil
	}
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil || newestDevice(held) != nil {
		return err
	}
	allowed, _, err := w.TakeLimit(s.limits.InstallLinks, "install_links:"+string(u.ID), s.Now())
	if err != nil || !allowed {
		return err
	}
	link, err := s.startLink(w, c, u, s.limits.LinkLife, Enrollment{})
	if err != nil {
		return err
	}
	_, err = s.QueueMessage(w, c, Outgoing{
		User: u.ID, Message: s.installMessage(c, u, link), Dedupe: "install:" + string(u.ID), GiveUp: link.ExpiresAt,
	})
	return err
}

// NewDevice describes the device that wants to be linked. Its request proof has been checked.
type NewDevice struct {
	Key      json.RawMessage // public JWK
	Name     string
	Platform string
	Source   string // the device's address
	Binding  string // see [DeviceData]
	Attested string // likewise
}

// Linked is a fresh device with everything it is told once.
type Linked struct {
	Device       Authenticator
	User         User
	Directory    Directory
	Organization Organization
	Applications []Application
	TOTP         TOTPData
	Seed         Secret // of the device's own TOTP
}

// Invite is what an application's signed registration token says.
type Invite struct {
	ApplicationID ApplicationID
	CustomID      string
}

// InviteReader checks registration tokens in one dialect's form; ok is false for tokens of other forms.
type InviteReader interface {
	ReadInvite(ctx context.Context, token string) (invite Invite, ok bool, err error)
}

// ErrBadLink is the one answer to codes that link nothing.
var ErrBadLink = refuse(NotFound, ReasonCodeWrong, "the code is wrong, was used or has expired; ask for a new one")

// LinkByCode links a device with a linking code.
func (s *Service) LinkByCode(ctx context.Context, code string, d NewDevice) (Linked, error) {
	code = NormalLinkCode(code)
	return s.link(ctx, d, "code", func(w WriteRecords) (Enrollment, error) {
		e, err := w.EnrollmentBySecret(EnrollByCode, SecretText(code))
		if IsCode(err, NotFound) || err == nil && (e.State != EnrollmentPending || !live(e.ExpiresAt, s.Now())) {
			return Enrollment{}, ErrBadLink
		}
		if err != nil {
			return e, err
		}
		return e, stillKnown(w, e)
	})
}

// stillKnown refuses a code whose application has removed the user since, though others may still know it.
func stillKnown(w WriteRecords, e Enrollment) error {
	a := Application{DirectoryID: e.DirectoryID} // a code of the directory itself, unless it names one
	if e.ApplicationID != "" {
		var err error
		if a, err = w.Application(e.ApplicationID); err != nil {
			return err
		}
	}
	u, err := w.LockUser(e.DirectoryID, UserRef{ID: e.UserID})
	if IsCode(err, NotFound) || err == nil && !u.KnownTo(a) {
		return ErrBadLink
	}
	return err
}

// LinkByInvite links a device with a registration token that an application signed. The application's
// custom id names the user: the one that an earlier token with the same id made, or a new one.
func (s *Service) LinkByInvite(ctx context.Context, token string, d NewDevice) (Linked, error) {
	for _, reader := range s.invites {
		invite, ok, err := reader.ReadInvite(ctx, token)
		if err != nil {
			return Linked{}, err
		}
		if ok {
			return s.acceptInvite(ctx, invite, d)
		}
	}
	return Linked{}, refuse(Unauthenticated, ReasonCodeWrong, "the registration token is not valid; ask the application for a new one")
}

func (s *Service) acceptInvite(ctx context.Context, invite Invite, d NewDevice) (Linked, error) {
	c, err := s.CallerFor(ctx, invite.ApplicationID)
	if err != nil {
		return Linked{}, err
	}
	return s.link(ctx, d, "qr", func(w WriteRecords) (Enrollment, error) {
		now := s.Now()
		e := Enrollment{
			ID: NewID[EnrollmentID](), Kind: EnrollByInvite, State: EnrollmentPending, OrganizationID: c.Organization.ID, DirectoryID: c.Directory.ID,
			ApplicationID: c.Application.ID, CustomID: invite.CustomID, CreatedAt: now, ExpiresAt: now.Add(s.limits.LinkLife),
		}
		user, err := s.invitedUser(w, c, invite.CustomID)
		if err != nil {
			return e, err
		}
		e.UserID = user
		return e, w.AddEnrollment(e)
	})
}

func (s *Service) invitedUser(w WriteRecords, c *Caller, customID string) (UserID, error) {
	u, err := s.namedUser(w, c, string(c.Application.ID)+":"+customID)
	return u.ID, err
}

// link burns an enrollment and makes the device in one transaction. Wrong codes are counted per address.
func (s *Service) link(ctx context.Context, d NewDevice, how string, find func(WriteRecords) (Enrollment, error)) (Linked, error) {
	made, err := s.factors.Device.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Key: d.Key})
	if err != nil {
		return Linked{}, err
	}
	var out Linked
	var refusal error
	err = s.store.Write(ctx, func(w WriteRecords) error {
		var e Enrollment
		var err error
		if e, refusal, err = s.GuardLink(w, d.Source, find); refusal != nil || err != nil {
			return err
		}
		out, err = s.AddDevice(w, e, d, made, how)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// GuardLink finds an enrollment. A code that links nothing is counted against the address that it comes from.
func (s *Service) GuardLink(w WriteRecords, source string, find func(WriteRecords) (Enrollment, error)) (e Enrollment, refusal, err error) {
	limit, key := s.limits.WrongLinks, "wrong_links:"+SourceKey(source)
	reached, until, err := w.LimitReached(limit, key, s.Now())
	if err != nil {
		return e, nil, err
	}
	if reached {
		return e, s.TooMany(until), nil
	}
	e, err = find(w)
	if errors.Is(err, ErrBadLink) {
		refusal = err
		_, _, err = w.TakeLimit(limit, key, s.Now())
	}
	return e, refusal, err
}
