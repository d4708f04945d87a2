package authsignal

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// User is what the server knows of a user. One that it has never heard of is
// there all the same, and not enrolled.
type User struct {
	UserID        UserID         `json:"userId"`
	IsEnrolled    bool           `json:"isEnrolled"`
	Email         string         `json:"email"`
	EmailVerified bool           `json:"emailVerified"`
	PhoneNumber   string         `json:"phoneNumber"`
	PhoneVerified bool           `json:"phoneNumberVerified"`
	Username      string         `json:"username"`
	DisplayName   string         `json:"displayName"`
	Locale        string         `json:"locale"`
	Custom        map[string]any `json:"custom"`
	Enrolled      []Method       `json:"enrolledVerificationMethods"`
	Allowed       []Method       `json:"allowedVerificationMethods"`
	Default       Method         `json:"defaultVerificationMethod"`
	CreatedAt     time.Time      `json:"createdAt"` // of found ones
}

// UserChange is what to change of a user; nil leaves it as it is. Saying that an
// address is verified moves the user's authenticators for the old one to it.
type UserChange struct {
	Email         *string        `json:"email,omitempty"`
	EmailVerified *bool          `json:"emailVerified,omitempty"`
	PhoneNumber   *string        `json:"phoneNumber,omitempty"`
	PhoneVerified *bool          `json:"phoneNumberVerified,omitempty"`
	Username      *string        `json:"username,omitempty"`
	DisplayName   *string        `json:"displayName,omitempty"`
	Locale        *string        `json:"locale,omitempty"`
	Default       *Method        `json:"defaultVerificationMethod,omitempty"`
	Custom        map[string]any `json:"custom,omitempty"`
}

// GetUser looks at a user.
func (a *Authsignal) GetUser(ctx context.Context, id UserID) (*User, error) {
	return a.user(ctx, call{op: "get user", method: http.MethodGet}, id)
}

// UpdateUser changes a user, and makes one who is not there.
func (a *Authsignal) UpdateUser(ctx context.Context, id UserID, change UserChange) (*User, error) {
	return a.user(ctx, call{op: "update user", method: http.MethodPatch, body: change}, id)
}

func (a *Authsignal) user(ctx context.Context, c call, id UserID) (*User, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	c.path = []string{"users", string(id)}
	var read User
	if err := a.transport.do(ctx, c, &read); err != nil {
		return nil, err
	}
	switch read.UserID {
	case "":
		read.UserID = id
	case id:
	default:
		return nil, unexpected(c.op, "it is about another user")
	}
	return &read, nil
}

// DeleteUser deletes a user with authenticators, devices and sessions. The log of
// actions stays.
func (a *Authsignal) DeleteUser(ctx context.Context, id UserID) error {
	return a.deleteUser(ctx, id, nil)
}

// DeleteUserAndActions is [Authsignal.DeleteUser] with the log of actions.
func (a *Authsignal) DeleteUserAndActions(ctx context.Context, id UserID) error {
	return a.deleteUser(ctx, id, url.Values{"actions": {"true"}})
}

func (a *Authsignal) deleteUser(ctx context.Context, id UserID, query url.Values) error {
	if err := id.check(); err != nil {
		return err
	}
	c := call{op: "delete user", method: http.MethodDelete, path: []string{"users", string(id)}, query: query, again: true}
	return a.transport.do(ctx, c, nil)
}

// UserQuery finds users by exactly one of these, or by several at once.
type UserQuery struct {
	Username, Email, PhoneNumber string
	// Token is an external token whose user is meant; its claims come back.
	Token Secret
	Limit int    // of one page; 0: the server's
	After UserID // the last of the page before
}

// UserPage is a part of the users that were found.
type UserPage struct {
	Users []User
	Next  UserID // for After, empty at the end
	// TokenPayload are the claims of the query's token.
	TokenPayload json.RawMessage
}

// QueryUsers finds users.
func (a *Authsignal) QueryUsers(ctx context.Context, q UserQuery) (*UserPage, error) {
	const op = "query users"
	if q.Username == "" && q.Email == "" && q.PhoneNumber == "" && q.Token == "" {
		return nil, &FormatError{Field: "query", Reason: "must have a username, an address, a number or a token"}
	}
	query := url.Values{}
	for name, text := range map[string]string{
		"username": q.Username, "email": q.Email, "phoneNumber": q.PhoneNumber, "token": string(q.Token), "lastEvaluatedUserId": string(q.After),
	} {
		if text != "" {
			query.Set(name, text)
		}
	}
	if q.Limit > 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}
	var wire struct {
		Users        []User          `json:"users"`
		Next         UserID          `json:"lastEvaluatedUserId"`
		TokenPayload json.RawMessage `json:"tokenPayload"`
	}
	if err := a.transport.do(ctx, call{op: op, method: http.MethodGet, path: []string{"users"}, query: query}, &wire); err != nil {
		return nil, err
	}
	if wire.Users == nil {
		return nil, unexpected(op, "the list is missing")
	}
	return &UserPage{wire.Users, wire.Next, wire.TokenPayload}, nil
}

// AllUsers is [Authsignal.QueryUsers] page after page. It ends after the first
// error.
func (a *Authsignal) AllUsers(ctx context.Context, q UserQuery) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for {
			page, err := a.QueryUsers(ctx, q)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, user := range page.Users {
				if !yield(user, nil) {
					return
				}
			}
			if page.Next == "" || page.Next == q.After {
				return
			}
			q.After = page.Next
		}
	}
}
