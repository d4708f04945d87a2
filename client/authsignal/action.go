package authsignal

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Attributes are what is known of a request when a user wants to do something.
// All may be left out; the more there is, the more rules can tell.
type Attributes struct {
	// IdempotencyKey names the instance. Tracking it again gives the instance
	// as it then is. The package makes one up when there is none, so that a
	// repeated request does not begin two.
	IdempotencyKey     IdempotencyKey `json:"idempotencyKey,omitempty"`
	RedirectURL        string         `json:"redirectUrl,omitempty"`        // where the hosted page returns to
	RedirectToSettings bool           `json:"redirectToSettings,omitempty"` // show the user's authenticators after the challenge
	Email              string         `json:"email,omitempty"`
	PhoneNumber        string         `json:"phoneNumber,omitempty"` // E.164
	Username           string         `json:"username,omitempty"`    // for passkeys
	DeviceID           DeviceID       `json:"deviceId,omitempty"`
	UserAgent          string         `json:"userAgent,omitempty"`
	IPAddress          string         `json:"ipAddress,omitempty"`
	Custom             map[string]any `json:"custom,omitempty"` // data points for rules: texts, numbers, booleans, lists
	Scope              Scope          `json:"scope,omitempty"`
	ChallengeID        ChallengeID    `json:"challengeId,omitempty"` // a challenge begun before the user was known
	Locale             string         `json:"locale,omitempty"`      // BCP 47
	CustomDomain       string         `json:"customDomain,omitempty"`
}

// Tracked is an action with the decision about it.
type Tracked struct {
	IdempotencyKey IdempotencyKey
	State          State
	URL            string // of the hosted page; it carries the token and must reach nobody but the user
	Token          Secret // proves the user to browsers and apps; hand it to the user's own
	IsEnrolled     bool
	Enrolled       []Method
	Allowed        []Method
	Default        Method // empty: none
	RuleIDs        []RuleID
}

// MayGoOn is whether the user may do it without a challenge. A user who must be
// challenged is told by [Tracked.MustProve]; whoever neither may go on nor must
// prove anything is blocked or waits for a review.
func (t *Tracked) MayGoOn() bool { return t.State == Allow || t.State == ChallengeSucceeded }

// MustProve is whether a challenge is to be passed first.
func (t *Tracked) MustProve() bool { return t.State == ChallengeRequired }

// PopupURL is the page for a frame or a window of the application, which ends by a
// message instead of a redirect.
func (t *Tracked) PopupURL() string { return t.URL + "&mode=popup" }

// Track tells the server what a user wants to do, and returns its decision. The
// user need not exist.
func (a *Authsignal) Track(ctx context.Context, user UserID, action ActionCode, attributes Attributes) (*Tracked, error) {
	const op = "track"
	if attributes.IdempotencyKey == "" {
		attributes.IdempotencyKey = IdempotencyKey(rand.Text())
	}
	if err := first(user.check(), action.check(), attributes.IdempotencyKey.check()); err != nil {
		return nil, err
	}
	var wire struct {
		IdempotencyKey IdempotencyKey `json:"idempotencyKey"`
		State          State          `json:"state"`
		URL            string         `json:"url"`
		Token          string         `json:"token"`
		IsEnrolled     bool           `json:"isEnrolled"`
		Enrolled       []Method       `json:"enrolledVerificationMethods"`
		Allowed        []Method       `json:"allowedVerificationMethods"`
		Default        Method         `json:"defaultVerificationMethod"`
		RuleIDs        []RuleID       `json:"ruleIds"`
	}
	c := call{op: op, path: []string{"users", string(user), "actions", string(action)}, body: attributes, again: true}
	if err := a.transport.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	switch {
	case wire.IdempotencyKey != attributes.IdempotencyKey:
		return nil, unexpected(op, "it is about another instance of the action")
	case wire.State == "" || wire.Token == "" || !isPage(wire.URL):
		return nil, unexpected(op, "the state, the token or the page is missing")
	}
	return &Tracked{
		wire.IdempotencyKey, wire.State, wire.URL, Secret(wire.Token), wire.IsEnrolled, wire.Enrolled, wire.Allowed, wire.Default, wire.RuleIDs,
	}, nil
}

// isPage holds a page's address to what programs do with it: they send browsers
// there and append parameters.
func isPage(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && strings.Contains(text, "?") && u.Fragment == ""
}

// RuleSeen is a rule that matched, as it was then.
type RuleSeen struct {
	ID          RuleID          `json:"ruleId"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Metadata    json.RawMessage `json:"metadata"`
}

// Action is an instance of an action.
type Action struct {
	State        State           `json:"state"`
	CreatedAt    time.Time       `json:"createdAt"`
	StateSince   time.Time       `json:"stateUpdatedAt"`
	Method       Method          `json:"verificationMethod"` // empty until verified
	Rules        []RuleSeen      `json:"rules"`              // by priority
	RuleIDs      []RuleID        `json:"ruleIds"`
	DecidingRule RuleID          `json:"priorityRuleId"`
	Output       json.RawMessage `json:"output"` // of the rules
}

// GetAction looks at an instance. One that does not exist is [ErrNotFound].
func (a *Authsignal) GetAction(ctx context.Context, user UserID, action ActionCode, key IdempotencyKey) (*Action, error) {
	return a.action(ctx, "get action", http.MethodGet, user, action, key, nil)
}

// UpdateAction puts an instance into a state, such as the result of a review.
func (a *Authsignal) UpdateAction(ctx context.Context, user UserID, action ActionCode, key IdempotencyKey, to State) (*Action, error) {
	const op = "update action"
	updated, err := a.action(ctx, op, http.MethodPatch, user, action, key, map[string]State{"state": to})
	if err == nil && updated.State != to {
		return nil, unexpected(op, "the state is not as wanted")
	}
	return updated, err
}

func (a *Authsignal) action(ctx context.Context, op, method string, user UserID, action ActionCode, key IdempotencyKey, body any) (*Action, error) {
	if err := first(user.check(), action.check(), key.check()); err != nil {
		return nil, err
	}
	var read Action
	path := []string{"users", string(user), "actions", string(action), string(key)}
	if err := a.transport.do(ctx, call{op: op, method: method, path: path, body: body}, &read); err != nil {
		return nil, err
	}
	if read.State == "" {
		return nil, unexpected(op, "it has no state")
	}
	return &read, nil
}

// ActionQuery chooses among a user's actions. What is zero does not choose.
type ActionQuery struct {
	From  time.Time // 30 days ago at most, and if zero
	Codes []ActionCode
	State State
}

// PastAction is one of a user's actions.
type PastAction struct {
	Code            ActionCode      `json:"actionCode"`
	IdempotencyKey  IdempotencyKey  `json:"idempotencyKey"`
	State           State           `json:"state"`
	CreatedAt       time.Time       `json:"createdAt"`
	UpdatedAt       time.Time       `json:"updatedAt"`
	StateSince      time.Time       `json:"stateUpdatedAt"`
	Method          Method          `json:"verificationMethod"`
	AuthenticatorID AuthenticatorID `json:"verifiedByAuthenticatorId"`
	UserAgent       string          `json:"userAgent"`
	IPAddress       string          `json:"ipAddress"`
	CountryCode     string          `json:"countryCode"`
}

// QueryUserActions lists what a user did or tried.
func (a *Authsignal) QueryUserActions(ctx context.Context, user UserID, q ActionQuery) ([]PastAction, error) {
	if err := user.check(); err != nil {
		return nil, err
	}
	query := url.Values{}
	if !q.From.IsZero() {
		query.Set("fromDate", q.From.UTC().Format(wireTime))
	}
	codes := make([]string, len(q.Codes))
	for i, code := range q.Codes {
		if err := code.check(); err != nil {
			return nil, err
		}
		codes[i] = string(code)
	}
	if len(codes) > 0 {
		query.Set("codes", strings.Join(codes, ","))
	}
	if q.State != "" {
		query.Set("state", string(q.State))
	}
	c := call{op: "query actions", method: http.MethodGet, path: []string{"users", string(user), "actions"}, query: query}
	return ask[[]PastAction](ctx, &a.transport, c)
}

// wireTime is how the protocol writes times: milliseconds, UTC.
const wireTime = "2006-01-02T15:04:05.000Z"

// Validated is what a token says about its action, at this moment.
type Validated struct {
	IsValid        bool           `json:"isValid"`
	State          State          `json:"state"`
	StateSince     time.Time      `json:"stateUpdatedAt"`
	UserID         UserID         `json:"userId"`
	Action         ActionCode     `json:"action"`
	IdempotencyKey IdempotencyKey `json:"idempotencyKey"`
	Method         Method         `json:"verificationMethod"`
	Reason         string         `json:"error"` // why it is not valid, if a reason was given
}

// Expected is what a token must be about. The user and the action are needed; the
// key binds it to one instance, and should be given wherever it is known.
type Expected struct {
	UserID         UserID
	Action         ActionCode
	IdempotencyKey IdempotencyKey
}

// ValidateChallenge asks what a token says, and judges nothing: IsValid has to be
// looked at, and the rest compared. [Authsignal.RequireChallenge] does both.
func (a *Authsignal) ValidateChallenge(ctx context.Context, token Secret, about Expected) (*Validated, error) {
	if err := checkSecret("token", token); err != nil {
		return nil, err
	}
	body := map[string]string{"token": string(token)}
	if about.UserID != "" {
		body["userId"] = string(about.UserID)
	}
	if about.Action != "" {
		body["action"] = string(about.Action)
	}
	var read Validated
	err := a.transport.do(ctx, call{op: "validate challenge", path: []string{"validate"}, body: body, again: true}, &read)
	if err != nil {
		return nil, err
	}
	read.Reason = printable(read.Reason)
	return &read, nil
}

// RequireChallenge returns without an error only if the token proves that this
// user passed the challenge of this action. Anything that it does not prove is
// [ErrNotPassed]; other errors mean that it could not be asked.
func (a *Authsignal) RequireChallenge(ctx context.Context, token Secret, want Expected) (*Validated, error) {
	if err := first(want.UserID.check(), want.Action.check()); err != nil {
		return nil, err
	}
	got, err := a.ValidateChallenge(ctx, token, want)
	if err != nil {
		return nil, err
	}
	switch {
	case !got.IsValid && got.Reason != "":
		return nil, notPassed(got.Reason)
	case !got.IsValid || got.State != ChallengeSucceeded:
		return nil, notPassed("its state is " + printable(string(got.State)))
	case got.UserID != want.UserID:
		return nil, notPassed("it is of another user")
	case got.Action != want.Action || want.IdempotencyKey != "" && got.IdempotencyKey != want.IdempotencyKey:
		return nil, notPassed("it is of another action")
	}
	return got, nil
}

func notPassed(why string) error { return fmt.Errorf("authsignal: %w: %s", ErrNotPassed, why) }
