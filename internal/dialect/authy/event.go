package authy

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/twinseal/twinseal/internal/mfa"
)

// eventNames are the events that a webhook may be subscribed to. Those that nothing here causes — account
// recovery, changes of a phone number, refused custom messages — may be subscribed to and never come.
var eventNames = []string{
	"account_recovery_approved", "account_recovery_canceled", "account_recovery_started", "custom_message_not_allowed",
	"device_registration_completed", "one_touch_request_responded", "phone_change_canceled", "phone_change_pin_sent",
	"phone_change_requested", "phone_verification_code_is_invalid", "phone_verification_code_is_valid", "phone_verification_failed",
	"phone_verification_not_found", "phone_verification_started", "suspended_account", "token_invalid", "token_verified",
	"too_many_code_verifications", "too_many_phone_verifications", "totp_token_sent", "user_added", "user_phone_changed",
	"user_removed", "user_account_deleted", "user_registration_completed",
}

// words are the protocol's names for our events. Two of them depend on more than the type; see Wants.
var words = map[mfa.EventType]string{
	mfa.EventUserCreated:          "user_added",
	mfa.EventUserRemoved:          "user_removed",
	mfa.EventUserSuspended:        "suspended_account",
	mfa.EventTokenAccepted:        "token_verified",
	mfa.EventTokenRefused:         "token_invalid",
	mfa.EventTokenReplayed:        "token_invalid",
	mfa.EventTokenLimited:         "too_many_code_verifications",
	mfa.EventSMSSent:              "totp_token_sent",
	mfa.EventCallSent:             "totp_token_sent",
	mfa.EventEmailSent:            "totp_token_sent",
	mfa.EventVerificationStarted:  "phone_verification_started",
	mfa.EventVerificationAccepted: "phone_verification_code_is_valid",
	mfa.EventVerificationRefused:  "phone_verification_code_is_invalid",
	mfa.EventVerificationMissing:  "phone_verification_not_found",
	mfa.EventVerificationLimited:  "too_many_code_verifications",
	mfa.EventVerificationsLimited: "too_many_phone_verifications",
	mfa.EventChallengeApproved:    "one_touch_request_responded",
	mfa.EventChallengeDenied:      "one_touch_request_responded",
	mfa.EventChallengeMismatched:  "one_touch_request_responded",
	mfa.EventEnrollmentCompleted:  "device_registration_completed",
}

// Wants names the protocol's event for one of ours, or "". A code sent to a number without a user is told by
// the start of its verification; a device that came by an application's own token completes a registration.
func (callback) Wants(e mfa.Event) string {
	switch e.Type {
	case mfa.EventSMSSent, mfa.EventCallSent, mfa.EventEmailSent:
		if e.UserID == "" {
			return ""
		}
	case mfa.EventEnrollmentCompleted:
		if eventDataOf(e).Kind == string(mfa.EnrollByInvite) {
			return "user_registration_completed"
		}
	}
	return words[e.Type]
}

// eventData is what the domain's events carry, as far as it shows here.
type eventData struct {
	Number      int64  `json:"number"`
	Kind        string `json:"kind"`
	CustomID    string `json:"custom_id"`
	CountryCode int    `json:"country_code"`
	Ends        string `json:"ends"`
}

func eventDataOf(e mfa.Event) eventData {
	var data eventData
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &data) != nil {
		return eventData{} // an event without its data still says what happened
	}
	return data
}

// lookedUp remembers users between the events of one list.
type lookedUp struct{ users map[mfa.UserID]object }

// objects are the nouns of an event. The names of their attributes start with their type.
func (d *Dialect) objects(ctx context.Context, c *mfa.Caller, e mfa.Event, known *lookedUp) (object, error) {
	out := object{{"app", object{
		{"s_id", objectID(c.Application.ID)},
		{"s_account_sid", sid("AC", c.Organization.ID)},
		{"s_type", "full"},
	}}}
	data := eventDataOf(e)
	if e.UserID != "" {
		u, err := d.userObject(ctx, c, e, data, known)
		if err != nil {
			return nil, err
		}
		out = append(out, property{"user", u})
		if data.Kind == string(mfa.EnrollByInvite) && e.Type == mfa.EventEnrollmentCompleted {
			out = append(out, property{"registration", registrationObject(c, u, data)})
		}
	}
	if e.ChallengeID != "" {
		out = append(out, property{"onetouch_request", object{{"s_uuid", string(e.ChallengeID)}, {"s_status", answers[e.Type]}}})
	}
	if data.CountryCode != 0 {
		out = append(out, property{"phone_verification", object{
			{"s_country_code", strconv.Itoa(data.CountryCode)}, {"s_phone_number", "XXX-XXX-XX" + data.Ends},
		}})
	}
	return out, nil
}

// answers are the states that events leave approval requests in.
var answers = map[mfa.EventType]string{
	mfa.EventChallengeCreated: "pending", mfa.EventChallengeApproved: "approved", mfa.EventChallengeDenied: "denied",
	mfa.EventChallengeMismatched: "denied", mfa.EventChallengeExpired: "expired",
}

// userObject describes the event's user as it is now; of one that is gone, the number alone may be known.
func (d *Dialect) userObject(ctx context.Context, c *mfa.Caller, e mfa.Event, data eventData, known *lookedUp) (object, error) {
	if u, ok := known.users[e.UserID]; ok {
		return u, nil
	}
	found, err := d.service.UserStatus(ctx, c, mfa.UserRef{ID: e.UserID})
	var out object
	switch {
	case mfa.IsCode(err, mfa.NotFound):
		if data.Number != 0 {
			number := strconv.FormatInt(data.Number, 10)
			out = object{{"s_authy_id", number}, {"as_authy_ids", []string{number}}}
		}
	case err != nil:
		return nil, err
	default:
		out = describeUser(found.User)
	}
	if known.users == nil {
		known.users = map[mfa.UserID]object{}
	}
	known.users[e.UserID] = out
	return out, nil
}

func describeUser(u mfa.User) object {
	number := strconv.FormatInt(u.Number, 10)
	return object{
		{"s_authy_id", number},
		{"as_authy_ids", []string{number}},
		{"b_banned", u.State == mfa.UserSuspended},
		{"s_country_code", strconv.Itoa(u.Phone.CountryCode)},
		{"s_locale", u.Locale},
		{"s_phone_number", u.Phone.National},
	}
}

// registrationObject keeps to the service's own naming: the two numbers are called texts.
func registrationObject(c *mfa.Caller, u object, data eventData) object {
	out := object{{"s_app_id", c.Application.Number}}
	for _, p := range u {
		if number, err := strconv.ParseInt(asText(p.value), 10, 64); p.name == "s_authy_id" && err == nil {
			out = append(out, property{"s_authy_id", number})
		}
	}
	return append(out, property{"s_custom_id", data.CustomID})
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}
