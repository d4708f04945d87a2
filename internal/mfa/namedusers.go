package mfa

import (
	"strings"
	"unicode"
)

// FoldAlias brings a name to the form in which names that differ by case alone are equal, as
// [strings.EqualFold] finds them.
func FoldAlias(alias string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, alias)
}

// CheckUsername refuses names that no screen shows as they are: people choose them, and others read them.
func CheckUsername(name string) error {
	if name == "" || len(name) > maxAlias || Showable(name) != name || strings.TrimSpace(name) != name {
		return &Error{Code: Invalid, Field: "username", Message: "a username has 1 to 500 characters that can be shown, with no space around them"}
	}
	return nil
}

var errUserExists = refuse(Conflict, ReasonUserExists, "the name, or one that differs by case alone, belongs to somebody already; choose another, or sign in")

// NameFree refuses a name that leads to a user of the directory already, known to the application or not: whoever
// registers under it must not become somebody else.
func NameFree(r Records, c *Caller, name string) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	for _, ref := range []UserRef{{Name: name}, {FoldedAlias: FoldAlias(name)}} {
		_, err := r.User(c.Directory.ID, ref)
		if err == nil {
			return errUserExists
		}
		if !IsCode(err, NotFound) {
			return err
		}
	}
	return nil
}

// FreeFold is the [FoldAlias] of a name that an application gives, "" where somebody has it already: applications may
// give names that differ by case alone. Whoever had it first keeps people who choose their names themselves from taking
// one that differs by case alone, which some programs would take for the same.
func FreeFold(r Records, directory DirectoryID, alias string) (string, error) {
	if alias == "" {
		return "", nil
	}
	folded := FoldAlias(alias)
	_, err := r.User(directory, UserRef{FoldedAlias: folded})
	if IsCode(err, NotFound) {
		return folded, nil
	}
	return "", err
}

// NamedUser asks for a user whom people call by the name that they chose: no other differs from it by case alone.
type NamedUser struct {
	Caller *Caller
	ID     UserID // "" for a new one
	Name   string
	Source string
}

// AddNamedUser makes the user in the transaction of what makes it one. A name that is taken is a Conflict with
// [ReasonUserExists].
func (s *Service) AddNamedUser(w WriteRecords, in NamedUser) (User, error) {
	if err := in.Caller.Enabled(); err != nil {
		return User{}, err
	}
	if err := CheckUsername(in.Name); err != nil {
		return User{}, err
	}
	if err := noImpostor(w, in.Caller, in.Name); err != nil {
		return User{}, err
	}
	if in.ID == "" {
		in.ID = NewID[UserID]()
	}
	number, err := w.NextUserNumber(in.Caller.Directory.ID)
	if err != nil {
		return User{}, err
	}
	now := s.Now()
	u := User{
		ID: in.ID, DirectoryID: in.Caller.Directory.ID, Number: number, Alias: in.Name, FoldedAlias: FoldAlias(in.Name),
		State: UserActive, CreatedAt: now, UpdatedAt: now,
	}
	err = w.AddUser(u)
	if IsCode(err, Conflict) {
		return User{}, errUserExists
	}
	if err != nil {
		return User{}, err
	}
	return u, s.Append(w, in.Caller, Event{Type: EventUserCreated, UserID: u.ID, Source: in.Source})
}
