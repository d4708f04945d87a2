package launchkey

import (
	"context"
	"net/http"
)

type sessionBody struct {
	Username string          `json:"username"`
	Request  AuthorizationID `json:"auth_request,omitempty"`
}

// SessionStart says that a user is logged in, so that the user's device can show
// it and log out. The request is the one that was approved; it may be empty.
func (c *ServiceClient) SessionStart(ctx context.Context, user string, request AuthorizationID) error {
	if err := checkUser(user); err != nil {
		return err
	}
	if request != "" {
		if err := request.check(); err != nil {
			return err
		}
	}
	return c.on.do(ctx, call{"start session", http.MethodPost, "/service/v3/sessions", sessionBody{user, request}}, nil)
}

// SessionEnd says that a user has logged out; no webhook tells it again.
func (c *ServiceClient) SessionEnd(ctx context.Context, user string) error {
	if err := checkUser(user); err != nil {
		return err
	}
	return c.on.do(ctx, call{"end session", http.MethodDelete, "/service/v3/sessions", sessionBody{Username: user}}, nil)
}
