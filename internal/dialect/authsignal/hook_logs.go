package authsignal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// Bounds of logs that applications are sent.
const (
	logWindow = time.Minute     // what happens within it is told together
	logMargin = 5 * time.Minute // after the tokens of a window have ended; nothing of its actions changes by proofs then
	logBatch  = 500             // records in one request, as the vendor's service sends
)

// stretch is a part of the log that is told together.
type stretch struct {
	Kind  string      `json:"kind"` // hookActionLog or hookChallengeLog
	From  time.Time   `json:"from"`
	To    time.Time   `json:"to"` // exclusive
	After mfa.EventID `json:"after,omitempty"`
}

// challengeEvents are those of the log of challenges.
func challengeEvents() []mfa.EventType {
	return []mfa.EventType{mfa.EventPromptSent, mfa.EventPromptAccepted, mfa.EventPromptRefused, mfa.EventPromptLimited}
}

// types are the events of a kind of log.
func (s stretch) types() []mfa.EventType {
	if s.Kind == hookActionLog {
		return []mfa.EventType{mfa.EventActionTracked}
	}
	return challengeEvents()
}

// logReports has the minute of an event told once it is over and the tokens of its actions have ended.
func (d *Dialect) logReports(c *mfa.Caller, e mfa.Event) []mfa.Report {
	var kind string
	switch e.Type {
	case mfa.EventActionTracked:
		kind = hookActionLog
	case mfa.EventPromptSent, mfa.EventPromptAccepted, mfa.EventPromptRefused, mfa.EventPromptLimited:
		kind = hookChallengeLog
	default:
		return nil
	}
	from := e.At.Truncate(logWindow)
	report, err := reportOf(c, stretch{Kind: kind, From: from, To: from.Add(logWindow)})
	if err != nil {
		return nil // texts and times always encode
	}
	report.DueAt = from.Add(logWindow + c.Application.StepUpSettings().TokenLife() + logMargin)
	return []mfa.Report{report}
}

func reportOf(c *mfa.Caller, s stretch) (mfa.Report, error) {
	more, err := json.Marshal(struct {
		Log stretch `json:"log"`
	}{s})
	return mfa.Report{
		Extra:  more,
		Dedupe: fmt.Sprintf("%s:%s:%s:%d:%s", Name, s.Kind, c.Application.ID, s.From.Unix(), s.After),
	}, err
}

// renderLog tells a stretch of the log. What is more than one request takes is queued for the next.
func (d *Dialect) renderLog(ctx context.Context, c *mfa.Caller, e mfa.Event, s stretch) (*http.Request, error) {
	address := c.Application.StepUpSettings().LogsURL
	if address == "" {
		return nil, nil //nolint:nilnil // documented: nobody wants it any more
	}
	found, err := d.service.EventsOf(ctx, c, mfa.EventFilter{Types: s.types(), From: s.From, To: s.To, After: s.After, Limit: logBatch + 1})
	if err != nil {
		return nil, err
	}
	if len(found) > logBatch {
		found = found[:logBatch]
		next := s
		next.After = found[logBatch-1].ID
		report, err := reportOf(c, next)
		if err == nil {
			err = d.service.Report(ctx, Name, e, report)
		}
		if err != nil {
			return nil, err
		}
	}
	var out struct {
		Records []envelope `json:"records"`
	}
	names := map[mfa.UserID]string{}
	for i := range found {
		record, err := d.record(ctx, c, &found[i], names)
		if mfa.IsCode(err, mfa.NotFound) {
			continue // it was taken away since, as its user wished
		}
		if err != nil {
			return nil, err
		}
		one := d.envelopeFor(c, string(found[i].ID), s.Kind, found[i].At)
		one.Record = record
		out.Records = append(out.Records, one)
	}
	if len(out.Records) == 0 {
		return nil, nil //nolint:nilnil // nothing is left to be told
	}
	return d.hookRequest(ctx, c, address, out)
}

// record is what is told of one event.
func (d *Dialect) record(ctx context.Context, c *mfa.Caller, e *mfa.Event, names map[mfa.UserID]string) (any, error) {
	var said stepup.Said
	if err := json.Unmarshal(e.Data, &said); err != nil {
		return nil, mfa.Permanent(fmt.Errorf("read an event: %w", err))
	}
	alias, known := names[e.UserID]
	if !known && e.UserID != "" {
		held, err := d.service.UserStatus(ctx, c, mfa.UserRef{ID: e.UserID})
		if err != nil {
			return nil, err
		}
		alias = held.User.Alias
		names[e.UserID] = alias
	}
	if e.Type == mfa.EventActionTracked {
		return d.actionRecord(ctx, c, alias, said.Action)
	}
	return challengeRecord{
		Tenant: d.tenantID(c), UserID: alias, ActionCode: said.Code, IdempotencyKey: said.Key, CreatedAt: wireTime(e.At),
		Type: challengeType(e.Type, said), VerificationMethod: methodWords[said.Method],
	}, nil
}

type challengeRecord struct {
	Tenant             string   `json:"tenantId"`
	UserID             string   `json:"userId,omitempty"`
	ActionCode         string   `json:"actionCode,omitempty"`
	IdempotencyKey     string   `json:"idempotencyKey,omitempty"`
	CreatedAt          wireTime `json:"createdAt"`
	Type               string   `json:"type"`
	VerificationMethod string   `json:"verificationMethod,omitempty"`
}

// challengeType is what the log calls what happened to a challenge: the method, and a word of its own.
func challengeType(t mfa.EventType, said stepup.Said) string {
	suffix := "_SENT"
	switch {
	case t == mfa.EventPromptAccepted:
		suffix = "_CODE_VALID"
	case t == mfa.EventPromptLimited:
		suffix = "_RATE_LIMIT_EXCEEDED"
	case t == mfa.EventPromptRefused && said.Reason == string(stepup.FailureMaxAttempts):
		suffix = "_MAX_ATTEMPTS_EXCEEDED"
	case t == mfa.EventPromptRefused && (said.Method == mfa.MethodSMS || said.Method == mfa.MethodWhatsApp):
		suffix = "_CODE_INVALID_OR_EXPIRED"
	case t == mfa.EventPromptRefused:
		suffix = "_INVALID_OR_EXPIRED"
	}
	return methodWords[said.Method] + suffix
}

type actionRecord struct {
	Tenant                     string          `json:"tenantId"`
	UserID                     string          `json:"userId"`
	ActionCode                 string          `json:"actionCode"`
	IdempotencyKey             string          `json:"idempotencyKey"`
	CreatedAt                  wireTime        `json:"createdAt"`
	UpdatedAt                  wireTime        `json:"updatedAt"`
	State                      string          `json:"state"`
	StateUpdatedAt             wireTime        `json:"stateUpdatedAt"`
	Outcome                    string          `json:"outcome"`
	VerificationMethod         string          `json:"verificationMethod,omitempty"`
	AllowedVerificationMethods []string        `json:"allowedVerificationMethods,omitempty"`
	Rules                      []ruleView      `json:"rules,omitempty"`
	PriorityRuleID             mfa.RuleID      `json:"priorityRuleId,omitempty"`
	IPAddress                  string          `json:"ipAddress,omitempty"`
	CountryCode                string          `json:"countryCode,omitempty"`
	Email                      string          `json:"email,omitempty"`
	PhoneNumber                string          `json:"phoneNumber,omitempty"`
	DeviceID                   string          `json:"deviceId,omitempty"`
	Custom                     json.RawMessage `json:"custom,omitempty"`
}

// actionRecord tells how an action ended.
func (d *Dialect) actionRecord(ctx context.Context, c *mfa.Caller, alias string, id mfa.ActionID) (actionRecord, error) {
	a, err := d.actions.ByID(ctx, c, id)
	if err != nil {
		return actionRecord{}, err
	}
	asked := &a.Request
	return actionRecord{
		Tenant: d.tenantID(c), UserID: alias, ActionCode: a.Code, IdempotencyKey: a.Key, CreatedAt: wireTime(a.CreatedAt),
		UpdatedAt: wireTime(a.UpdatedAt), State: stateWords[a.State], StateUpdatedAt: wireTime(a.StateAt), Outcome: outcomeWords[a.Outcome],
		VerificationMethod: methodWords[a.Method], AllowedVerificationMethods: safeMethods(a.Methods), Rules: ruleViews(a.Rules),
		PriorityRuleID: a.DecidedBy, IPAddress: asked.IP, CountryCode: countryOf(&a), Email: asked.Email, PhoneNumber: asked.Phone, DeviceID: asked.DeviceID,
		Custom: object(asked.Custom),
	}, nil
}
