package mfa

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Bounds of links that a directory starts.
const (
	maxAlias       = 500 // bytes: applications bring ids of their own, of any kind
	maxDeviceLinks = 20  // of one user at once: each is a device to be in every list
	maxLinkLife    = 31 * 24 * time.Hour
	maxLinkExtra   = 8 << 10 // bytes: a few ids and a public key
)

// StartDeviceLink asks for a code that links a device to the directory's user of that alias, who is created
// if there is none.
type StartDeviceLink struct {
	Caller *Caller
	Alias  string
	Life   time.Duration // 0: [Limits.LinkLife]
	// Dialect is told when the device is linked, with Extra.
	Dialect string
	Extra   json.RawMessage
	Source  string
}

// pendingLink is the data of an enrollment that a device link made.
type pendingLink struct {
	Dialect string          `json:"dialect"`
	Extra   json.RawMessage `json:"extra,omitempty"`
}

// StartDeviceLink makes a linking code and fixes the id of the device that it will link, which shows in
// devices.Of from now on.
func (s *Service) StartDeviceLink(ctx context.Context, in StartDeviceLink) (LinkCode, error) {
	if err := checkDeviceLink(in); err != nil {
		return LinkCode{}, err
	}
	data, err := json.Marshal(pendingLink{in.Dialect, in.Extra})
	if err != nil {
		return LinkCode{}, &Error{Code: Invalid, Field: "extra", Message: "what is kept with the link is not JSON", Cause: err}
	}
	if in.Life == 0 {
		in.Life = s.limits.LinkLife
	}
	var out LinkCode
	err = s.store.Write(ctx, func(w WriteRecords) error {
		u, err := s.namedUser(w, in.Caller, in.Alias)
		if err != nil {
			return err
		}
		if err := UsableBy(u, in.Caller); err != nil {
			return err
		}
		pending, err := s.LinksOf(w, u.ID)
		if err != nil {
			return err
		}
		if len(pending) >= maxDeviceLinks {
			return refuse(Conflict, ReasonDevicesFull, "as many links have been started as a person may have; remove one first")
		}
		out, err = s.startLink(w, in.Caller, u, in.Life, Enrollment{AuthenticatorID: NewID[AuthenticatorID](), Data: data})
		return err
	})
	return out, err
}

func checkDeviceLink(in StartDeviceLink) error {
	switch {
	case in.Life < 0 || in.Life > maxLinkLife:
		return &Error{Code: Invalid, Field: "ttl", Message: "a link lives for 31 days at most"}
	case len(in.Extra) > maxLinkExtra:
		return &Error{Code: Invalid, Field: "extra", Message: "what is kept with the link is too long"}
	}
	return CheckAlias(in.Alias)
}

// CheckAlias refuses what is no name that an application gives a user.
func CheckAlias(alias string) error {
	if alias == "" || len(alias) > maxAlias {
		return &Error{Code: Invalid, Field: "alias", Message: "a user's name has 1 to 500 characters"}
	}
	return nil
}

// namedUser locks the directory's user of that alias, who is created if there is none.
func (s *Service) namedUser(w WriteRecords, c *Caller, alias string) (User, error) {
	return s.EnsureUser(w, NewUser{Caller: c, Alias: alias})
}

// EnsureUser locks the user of an alias, who is created if there is none, and is the application's again if it let go
// of it.
func (s *Service) EnsureUser(w WriteRecords, who NewUser) (User, error) {
	c, alias := who.Caller, who.Alias
	if err := CheckAlias(alias); err != nil {
		return User{}, err
	}
	u, err := w.LockUser(c.Directory.ID, UserRef{Alias: alias})
	if IsCode(err, NotFound) {
		if err := noImpostor(w, c, alias); err != nil {
			return User{}, err
		}
		if u, err = s.createUser(w, who); !IsCode(err, Conflict) {
			return u, err
		}
		// Somebody else was first since we looked.
		u, err = w.LockUser(c.Directory.ID, UserRef{Alias: alias})
	}
	return s.welcomeBack(w, who, u, err)
}

// noImpostor refuses the id of a user as the name of another one. Who is asked by a name is asked by that id too, and
// people often choose their names themselves: whoever had it would answer for the other.
func noImpostor(r Records, c *Caller, alias string) error {
	id, err := ParseUUID("alias", alias)
	if err != nil {
		return nil //nolint:nilerr // no id at all
	}
	_, err = r.User(c.Directory.ID, UserRef{ID: UserID(id)})
	if IsCode(err, NotFound) {
		return nil
	}
	if err == nil {
		err = &Error{Code: Invalid, Field: "alias", Message: "a user's name cannot be the id of another one"}
	}
	return err
}

// LinksOf lists the devices that are to be linked to a user by codes that are still good, oldest first.
func (s *Service) LinksOf(r Records, user UserID) ([]Enrollment, error) {
	all, err := r.PendingEnrollments(user, EnrollByCode, s.Now())
	return slices.DeleteFunc(all, func(e Enrollment) bool { return e.AuthenticatorID == "" }), err
}

// DropQuestions withdraws whatever a user is asked.
func (s *Service) DropQuestions(w WriteRecords, u User) error {
	pending, err := w.PendingChallenges(u.ID, s.Now(), s.limits.PendingPerUser)
	if err != nil {
		return err
	}
	for i := range pending {
		c, err := callerOf(w, Key{ApplicationID: pending[i].ApplicationID})
		if err != nil {
			return err
		}
		if _, err := s.cancel(w, c, &pending[i]); err != nil {
			return err
		}
	}
	return nil
}

// tellLinked tells the dialect that started the link.
func (s *Service) tellLinked(w WriteRecords, enrolled Enrollment, e Event) error {
	if enrolled.Kind != EnrollByCode || enrolled.Data == nil {
		return nil
	}
	var link pendingLink
	if err := json.Unmarshal(enrolled.Data, &link); err != nil {
		return &Error{Code: Internal, Message: "an enrollment cannot be read", Cause: err}
	}
	if s.callback(link.Dialect) == nil {
		return nil
	}
	return s.queueCallback(w, link.Dialect, CallbackPayload{Event: e, Extra: link.Extra})
}
