package authsignal

import (
	"context"
	"time"
)

// Session lets a user's app in: a short-lived access token, and a refresh token
// that gives the next pair once.
type Session struct {
	Access  Secret
	Refresh Secret
}

// NewSession is a session to make of a challenge that was passed.
type NewSession struct {
	Token    Secret // of the challenge
	ClientID ClientID
	Action   ActionCode // that the token must be about; empty: any
}

// CreateSession makes a session. A token whose challenge was not passed is
// refused.
func (a *Authsignal) CreateSession(ctx context.Context, n NewSession) (*Session, error) {
	if err := first(checkSecret("token", n.Token), checkLine("client id", string(n.ClientID))); err != nil {
		return nil, err
	}
	body := map[string]string{"token": string(n.Token), "clientId": string(n.ClientID)}
	if n.Action != "" {
		body["action"] = string(n.Action)
	}
	return a.session(ctx, call{op: "create session", path: []string{"sessions"}, body: body})
}

// RefreshSession changes a refresh token into the next pair. The old pair is over
// then, so an answer that is lost ends the session: the request is never repeated.
func (a *Authsignal) RefreshSession(ctx context.Context, refresh Secret) (*Session, error) {
	if err := checkSecret("refresh token", refresh); err != nil {
		return nil, err
	}
	body := map[string]string{"refreshToken": string(refresh)}
	return a.session(ctx, call{op: "refresh session", path: []string{"sessions", "refresh"}, body: body})
}

func (a *Authsignal) session(ctx context.Context, c call) (*Session, error) {
	var wire struct {
		Access  string `json:"accessToken"`
		Refresh string `json:"refreshToken"`
	}
	if err := a.transport.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if wire.Access == "" || wire.Refresh == "" {
		return nil, unexpected(c.op, "a token is missing")
	}
	return &Session{Secret(wire.Access), Secret(wire.Refresh)}, nil
}

// SessionUser is whose session it is.
type SessionUser struct {
	User      User
	ExpiresAt time.Time
	Method    Method
}

// ValidateSession asks whose an access token is. One that is over, or made for
// other clients than these, is [ErrUnauthorized]; without clients any counts.
func (a *Authsignal) ValidateSession(ctx context.Context, access Secret, clients ...ClientID) (*SessionUser, error) {
	const op = "validate session"
	if err := checkSecret("access token", access); err != nil {
		return nil, err
	}
	body := map[string]any{"accessToken": string(access)}
	if len(clients) > 0 {
		body["clientIds"] = clients
	}
	var wire struct {
		User      User    `json:"user"`
		ExpiresAt seconds `json:"expiresAt"`
		Method    Method  `json:"verificationMethod"`
	}
	if err := a.transport.do(ctx, call{op: op, path: []string{"sessions", "validate"}, body: body, again: true}, &wire); err != nil {
		return nil, err
	}
	if wire.User.UserID == "" {
		return nil, unexpected(op, "the user is missing")
	}
	return &SessionUser{wire.User, wire.ExpiresAt.time(), wire.Method}, nil
}

// RevokeSession ends the session of an access token.
func (a *Authsignal) RevokeSession(ctx context.Context, access Secret) error {
	if err := checkSecret("access token", access); err != nil {
		return err
	}
	body := map[string]string{"accessToken": string(access)}
	return a.transport.do(ctx, call{op: "revoke session", path: []string{"sessions", "revoke"}, body: body, again: true}, nil)
}

// RevokeUserSessions ends all sessions of a user.
func (a *Authsignal) RevokeUserSessions(ctx context.Context, user UserID) error {
	if err := user.check(); err != nil {
		return err
	}
	body := map[string]string{"userId": string(user)}
	return a.transport.do(ctx, call{op: "revoke sessions", path: []string{"sessions", "user", "revoke"}, body: body}, nil)
}
