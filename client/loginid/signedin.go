package loginid

import (
	"context"
)

// SignedIn is what a finished ceremony has shown.
type SignedIn struct {
	UserID    UserID
	Username  string
	SessionID string

	// Token is the server's proof for other programs, and Claims is what it
	// says; both were verified here. Empty and nil when no token was wanted.
	Token  Secret
	Claims *Claims

	// The credential that was made or used; empty for a code.
	CredentialID   CredentialID
	CredentialName string
}

// wireSignedIn is the answer of every finishing call.
type wireSignedIn struct {
	Authenticated bool   `json:"is_authenticated"`
	JWT           string `json:"jwt"`
	User          struct {
		ID       UserID `json:"id"`
		Username string `json:"username"`
	} `json:"user"`
	Session struct {
		ID string `json:"id"`
	} `json:"session"`
	Credential struct {
		UUID CredentialID `json:"uuid"`
		Name string       `json:"name"`
	} `json:"credential"`
}

// signIn makes a finishing call. Whom it must be about is checked before it is
// sent and in the answer.
func (l *LoginID) signIn(ctx context.Context, who UserRef, finish Finish, c call, body map[string]any) (*SignedIn, error) {
	if err := who.check(); err != nil {
		return nil, err
	}
	body["client_id"], body["no_jwt"] = l.clientID, finish.NoToken
	c.body = body
	var wire wireSignedIn
	if err := l.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if !wire.Authenticated {
		return nil, unexpected(c.op, "it is a success that does not call the user authenticated")
	}
	return l.read(ctx, c.op, who, finish, wire)
}

// read proves the token of an answer and holds the rest of it to the token.
func (l *LoginID) read(ctx context.Context, op string, who UserRef, finish Finish, wire wireSignedIn) (*SignedIn, error) {
	result := &SignedIn{
		UserID: wire.User.ID, Username: wire.User.Username, SessionID: wire.Session.ID,
		CredentialID: wire.Credential.UUID, CredentialName: wire.Credential.Name,
	}
	if !finish.NoToken {
		claims, err := l.VerifyAnyToken(ctx, wire.JWT)
		if err != nil {
			return nil, err
		}
		if result.UserID != "" && result.UserID != claims.UserID || result.Username != "" && result.Username != claims.Username {
			return nil, unexpected(op, "it is of another user than its token")
		}
		result.Token, result.Claims = Secret(wire.JWT), claims
		result.UserID, result.Username = claims.UserID, claims.Username
	}
	if result.UserID.check() != nil || result.Username == "" || !who.is(result.UserID, result.Username) {
		return nil, unexpected(op, "it is of another user")
	}
	return result, nil
}
