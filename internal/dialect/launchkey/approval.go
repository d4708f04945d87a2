package launchkey

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Bounds of a request, which are the protocol's: texts in characters, lives in seconds.
const (
	maxContext      = 400
	maxTitle        = 200
	maxPush         = 500
	maxReasonID     = 5
	minAuthLife     = 30
	maxAuthLife     = 600
	defaultAuthLife = 300
)

// reasonRequest is one of the reasons that a request offers for a denial.
type reasonRequest struct {
	ID     member[string] `json:"id"`
	Reason member[string] `json:"reason"`
	Fraud  member[bool]   `json:"fraud"`
}

type authRequest struct {
	Username  member[string]          `json:"username"`
	Context   member[string]          `json:"context"`
	Title     member[string]          `json:"title"`
	Life      member[whole]           `json:"ttl"`
	PushTitle member[string]          `json:"push_title"`
	PushBody  member[string]          `json:"push_body"`
	Policy    member[json.RawMessage] `json:"policy"`
	Reasons   member[[]reasonRequest] `json:"denial_reasons"`
}

// authAnswer names the request and the devices that it goes to.
type authAnswer struct {
	AuthRequest string   `json:"auth_request"`
	DeviceIDs   []string `json:"device_ids"`
	// NumberMatch is to be shown where the request was caused. Clients that do not know it ignore it.
	NumberMatch string `json:"number_match,omitempty"`
}

// ask asks a user's devices. That nobody is named is answered as if somebody unknown were.
func (d *Dialect) ask(ctx context.Context, c *call) (answer, error) {
	var in authRequest
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if !in.Username.present || in.Username.null || in.Username.value == "" && !in.Username.bad {
		return answer{}, mfa.Missing("user")
	}
	asked, err := d.question(c, &in)
	if err != nil {
		return answer{}, err
	}
	if c.caller.Directory.ID == "" {
		return answer{}, mfa.Missing("user") // an organization's own service has no users here
	}
	challenge, err := d.service.AskApproval(ctx, asked)
	if err != nil {
		return answer{}, inProgress(c, challenge, err)
	}
	out := authAnswer{
		AuthRequest: string(challenge.ID), DeviceIDs: make([]string, 0, len(challenge.Asked)), NumberMatch: string(challenge.Number.Reveal()),
	}
	for _, id := range challenge.Asked {
		out.DeviceIDs = append(out.DeviceIDs, string(id))
	}
	return created(out)
}

// pendingData says which request is in the way.
type pendingData struct {
	AuthRequest string    `json:"auth_request"`
	Expires     *wireTime `json:"expires"`
	SameService bool      `json:"from_same_service"`
}

// inProgress adds to a refusal which request of the same user is waiting. Its id is of no use to other services.
func inProgress(c *call, pending mfa.Challenge, err error) error {
	refused := refusalOf(c.op, err)
	if refused.code != failInProgress.code {
		return err
	}
	refused.data = pendingData{string(pending.ID), optionalTime(pending.ExpiresAt), pending.ApplicationID == c.caller.Application.ID}
	return refused
}

func (d *Dialect) question(c *call, in *authRequest) (mfa.AskApproval, error) {
	var k check
	asked := mfa.AskApproval{
		Caller: c.caller, User: mfa.UserRef{Name: need(&k, "username", in.Username)}, Message: k.text("context", in.Context, maxContext),
		MessageRunes: maxContext, Title: k.text("title", in.Title, maxTitle), PushTitle: k.text("push_title", in.PushTitle, maxPush),
		PushBody: k.text("push_body", in.PushBody, maxPush), Exclusive: true, Life: in.life(&k), Dialect: Name,
	}
	if strings.TrimSpace(mfa.Showable(asked.Message)) == "" {
		asked.Message = c.caller.Application.Name // who asks is all that there is to say
	}
	reasons, err := d.reasons(c, &k, in.Reasons)
	if err != nil {
		return asked, err
	}
	asked.Reasons = reasons
	if c.caller.Directory.ID == "" {
		in.noDirectory(&k)
	}
	if err := k.failed(); err != nil {
		return asked, err
	}
	if asked.Policy, err = in.policy(); err != nil {
		return asked, err
	}
	if asked.Extra, err = c.origin(); err != nil {
		return asked, err
	}
	asked.Recipient, err = c.to.forDevices()
	return asked, err
}

// text reads a text of bounded length that may be missing.
func (k *check) text(name string, m member[string], most int) string {
	text, _ := take(k, name, m)
	if utf8.RuneCountInString(text) > most {
		k.refuse(name, "is too long")
	}
	return text
}

func (in *authRequest) life(k *check) time.Duration {
	seconds, given := take(k, "ttl", in.Life)
	if !given {
		seconds = defaultAuthLife
	}
	if seconds < minAuthLife || seconds > maxAuthLife {
		k.refuse("ttl", "is a number of seconds from 30 to 600")
	}
	return time.Duration(seconds) * time.Second
}

// noDirectory refuses what services of an organization cannot ask for.
func (in *authRequest) noDirectory(k *check) {
	for name, present := range map[string]bool{
		"title": in.Title.given(), "push_title": in.PushTitle.given(), "push_body": in.PushBody.given(), "denial_reasons": in.Reasons.given(),
	} {
		if present {
			k.refuse(name, "is for services of a directory")
		}
	}
}

func (in *authRequest) policy() (*policy.Policy, error) {
	if !in.Policy.given() {
		return nil, nil //nolint:nilnil // a request without one demands nothing more
	}
	means, err := readDynamic(in.Policy.value)
	if err != nil {
		return nil, badPolicy(err)
	}
	if means.IsZero() {
		return nil, nil //nolint:nilnil // as above
	}
	return &means, nil
}

// defaultReasons are offered where a directory asks why and a request says nothing.
var defaultReasons = []mfa.DenialReason{
	{ID: "NOT", Text: "I don't approve"},
	{ID: "CANT", Text: "I can't answer now"},
	{ID: "WRONG", Text: "The details are wrong"},
	{ID: "FRAUD", Text: "I did not ask for this", Fraud: true},
}

// reasons are those from which a denial chooses; none where nobody is asked why.
func (d *Dialect) reasons(c *call, k *check, m member[[]reasonRequest]) ([]mfa.DenialReason, error) {
	const name = "denial_reasons"
	offered, given := take(k, name, m)
	if c.caller.Directory.ID == "" {
		return nil, nil
	}
	set, err := directorySettingsOf(c.caller.Directory)
	if err != nil {
		return nil, err
	}
	if !given {
		if !set.asksWhy() {
			return nil, nil
		}
		return slices.Clone(defaultReasons), nil
	}
	if !set.asksWhy() {
		k.refuse(name, "cannot be given, because the directory asks nobody why")
		return nil, nil
	}
	return k.reasons(name, offered), nil
}

// reasons checks a list of reasons: two or more, some that tell of fraud and some that do not, each with an id of
// its own.
func (k *check) reasons(name string, offered []reasonRequest) []mfa.DenialReason {
	out := make([]mfa.DenialReason, 0, len(offered))
	frauds := 0
	for _, r := range offered {
		id, text, fraud := r.ID.value, r.Reason.value, r.Fraud.value
		bad := !r.ID.given() || !r.Reason.given() || !r.Fraud.given() || mfa.Showable(text) == "" ||
			id == "" || utf8.RuneCountInString(id) > maxReasonID || mfa.Showable(id) != id ||
			slices.ContainsFunc(out, func(o mfa.DenialReason) bool { return o.ID == id })
		if bad {
			k.refuse(name, "are an id of 1 to 5 characters, unlike all others, a reason, and whether it tells of fraud")
			return nil
		}
		if fraud {
			frauds++
		}
		out = append(out, mfa.DenialReason{ID: id, Text: text, Fraud: fraud})
	}
	if frauds == 0 || frauds == len(out) {
		k.refuse(name, "are at least one that tells of fraud and one that does not")
	}
	return out
}

// approval finds the request that the path names, if it is this service's and of this dialect.
func (d *Dialect) approval(ctx context.Context, c *call) (mfa.Challenge, error) {
	id, err := mfa.ParseUUID("auth_request", c.value)
	if err != nil {
		return mfa.Challenge{}, err
	}
	held, err := d.service.ApprovalFor(ctx, c.caller, mfa.ChallengeID(id))
	if err == nil && held.Challenge.Dialect != Name {
		err = mfa.Missing("challenge")
	}
	return held.Challenge, err
}

// poll tells how a request stands. One that is not known is one that nobody has answered yet.
func (d *Dialect) poll(ctx context.Context, c *call) (answer, error) {
	asked, err := d.approval(ctx, c)
	if mfa.IsCode(err, mfa.NotFound) {
		return done()
	}
	if err != nil {
		return answer{}, err
	}
	switch asked.State {
	case mfa.ChallengePending:
		return done()
	case mfa.ChallengeExpired:
		return answer{}, refuse(failTimedOut)
	case mfa.ChallengeCancelled:
		return answer{}, refuse(failCancelled)
	case mfa.ChallengeApproved, mfa.ChallengeDenied:
	}
	from, err := originOf(asked.Extra)
	if err != nil {
		return answer{}, err
	}
	response, err := d.response(ctx, asked)
	if err != nil {
		return answer{}, err
	}
	out := answer{status: http.StatusOK, value: response}
	if from.Issuer == c.claims.Issuer {
		// The same key for the cover as for what is inside: one published client looks for one alone.
		out.to, err = d.recipients.of(from.PEM)
	}
	return out, err
}

// authResponse is the answer of a device, in packages that only the asker opens.
type authResponse struct {
	Type            string `json:"type,omitempty"` // in webhooks
	Auth            string `json:"auth"`
	AuthJWE         string `json:"auth_jwe"`
	ServiceUserHash string `json:"service_user_hash"`
	OrgUserHash     string `json:"org_user_hash"`
	UserPushID      string `json:"user_push_id"`
	PublicKeyID     string `json:"public_key_id"`

	// What the device signed towards us. The packages are its own words, which we cannot read: it could name the
	// request of somebody else in them. Clients that do not know these members ignore them.
	AuthRequest string `json:"auth_request"`
	Authorized  bool   `json:"authorized"`
}

// response gathers what goes with the packages. They are handed on as they came.
func (d *Dialect) response(ctx context.Context, asked mfa.Challenge) (authResponse, error) {
	var out authResponse
	packages := asked.Packages
	if len(packages) == 0 {
		var err error
		if packages, err = unmatched(asked); err != nil {
			return out, err
		}
	}
	if asked.Recipient == nil || json.Unmarshal(packages, &out) != nil {
		return out, &mfa.Error{Code: mfa.Internal, Message: "an answer without packages"}
	}
	out = authResponse{
		Auth: out.Auth, AuthJWE: out.AuthJWE, UserPushID: string(asked.UserID), PublicKeyID: asked.Recipient.KeyID,
		AuthRequest: string(asked.ID), Authorized: asked.State == mfa.ChallengeApproved,
	}
	var err error
	if out.ServiceUserHash, err = d.serviceHash(ctx, asked.UserID, asked.ApplicationID); err != nil {
		return out, err
	}
	out.OrgUserHash, err = d.service.Pseudonym(ctx, Name+":organization", string(asked.UserID), string(asked.OrganizationID))
	return out, err
}

// unmatched are the packages of a request that a wrong number ended. What the device had sealed says yes, and is not
// handed on to anybody; these say that the person was not made sure of, and have no pins, which only devices know.
func unmatched(asked mfa.Challenge) (json.RawMessage, error) {
	if asked.State != mfa.ChallengeDenied || asked.Number.Empty() || asked.Recipient == nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "an answer without packages"}
	}
	say := answerpackage.Answer{AuthRequest: string(asked.ID), DeviceID: string(asked.AuthenticatorID), Failure: policy.FailedAuthentication}
	if asked.Policy != nil {
		say.Policy = *asked.Policy
	}
	var key receipt.RSAJWK
	if err := json.Unmarshal(asked.Recipient.Key, &key); err != nil {
		return nil, mfa.Permanent(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	sealed, err := answerpackage.Seal(answerpackage.New(say), answerpackage.Recipient{KeyID: asked.Recipient.KeyID, Key: public})
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	return json.Marshal(sealed)
}

// serviceHash is a user's name towards one service.
func (d *Dialect) serviceHash(ctx context.Context, user mfa.UserID, service mfa.ApplicationID) (string, error) {
	return d.service.Pseudonym(ctx, Name+":service", string(user), string(service))
}

func (d *Dialect) cancel(ctx context.Context, c *call) (answer, error) {
	asked, err := d.approval(ctx, c)
	if err != nil {
		return answer{}, err
	}
	if err := d.service.CancelApproval(ctx, c.caller, asked.ID); err != nil {
		return answer{}, err
	}
	return done()
}
