package authy

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Phone is a phone number as the protocol writes it.
type Phone struct {
	CountryCode int    // calling code, without plus
	Number      string // digits, with or without separators
}

func (p Phone) query() url.Values {
	return url.Values{"country_code": {strconv.Itoa(p.CountryCode)}, "phone_number": {p.Number}}
}

// Via is the way a verification code travels.
type Via string

// The ways of [Client.StartVerification].
const (
	ViaSMS  Via = "sms"
	ViaCall Via = "call"
)

// The lengths of a code in a phone verification.
const (
	minCode = 4
	maxCode = 10
)

// NewVerification is a phone number to be proved.
type NewVerification struct {
	Phone  Phone
	Via    Via    // ViaSMS when empty
	Locale string // language of the message; guessed from the country when empty

	CodeLength    int    // 4 to 10; the server's default when zero
	CustomCode    string // a code of the caller's own; needs permission
	CustomMessage string // a text with {{code}} in it; needs permission

	UserIP netip.Addr
}

func (v NewVerification) check() error {
	if v.Via != "" && v.Via != ViaSMS && v.Via != ViaCall {
		return &FormatError{Field: "via", Reason: `must be "sms" or "call"`}
	}
	if v.CodeLength != 0 && (v.CodeLength < minCode || v.CodeLength > maxCode) {
		return &FormatError{Field: "code length", Reason: "must be from 4 to 10"}
	}
	if v.CustomCode != "" {
		return checkDigits("custom code", v.CustomCode, minCode, maxCode)
	}
	return nil
}

// VerificationID names one phone verification (uuid).
type VerificationID string

// Verification is a phone verification that has begun.
type Verification struct {
	ID          VerificationID
	Message     string
	Carrier     string
	IsCellphone bool
	IsPorted    bool
	ExpiresIn   time.Duration
	SMSID       string // only with a custom code
}

// StartVerification sends a code to a phone number that need not belong to a
// user. Starting again before the code expires sends the same code.
func (c *Client) StartVerification(ctx context.Context, start NewVerification) (*Verification, error) {
	if err := start.check(); err != nil {
		return nil, err
	}
	body := struct {
		PhoneNumber   string `json:"phone_number"`
		CountryCode   int    `json:"country_code"`
		Via           Via    `json:"via"`
		Locale        string `json:"locale,omitempty"`
		CodeLength    int    `json:"code_length,omitempty"`
		CustomCode    string `json:"custom_code,omitempty"`
		CustomMessage string `json:"custom_message,omitempty"`
		UserIP        string `json:"user_ip,omitempty"`
	}{
		start.Phone.Number, start.Phone.CountryCode, start.Via, start.Locale,
		start.CodeLength, start.CustomCode, start.CustomMessage, addr(start.UserIP),
	}
	if body.Via == "" {
		body.Via = ViaSMS
	}
	var wire struct {
		ID          text   `json:"uuid"`
		Message     text   `json:"message"`
		Carrier     text   `json:"carrier"`
		IsCellphone flag   `json:"is_cellphone"`
		IsPorted    flag   `json:"is_ported"`
		ExpiresIn   number `json:"seconds_to_expire"`
		SMSID       text   `json:"sms_id"`
	}
	if err := c.post(ctx, "start verification", "/protected/json/phones/verification/start", body, &wire); err != nil {
		return nil, err
	}
	return &Verification{
		ID: VerificationID(wire.ID), Message: string(wire.Message), Carrier: string(wire.Carrier),
		IsCellphone: bool(wire.IsCellphone), IsPorted: bool(wire.IsPorted),
		ExpiresIn: seconds(wire.ExpiresIn), SMSID: string(wire.SMSID),
	}, nil
}

// CheckVerification checks the code a person typed, and uses it up when it is
// right. A wrong one is ErrIncorrectCode; without a verification under way, or
// after it succeeded, the error is ErrNotPending.
func (c *Client) CheckVerification(ctx context.Context, phone Phone, code string) error {
	if err := checkDigits("verification code", code, minCode, maxCode); err != nil {
		return err
	}
	query := phone.query()
	query.Set("verification_code", code)
	return c.get(ctx, "check verification", "/protected/json/phones/verification/check", query, nil)
}

// VerificationState is how far a phone verification is.
type VerificationState string

// The states of a phone verification.
const (
	VerificationPending  VerificationState = "pending"
	VerificationVerified VerificationState = "verified"
	VerificationExpired  VerificationState = "expired"
)

// VerificationStatus is the state of a phone verification.
type VerificationStatus struct {
	State     VerificationState
	ExpiresIn time.Duration
}

// VerificationStatus asks for the newest verification of a number.
func (c *Client) VerificationStatus(ctx context.Context, phone Phone) (*VerificationStatus, error) {
	return c.verificationStatus(ctx, phone.query())
}

// VerificationStatusByID asks for one verification.
func (c *Client) VerificationStatusByID(ctx context.Context, id VerificationID) (*VerificationStatus, error) {
	if id == "" {
		return nil, &FormatError{Field: "verification id", Reason: "must not be empty"}
	}
	return c.verificationStatus(ctx, url.Values{"uuid": {string(id)}})
}

func (c *Client) verificationStatus(ctx context.Context, query url.Values) (*VerificationStatus, error) {
	const op = "verification status"
	var wire struct {
		Status    text   `json:"status"`
		ExpiresIn number `json:"seconds_to_expire"`
	}
	if err := c.get(ctx, op, "/protected/json/phones/verification/status", query, &wire); err != nil {
		return nil, err
	}
	switch state := VerificationState(wire.Status); state {
	case VerificationPending, VerificationVerified, VerificationExpired:
		return &VerificationStatus{State: state, ExpiresIn: seconds(wire.ExpiresIn)}, nil
	default:
		return nil, unexpected(op, "it has no state of the protocol")
	}
}

// LineType is what a phone number belongs to.
type LineType string

// The line types of the protocol.
const (
	LineCellphone LineType = "cellphone"
	LineLandline  LineType = "landline"
	LineVoIP      LineType = "voip"
	LineUnknown   LineType = "unknown"
)

// PhoneInfo is what is known about a phone number.
type PhoneInfo struct {
	Message  string
	AsOf     time.Time // zero when the message does not say
	Type     LineType
	Provider string
	Ported   bool
}

// PhoneInfo asks what kind of line a number is.
func (c *Client) PhoneInfo(ctx context.Context, phone Phone) (*PhoneInfo, error) {
	var wire struct {
		Message  text `json:"message"`
		Type     text `json:"type"`
		Provider text `json:"provider"`
		Ported   flag `json:"ported"`
	}
	if err := c.get(ctx, "phone info", "/protected/json/phones/info", phone.query(), &wire); err != nil {
		return nil, err
	}
	return &PhoneInfo{
		Message: string(wire.Message), AsOf: asOf(string(wire.Message)), Type: LineType(wire.Type),
		Provider: string(wire.Provider), Ported: bool(wire.Ported),
	}, nil
}

// asOf reads the time out of the sentence that carries it.
func asOf(message string) time.Time {
	_, stamp, _ := strings.Cut(message, " as of ")
	at, err := time.Parse("2006-01-02 15:04:05 MST", stamp)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
