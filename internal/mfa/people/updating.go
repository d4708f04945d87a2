package people

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Change is what an application tells of a person. What is nil stays as it is; an empty text clears.
type Change struct {
	Email       *string
	Phone       *string
	Username    *string
	DisplayName *string
	Locale      *string
	// EmailVerified and PhoneVerified speak of the address that comes along, which is not verified if they are nil, or
	// else of the one that is there. One that is verified takes the place of those to which codes went.
	EmailVerified *bool
	PhoneVerified *bool
	Custom        json.RawMessage // object; replaces all points
	DefaultMethod *mfa.Method
	Source        string
}

// Update tells of a person, who is added if there is none.
func (s *Service) Update(ctx context.Context, c *mfa.Caller, alias string, change Change) (Person, error) {
	if err := CheckCustom(change.Custom, s.domain.Limits()); err != nil {
		return Person{}, err
	}
	if err := checkTexts(change, s.domain.Limits()); err != nil {
		return Person{}, err
	}
	var out Person
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := s.Ensure(w, c, alias, change.Source)
		if err != nil {
			return err
		}
		profile, err := ProfileOf(w, u)
		if err != nil {
			return err
		}
		next := change.on(profile)
		if err := s.Keep(w, next); err != nil {
			return err
		}
		if err := s.follow(w, c, u, change, next); err != nil {
			return err
		}
		if err := s.domain.Append(w, c, mfa.Event{Type: mfa.EventUserUpdated, UserID: u.ID, Source: change.Source}); err != nil {
			return err
		}
		out, err = person(w, c, u)
		return err
	})
	return out, err
}

// on makes the change.
func (change Change) on(p mfa.Profile) mfa.Profile {
	if change.Email != nil {
		p.Email, p.EmailVerified = *change.Email, false
	}
	if change.EmailVerified != nil {
		p.EmailVerified = *change.EmailVerified && p.Email != ""
	}
	if change.Phone != nil {
		p.Phone, p.PhoneVerified = *change.Phone, false
	}
	if change.PhoneVerified != nil {
		p.PhoneVerified = *change.PhoneVerified && p.Phone != ""
	}
	for _, text := range []struct {
		from *string
		to   *string
	}{{change.Username, &p.Username}, {change.DisplayName, &p.DisplayName}, {change.Locale, &p.Locale}} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	if change.Custom != nil {
		p.Custom = change.Custom
	}
	if change.DefaultMethod != nil {
		p.DefaultMethod = *change.DefaultMethod
	}
	return p
}

// Keep stores a profile; the caller holds the user's lock.
func (s *Service) Keep(w mfa.WriteRecords, p mfa.Profile) error {
	p.UpdatedAt = s.domain.Now()
	if p.CreatedAt.IsZero() {
		p.CreatedAt = p.UpdatedAt
	}
	return w.PutProfile(p)
}

// follow moves what codes go to along with an address that the application says is verified.
func (s *Service) follow(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, change Change, p mfa.Profile) error {
	email := change.Email != nil && p.EmailVerified || change.EmailVerified != nil && p.EmailVerified
	phone := change.Phone != nil && p.PhoneVerified || change.PhoneVerified != nil && p.PhoneVerified
	if !email && !phone {
		return nil
	}
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return err
	}
	for _, e := range Entries(c, held) {
		to := ""
		switch {
		case email && e.Kind == mfa.KindEmail:
			to = p.Email
		case phone && e.Kind == mfa.KindPhone:
			to = p.Phone
		}
		if to == "" || to == e.Address {
			continue
		}
		if err := s.move(w, c, e, to, change.Source); err != nil {
			return err
		}
	}
	return nil
}

// move gives an address that is enrolled another text.
func (s *Service) move(w mfa.WriteRecords, c *mfa.Caller, e Entry, to, source string) error {
	e.Secret = mfa.SecretText(to)
	done, err := w.UpdateAuthenticator(e.Authenticator)
	if err == nil && !done {
		err = &mfa.Error{Code: mfa.Conflict, Message: "the user is being changed, try again"}
	}
	if err != nil {
		return err
	}
	return s.note(w, c, mfa.EventAuthenticatorUpdated, e, source)
}

// note writes an event about one of a person's entries.
func (s *Service) note(w mfa.WriteRecords, c *mfa.Caller, kind mfa.EventType, e Entry, source string) error {
	data, err := json.Marshal(map[string]any{"kind": e.Kind, "method": e.Method, "authenticator": e.ID})
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return s.domain.Append(w, c, mfa.Event{Type: kind, UserID: e.UserID, Source: source, Data: data})
}

// checkTexts bounds what is told.
func checkTexts(change Change, limits mfa.Limits) error {
	for field, text := range map[string]*string{
		"email": change.Email, "phone_number": change.Phone, "username": change.Username, "display_name": change.DisplayName,
		"locale": change.Locale,
	} {
		if text != nil && len(*text) > limits.ActionTextBytes {
			return &mfa.Error{Code: mfa.Invalid, Field: field, Message: field + " is too long"}
		}
	}
	return nil
}

// CheckCustom refuses custom data that is no object, too large, or of too many points. Nothing is fine. What a point may
// be is for the rules that ask for it: one of another kind than was declared is missing to them.
func CheckCustom(custom json.RawMessage, limits mfa.Limits) error {
	if len(custom) == 0 {
		return nil
	}
	refused := func(message string) error {
		return &mfa.Error{Code: mfa.Invalid, Field: "custom", Message: message}
	}
	if len(custom) > limits.CustomBytes {
		return refused("the custom data is too large")
	}
	var points map[string]any
	if err := json.Unmarshal(custom, &points); err != nil {
		return refused("the custom data is not an object")
	}
	if len(points) > limits.CustomPoints {
		return refused("there are too many custom data points")
	}
	return nil
}
