package authy

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/twinseal/twinseal/internal/mfa"
)

type registrationStatus struct {
	Message      string `json:"message"`
	Registration struct {
		Status  string `json:"status"`
		AuthyID int64  `json:"authy_id"`
	} `json:"registration"`
	Success bool `json:"success"`
}

var failNoCustomID = failure{http.StatusBadRequest, "60034", "Registration request is invalid: custom_user_id is required"}

// registrationStatus tells whether somebody has scanned the registration token of a custom id. Until then it
// is not found: a program that takes any success for a number would take a pending one for user 0.
func (d *Dialect) registrationStatus(ctx context.Context, c *call) (any, error) {
	customID := c.params.text("custom_user_id")
	if c.params.failed() != nil || customID == "" {
		return nil, refuse(failNoCustomID)
	}
	found, user, err := d.service.EnrollmentStatus(ctx, c.caller, customID)
	if err != nil {
		return nil, err
	}
	if found.State != mfa.EnrollmentCompleted || user.Number == 0 {
		return nil, refuse(failRegistration)
	}
	answer := registrationStatus{Message: "Registration status.", Success: true}
	answer.Registration.Status, answer.Registration.AuthyID = "completed", user.Number
	return answer, nil
}

type sdkRegistration struct {
	Message           string `json:"message"`
	RegistrationToken string `json:"registration_token"`
	Success           bool   `json:"success"`
}

// sdkRegistration gives a token with which one device can be linked to a user: a linking code, opaque to the
// application that hands it on.
func (d *Dialect) sdkRegistration(ctx context.Context, c *call) (any, error) {
	id := c.params.required("authy_id")
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	number := numberOf(id)
	if number == 0 {
		return nil, mfa.Missing("user")
	}
	link, err := d.service.StartLink(ctx, c.caller, mfa.UserRef{Number: number})
	if err != nil {
		return nil, err
	}
	return sdkRegistration{"Device registration token was created", link.Code, true}, nil
}

// Bounds of registration tokens.
const (
	maxInvite   = 4 << 10 // bytes: a QR code holds less
	maxCustomID = 255     // bytes
)

// inviteClaims are those of a registration token; iss and iat say nothing that matters here.
type inviteClaims struct {
	Expires *float64 `json:"exp"` // whole or not
	Context *struct {
		CustomUserID loose `json:"custom_user_id"`
		AppID        loose `json:"authy_app_id"`
	} `json:"context"`
}

// loose is a text or a number as its literal, since programs write either.
type loose string

// UnmarshalJSON reads both.
func (l *loose) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*l = loose(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*l = loose(n)
	return nil
}

// errBadInvite is the one answer to tokens of our form that nobody here signed.
var errBadInvite = &mfa.Error{
	Code: mfa.Unauthenticated, Reason: mfa.ReasonCodeWrong,
	Message: "the registration token is not valid; ask the application for a new one",
}

var errOldInvite = &mfa.Error{
	Code: mfa.Expired, Reason: mfa.ReasonCodeWrong,
	Message: "the registration token has expired; ask the application for a new one",
}

// ReadInvite checks a token that an application signed with its API key, HS256 and nothing else. Before the
// signature only the application's number is read from it.
func (d *Dialect) ReadInvite(ctx context.Context, token string) (mfa.Invite, bool, error) {
	var claims inviteClaims
	parsed, ours := parseInvite(token, &claims)
	if !ours {
		return mfa.Invite{}, false, nil
	}
	number := numberOf(string(claims.Context.AppID))
	if number == 0 {
		return mfa.Invite{}, true, errBadInvite
	}
	caller, err := d.service.CallerByNumber(ctx, number)
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.Invite{}, true, errBadInvite
	}
	if err != nil {
		return mfa.Invite{}, true, err
	}
	if err := d.checkInvite(ctx, caller, parsed); err != nil {
		return mfa.Invite{}, true, err
	}
	if claims.Expires == nil || !(float64(d.service.Now().UnixMicro())/float64(time.Second/time.Microsecond) < *claims.Expires) {
		return mfa.Invite{}, true, errOldInvite
	}
	return inviteOf(caller, claims)
}

// parseInvite reports whether a token has the form of this dialect: signed by HS256, with a context.
func parseInvite(token string, claims *inviteClaims) (*jwt.JSONWebToken, bool) {
	if len(token) > maxInvite || strings.Count(token, ".") != 2 {
		return nil, false
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil || parsed.UnsafeClaimsWithoutVerification(claims) != nil || claims.Context == nil {
		return nil, false
	}
	return parsed, true
}

// checkInvite tries every live key, so that keys can be rolled while tokens are out.
func (d *Dialect) checkInvite(ctx context.Context, caller *mfa.Caller, token *jwt.JSONWebToken) error {
	keys, err := d.service.LiveKeys(ctx, caller.Application.ID)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key.Kind == mfa.KeyAuthyAPI && token.Claims(hmacKey(string(key.Secret.Reveal()))) == nil {
			return nil
		}
	}
	return errBadInvite
}

func inviteOf(caller *mfa.Caller, claims inviteClaims) (mfa.Invite, bool, error) {
	customID := strings.TrimSpace(string(claims.Context.CustomUserID))
	if customID == "" || len(customID) > maxCustomID || !storable(customID) {
		return mfa.Invite{}, true, &mfa.Error{
			Code: mfa.Invalid, Field: "custom_user_id", Message: "the registration token names nobody in " + strconv.Itoa(maxCustomID) + " characters",
		}
	}
	return mfa.Invite{ApplicationID: caller.Application.ID, CustomID: customID}, true, nil
}
