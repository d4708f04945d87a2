package loginid

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// UserStatus is whether a user may sign in.
type UserStatus string

// The states of users.
const (
	UserActive   UserStatus = "active"
	UserInactive UserStatus = "inactive"
)

// User is a user of the namespace, whom all its applications share.
type User struct {
	ID          UserID
	Username    string
	Status      UserStatus
	NamespaceID string
	ClientID    string // of the application that made the user
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

type wireProfile struct {
	ID          UserID     `json:"id"`
	Username    string     `json:"username"`
	Status      UserStatus `json:"status"`
	NamespaceID string     `json:"namespace_id"`
	ClientID    string     `json:"client_id"`
	CreatedAt   instant    `json:"created_at"`
	UpdatedAt   instant    `json:"updated_at"`
}

func (w wireProfile) user() *User {
	return &User{w.ID, w.Username, w.Status, w.NamespaceID, w.ClientID, w.CreatedAt.Time, w.UpdatedAt.Time}
}

// GetUser finds a user by name.
func (m *Management) GetUser(ctx context.Context, username string) (*User, error) {
	return m.byName(ctx, "get user", "/manage/users/retrieve", ScopeRetrieveUsers, username)
}

// AddUserWithoutCredentials makes a user who cannot sign in yet: give a code, or
// add a credential by force.
func (m *Management) AddUserWithoutCredentials(ctx context.Context, username string) (*User, error) {
	return m.byName(ctx, "add user", "/manage/users", ScopeCreateUsers, username)
}

func (m *Management) byName(ctx context.Context, op, path string, scope Scope, username string) (*User, error) {
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	var wire wireProfile
	c := call{op: op, path: path, scope: scope, user: ByName(username), always: true, body: wireUser{Username: username}}
	if err := m.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if wire.ID.check() != nil || wire.Username != "" && wire.Username != username {
		return nil, unexpected(op, "it is about another user")
	}
	return wire.user(), nil
}

// ActivateUser lets a user sign in again.
func (m *Management) ActivateUser(ctx context.Context, id UserID) (*User, error) {
	return m.switchUser(ctx, "activate user", "activate", ScopeActivateUsers, id, UserActive)
}

// DeactivateUser keeps a user from signing in, until activated again.
func (m *Management) DeactivateUser(ctx context.Context, id UserID) (*User, error) {
	return m.switchUser(ctx, "deactivate user", "deactivate", ScopeDeactivateUsers, id, UserInactive)
}

func (m *Management) switchUser(ctx context.Context, op, verb string, scope Scope, id UserID, to UserStatus) (*User, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	var wire wireProfile
	c := call{op: op, method: http.MethodPut, path: "/manage/users/" + string(id) + "/" + verb, scope: scope, user: ByID(id), always: true}
	if err := m.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if !strings.EqualFold(string(wire.ID), string(id)) || wire.Status != to {
		return nil, unexpected(op, "it is about another user, or the user is not as wanted")
	}
	return wire.user(), nil
}

// DeleteUser deletes a user with all credentials and codes, for good.
func (m *Management) DeleteUser(ctx context.Context, id UserID) error {
	if err := id.check(); err != nil {
		return err
	}
	return m.do(ctx, call{
		op: "delete user", method: http.MethodDelete, path: "/manage/users/" + string(id), scope: ScopeDeleteUsers,
		user: ByID(id), always: true, wants: http.StatusNoContent,
	}, nil)
}

// DeleteUserByName is [Management.DeleteUser] by name.
func (m *Management) DeleteUserByName(ctx context.Context, username string) error {
	if err := checkUsername(username); err != nil {
		return err
	}
	return m.do(ctx, call{
		op: "delete user", path: "/manage/users/delete", scope: ScopeDeleteUsers, user: ByName(username), always: true,
		body: wireUser{Username: username}, wants: http.StatusNoContent,
	}, nil)
}
