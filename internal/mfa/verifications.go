package mfa

import (
	"context"
	"encoding/json"
	"time"
)

// StartVerification asks for a code to be sent to a number, to prove that somebody has it. No user is
// involved.
type StartVerification struct {
	Caller  *Caller
	Phone   Phone
	Channel Channel // SMS or voice
	Locale  string
	Digits  int // 4 to 10; 0 means 4
	// CustomCode and CustomMessage replace what would be made and said, where the application may. The
	// message carries {{code}}.
	CustomCode    string
	CustomMessage string
	Source        string
}

// Lengths of verification codes.
const (
	MinCodeDigits       = 4
	MaxCodeDigits       = 10
	defaultVerifyDigits = 4
	maxCustomMessage    = 500 // bytes: three segments of SMS
)

// Verification is where one stands.
type Verification struct {
	ID        CodeID
	Phone     Phone
	State     VerificationState
	ExpiresAt time.Time
	MessageID DeliveryID
}

// VerificationState is the way of a phone verification.
type VerificationState string

const (
	VerificationPending  VerificationState = "pending"
	VerificationVerified VerificationState = "verified"
	VerificationExpired  VerificationState = "expired"
)

// StartVerification sends a code. While one is outstanding the same code goes out again and its life is
// not extended; an equal request within [Limits.ResendWindow] succeeds without a second message.
func (s *Service) StartVerification(ctx context.Context, in StartVerification) (Verification, error) {
	if err := checkVerification(in); err != nil {
		return Verification{}, err
	}
	var out Verification
	var refusal error
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		out, refusal, err = s.startVerification(w, in)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

func checkVerification(in StartVerification) error {
	on := in.Caller.Application.Settings
	switch {
	case in.Channel == ChannelSMS && !on.SMS, in.Channel == ChannelVoice && !on.Voice:
		return refuse(Forbidden, ReasonFeatureOff, "the application does not send codes this way")
	case (in.CustomCode != "" || in.CustomMessage != "") && !on.CustomCodes:
		return &Error{Code: Forbidden, Reason: ReasonFeatureOff, Field: "custom_code", Message: "custom codes and messages are not enabled for the application"}
	case in.CustomCode != "" && (!wellFormedToken(in.CustomCode) || len(in.CustomCode) > MaxCodeDigits):
		return &Error{Code: Invalid, Field: "custom_code", Message: "a custom code has 4 to 10 digits"}
	case len(in.CustomMessage) > maxCustomMessage:
		return &Error{Code: Invalid, Field: "custom_message", Message: "the custom message is longer than 500 characters"}
	case in.Digits != 0 && (in.Digits < MinCodeDigits || in.Digits > MaxCodeDigits):
		return &Error{Code: Invalid, Field: "code_length", Message: "a code has 4 to 10 digits"}
	case in.Channel == ChannelSMS && in.Phone.Line() == LineLandline:
		return refuse(Forbidden, ReasonLandline, "messages cannot be sent to a landline")
	}
	return nil
}

func (s *Service) startVerification(w WriteRecords, in StartVerification) (out Verification, refusal, err error) {
	application := in.Caller.Application.ID
	if err := w.LockPhone(application, in.Phone); err != nil {
		return out, nil, err
	}
	now := s.Now()
	code, fresh, err := s.outstandingVerification(w, in, now)
	if err != nil {
		return out, nil, err
	}
	out = Verification{ID: code.ID, Phone: in.Phone, State: VerificationPending, ExpiresAt: code.ExpiresAt}
	if !fresh && code.Channel == in.Channel && now.Before(code.SentAt.Add(s.limits.ResendWindow)) {
		return out, nil, nil
	}
	limit, key := s.limits.VerificationStarts, "verification_starts:"+string(application)+":"+in.Phone.E164()
	for _, at := range []struct {
		limit Limit
		key   string
	}{{limit, key}, {s.limits.WrongVerifications, wrongVerifications(in.Caller, in.Phone)}} { // nobody could check what is sent
		reached, until, err := w.LimitReached(at.limit, at.key, now)
		if err != nil {
			return out, nil, err
		}
		if reached {
			return out, s.TooMany(until), s.Append(w, in.Caller, Event{Type: EventVerificationsLimited, Source: in.Source, Data: phoneData(in.Phone)})
		}
	}
	if fresh {
		err = w.AddCode(code)
	} else {
		err = w.ResendCode(code.ID, now)
	}
	if err != nil {
		return out, nil, err
	}
	out.MessageID, err = s.sendVerification(w, in, code)
	if err != nil || out.MessageID == "" {
		return out, nil, err // an equal message is on its way: it counts once
	}
	_, _, err = w.TakeLimit(limit, key, now)
	return out, nil, err
}

// outstandingVerification finds the code that is out already, or makes one: also where that one takes no more
// attempts, or is not the custom code that the caller wants to be sent.
func (s *Service) outstandingVerification(w WriteRecords, in StartVerification, now time.Time) (code SentCode, fresh bool, err error) {
	code, err = w.PhoneCode(in.Caller.Application.ID, in.Phone)
	if err != nil && !IsCode(err, NotFound) {
		return code, false, err
	}
	open := err == nil && s.verificationState(code, now) == VerificationPending && code.Attempts < s.limits.CodeAttempts
	if open && (in.CustomCode == "" || code.Secret.Equal(SecretText(in.CustomCode))) {
		return code, false, nil
	}
	code, err = s.newVerification(in, now)
	return code, true, err
}

// sendVerification queues the message and says so in the log; "" means that an equal one is on its way.
func (s *Service) sendVerification(w WriteRecords, in StartVerification, code SentCode) (DeliveryID, error) {
	id, err := s.queueMessage(w, in.Caller, outgoing{
		message: s.verificationMessage(in, code), dedupe: "code:" + string(code.ID) + ":" + string(in.Channel), giveUp: code.ExpiresAt,
	})
	if err != nil || id == "" {
		return "", err
	}
	if err := s.Append(w, in.Caller, Event{Type: sentEvent[in.Channel], Source: in.Source}); err != nil {
		return "", err
	}
	return id, s.Append(w, in.Caller, Event{Type: EventVerificationStarted, Source: in.Source, Data: phoneData(in.Phone)})
}

func (s *Service) newVerification(in StartVerification, now time.Time) (SentCode, error) {
	secret, digits := SecretText(in.CustomCode), in.Digits
	if digits == 0 {
		digits = defaultVerifyDigits
	}
	if secret.Empty() {
		made, err := s.makeCode(digits)
		if err != nil {
			return SentCode{}, err
		}
		secret = made
	}
	return SentCode{
		ID: NewID[CodeID](), Purpose: PurposeVerification, ApplicationID: in.Caller.Application.ID, Phone: in.Phone, Channel: in.Channel,
		Secret: secret, SentAt: now, CreatedAt: now, ExpiresAt: now.Add(s.limits.CodeLife),
	}, nil
}

func (s *Service) verificationState(c SentCode, now time.Time) VerificationState {
	switch {
	case !c.UsedAt.IsZero():
		return VerificationVerified
	case !now.Before(c.ExpiresAt):
		return VerificationExpired
	default:
		return VerificationPending
	}
}

// VerificationOutcome is how a check of a verification code ended.
type VerificationOutcome string

const (
	VerificationRight   VerificationOutcome = "right"
	VerificationWrong   VerificationOutcome = "wrong"
	VerificationNone    VerificationOutcome = "none"    // nothing pending: never started, expired or already used
	VerificationLimited VerificationOutcome = "limited" // too many wrong codes
)

// CheckVerification burns the code of a number, once.
func (s *Service) CheckVerification(ctx context.Context, c *Caller, phone Phone, token, source string) (VerificationOutcome, error) {
	var out VerificationOutcome
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		out, err = s.checkVerificationCode(w, c, phone, token)
		if err != nil {
			return err
		}
		return s.Append(w, c, Event{Type: verificationEvent[out], Source: source, Data: phoneData(phone)})
	})
	return out, err
}

var verificationEvent = map[VerificationOutcome]EventType{
	VerificationRight:   EventVerificationAccepted,
	VerificationWrong:   EventVerificationRefused,
	VerificationNone:    EventVerificationMissing,
	VerificationLimited: EventVerificationLimited,
}

func (s *Service) checkVerificationCode(w WriteRecords, c *Caller, phone Phone, token string) (VerificationOutcome, error) {
	if err := w.LockPhone(c.Application.ID, phone); err != nil {
		return "", err
	}
	now := s.Now()
	code, err := w.PhoneCode(c.Application.ID, phone)
	if IsCode(err, NotFound) || err == nil && s.verificationState(code, now) != VerificationPending {
		return VerificationNone, nil
	}
	if err != nil {
		return "", err
	}
	full, _, err := w.LimitReached(s.limits.WrongVerifications, wrongVerifications(c, phone), now)
	if err != nil {
		return "", err
	}
	if full || code.Attempts >= s.limits.CodeAttempts {
		return VerificationLimited, nil
	}
	_, ok, err := s.factors.OTP.Check(Credential{Secret: code.Secret}, Proof{Token: token}, now)
	if err != nil {
		return "", err
	}
	if !ok {
		if _, _, err := w.TakeLimit(s.limits.WrongVerifications, wrongVerifications(c, phone), now); err != nil {
			return "", err
		}
		_, err := w.CountCodeAttempt(code.ID)
		return VerificationWrong, err
	}
	won, err := w.UseCode(code.ID, now)
	if err != nil || won {
		return VerificationRight, err
	}
	return VerificationNone, nil
}

// wrongVerifications counts over all codes of a number: a new one brings new attempts.
func wrongVerifications(c *Caller, phone Phone) string {
	return "wrong_verifications:" + string(c.Application.ID) + ":" + phone.E164()
}

// VerificationByPhone is where the number's newest verification stands.
func (s *Service) VerificationByPhone(ctx context.Context, c *Caller, phone Phone) (Verification, error) {
	return s.verification(ctx, c, func(r Records) (SentCode, error) { return r.PhoneCode(c.Application.ID, phone) })
}

// VerificationByID is where one verification stands.
func (s *Service) VerificationByID(ctx context.Context, c *Caller, id CodeID) (Verification, error) {
	return s.verification(ctx, c, func(r Records) (SentCode, error) { return r.Code(id) })
}

func (s *Service) verification(ctx context.Context, c *Caller, find func(Records) (SentCode, error)) (Verification, error) {
	var out Verification
	err := s.store.Read(ctx, func(r Records) error {
		code, err := find(r)
		if err != nil {
			return err
		}
		if code.ApplicationID != c.Application.ID || code.Purpose != PurposeVerification {
			return Missing("verification")
		}
		out = Verification{ID: code.ID, Phone: code.Phone, State: s.verificationState(code, s.Now()), ExpiresAt: code.ExpiresAt}
		return nil
	})
	return out, err
}

// phoneData is the data of events about a number that is not a user's: its calling code and last two
// digits, so that the log does not collect numbers.
func phoneData(p Phone) json.RawMessage {
	data, err := json.Marshal(map[string]any{"country_code": p.CountryCode, "ends": p.National[max(0, len(p.National)-2):]})
	if err != nil {
		return nil // numbers and strings always encode
	}
	return data
}
