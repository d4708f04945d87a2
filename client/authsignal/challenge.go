package authsignal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// NewChallenge is a code to send, by the application's own pages. To a person who
// may not be a user yet: then [Authsignal.ClaimChallenge] says who it was.
type NewChallenge struct {
	Method         Method         `json:"verificationMethod,omitempty"` // SMS, EMAIL_OTP or WHATSAPP
	Action         ActionCode     `json:"action,omitempty"`
	Email          string         `json:"email,omitempty"`
	PhoneNumber    string         `json:"phoneNumber,omitempty"`
	Channel        SMSChannel     `json:"smsChannel,omitempty"`
	ChallengeID    ChallengeID    `json:"challengeId,omitempty"` // sends the code of this one again; the rest may be left out then
	IdempotencyKey IdempotencyKey `json:"idempotencyKey,omitempty"`
	UserID         UserID         `json:"userId,omitempty"` // to enroll for somebody who is known
	Scope          Scope          `json:"scope,omitempty"`
	Locale         string         `json:"locale,omitempty"`
	DeviceID       DeviceID       `json:"deviceId,omitempty"`
	IPAddress      string         `json:"ipAddress,omitempty"`
	UserAgent      string         `json:"userAgent,omitempty"`
	Custom         map[string]any `json:"custom,omitempty"`
}

// Challenge is one that was begun: a code is on its way.
type Challenge struct {
	ID             ChallengeID
	IdempotencyKey IdempotencyKey
	ExpiresAt      time.Time
}

// Challenge sends a code.
func (a *Authsignal) Challenge(ctx context.Context, n NewChallenge) (*Challenge, error) {
	const op = "challenge"
	if n.ChallengeID == "" {
		if n.Method == "" {
			return nil, &FormatError{Field: "method", Reason: "must be given for a new challenge"}
		}
		if err := n.Action.check(); err != nil {
			return nil, err
		}
	}
	var wire struct {
		ID             ChallengeID    `json:"challengeId"`
		IdempotencyKey IdempotencyKey `json:"idempotencyKey"`
		ExpiresAt      seconds        `json:"expiresAt"`
	}
	if err := a.transport.do(ctx, call{op: op, path: []string{"challenge"}, body: n}, &wire); err != nil {
		return nil, err
	}
	if wire.ID == "" || n.ChallengeID != "" && wire.ID != n.ChallengeID {
		return nil, unexpected(op, "it is about another challenge, or about none")
	}
	return &Challenge{wire.ID, wire.IdempotencyKey, wire.ExpiresAt.time()}, nil
}

// seconds are a moment in seconds since 1970; 0 is none.
type seconds int64

func (s seconds) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}

// Failure is why a code is not right.
type Failure string

// The failures.
const (
	CodeInvalidOrExpired Failure = "CODE_INVALID_OR_EXPIRED"
	MaxAttemptsExceeded  Failure = "MAX_ATTEMPTS_EXCEEDED"
)

// Verified is what came of a code.
type Verified struct {
	IsVerified  bool    `json:"isVerified"`
	Email       string  `json:"email"` // that the code went to, as the number
	PhoneNumber string  `json:"phoneNumber"`
	Method      Method  `json:"verificationMethod"`
	Failure     Failure `json:"failureReason"`
}

// Verify checks a code that somebody typed. A wrong one is no error: IsVerified
// tells.
func (a *Authsignal) Verify(ctx context.Context, id ChallengeID, code Secret) (*Verified, error) {
	if err := checkLine("challenge id", string(id)); err != nil {
		return nil, err
	}
	if err := checkLine("code", string(code)); err != nil {
		return nil, err
	}
	var read Verified
	body := map[string]string{"challengeId": string(id), "verificationCode": string(code)}
	if err := a.transport.do(ctx, call{op: "verify", path: []string{"verify"}, body: body}, &read); err != nil {
		return nil, err
	}
	if read.IsVerified && read.Failure != "" {
		return nil, unexpected("verify", "it is verified and is not")
	}
	return &read, nil
}

// Claim is how a challenge becomes a user's.
type Claim struct {
	// SkipVerificationCheck claims before the code was typed.
	SkipVerificationCheck bool
}

// Claimed is a challenge that belongs to a user.
type Claimed struct {
	Token  Secret // for [Authsignal.RequireChallenge], [Authsignal.CreateSession] and the user's browser
	Method Method
}

// ClaimChallenge says that a challenge was passed by this user.
func (a *Authsignal) ClaimChallenge(ctx context.Context, id ChallengeID, user UserID, how Claim) (*Claimed, error) {
	const op = "claim challenge"
	if err := first(checkLine("challenge id", string(id)), user.check()); err != nil {
		return nil, err
	}
	body := map[string]any{"challengeId": id, "userId": user}
	if how.SkipVerificationCheck {
		body["skipVerificationCheck"] = true
	}
	var wire struct {
		Token  string `json:"token"`
		Method Method `json:"verificationMethod"`
	}
	if err := a.transport.do(ctx, call{op: op, path: []string{"claim"}, body: body}, &wire); err != nil {
		return nil, err
	}
	if wire.Token == "" {
		return nil, unexpected(op, "the token is missing")
	}
	return &Claimed{Secret(wire.Token), wire.Method}, nil
}

// ChallengeQuery finds an open challenge: by its id, or by user, action and
// method.
type ChallengeQuery struct {
	ID     ChallengeID
	UserID UserID
	Action ActionCode
	Method Method
}

// OpenChallenge is one that has begun.
type OpenChallenge struct {
	ID          ChallengeID
	ExpiresAt   time.Time
	Method      Method // once it is passed
	Channel     SMSChannel
	PhoneNumber string
	Email       string
	Action      ActionCode
}

// GetChallenge finds a challenge. If none is open it is [ErrNoChallenge].
func (a *Authsignal) GetChallenge(ctx context.Context, q ChallengeQuery) (*OpenChallenge, error) {
	const op = "get challenge"
	query := url.Values{}
	for name, text := range map[string]string{
		"challengeId": string(q.ID), "userId": string(q.UserID), "action": string(q.Action), "verificationMethod": string(q.Method),
	} {
		if text != "" {
			query.Set(name, text)
		}
	}
	if q.ID == "" && q.UserID == "" {
		return nil, &FormatError{Field: "query", Reason: "must have a challenge or a user"}
	}
	var wire struct {
		ID          ChallengeID `json:"challengeId"`
		ExpiresAt   seconds     `json:"expiresAt"`
		Method      Method      `json:"verificationMethod"`
		Channel     SMSChannel  `json:"smsChannel"`
		PhoneNumber string      `json:"phoneNumber"`
		Email       string      `json:"email"`
		Action      ActionCode  `json:"action"`
	}
	if err := a.transport.do(ctx, call{op: op, method: http.MethodGet, path: []string{"challenges"}, query: query}, &wire); err != nil {
		return nil, err
	}
	if wire.ID == "" {
		return nil, fmt.Errorf("authsignal: %s: %w", op, ErrNoChallenge)
	}
	return &OpenChallenge{wire.ID, wire.ExpiresAt.time(), wire.Method, wire.Channel, wire.PhoneNumber, wire.Email, wire.Action}, nil
}
