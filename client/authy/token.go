package authy

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
)

// The lengths of a token that the vendor's programs send.
const (
	minToken = 6
	maxToken = 12
)

// maxAction is the longest action or action message of the protocol.
const maxAction = 255

// VerifyOptions are the optional parts of [Client.VerifyToken].
type VerifyOptions struct {
	// Action is what the code was sent for; a code sent for an action is good
	// for that action only.
	Action string

	UserIP netip.Addr // of the person, for the server's records

	// AcceptUnenrolled lets somebody pass with any token who has never
	// registered an app nor passed a check, if the server permits that at all.
	// It exists for sites that switch a second factor on gradually. Without it
	// the token is always checked.
	AcceptUnenrolled bool
}

// VerifiedToken is the result of a check that succeeded.
type VerifiedToken struct {
	Message string
	Device  *Device // nil when the server does not say
}

// VerifyToken checks the token a person typed: of an authenticator app, or of a
// message, call or e-mail. It succeeds only if the server says in both of its
// ways that the token is valid; a wrong one is ErrInvalidToken, and a used one
// is ErrTokenReused as well.
func (c *Client) VerifyToken(ctx context.Context, id UserID, token string, options VerifyOptions) (*VerifiedToken, error) {
	const op = "verify token"
	if err := id.check(); err != nil {
		return nil, err
	}
	if err := checkDigits("token", token, minToken, maxToken); err != nil {
		return nil, err
	}
	if err := checkLength("action", options.Action, maxAction); err != nil {
		return nil, err
	}
	query := url.Values{}
	if !options.AcceptUnenrolled {
		query.Set("force", "true")
	}
	setIf(query, "action", options.Action)
	setIf(query, "user_ip", addr(options.UserIP))
	var wire struct {
		Message text            `json:"message"`
		Token   text            `json:"token"`
		Device  json.RawMessage `json:"device"`
	}
	if err := c.get(ctx, op, "/protected/json/verify/"+token+"/"+id.String(), query, &wire); err != nil {
		return nil, err
	}
	if wire.Token != "is valid" {
		return nil, unexpected(op, "it is a success that does not call the token valid")
	}
	result := &VerifiedToken{Message: string(wire.Message)}
	if device, err := fromJSON(wire.Device); err == nil {
		result.Device = device.device()
	}
	return result, nil
}

// setIf sets a parameter unless its value is empty.
func setIf(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}
