package authy

import (
	"context"
	"net/netip"
)

// ActivityType is a kind of event an application can report about a user.
type ActivityType string

// The activities of the protocol.
const (
	ActivityPasswordReset ActivityType = "password_reset"
	ActivityBanned        ActivityType = "banned"
	ActivityUnbanned      ActivityType = "unbanned"
	ActivityCookieLogin   ActivityType = "cookie_login"
)

// Activity is something that happened to a user on the application's side.
type Activity struct {
	Type   ActivityType
	Data   map[string]string // anything worth recording; optional
	UserIP netip.Addr        // optional
}

// RegisterActivity records an activity. The server keeps it; whether it acts on
// it is the server's choice.
func (c *Client) RegisterActivity(ctx context.Context, id UserID, activity Activity) error {
	if err := id.check(); err != nil {
		return err
	}
	body := struct {
		Type   ActivityType      `json:"type"`
		Data   map[string]string `json:"data,omitempty"`
		UserIP string            `json:"user_ip,omitempty"`
	}{activity.Type, activity.Data, addr(activity.UserIP)}
	return c.post(ctx, "register activity", "/protected/json/users/"+id.String()+"/register_activity", body, nil)
}
