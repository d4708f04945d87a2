package authsignal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Authenticator is a means by which a user proves themselves.
type Authenticator struct {
	ID              AuthenticatorID     `json:"userAuthenticatorId"`
	UserID          UserID              `json:"userId"`
	Method          Method              `json:"verificationMethod"`
	CreatedAt       time.Time           `json:"createdAt"`
	VerifiedAt      time.Time           `json:"verifiedAt"`
	LastVerifiedAt  time.Time           `json:"lastVerifiedAt"`
	IsDefault       bool                `json:"isDefault"`
	Email           string              `json:"email"`
	PhoneNumber     string              `json:"phoneNumber"`
	Username        string              `json:"username"`
	DisplayName     string              `json:"displayName"`
	PreviousChannel SMSChannel          `json:"previousSmsChannel"`
	DevicePlatform  string              `json:"devicePlatform"`
	Credential      *WebauthnCredential `json:"webauthnCredential"` // of passkeys and security keys
}

// WebauthnCredential is what is known of a passkey or security key.
type WebauthnCredential struct {
	CredentialID  string          `json:"credentialId"` // base64url
	DeviceID      DeviceID        `json:"deviceId"`
	Name          string          `json:"name"`
	AAGUID        string          `json:"aaguid"`
	AAGUIDMapping *AAGUIDMapping  `json:"aaguidMapping"`
	BackedUp      bool            `json:"credentialBackedUp"`
	DeviceType    string          `json:"credentialDeviceType"`    // singleDevice or multiDevice
	Attachment    string          `json:"authenticatorAttachment"` // platform or cross-platform
	VerifiedAt    time.Time       `json:"verifiedAt"`
	UserAgent     json.RawMessage `json:"parsedUserAgent"`
}

// AAGUIDMapping is who made the authenticator. The icons are data: URLs.
type AAGUIDMapping struct {
	Name      string `json:"name"`
	IconLight string `json:"svgIconLight"`
	IconDark  string `json:"svgIconDark"`
}

// GetAuthenticators lists a user's authenticators. Recovery codes are not among
// them.
func (a *Authsignal) GetAuthenticators(ctx context.Context, user UserID) ([]Authenticator, error) {
	const op = "get authenticators"
	if err := user.check(); err != nil {
		return nil, err
	}
	var list []Authenticator
	c := call{op: op, method: http.MethodGet, path: []string{"users", string(user), "authenticators"}}
	if err := a.transport.do(ctx, c, &list); err != nil {
		return nil, err
	}
	for _, one := range list {
		if one.UserID != user {
			return nil, unexpected(op, "one is of another user")
		}
	}
	return list, nil
}

// NewAuthenticator is one that the application has verified itself: an address
// for the methods with messages, the otpauth URI of an authenticator app, or a
// passkey.
type NewAuthenticator struct {
	Method      Method
	PhoneNumber string
	Email       string
	OTPURI      Secret // otpauth://totp/…, with the seed
	IsDefault   bool
	Passkey     *PasskeyImport
}

// PasskeyImport is a passkey that another system registered.
type PasskeyImport struct {
	CredentialID string   // base64url
	PublicKey    string   // base64url of the COSE key
	Name         string   // optional, as all below
	Transports   []string // as internal, hybrid
	AAGUID       string
}

type wireEnroll struct {
	UserID       UserID   `json:"userId,omitempty"` // of batches
	Method       Method   `json:"verificationMethod"`
	PhoneNumber  string   `json:"phoneNumber,omitempty"`
	Email        string   `json:"email,omitempty"`
	OTPURI       string   `json:"otpUri,omitempty"`
	IsDefault    bool     `json:"isDefault,omitempty"`
	CredentialID string   `json:"credentialId,omitempty"`
	PublicKey    string   `json:"credentialPublicKey,omitempty"`
	Name         string   `json:"name,omitempty"`
	Transports   []string `json:"transports,omitempty"`
	AAGUID       string   `json:"aaguid,omitempty"`
}

func (p PasskeyImport) into(w *wireEnroll) {
	w.Method = Passkey
	w.CredentialID, w.PublicKey, w.Name, w.Transports, w.AAGUID = p.CredentialID, p.PublicKey, p.Name, p.Transports, p.AAGUID
}

// Enrolled is what came of an enrollment.
type Enrolled struct {
	Authenticator Authenticator
	RecoveryCodes []Secret // with a user's first authenticator, if the tenant wants them; shown this once
}

// EnrollVerifiedAuthenticator enrolls without asking the user: the application
// answers for it.
func (a *Authsignal) EnrollVerifiedAuthenticator(ctx context.Context, user UserID, n NewAuthenticator) (*Enrolled, error) {
	const op = "enroll authenticator"
	if err := user.check(); err != nil {
		return nil, err
	}
	body := wireEnroll{Method: n.Method, PhoneNumber: n.PhoneNumber, Email: n.Email, OTPURI: string(n.OTPURI), IsDefault: n.IsDefault}
	if n.Passkey != nil {
		n.Passkey.into(&body)
	}
	var wire struct {
		Authenticator Authenticator `json:"authenticator"`
		RecoveryCodes []string      `json:"recoveryCodes"`
	}
	if err := a.transport.do(ctx, call{op: op, path: []string{"users", string(user), "authenticators"}, body: body}, &wire); err != nil {
		return nil, err
	}
	if wire.Authenticator.UserID != user || wire.Authenticator.ID == "" {
		return nil, unexpected(op, "it is about another user, or about nothing")
	}
	return &Enrolled{wire.Authenticator, secrets(wire.RecoveryCodes)}, nil
}

// DeleteAuthenticator takes an authenticator from a user.
func (a *Authsignal) DeleteAuthenticator(ctx context.Context, user UserID, id AuthenticatorID) error {
	if err := first(user.check(), id.check()); err != nil {
		return err
	}
	path := []string{"users", string(user), "authenticators", string(id)}
	return a.transport.do(ctx, call{op: "delete authenticator", method: http.MethodDelete, path: path, again: true}, nil)
}

// MaxBatch is how many passkeys one request brings in.
const MaxBatch = 1000

// UserPasskey is a passkey of somebody.
type UserPasskey struct {
	UserID  UserID
	Passkey PasskeyImport
}

// BatchResult is what came of a batch: each passkey stands or falls alone.
type BatchResult struct {
	Total     int            `json:"total"`
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Failures  []BatchFailure `json:"failures"`
}

// BatchFailure is a passkey that was not taken.
type BatchFailure struct {
	UserID       UserID `json:"userId"`
	CredentialID string `json:"credentialId"`
	Code         Code   `json:"errorCode"`
	Message      string `json:"errorDescription"`
}

// BatchEnrollVerifiedAuthenticators brings in passkeys that another system
// registered, [MaxBatch] at most.
func (a *Authsignal) BatchEnrollVerifiedAuthenticators(ctx context.Context, passkeys []UserPasskey) (*BatchResult, error) {
	const op = "enroll authenticators"
	if len(passkeys) == 0 || len(passkeys) > MaxBatch {
		return nil, &FormatError{Field: "batch", Reason: fmt.Sprintf("must have 1 to %d passkeys", MaxBatch)}
	}
	list := make([]wireEnroll, len(passkeys))
	for i, p := range passkeys {
		if err := p.UserID.check(); err != nil {
			return nil, err
		}
		list[i].UserID = p.UserID
		p.Passkey.into(&list[i])
	}
	var result BatchResult
	body := map[string]any{"authenticators": list}
	if err := a.transport.do(ctx, call{op: op, path: []string{"users", "authenticators"}, body: body}, &result); err != nil {
		return nil, err
	}
	if result.Total != len(passkeys) || result.Succeeded+result.Failed != result.Total {
		return nil, unexpected(op, "its numbers do not add up")
	}
	for i := range result.Failures {
		result.Failures[i].Message = printable(result.Failures[i].Message)
	}
	return &result, nil
}

// MethodSetting is whether the tenant offers a method.
type MethodSetting struct {
	ID               string     `json:"authenticatorId"`
	Method           Method     `json:"verificationMethod"`
	IsActive         bool       `json:"isActive"`
	IsEditableByUser *bool      `json:"isEditableByUser"`
	IsHiddenToUser   *bool      `json:"isHiddenToUser"`
	SMSChannel       SMSChannel `json:"smsChannel"`
}

// GetMethods lists the methods of the tenant.
func (a *Authsignal) GetMethods(ctx context.Context) ([]MethodSetting, error) {
	return ask[[]MethodSetting](ctx, &a.transport, call{op: "get methods", method: http.MethodGet, path: []string{"authenticators"}})
}
