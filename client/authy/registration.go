package authy

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// defaultRegistrationLife is how long a registration may be scanned when the
// caller does not say; the vendor's samples use five to ten minutes.
const defaultRegistrationLife = 5 * time.Minute

// NewRegistration lets somebody link an authenticator app without telling the
// application a phone number or an e-mail address.
type NewRegistration struct {
	AppName      string
	AppID        AppID
	CustomUserID string // the application's own name for the person

	Life     time.Duration // five minutes when zero
	IssuedAt time.Time     // now when zero
}

// RegistrationToken makes the signed token for a registration. Show the person
// [RegistrationURI] of it as a QR code, then poll [Client.RegistrationStatus].
func (c *Client) RegistrationToken(registration NewRegistration) (string, error) {
	switch {
	case registration.AppName == "":
		return "", &FormatError{Field: "application name", Reason: "must not be empty"}
	case registration.CustomUserID == "":
		return "", &FormatError{Field: "custom user id", Reason: "must not be empty"}
	case registration.Life < 0:
		return "", &FormatError{Field: "life", Reason: "must not be negative"}
	}
	issued, life := registration.IssuedAt, registration.Life
	if issued.IsZero() {
		issued = time.Now()
	}
	if life == 0 {
		life = defaultRegistrationLife
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.HS256, Key: hmacKey(c.key())},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(registrationClaims{
		Issuer: registration.AppName, IssuedAt: issued.Unix(), Expiry: issued.Add(life).Unix(),
		Context: registrationContext{CustomUserID: registration.CustomUserID, AppID: registration.AppID},
	}).Serialize()
}

type registrationClaims struct {
	Issuer   string              `json:"iss"`
	IssuedAt int64               `json:"iat"`
	Expiry   int64               `json:"exp"`
	Context  registrationContext `json:"context"`
}

type registrationContext struct {
	CustomUserID string `json:"custom_user_id"`
	AppID        AppID  `json:"authy_app_id"`
}

// hmacKey is a key as HMAC-SHA256 uses it: short keys are filled with zeros up
// to the block size, which changes no signature. The protocol does not say how
// long its keys are, and the library refuses any below 32 bytes.
func hmacKey(key Secret) []byte {
	const block = 64
	if len(key) >= block {
		return []byte(key)
	}
	filled := make([]byte, block)
	copy(filled, key)
	return filled
}

// RegistrationURI is the text of the QR code that an authenticator app scans.
func RegistrationURI(token string) string {
	return "authy://account?token=" + url.QueryEscape(token)
}

// RegistrationState is how far a registration is.
type RegistrationState string

// The states of a registration.
const (
	RegistrationPending   RegistrationState = "pending"
	RegistrationCompleted RegistrationState = "completed"
	RegistrationExpired   RegistrationState = "expired"
)

// Registration is the state of a registration.
type Registration struct {
	State  RegistrationState
	UserID UserID // only when completed
}

// codeNoRegistration is the server's code for a registration that nobody has
// scanned yet, or that does not exist; the two cannot be told apart.
const codeNoRegistration Code = "60035"

// RegistrationStatus asks whether the token for this person has been scanned.
// Before that it is RegistrationPending, also where the server's way of saying
// so is that it knows of no registration.
func (c *Client) RegistrationStatus(ctx context.Context, customUserID string) (*Registration, error) {
	const op = "registration status"
	if customUserID == "" {
		return nil, &FormatError{Field: "custom user id", Reason: "must not be empty"}
	}
	var wire struct {
		Registration struct {
			Status text   `json:"status"`
			ID     number `json:"authy_id"`
		} `json:"registration"`
	}
	err := c.get(ctx, op, "/protected/json/registrations/status", url.Values{"custom_user_id": {customUserID}}, &wire)
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.Code == codeNoRegistration {
		return &Registration{State: RegistrationPending}, nil
	}
	if err != nil {
		return nil, err
	}
	switch state := RegistrationState(wire.Registration.Status); state {
	case RegistrationPending, RegistrationExpired:
		return &Registration{State: state}, nil
	case RegistrationCompleted:
		id, ok := wire.Registration.ID.userID()
		if !ok {
			return nil, unexpected(op, "it is complete without a user id")
		}
		return &Registration{State: state, UserID: id}, nil
	default:
		return nil, unexpected(op, "it has no state of the protocol")
	}
}
