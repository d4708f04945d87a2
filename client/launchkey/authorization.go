package launchkey

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// ServiceClient asks users on behalf of a service and keeps their sessions.
type ServiceClient struct {
	on client
}

// Limits of a request to a user, as the protocol sets them.
const (
	maxContext = 400
	maxTitle   = 200
	minTTL     = 30 * time.Second
	maxTTL     = 10 * time.Minute
	maxReason  = 5 // characters of a denial reason's id
)

// NewAuthorization is a question to a user. The zero value asks to log in.
type NewAuthorization struct {
	Context string        // shown below the name of the service; at most 400 characters
	Policy  *AuthPolicy   // beyond the policy of the service; may be nil
	TTL     time.Duration // 30 seconds to 10 minutes in whole seconds; zero is the server's default

	// For the services of directories only.
	Title         string // at most 200 characters
	PushTitle     string
	PushBody      string
	DenialReasons []DenialReason // what a user who denies chooses from
}

// DenialReason is a reason for denying. There must be two at least, one of which
// means fraud and one does not.
type DenialReason struct {
	ID     string // 1 to 5 characters
	Reason string
	Fraud  bool
}

// AuthorizationRequest is a question that was asked.
type AuthorizationRequest struct {
	ID          AuthorizationID
	DeviceIDs   []DeviceID // that were asked, when the server tells
	PushPackage string     // for services that send push messages themselves; mostly empty
	// Number is to be shown on the page where the user waits, and nowhere else:
	// the device asks for it. "" where it asks for none. An addition to the
	// vendor's protocol, for services whose settings say that their pages show it.
	Number string
}

func (a NewAuthorization) check() error {
	switch {
	case utf8.RuneCountInString(a.Context) > maxContext:
		return &FormatError{Field: "context", Reason: fmt.Sprintf("must not be longer than %d characters", maxContext)}
	case utf8.RuneCountInString(a.Title) > maxTitle:
		return &FormatError{Field: "title", Reason: fmt.Sprintf("must not be longer than %d characters", maxTitle)}
	case a.TTL != 0 && (a.TTL < minTTL || a.TTL > maxTTL):
		return &FormatError{Field: "TTL", Reason: "must be between 30 seconds and 10 minutes"}
	}
	if err := checkReasons(a.DenialReasons); err != nil {
		return err
	}
	if a.Policy != nil {
		return a.Policy.check()
	}
	return nil
}

func checkReasons(reasons []DenialReason) error {
	if len(reasons) == 0 {
		return nil
	}
	ids := map[string]bool{}
	var fraud, other bool
	for _, r := range reasons {
		switch length := utf8.RuneCountInString(r.ID); {
		case length == 0 || length > maxReason:
			return &FormatError{Field: "denial reason", Reason: "must have an id of 1 to 5 characters"}
		case r.Reason == "":
			return &FormatError{Field: "denial reason", Reason: "must have a text"}
		case ids[r.ID]:
			return &FormatError{Field: "denial reason", Reason: "must not have the id of another one"}
		}
		ids[r.ID] = true
		fraud, other = fraud || r.Fraud, other || !r.Fraud
	}
	if !fraud || !other {
		return &FormatError{Field: "denial reasons", Reason: "must have one at least that means fraud, and one that does not"}
	}
	return nil
}

type authorizationBody struct {
	Username      string             `json:"username"`
	Context       string             `json:"context,omitempty"`
	Title         string             `json:"title,omitempty"`
	TTL           int64              `json:"ttl,omitempty"`
	PushTitle     string             `json:"push_title,omitempty"`
	PushBody      string             `json:"push_body,omitempty"`
	Policy        *legacyWire        `json:"policy,omitempty"`
	DenialReasons []denialReasonWire `json:"denial_reasons,omitempty"`
}

type denialReasonWire struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Fraud  bool   `json:"fraud"`
}

func (a NewAuthorization) wire(user string) (authorizationBody, error) {
	ttl, err := wholeSeconds("TTL", a.TTL)
	body := authorizationBody{
		Username: user, Context: a.Context, Title: a.Title, TTL: ttl, PushTitle: a.PushTitle, PushBody: a.PushBody,
	}
	if a.Policy != nil {
		policy := a.Policy.legacy()
		body.Policy = &policy
	}
	for _, r := range a.DenialReasons {
		body.DenialReasons = append(body.DenialReasons, denialReasonWire(r))
	}
	return body, err
}

const authsPath = "/service/v3/auths"

// CreateAuthorizationRequest asks a user, named by the identifier in the
// directory or by a UserPushID. The answer comes by
// [ServiceClient.WaitAuthorization], [ServiceClient.AuthorizationResponse] or a
// webhook. One request at a time can be pending for a user
// (ErrAuthorizationInProgress); a user without a linked device is ErrNotFound.
func (c *ServiceClient) CreateAuthorizationRequest(ctx context.Context, user string, request NewAuthorization) (*AuthorizationRequest, error) {
	const op = "create authorization request"
	if err := checkUser(user); err != nil {
		return nil, err
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	body, err := request.wire(user)
	if err != nil {
		return nil, err
	}
	var wire struct {
		ID          AuthorizationID `json:"auth_request"`
		DeviceIDs   []DeviceID      `json:"device_ids"`
		PushPackage string          `json:"push_package"`
		Number      string          `json:"number_match"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, authsPath, body}, &wire); err != nil {
		return nil, err
	}
	if wire.ID.check() != nil {
		return nil, unexpected(op, "it has no id")
	}
	if len(wire.Number) > maxNumber || strings.Trim(wire.Number, "0123456789") != "" {
		return nil, unexpected(op, "its number is none")
	}
	return &AuthorizationRequest{ID: wire.ID, DeviceIDs: wire.DeviceIDs, PushPackage: wire.PushPackage, Number: wire.Number}, nil
}

// maxNumber is far above the digits that people bring over.
const maxNumber = 8

// AuthorizationResponse asks for the answer of a user. The error is ErrPending
// while there is none, ErrRequestTimedOut when there will be none any more, and
// ErrAuthorizationRequestCanceled for one that was canceled. The protocol does
// not tell a request that never was from a pending one.
func (c *ServiceClient) AuthorizationResponse(ctx context.Context, id AuthorizationID) (*AuthorizationResponse, error) {
	const op = "authorization response"
	if err := id.check(); err != nil {
		return nil, err
	}
	plain, err := c.on.poll(ctx, call{op, http.MethodGet, authsPath + "/" + string(id), nil})
	if err != nil {
		return nil, err
	}
	response, err := c.on.issuer.keys().openResponse(plain)
	if err != nil {
		return nil, fmt.Errorf("launchkey: %s: %w", op, err)
	}
	if !strings.EqualFold(string(response.RequestID), string(id)) {
		return nil, unexpected(op, "it is about another request")
	}
	return response, nil
}

// CancelAuthorizationRequest withdraws a question that nobody has answered.
func (c *ServiceClient) CancelAuthorizationRequest(ctx context.Context, id AuthorizationID) error {
	if err := id.check(); err != nil {
		return err
	}
	return c.on.do(ctx, call{"cancel authorization request", http.MethodDelete, authsPath + "/" + string(id), nil}, nil)
}
