package mfa

import (
	"context"
	"encoding/json"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what a user may have.
const (
	MaxEmails      = 10  // addresses of one user; later ones are refused silently, as the first is the one in use
	maxEmailLength = 254 // RFC 5321 section 4.5.3.1.3
)

// NewUser asks for a user.
type NewUser struct {
	Caller *Caller
	Email  string
	Phone  Phone // zero for users that come without
	Alias  string
	Locale string
	// InstallLink sends a message with a link to the authenticator to people who have no device.
	InstallLink bool
	Source      string
}

// ParseEmail checks an address and returns it without surrounding space.
func ParseEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	at, err := mail.ParseAddress(text)
	domain := text[strings.LastIndexByte(text, '@')+1:]
	if err != nil || at.Address != text || len(text) > maxEmailLength || !strings.Contains(strings.Trim(domain, "."), ".") {
		return "", &Error{Code: Invalid, Reason: ReasonEmailInvalid, Field: "email", Message: "the e-mail address is invalid"}
	}
	return text, nil
}

// CreateUser registers a person. The phone is the natural key of a directory: the same phone gives the
// same user again, with the address added to its list.
func (s *Service) CreateUser(ctx context.Context, in NewUser) (User, error) {
	var out User
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		out, err = s.createUser(w, in)
		if err == nil && in.InstallLink {
			err = s.sendInstallLink(w, in.Caller, out)
		}
		return err
	})
	return out, err
}

func (s *Service) createUser(w WriteRecords, in NewUser) (User, error) {
	if !in.Phone.Empty() {
		u, err := w.LockUser(in.Caller.Directory.ID, UserRef{Phone: in.Phone})
		if !IsCode(err, NotFound) {
			return s.welcomeBack(w, in, u, err)
		}
	}
	number, err := w.NextUserNumber(in.Caller.Directory.ID)
	if err != nil {
		return User{}, err
	}
	now := s.Now()
	u := User{
		ID: NewID[UserID](), DirectoryID: in.Caller.Directory.ID, Number: number, Alias: in.Alias, State: UserActive,
		Phone: in.Phone, Locale: in.Locale, CreatedAt: now, UpdatedAt: now,
	}
	if in.Email != "" {
		u.Emails = []string{in.Email}
	}
	if u.FoldedAlias, err = FreeFold(w, u.DirectoryID, u.Alias); err != nil {
		return User{}, err
	}
	err = w.AddUser(u)
	if IsCode(err, Conflict) && u.FoldedAlias != "" { // somebody else took it in other case since we looked
		u.FoldedAlias = ""
		err = w.AddUser(u)
	}
	if IsCode(err, Conflict) && !in.Phone.Empty() {
		// Somebody else registered the phone since we looked.
		u, err = w.LockUser(in.Caller.Directory.ID, UserRef{Phone: in.Phone})
		return s.welcomeBack(w, in, u, err)
	}
	if err != nil {
		return User{}, err
	}
	return u, s.Append(w, in.Caller, Event{Type: EventUserCreated, UserID: u.ID, Source: in.Source})
}

// welcomeBack adds to a user that was there what the request brought.
func (s *Service) welcomeBack(w WriteRecords, in NewUser, u User, err error) (User, error) {
	if err != nil {
		return User{}, err
	}
	changed := false
	if in.Email != "" && !slices.Contains(u.Emails, in.Email) && len(u.Emails) < MaxEmails {
		u.Emails, changed = append(slices.Clone(u.Emails), in.Email), true
	}
	if i := slices.Index(u.LeftApplications, in.Caller.Application.ID); i >= 0 {
		u.LeftApplications, changed = slices.Delete(slices.Clone(u.LeftApplications), i, i+1), true
	}
	if !changed {
		return u, nil
	}
	u.UpdatedAt = s.Now()
	if err := w.UpdateUser(u); err != nil {
		return User{}, err
	}
	return u, s.Append(w, in.Caller, Event{Type: EventUserUpdated, UserID: u.ID, Source: in.Source})
}

// UserStatus is a user with its authenticators.
type UserStatus struct {
	User           User
	Authenticators []Authenticator
}

// Devices are the user's linked devices.
func (s UserStatus) Devices() []Authenticator {
	var devices []Authenticator
	for _, a := range s.Authenticators {
		if a.Kind == KindDevice {
			devices = append(devices, a)
		}
	}
	return devices
}

// UserStatus looks a user up for an application.
func (s *Service) UserStatus(ctx context.Context, c *Caller, ref UserRef) (UserStatus, error) {
	var out UserStatus
	err := s.store.Read(ctx, func(r Records) error {
		u, err := r.User(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if !u.KnownTo(c.Application) {
			return Missing("user")
		}
		held, err := r.AuthenticatorsOf(u.ID)
		out = UserStatus{User: u, Authenticators: held}
		return err
	})
	return out, err
}

// RemoveUser takes a user out of an application. A directory that several applications share keeps the
// user until the last of them lets go; then it is deleted with everything it enrolled.
func (s *Service) RemoveUser(ctx context.Context, c *Caller, ref UserRef, source string) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if !u.KnownTo(c.Application) {
			return Missing("user")
		}
		if err := s.Append(w, c, Event{Type: EventUserRemoved, UserID: u.ID, Source: source, Data: removedData(u)}); err != nil {
			return err
		}
		w.Announce(TopicUserChallenges(u.ID))
		applications, err := w.ApplicationsOf(c.Directory.ID)
		if err != nil {
			return err
		}
		u.LeftApplications = append(slices.Clone(u.LeftApplications), c.Application.ID)
		if slices.ContainsFunc(applications, u.KnownTo) {
			u.UpdatedAt = s.Now()
			if err := s.withdraw(w, c, u); err != nil {
				return err
			}
			return w.UpdateUser(u)
		}
		return w.RemoveUser(u.ID)
	})
}

// DeleteUser takes a user out of the directory, with everything enrolled, whichever applications know it still; they
// are told of what they asked and of sessions that end.
func (s *Service) DeleteUser(ctx context.Context, c *Caller, ref UserRef, source string) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		if err := s.DropQuestions(w, u); err != nil {
			return err
		}
		if err := s.EndAllSessions(w, u); err != nil {
			return err
		}
		w.Announce(TopicUserChallenges(u.ID))
		if err := w.RemoveUser(u.ID); err != nil {
			return err
		}
		return s.Append(w, c, Event{Type: EventUserRemoved, UserID: u.ID, Source: source, Data: removedData(u)})
	})
}

// removedData keeps the user's number, under which applications know it, where nothing else will.
func removedData(u User) json.RawMessage {
	return json.RawMessage(`{"number":` + strconv.FormatInt(u.Number, 10) + `}`)
}

// withdraw ends what the application still has with a user whom it lets go: its questions and its session.
func (s *Service) withdraw(w WriteRecords, c *Caller, u User) error {
	if _, err := w.RemoveSession(u.ID, c.Application.ID); err != nil {
		return err
	}
	cancelled, err := w.CancelChallenges(u.ID, c.Application.ID, s.Now())
	if err != nil {
		return err
	}
	for _, asked := range cancelled {
		w.Announce(TopicChallenge(asked.ID))
		if err := s.Append(w, c, Event{Type: EventChallengeCancelled, UserID: u.ID, ChallengeID: asked.ID}); err != nil {
			return err
		}
	}
	return nil
}

// ChangeEmail puts an address first in the user's list.
func (s *Service) ChangeEmail(ctx context.Context, c *Caller, ref UserRef, email, source string) (User, error) {
	return s.changeUser(ctx, c, ref, Event{Type: EventUserUpdated, Source: source}, func(u *User) {
		rest := slices.DeleteFunc(slices.Clone(u.Emails), func(e string) bool { return e == email })
		u.Emails = append([]string{email}, rest[:min(len(rest), MaxEmails-1)]...)
	})
}

// changeUser changes state or addresses of a user that the application knows, suspended or not, and writes
// the event. A change of state writes an event of its own.
func (s *Service) changeUser(ctx context.Context, c *Caller, ref UserRef, e Event, change func(*User)) (User, error) {
	var out User
	err := s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if !u.KnownTo(c.Application) {
			return Missing("user")
		}
		state, emails := u.State, u.Emails
		change(&u)
		if u.State != state || !slices.Equal(u.Emails, emails) {
			u.UpdatedAt = s.Now()
			if err := w.UpdateUser(u); err != nil {
				return err
			}
		}
		out, e.UserID = u, u.ID
		if err := s.Append(w, c, e); err != nil || u.State == state {
			return err
		}
		turned := EventUserRestored
		if u.State == UserSuspended {
			turned = EventUserSuspended
		}
		return s.Append(w, c, Event{Type: turned, UserID: u.ID, Source: e.Source})
	})
	return out, err
}

// Activity is something that happened to a user at an application, told for the record.
type Activity struct {
	Type   string // in the application's words
	Data   json.RawMessage
	Source string
	// Bans and Unbans say what the type means, where it means that. They take effect only if the
	// application is set to let them.
	Bans, Unbans bool
}

// MaxActivityData bounds the data of one activity, in bytes of JSON.
const MaxActivityData = 8 << 10

// RecordActivity writes an application's own event into the log.
func (s *Service) RecordActivity(ctx context.Context, c *Caller, ref UserRef, a Activity) error {
	if len(a.Data) > MaxActivityData {
		return &Error{Code: Invalid, Field: "data", Message: "the activity's data is too large"}
	}
	data, err := json.Marshal(struct {
		Type string          `json:"activity"`
		Data json.RawMessage `json:"data,omitempty"`
	}{a.Type, a.Data})
	if err != nil {
		return &Error{Code: Invalid, Field: "data", Message: "the activity's data is not JSON", Cause: err}
	}
	_, err = s.changeUser(ctx, c, ref, Event{Type: EventActivityRecorded, Source: a.Source, Data: data}, func(u *User) {
		if c.Application.Settings.LockOnBan && a.Bans {
			u.State = UserSuspended
		}
		if c.Application.Settings.LockOnBan && a.Unbans {
			u.State = UserActive
		}
	})
	return err
}

// live reports whether t is in the future of now; the zero time never is.
func live(t, now time.Time) bool { return now.Before(t) }
