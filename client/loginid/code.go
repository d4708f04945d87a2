package loginid

import (
	"context"
	"encoding/json"
	"time"
)

// CodeType is the form of a code.
type CodeType string

// The types of codes.
const (
	Short  CodeType = "short"  // six digits, for some minutes
	Long   CodeType = "long"   // for a link
	Phrase CodeType = "phrase" // several words
)

// Purpose is what a code is for.
type Purpose string

// The purposes of codes.
const (
	// TemporaryAuthentication signs its user in on another device, once.
	TemporaryAuthentication Purpose = "temporary_authentication"
	// AddCredential lets its user make a key on another device.
	AddCredential Purpose = "add_credential"
)

func (t CodeType) check() error {
	if t != Short && t != Long && t != Phrase {
		return &FormatError{Field: "code type", Reason: "must be short, long or phrase"}
	}
	return nil
}

func (p Purpose) check() error {
	if p != TemporaryAuthentication && p != AddCredential {
		return &FormatError{Field: "code purpose", Reason: "must be temporary_authentication or add_credential"}
	}
	return nil
}

// NewCode is a code that is wanted.
type NewCode struct {
	Type    CodeType
	Purpose Purpose
	// Authorized makes a code that counts at once. Without it, somebody who is
	// signed in as the user has to authorize it.
	Authorized bool
}

// IssuedCode is a code for its user. Show it to nobody else.
type IssuedCode struct {
	Text       Secret
	ExpiresAt  time.Time
	Authorized bool
}

// TypedCode is a code as a person has typed it or brought it by a link.
type TypedCode struct {
	Type CodeType
	Text string
}

// MarshalJSON writes the code itself: it is how one is sent.
func (c TypedCode) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"type": string(c.Type), "code": c.Text})
}

// String names the type and hides the code.
func (c TypedCode) String() string { return string(c.Type) + " code" }

// GoString is [TypedCode.String].
func (c TypedCode) GoString() string { return c.String() }

func (c TypedCode) check() error {
	if err := c.Type.check(); err != nil {
		return err
	}
	return checkText("code", c.Text, maxName)
}

// wireCode is the body of the calls for codes.
type wireCode struct {
	wireUser

	ClientID  string  `json:"client_id"`
	Purpose   Purpose `json:"purpose"`
	Authorize *bool   `json:"authorize,omitempty"`
	Code      string  `json:"code,omitempty"`
}

// GenerateCode makes a code for a user.
func (m *Management) GenerateCode(ctx context.Context, user UserRef, wanted NewCode) (*IssuedCode, error) {
	const op = "generate code"
	var wire struct {
		Code       string  `json:"code"`
		ExpiresAt  instant `json:"expires_at"`
		Authorized bool    `json:"is_authorized"`
	}
	body := wireCode{Purpose: wanted.Purpose, Authorize: &wanted.Authorized}
	if err := m.codes(ctx, op, "generate", ScopeGenerateCodes, user, wanted.Type, body, &wire); err != nil {
		return nil, err
	}
	if wire.Code == "" || wire.ExpiresAt.IsZero() || wire.Authorized != wanted.Authorized {
		return nil, unexpected(op, "it has no code, no end, or is not as it was wanted")
	}
	return &IssuedCode{Text: Secret(wire.Code), ExpiresAt: wire.ExpiresAt.Time, Authorized: wire.Authorized}, nil
}

// AuthorizeCode makes a code count. Whoever calls it must know that it is the
// user who has typed the code here. It returns until when the code is good.
func (m *Management) AuthorizeCode(ctx context.Context, user UserRef, purpose Purpose, code TypedCode) (time.Time, error) {
	const op = "authorize code"
	if err := code.check(); err != nil {
		return time.Time{}, err
	}
	var wire struct {
		ExpiresAt  instant `json:"expires_at"`
		Authorized bool    `json:"is_authorized"`
	}
	body := wireCode{Purpose: purpose, Code: code.Text}
	if err := m.codes(ctx, op, "authorize", ScopeAuthorizeCodes, user, code.Type, body, &wire); err != nil {
		return time.Time{}, err
	}
	if !wire.Authorized {
		return time.Time{}, unexpected(op, "it is a success that does not call the code authorized")
	}
	return wire.ExpiresAt.Time, nil
}

// InvalidateAllCodes ends the codes of a user of one type and purpose. It returns
// when.
func (m *Management) InvalidateAllCodes(ctx context.Context, user UserRef, kind CodeType, purpose Purpose) (time.Time, error) {
	var wire struct {
		DeletedAt instant `json:"deleted_at"`
	}
	err := m.codes(ctx, "invalidate codes", "invalidate-all", ScopeInvalidateCodes, user, kind, wireCode{Purpose: purpose}, &wire)
	return wire.DeletedAt.Time, err
}

func (m *Management) codes(ctx context.Context, op, verb string, scope Scope, user UserRef, kind CodeType, body wireCode, into any) error {
	if err := user.check(); err != nil {
		return err
	}
	if err := kind.check(); err != nil {
		return err
	}
	if err := body.Purpose.check(); err != nil {
		return err
	}
	body.wireUser, body.ClientID = user.wire(), m.clientID
	return m.do(ctx, call{op: op, path: "/codes/" + string(kind) + "/" + verb, body: body, scope: scope, user: user, always: true}, into)
}
