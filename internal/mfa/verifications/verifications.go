// Package verifications holds the rules of codes that prove that somebody has a phone number. No user is involved.
package verifications

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	otp    mfa.Factor
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, otp: parts.Factors.OTP}
}

// Start asks for a code to be sent to a number, to prove that somebody has it. No user is
// involved.
type Start struct {
	Caller  *mfa.Caller
	Phone   mfa.Phone
	Channel mfa.Channel // SMS or voice
	Locale  string
	Digits  int // 4 to 10; 0 means 4
	// CustomCode and CustomMessage replace what would be made and said, where the application may. The
	// message carries {{code}}.
	CustomCode    string
	CustomMessage string
	Source        string
}

// What is said where nothing else is, and at most.
const (
	defaultVerifyDigits = 4
	maxCustomMessage    = 500 // bytes: three segments of SMS
)

// Verification is where one stands.
type Verification struct {
	ID        mfa.CodeID
	Phone     mfa.Phone
	State     State
	ExpiresAt time.Time
	MessageID mfa.DeliveryID
}

// State is the way of a phone verification.
type State string

const (
	Pending  State = "pending"
	Verified State = "verified"
	Expired  State = "expired"
)

// Start sends a code. While one is outstanding the same code goes out again and its life is
// not extended; an equal request within [mfa.Limits.ResendWindow] succeeds without a second message.
func (s *Service) Start(ctx context.Context, in Start) (Verification, error) {
	if err := checkStart(in); err != nil {
		return Verification{}, err
	}
	var out Verification
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		out, refusal, err = s.start(w, in)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

func checkStart(in Start) error {
	on := in.Caller.Application.Settings
	switch {
	case in.Channel == mfa.ChannelSMS && !on.SMS, in.Channel == mfa.ChannelVoice && !on.Voice:
		return &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonFeatureOff, Message: "the application does not send codes this way"}
	case (in.CustomCode != "" || in.CustomMessage != "") && !on.CustomCodes:
		return &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonFeatureOff, Field: "custom_code", Message: "custom codes and messages are not enabled for the application"}
	case in.CustomCode != "" && (!mfa.WellFormedToken(in.CustomCode) || len(in.CustomCode) > mfa.MaxCodeDigits):
		return &mfa.Error{Code: mfa.Invalid, Field: "custom_code", Message: "a custom code has 4 to 10 digits"}
	case len(in.CustomMessage) > maxCustomMessage:
		return &mfa.Error{Code: mfa.Invalid, Field: "custom_message", Message: "the custom message is longer than 500 characters"}
	case in.Digits != 0 && (in.Digits < mfa.MinCodeDigits || in.Digits > mfa.MaxCodeDigits):
		return &mfa.Error{Code: mfa.Invalid, Field: "code_length", Message: "a code has 4 to 10 digits"}
	case in.Channel == mfa.ChannelSMS && in.Phone.Line() == mfa.LineLandline:
		return &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonLandline, Message: "messages cannot be sent to a landline"}
	}
	return nil
}

func (s *Service) start(w mfa.WriteRecords, in Start) (out Verification, refusal, err error) {
	application := in.Caller.Application.ID
	if err := w.LockPhone(application, in.Phone); err != nil {
		return out, nil, err
	}
	now := s.domain.Now()
	code, fresh, err := s.outstanding(w, in, now)
	if err != nil {
		return out, nil, err
	}
	out = Verification{ID: code.ID, Phone: in.Phone, State: Pending, ExpiresAt: code.ExpiresAt}
	if !fresh && code.Channel == in.Channel && now.Before(code.SentAt.Add(s.domain.Limits().ResendWindow)) {
		return out, nil, nil
	}
	limit, key := s.domain.Limits().VerificationStarts, "verification_starts:"+string(application)+":"+in.Phone.E164()
	for _, at := range []struct {
		limit mfa.Limit
		key   string
	}{{limit, key}, {s.domain.Limits().WrongVerifications, wrongVerifications(in.Caller, in.Phone)}} { // nobody could check what is sent
		reached, until, err := w.LimitReached(at.limit, at.key, now)
		if err != nil {
			return out, nil, err
		}
		if reached {
			return out, s.domain.TooMany(until), s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventVerificationsLimited, Source: in.Source, Data: phoneData(in.Phone)})
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
	out.MessageID, err = s.send(w, in, code)
	if err != nil || out.MessageID == "" {
		return out, nil, err // an equal message is on its way: it counts once
	}
	_, _, err = w.TakeLimit(limit, key, now)
	return out, nil, err
}

// outstanding finds the code that is out already, or makes one: also where that one takes no more
// attempts, or is not the custom code that the caller wants to be sent.
func (s *Service) outstanding(w mfa.WriteRecords, in Start, now time.Time) (code mfa.SentCode, fresh bool, err error) {
	code, err = w.PhoneCode(in.Caller.Application.ID, in.Phone)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return code, false, err
	}
	open := err == nil && s.stateOf(code, now) == Pending && code.Attempts < s.domain.Limits().CodeAttempts
	if open && (in.CustomCode == "" || code.Secret.Equal(mfa.SecretText(in.CustomCode))) {
		return code, false, nil
	}
	code, err = s.fresh(in, now)
	return code, true, err
}

// send queues the message and says so in the log; "" means that an equal one is on its way.
func (s *Service) send(w mfa.WriteRecords, in Start, code mfa.SentCode) (mfa.DeliveryID, error) {
	id, err := s.domain.QueueMessage(w, in.Caller, mfa.Outgoing{
		Message: s.message(in, code), Dedupe: "code:" + string(code.ID) + ":" + string(in.Channel), GiveUp: code.ExpiresAt,
	})
	if err != nil || id == "" {
		return "", err
	}
	if err := s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.SentEvent(in.Channel), Source: in.Source}); err != nil {
		return "", err
	}
	return id, s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventVerificationStarted, Source: in.Source, Data: phoneData(in.Phone)})
}

func (s *Service) fresh(in Start, now time.Time) (mfa.SentCode, error) {
	secret, digits := mfa.SecretText(in.CustomCode), in.Digits
	if digits == 0 {
		digits = defaultVerifyDigits
	}
	if secret.Empty() {
		made, err := s.domain.MakeCode(digits)
		if err != nil {
			return mfa.SentCode{}, err
		}
		secret = made
	}
	return mfa.SentCode{
		ID: mfa.NewID[mfa.CodeID](), Purpose: mfa.PurposeVerification, ApplicationID: in.Caller.Application.ID, Phone: in.Phone, Channel: in.Channel,
		Secret: secret, SentAt: now, CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().CodeLife),
	}, nil
}

func (s *Service) stateOf(c mfa.SentCode, now time.Time) State {
	switch {
	case !c.UsedAt.IsZero():
		return Verified
	case !now.Before(c.ExpiresAt):
		return Expired
	default:
		return Pending
	}
}

// Outcome is how a check of a verification code ended.
type Outcome string

const (
	Right   Outcome = "right"
	Wrong   Outcome = "wrong"
	None    Outcome = "none"    // nothing pending: never started, expired or already used
	Limited Outcome = "limited" // too many wrong codes
)

// Check burns the code of a number, once.
func (s *Service) Check(ctx context.Context, c *mfa.Caller, phone mfa.Phone, token, source string) (Outcome, error) {
	var out Outcome
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		out, err = s.checkCode(w, c, phone, token)
		if err != nil {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: outcomeEvent[out], Source: source, Data: phoneData(phone)})
	})
	return out, err
}

var outcomeEvent = map[Outcome]mfa.EventType{
	Right:   mfa.EventVerificationAccepted,
	Wrong:   mfa.EventVerificationRefused,
	None:    mfa.EventVerificationMissing,
	Limited: mfa.EventVerificationLimited,
}

func (s *Service) checkCode(w mfa.WriteRecords, c *mfa.Caller, phone mfa.Phone, token string) (Outcome, error) {
	if err := w.LockPhone(c.Application.ID, phone); err != nil {
		return "", err
	}
	now := s.domain.Now()
	code, err := w.PhoneCode(c.Application.ID, phone)
	if mfa.IsCode(err, mfa.NotFound) || err == nil && s.stateOf(code, now) != Pending {
		return None, nil
	}
	if err != nil {
		return "", err
	}
	full, _, err := w.LimitReached(s.domain.Limits().WrongVerifications, wrongVerifications(c, phone), now)
	if err != nil {
		return "", err
	}
	if full || code.Attempts >= s.domain.Limits().CodeAttempts {
		return Limited, nil
	}
	_, ok, err := s.otp.Check(mfa.Credential{Secret: code.Secret}, mfa.Proof{Token: token}, now)
	if err != nil {
		return "", err
	}
	if !ok {
		if _, _, err := w.TakeLimit(s.domain.Limits().WrongVerifications, wrongVerifications(c, phone), now); err != nil {
			return "", err
		}
		_, err := w.CountCodeAttempt(code.ID)
		return Wrong, err
	}
	won, err := w.UseCode(code.ID, now)
	if err != nil || won {
		return Right, err
	}
	return None, nil
}

// wrongVerifications counts over all codes of a number: a new one brings new attempts.
func wrongVerifications(c *mfa.Caller, phone mfa.Phone) string {
	return "wrong_verifications:" + string(c.Application.ID) + ":" + phone.E164()
}

// ByPhone is where the number's newest verification stands.
func (s *Service) ByPhone(ctx context.Context, c *mfa.Caller, phone mfa.Phone) (Verification, error) {
	return s.verification(ctx, c, func(r mfa.Records) (mfa.SentCode, error) { return r.PhoneCode(c.Application.ID, phone) })
}

// ByID is where one verification stands.
func (s *Service) ByID(ctx context.Context, c *mfa.Caller, id mfa.CodeID) (Verification, error) {
	return s.verification(ctx, c, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(id) })
}

func (s *Service) verification(ctx context.Context, c *mfa.Caller, find func(mfa.Records) (mfa.SentCode, error)) (Verification, error) {
	var out Verification
	err := s.store.Read(ctx, func(r mfa.Records) error {
		code, err := find(r)
		if err != nil {
			return err
		}
		if code.ApplicationID != c.Application.ID || code.Purpose != mfa.PurposeVerification {
			return mfa.Missing("verification")
		}
		out = Verification{ID: code.ID, Phone: code.Phone, State: s.stateOf(code, s.domain.Now()), ExpiresAt: code.ExpiresAt}
		return nil
	})
	return out, err
}

// phoneData is the data of events about a number that is not a user's: its calling code and last two
// digits, so that the log does not collect numbers.
func phoneData(p mfa.Phone) json.RawMessage {
	data, err := json.Marshal(map[string]any{"country_code": p.CountryCode, "ends": p.National[max(0, len(p.National)-2):]})
	if err != nil {
		return nil // numbers and strings always encode
	}
	return data
}

// customCodeMark is where a custom message wants the code.
const customCodeMark = "{{code}}"

func (s *Service) message(in Start, code mfa.SentCode) mfa.Message {
	say := mfa.Wording(in.Locale, mfa.User{}, in.Phone)
	digits := string(code.Secret.Reveal())
	what := text.Code{App: in.Caller.Application.Name, Code: digits}
	said := text.Message{Text: say.VerificationSMS(what)}
	if in.Channel == mfa.ChannelVoice {
		said = say.VerificationVoice(what)
	}
	if in.CustomMessage != "" {
		said.Text = strings.ReplaceAll(mfa.Showable(in.CustomMessage), customCodeMark, digits)
	}
	return mfa.Worded(say, in.Caller, in.Channel, in.Phone.E164(), said)
}

// Sentence words what the Authy dialect answers to a started verification.
func Sentence(locale string, phone mfa.Phone, shown string, channel mfa.Channel) string {
	say := mfa.Wording(locale, mfa.User{}, phone)
	if channel == mfa.ChannelVoice {
		return say.CallStarted(shown)
	}
	return say.TextSent(shown)
}
