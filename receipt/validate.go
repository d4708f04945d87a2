package receipt

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// Bounds of what may be asked and answered. They are far above what anybody
// reads on a phone; they exist so that a parser's work is bounded.
const (
	// MaxText bounds a message, label, value, name or reason in bytes.
	MaxText = 8 << 10
	// MaxID bounds an id or nonce in bytes: a URL segment, not a document.
	MaxID = 200
	// MaxDetails bounds the lines under a message.
	MaxDetails = 100
	// MaxFactors bounds the factors of one answer.
	MaxFactors = 8
	// MaxReasons bounds the reasons that a denial chooses from.
	MaxReasons = 50
	// MinNonce is 96 bits in base64url: two questions never share a nonce.
	MinNonce = 16
)

// timeLayout writes a moment in the one way allowed: RFC 3339, UTC, "Z",
// three digits of fraction.
const timeLayout = "2006-01-02T15:04:05.000Z"

// FormatTime writes t as every time in this package is written, dropping what
// is below a millisecond.
func FormatTime(t time.Time) string {
	return t.UTC().Truncate(time.Millisecond).Format(timeLayout)
}

// ParseTime reads what [FormatTime] writes, and nothing else.
func ParseTime(text string) (time.Time, error) {
	t, err := time.Parse(timeLayout, text)
	if err != nil || FormatTime(t) != text {
		return time.Time{}, fmt.Errorf("%q is not a UTC time with milliseconds such as 2026-03-01T09:30:00.000Z", clip(text))
	}
	return t, nil
}

// Validate reports the first field that may not be signed.
func (q Question) Validate() error {
	return firstError(
		q.Organization.validate("organization"),
		q.Application.validate("application"),
		validID("user.id", q.User.ID),
		validID("challenge", q.Challenge),
		validNonce(q.Nonce),
		validText("title", q.Title),
		validText("message", q.Message),
		validDetails(q.Details),
		q.Amount.validate(),
		validHiddenHash(q.HiddenDetailsHash),
		validPolicy(q.Policy),
		validReasons(q.Reasons),
		q.Recipient.validate(),
		q.Match.validate(),
		q.validWay(),
		validTime("created_at", q.CreatedAt),
		validExpiry(q.ExpiresAt),
	)
}

// Validate reports the first field that may not be signed.
func (s Statement) Validate() error {
	if s.Type != StatementType {
		return fmt.Errorf("type: %q is not %s", clip(s.Type), StatementType)
	}
	if err := s.Question.Validate(); err != nil {
		return fmt.Errorf("question: %w", err)
	}
	return firstError(
		validDecision(s.Decision, s.Reason, s.Fraud),
		validText("reason", s.Reason),
		s.validFailure(),
		s.validChoice(),
		s.validEvidence(),
		s.validMatch(),
		s.validPackages(),
		s.validSigner(),
		validTime("device_time", s.DeviceTime),
	)
}

func (n Named) validate(field string) error {
	return firstError(validID(field+".id", n.ID), validText(field+".name", n.Name))
}

func (d Detail) validate(field string) error {
	return firstError(validText(field+".label", d.Label), validText(field+".value", d.Value))
}

// The forms that fields take.
var (
	amountPattern   = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,18})?$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	factorPattern   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
)

func (a *Amount) validate() error {
	switch {
	case a == nil:
		return nil
	case !amountPattern.MatchString(a.Value):
		return fmt.Errorf("amount.value: %q is not a decimal number such as 12.50", clip(a.Value))
	case !currencyPattern.MatchString(a.Currency):
		return fmt.Errorf("amount.currency: %q is not three capital letters", clip(a.Currency))
	}
	return nil
}

func validDetails(details []Detail) error {
	if len(details) > MaxDetails {
		return fmt.Errorf("details: %d lines, at most %d", len(details), MaxDetails)
	}
	for i, d := range details {
		if err := d.validate(fmt.Sprintf("details[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func validDecision(d Decision, reason string, fraud bool) error {
	switch {
	case d != Approved && d != Denied:
		return fmt.Errorf("decision: %q is neither approved nor denied", clip(string(d)))
	case d == Approved && (fraud || reason != ""):
		return fmt.Errorf("decision: an approval carries neither a reason nor a fraud mark")
	}
	return nil
}

// validSigner holds a statement to one of the two who sign.
func (s Statement) validSigner() error {
	if s.RelyingParty == nil {
		return firstError(validFactors(s.Factors), validID("device.id", s.Device.ID), validHash("device.key", s.Device.Key))
	}
	if s.Device != (DeviceID{}) || len(s.Factors) != 1 || s.Factors[0] != FactorPasskey {
		return fmt.Errorf("relying_party: a passkey's statement names no device, and as its one factor %q", FactorPasskey)
	}
	return validID("relying_party.id", s.RelyingParty.ID)
}

func validFactors(factors []string) error {
	if len(factors) == 0 || len(factors) > MaxFactors || factors[0] != FactorDevice {
		return fmt.Errorf("factors: one to %d, the first of them %q", MaxFactors, FactorDevice)
	}
	seen := make(map[string]bool, len(factors))
	for _, f := range factors {
		if !factorPattern.MatchString(f) || seen[f] {
			return fmt.Errorf("factors: %q is repeated or not a lower-case word", clip(f))
		}
		seen[f] = true
	}
	return nil
}

func validNonce(nonce string) error {
	if len(nonce) < MinNonce {
		return fmt.Errorf("nonce: shorter than %d characters", MinNonce)
	}
	return validID("nonce", nonce)
}

func validID(field, id string) error {
	if id == "" || len(id) > MaxID {
		return fmt.Errorf("%s: empty or longer than %d bytes", field, MaxID)
	}
	return validText(field, id)
}

func validText(field, text string) error {
	if len(text) > MaxText {
		return fmt.Errorf("%s: longer than %d bytes", field, MaxText)
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s: not valid UTF-8", field)
	}
	return nil
}

func validHiddenHash(text string) error {
	if text == "" {
		return nil
	}
	return validHash("hidden_details_hash", text)
}

func validHash(field, text string) error {
	raw, err := decodeBase64(text)
	if err != nil || len(raw) != sha256.Size {
		return fmt.Errorf("%s: not a base64url SHA-256", field)
	}
	return nil
}

func validTime(field, text string) error {
	if _, err := ParseTime(text); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

func validExpiry(at *string) error {
	if at == nil {
		return nil
	}
	return validTime("expires_at", *at)
}

func encodeBase64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// decodeBase64 reads base64url without padding in its one exact spelling:
// no line breaks, no bits that decode to nothing.
func decodeBase64(text string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("not base64url: %w", err)
	}
	if base64.RawURLEncoding.EncodeToString(raw) != text {
		return nil, fmt.Errorf("not base64url in its exact spelling")
	}
	return raw, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// clip keeps what an error repeats of somebody else's input short.
func clip(text string) string {
	const most = 40
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
