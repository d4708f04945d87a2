package authsignal

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/facts"
)

// actionView is an action as it stands. Its output is there even when it is empty: some clients take it apart.
type actionView struct {
	State              string       `json:"state"`
	CreatedAt          wireTime     `json:"createdAt"`
	StateUpdatedAt     wireTime     `json:"stateUpdatedAt"`
	VerificationMethod string       `json:"verificationMethod,omitempty"`
	Rules              []ruleView   `json:"rules"`
	RuleIDs            []mfa.RuleID `json:"ruleIds"`
	PriorityRuleID     mfa.RuleID   `json:"priorityRuleId,omitempty"`
	Output             outputView   `json:"output"`
}

type outputView struct {
	Custom json.RawMessage `json:"custom,omitempty"`
}

// ruleView is a rule that matched, as it was then.
type ruleView struct {
	ID          mfa.RuleID      `json:"ruleId"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

func ruleViews(rules []mfa.DecidedRule) []ruleView {
	out := make([]ruleView, 0, len(rules))
	for _, r := range rules {
		out = append(out, ruleView{r.ID, r.Name, r.Description, object(r.Metadata)})
	}
	return out
}

func actionViewOf(a *mfa.Action) actionView {
	return actionView{
		State: stateWords[a.State], CreatedAt: wireTime(a.CreatedAt), StateUpdatedAt: wireTime(a.StateAt), VerificationMethod: safeMethod(a.Method),
		Rules: ruleViews(a.Rules), RuleIDs: listOf(a.RuleIDs), PriorityRuleID: a.DecidedBy, Output: outputView{object(a.Request.Custom)},
	}
}

// getAction shows an action.
func (d *Dialect) getAction(ctx context.Context, c *call) (endpoint.Response, error) {
	a, err := d.actions.Get(ctx, c.caller, c.values[0], c.values[1], c.values[2])
	if err == nil {
		a, err = d.stepup.Settle(ctx, c.caller, a)
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(actionViewOf(&a))
}

type stateChange struct {
	State string `json:"state"`
}

// updateAction sets an action's state, whatever it was.
func (d *Dialect) updateAction(ctx context.Context, c *call, in *stateChange) (endpoint.Response, error) {
	state, err := stateOf(in.State)
	if err == nil && state == "" {
		err = invalid("state is missing")
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	a, err := d.actions.Update(ctx, c.caller, c.values[0], c.values[1], c.values[2], state)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(actionViewOf(&a))
}

// listedAction is an action in a list.
type listedAction struct {
	ActionCode         string              `json:"actionCode"`
	IdempotencyKey     string              `json:"idempotencyKey"`
	CreatedAt          wireTime            `json:"createdAt"`
	UpdatedAt          *wireTime           `json:"updatedAt,omitempty"`
	State              string              `json:"state"`
	StateUpdatedAt     *wireTime           `json:"stateUpdatedAt,omitempty"`
	VerificationMethod string              `json:"verificationMethod,omitempty"`
	VerifiedBy         mfa.AuthenticatorID `json:"verifiedByAuthenticatorId,omitempty"`
	UserAgent          string              `json:"userAgent,omitempty"`
	IPAddress          string              `json:"ipAddress,omitempty"`
	CountryCode        string              `json:"countryCode,omitempty"`
}

// countryOf is where an action came from, as far as that was known when it was tracked.
func countryOf(a *mfa.Action) string {
	known, err := facts.Parse(a.Facts)
	if err != nil || known.Address == nil {
		return ""
	}
	return known.Address.Country
}

// maxActions is how many actions one list holds.
const maxActions = 1000

// queryActions lists a user's actions, newest first.
func (d *Dialect) queryActions(ctx context.Context, c *call) (endpoint.Response, error) {
	query := c.request.URL.Query()
	wanted := actions.Query{Codes: listed(query.Get("codes")), Limit: maxActions}
	var err error
	if wanted.State, err = stateOf(query.Get("state")); err != nil {
		return endpoint.Response{}, err
	}
	if from := query.Get("fromDate"); from != "" {
		if wanted.Since, err = readDate(from); err != nil {
			return endpoint.Response{}, err
		}
	}
	found, err := d.actions.Query(ctx, c.caller, c.values[0], wanted)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]listedAction, 0, len(found))
	for i := range found {
		a := &found[i]
		out = append(out, listedAction{
			a.Code, a.Key, wireTime(a.CreatedAt), since(a.UpdatedAt), stateWords[a.State], since(a.StateAt), safeMethod(a.Method),
			a.AuthenticatorID, a.Request.UserAgent, a.Request.IP, countryOf(a),
		})
	}
	return ok(out)
}

// readDate reads a moment, or a day.
func readDate(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, invalid("fromDate is not a date such as 2025-02-20T01:51:56.070Z")
}
