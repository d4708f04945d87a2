package authy

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/verifications"
)

type startedPhone struct {
	Carrier         string `json:"carrier"`
	IsCellphone     bool   `json:"is_cellphone"`
	IsPorted        bool   `json:"is_ported"`
	Message         string `json:"message"`
	SecondsToExpire int    `json:"seconds_to_expire"`
	UUID            string `json:"uuid"`
	SMSID           string `json:"sms_id,omitempty"`
	Success         bool   `json:"success"`
}

// unknownCarrier stands where a carrier belongs: clients need a text, and the numbering plan names none.
const unknownCarrier = "unknown"

func (d *Dialect) startPhone(ctx context.Context, c *call) (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	in := verifications.Start{
		Caller: c.caller, Phone: phone, Channel: mfa.ChannelSMS, Locale: c.params.text("locale"), Digits: c.params.integer("code_length", 0),
		CustomCode: c.params.text("custom_code"), CustomMessage: c.params.text("custom_message"), Source: c.source,
	}
	switch via := strings.ToLower(c.params.text("via")); via {
	case "", "sms":
	case "call":
		in.Channel, c.op = mfa.ChannelVoice, opPhoneCall
	default:
		c.params.refuse("via", "'"+clip(via)+"' is neither sms nor call")
	}
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	started, err := d.verifications.Start(ctx, in)
	if err != nil {
		return nil, err
	}
	answer := startedPhone{
		Carrier: unknownCarrier, IsCellphone: phone.Line() == mfa.LineCellphone, SecondsToExpire: d.secondsTo(started.ExpiresAt),
		Message: verifications.Sentence(in.Locale, phone, spelled(phone), in.Channel), UUID: string(started.ID), Success: true,
	}
	if in.CustomCode != "" && started.MessageID != "" {
		answer.SMSID = sid("SM", started.MessageID)
	}
	return answer, nil
}

// phone reads the number that most calls of this family need.
func (c *call) phone() (mfa.Phone, error) {
	number, countryCode := c.params.required("phone_number"), c.params.required("country_code")
	if _, err := strconv.Atoi(strings.TrimPrefix(countryCode, "+")); err != nil && countryCode != "" {
		c.params.refuse("country_code", "'"+clip(countryCode)+"' is not a valid Integer")
	}
	if err := c.params.failed(); err != nil {
		return mfa.Phone{}, err
	}
	return mfa.ParsePhone(countryCode, number)
}

func (d *Dialect) secondsTo(t time.Time) int {
	return max(0, int(t.Sub(d.service.Now()).Seconds()))
}

func (d *Dialect) checkPhone(ctx context.Context, c *call) (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	code := c.params.required("verification_code")
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	outcome, err := d.verifications.Check(ctx, c.caller, phone, code, c.source)
	if err != nil {
		return nil, err
	}
	switch outcome {
	case verifications.Right:
		return done{"Verification code is correct.", true}, nil
	case verifications.Limited:
		return nil, refuse(failLimited)
	case verifications.None:
		return nil, noneFor(phone)
	}
	return nil, refuse(failPhoneCode)
}

func noneFor(phone mfa.Phone) *refusal {
	return repeating(failNoPhoneCode, "No pending verifications for "+spelled(phone)+" found.", failNoPhoneCode.message)
}

type phoneStatusAnswer struct {
	Message         string `json:"message"`
	Status          string `json:"status"`
	SecondsToExpire int    `json:"seconds_to_expire"`
	Success         bool   `json:"success"`
}

func (d *Dialect) phoneStatus(ctx context.Context, c *call) (any, error) {
	found, err := d.findPhone(ctx, c)
	if err != nil {
		return nil, err
	}
	answer := phoneStatusAnswer{Message: "Phone Verification status.", Status: string(found.State), Success: true}
	if found.State == verifications.Pending {
		answer.SecondsToExpire = d.secondsTo(found.ExpiresAt)
	}
	return answer, nil
}

// findPhone looks a verification up by its uuid or else by its number.
func (d *Dialect) findPhone(ctx context.Context, c *call) (verifications.Verification, error) {
	uuid := c.params.text("uuid")
	if uuid == "" && (c.params.text("phone_number") == "" || c.params.text("country_code") == "") {
		return verifications.Verification{}, refuse(failNoPhone)
	}
	if err := c.params.failed(); err != nil {
		return verifications.Verification{}, err
	}
	if uuid != "" {
		id, err := mfa.ParseUUID("uuid", uuid)
		if err != nil {
			return verifications.Verification{}, mfa.Missing("verification")
		}
		return d.verifications.ByID(ctx, c.caller, mfa.CodeID(id))
	}
	phone, err := c.phone()
	if err != nil {
		return verifications.Verification{}, err
	}
	found, err := d.verifications.ByPhone(ctx, c.caller, phone)
	if mfa.IsCode(err, mfa.NotFound) {
		return found, noneFor(phone)
	}
	return found, err
}

type phoneInfoAnswer struct {
	Message  string `json:"message"`
	Type     string `json:"type"`
	Provider string `json:"provider"`
	Ported   bool   `json:"ported"`
	Success  bool   `json:"success"`
}

// phoneInfo tells what the numbering plan knows of a number; nobody is asked.
func (d *Dialect) phoneInfo(_ context.Context, c *call) (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	return phoneInfoAnswer{
		Message: "Phone number information as of " + d.service.Now().UTC().Format("2006-01-02 15:04:05") + " UTC",
		Type:    string(phone.Line()), Provider: unknownCarrier, Success: true,
	}, nil
}

type feedbackAnswer struct {
	AccountSID  string `json:"account_sid"`
	MessageSID  string `json:"message_sid"`
	Outcome     string `json:"outcome"`
	DateCreated string `json:"date_created"`
	DateUpdated string `json:"date_updated"`
	URI         string `json:"uri"`
	Success     bool   `json:"success"`
}

// feedback takes note whether a message arrived.
func (d *Dialect) feedback(ctx context.Context, c *call) (any, error) {
	outcome := c.params.required("Outcome")
	if outcome != "received" && outcome != "not-received" {
		c.params.refuse("Outcome", "is neither received nor not-received")
	}
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	id := uuidOf("SM", c.path["sms"])
	if id == "" {
		return nil, mfa.Missing("delivery")
	}
	if err := d.service.ReportArrival(ctx, c.caller, mfa.DeliveryID(id), outcome == "received"); err != nil {
		return nil, err
	}
	now := d.service.Now().UTC().Format(time.RFC1123Z)
	return feedbackAnswer{MessageSID: c.path["sms"], Outcome: outcome, DateCreated: now, DateUpdated: now, Success: true}, nil
}
