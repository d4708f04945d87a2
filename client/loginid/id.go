package loginid

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// UserID names a user; it is the subject of tokens.
type UserID string

// CredentialID names a credential of a user. It is a name for management, not
// the id that an authenticator gave its key.
type CredentialID string

// TxID names a transaction.
type TxID string

func (id UserID) check() error       { return checkUUID("user id", string(id)) }
func (id CredentialID) check() error { return checkUUID("credential id", string(id)) }
func (id TxID) check() error         { return checkUUID("transaction id", string(id)) }

const uuidShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

func checkUUID(field, id string) error {
	if !isUUID(id) {
		return &FormatError{Field: field, Reason: "must be a UUID such as 6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"}
	}
	return nil
}

func isUUID(id string) bool {
	if len(id) != len(uuidShape) {
		return false
	}
	for i := range len(uuidShape) {
		if hex := strings.IndexByte("0123456789abcdefABCDEF", id[i]) >= 0; hex != (uuidShape[i] == 'x') || !hex && id[i] != '-' {
			return false
		}
	}
	return true
}

// UserRef says which user is meant: by id, by name, or by both, which must then
// agree.
type UserRef struct {
	ID       UserID
	Username string
}

// ByID means the user with this id.
func ByID(id UserID) UserRef { return UserRef{ID: id} }

// ByName means the user with this name, which is compared exactly.
func ByName(username string) UserRef { return UserRef{Username: username} }

func (u UserRef) check() error {
	if u.ID == "" {
		return checkUsername(u.Username)
	}
	if err := u.ID.check(); err != nil || u.Username == "" {
		return err
	}
	return checkUsername(u.Username)
}

// is reports whether somebody is the user who is meant.
func (u UserRef) is(id UserID, username string) bool {
	return (u.ID == "" || strings.EqualFold(string(u.ID), string(id))) && (u.Username == "" || u.Username == username)
}

// Bounds of texts in bytes. Servers have narrower ones; these keep a mistake from
// becoming a large request.
const (
	maxName     = 1 << 10
	maxPassword = 4 << 10
	maxClientID = 512
	// MaxPayload is the longest text of a transaction.
	MaxPayload = 64 << 10
)

// checkUsername refuses, beside what is empty, what JSON would change on its
// way: the server would then speak of somebody else.
func checkUsername(username string) error { return checkText("username", username, maxName) }

func checkText(field, text string, most int) error {
	switch {
	case text == "":
		return &FormatError{Field: field, Reason: "must not be empty"}
	case len(text) > most:
		return &FormatError{Field: field, Reason: "is too long"}
	case !utf8.ValidString(text):
		return &FormatError{Field: field, Reason: "must be UTF-8"}
	}
	return nil
}

// checkLine is checkText for what is shown in one line; it may be empty.
func checkLine(field, text string) error {
	if text == "" {
		return nil
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return &FormatError{Field: field, Reason: "must not contain control characters"}
	}
	return checkText(field, text, maxName)
}

// checkClientID refuses what could be no header value.
func checkClientID(id string) error {
	if len(id) > maxClientID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) || id == "" {
		return &FormatError{Field: "client id", Reason: "must be printable ASCII characters without spaces, 512 at most"}
	}
	return nil
}
