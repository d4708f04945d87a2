package authy

import (
	"context"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

type askedApproval struct {
	Message         string `json:"message"`
	ApprovalRequest struct {
		UUID        string `json:"uuid"`
		NumberMatch string `json:"number_match,omitempty"` // to be shown where the request was caused
	} `json:"approval_request"`
	Success bool `json:"success"`
}

// extra is what a challenge remembers for its callback: that details were given as one plain text.
type extra struct {
	DetailsText bool `json:"details_text,omitempty"`
	HiddenText  bool `json:"hidden_text,omitempty"`
}

// askApproval asks the user's devices. A client that heard nothing for a second asks again; the domain rings
// the phone once and keeps the two requests apart.
func (d *Dialect) askApproval(ctx context.Context, c *call) (any, error) {
	in, err := c.readApproval()
	if err != nil {
		return nil, err
	}
	if in.User, err = c.user(); err != nil {
		return nil, err
	}
	asked, err := d.service.AskApproval(ctx, in)
	if err != nil {
		return nil, err
	}
	answer := askedApproval{Message: "Approval request created.", Success: true}
	answer.ApprovalRequest.UUID, answer.ApprovalRequest.NumberMatch = string(asked.ID), string(asked.Number.Reveal())
	return answer, nil
}

func (c *call) readApproval() (mfa.AskApproval, error) {
	in := mfa.AskApproval{Caller: c.caller, Message: c.params.text("message"), Dialect: Name, Source: c.source}
	life := c.params.text("seconds_to_expire")
	in.Matching = mfa.Matching(c.params.text("number_matching"))
	if c.params.failed() != nil {
		return in, refuseFor(failApproval, "message, seconds_to_expire and number_matching are single values")
	}
	var marks extra
	var err error
	if in.Life, err = lifeOf(life); err != nil {
		return in, err
	}
	if in.Details, marks.DetailsText, err = detailsOf(c.params.root.get("details"), "details"); err != nil {
		return in, err
	}
	if in.HiddenDetails, marks.HiddenText, err = detailsOf(c.params.root.get("hidden_details"), "hidden_details"); err != nil {
		return in, err
	}
	if in.Logos, err = logosOf(c.params.root.get("logos")); err != nil {
		return in, err
	}
	in.Extra, err = json.Marshal(marks)
	return in, err
}

// lifeOf reads seconds_to_expire: nothing is the default, "0" is for ever.
func lifeOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > math.MaxInt32 {
		return 0, refuseFor(failApproval, "seconds_to_expire is not a number of seconds")
	}
	if seconds == 0 {
		return -1, nil
	}
	return time.Duration(seconds) * time.Second, nil
}

// detailsOf reads labelled lines in the order of their arrival. A plain text is one line without a label.
func detailsOf(v *value, name string) (details []mfa.Detail, plainText bool, err error) {
	switch {
	case v == nil || v.kind == kindNull || v.kind == kindText && v.text == "" || v.kind == kindList && len(v.elements) == 0:
		return nil, false, nil
	case v.kind == kindText:
		return []mfa.Detail{{Value: v.text}}, true, nil
	case v.kind == kindList:
		return nil, false, refuseFor(failApproval, name+" is not an object")
	}
	for _, m := range v.members {
		if m.value.kind != kindText && m.value.kind != kindNull {
			return nil, false, refuseFor(failApproval, name+" holds something else than texts")
		}
		details = append(details, mfa.Detail{Label: m.name, Value: m.value.text})
	}
	return details, false, nil
}

// resolutions are the screen densities that the protocol knows; others are left out.
var resolutions = []string{"default", "low", "med", "high"}

func logosOf(v *value) ([]mfa.Logo, error) {
	elements, ok := v.list()
	if !ok {
		return nil, refuseFor(failApproval, "logos is not a list")
	}
	if len(elements) == 0 {
		return nil, nil
	}
	var logos []mfa.Logo
	for _, e := range elements {
		res, address := e.get("res"), e.get("url")
		if address == nil || address.kind != kindText || strings.TrimSpace(address.text) == "" {
			return nil, refuseFor(failApproval, "a logo needs a url")
		}
		if res != nil && slices.Contains(resolutions, res.text) {
			logos = append(logos, mfa.Logo{Resolution: res.text, URL: strings.TrimSpace(address.text)})
		}
	}
	if !slices.ContainsFunc(logos, func(l mfa.Logo) bool { return l.Resolution == "default" }) {
		return nil, refuseFor(failApproval, "one of the logos must have the resolution default")
	}
	return logos, nil
}

type approvalStatus struct {
	Message         string   `json:"message"`
	ApprovalRequest approval `json:"approval_request"`
	Success         bool     `json:"success"`
}

// approval is one approval request. A strict client checks the types of all members, and that the e-mail
// address is one.
type approval struct {
	AppName         string  `json:"_app_name"`
	AppSerialID     int64   `json:"_app_serial_id"`
	AuthyID         int64   `json:"_authy_id"`
	ID              string  `json:"_id"`
	UserEmail       string  `json:"_user_email"`
	AppID           string  `json:"app_id"`
	CreatedAt       string  `json:"created_at"`
	Notified        bool    `json:"notified"`
	ProcessedAt     *string `json:"processed_at"`
	SecondsToExpire int64   `json:"seconds_to_expire"`
	Status          string  `json:"status"`
	UpdatedAt       string  `json:"updated_at"`
	UserID          string  `json:"user_id"`
	UUID            string  `json:"uuid"`
}

// uuidLike is what may be repeated in the answer to an unknown uuid.
var uuidLike = regexp.MustCompile(`^[0-9A-Fa-f-]{1,64}$`)

func (d *Dialect) approvalStatus(ctx context.Context, c *call) (any, error) {
	given := c.path["uuid"]
	unknown := &refusal{failure: failNoApproval, bare: true}
	if uuidLike.MatchString(given) {
		unknown.message += ": " + given
	}
	id, err := mfa.ParseUUID("uuid", given)
	if err != nil {
		return nil, unknown
	}
	found, err := d.service.ApprovalFor(ctx, c.caller, mfa.ChallengeID(id))
	if mfa.IsCode(err, mfa.NotFound) || err == nil && found.Challenge.Dialect != Name {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	return approvalStatus{Message: "Approval request status.", ApprovalRequest: approvalOf(c.caller, found), Success: true}, nil
}

func approvalOf(caller *mfa.Caller, found mfa.Approval) approval {
	asked := found.Challenge
	out := approval{
		AppName: caller.Application.Name, AppSerialID: caller.Application.Number, AuthyID: asked.UserNumber, ID: objectID(asked.ID),
		UserEmail: emailOf(found.User, asked.UserNumber), AppID: objectID(asked.ApplicationID), CreatedAt: stamp(asked.CreatedAt),
		Notified: !asked.NotifiedAt.IsZero() || asked.AuthenticatorID != "", Status: stateWord(asked.State), UpdatedAt: stamp(asked.UpdatedAt),
		UserID: objectID(asked.UserID), UUID: string(asked.ID),
	}
	if !asked.ExpiresAt.IsZero() {
		out.SecondsToExpire = int64(asked.ExpiresAt.Sub(asked.CreatedAt).Seconds())
	}
	if !asked.AnsweredAt.IsZero() {
		out.ProcessedAt = text(stamp(asked.AnsweredAt))
	}
	return out
}

// stateWord is a state in the protocol's words, which has none for a request that was called off.
func stateWord(s mfa.ChallengeState) string {
	if s == mfa.ChallengeCancelled {
		return string(mfa.ChallengeExpired)
	}
	return string(s)
}
