package mfa

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// TokenOutcome is how a token check ended.
type TokenOutcome string

const (
	TokenAccepted TokenOutcome = "accepted"
	TokenWaved    TokenOutcome = "waved" // not checked: see ApplicationSettings.PassThrough
	TokenWrong    TokenOutcome = "wrong"
	TokenReplayed TokenOutcome = "replayed" // right, and used before
	TokenLimited  TokenOutcome = "limited"  // too many wrong ones from this source
)

// TokenCheck asks whether digits that a user typed are a second factor of theirs: a code that was sent, a
// TOTP, or a recovery code.
type TokenCheck struct {
	Caller *Caller
	User   UserRef
	Token  string
	// Force checks even when the application lets people who enrolled nothing pass.
	Force bool
	// Action must equal that of a sent code; codes sent without one need "".
	Action string
	// Only, where it is [KindTOTP], lets nothing else count than a seed that no device carries. A user who has
	// none is NotFound.
	Only Kind
	// Sent lets nothing else count than a code that was sent.
	Sent bool
	// Source is the end user's address where the application knows it. Wrong tokens are counted per user
	// and source; without one, all of an application's attempts share a source.
	Source string
}

// TokenResult is the outcome. Authenticator is what matched (the device for a TOTP of a device); Channel
// is set instead when a sent code did.
type TokenResult struct {
	Outcome       TokenOutcome
	User          User
	Authenticator *Authenticator
	Channel       Channel
	Remaining     int // recovery codes left, when one was used
	RetryAfter    time.Duration
}

// Lengths of tokens: the shortest code we send and the longest recovery code.
const (
	minTokenDigits = 4
	maxTokenDigits = 12
)

// TestToken passes for every user of an application in test mode.
const TestToken = "0000000"

// CheckToken spends, checks and burns in one transaction. A token counts once, whoever presents it and
// however often at the same time.
func (s *Service) CheckToken(ctx context.Context, in TokenCheck) (TokenResult, error) {
	out, err := s.checkToken(ctx, in, false)
	if errors.Is(err, errLostStep) {
		out, err = s.checkToken(ctx, in, true)
	}
	return out, err
}

func (s *Service) checkToken(ctx context.Context, in TokenCheck, careful bool) (TokenResult, error) {
	var out TokenResult
	err := s.store.Write(ctx, func(w WriteRecords) error {
		check := tokenCheck{TokenCheck: in, s: s, w: w, now: s.Now(), careful: careful}
		var err error
		out, err = check.run()
		return err
	})
	return out, err
}

// errLostStep ends a check whose last change came too late, and which has changed nothing: somebody else spent
// the step in the same moment.
var errLostStep = errors.New("the step was spent in the same moment")

// tokenCheck is one CheckToken inside its transaction.
type tokenCheck struct {
	TokenCheck
	s    *Service
	w    WriteRecords
	now  time.Time
	user User
	held []Authenticator
	// careful makes no change the last one, so that another can follow when it fails.
	careful bool
}

func (c *tokenCheck) run() (TokenResult, error) {
	var err error
	if c.user, c.held, err = c.w.LockCredentials(c.Caller.Directory.ID, c.User); err != nil {
		return TokenResult{}, err
	}
	if err := UsableBy(c.user, c.Caller); err != nil {
		return TokenResult{}, err
	}
	if c.Only == KindTOTP && !c.seeded() {
		return TokenResult{}, Missing("seed")
	}
	if c.waved() {
		return c.end(TokenResult{Outcome: TokenWaved}, EventTokenWaved)
	}
	if reached, err := c.limited(); err != nil || reached != nil {
		return *orEmpty(reached), err
	}
	if !WellFormedToken(c.Token) {
		return c.wrong()
	}
	tries := []func() (*TokenResult, error){c.testToken, c.sentCode, c.totp, c.recovery}
	if c.Only == KindTOTP {
		tries = tries[2:3]
	} else if c.Sent {
		tries = tries[:2]
	}
	for _, try := range tries {
		if result, err := try(); err != nil || result != nil {
			return *orEmpty(result), err
		}
	}
	return c.wrong()
}

// seeded reports whether there is a seed that may be tried.
func (c *tokenCheck) seeded() bool {
	return slices.ContainsFunc(c.held, func(a Authenticator) bool { return c.counts(&a) })
}

// counts reports whether a seed may be tried.
func (c *tokenCheck) counts(a *Authenticator) bool {
	return a.Kind == KindTOTP && (a.ApplicationID == "" || a.ApplicationID == c.Caller.Application.ID) && (c.Only == "" || a.ParentID == "")
}

// UsableBy refuses users that the application does not know or that may not be asked.
func UsableBy(u User, c *Caller) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	if !u.KnownTo(c.Application) {
		return Missing("user")
	}
	if u.State == UserSuspended {
		return refuse(Forbidden, ReasonUserSuspended, "the user has been suspended")
	}
	return nil
}

func orEmpty(r *TokenResult) *TokenResult {
	if r == nil {
		return &TokenResult{}
	}
	return r
}

// WellFormedToken reports whether a text can be a code: so many digits as any has.
func WellFormedToken(token string) bool {
	if len(token) < minTokenDigits || len(token) > maxTokenDigits {
		return false
	}
	for _, b := range []byte(token) {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// waved reports whether the application lets this person pass unchecked: only one who has nothing to be asked
// for. A seed that was brought along counts as much as a device.
func (c *tokenCheck) waved() bool {
	return !c.Force && c.Only == "" && c.Caller.Application.Settings.PassThrough && !c.user.Confirmed && !enrolled(c.held)
}

func enrolled(held []Authenticator) bool {
	return slices.ContainsFunc(held, func(a Authenticator) bool { return a.State == AuthenticatorActive })
}

// windows are those of the user's wrong tokens.
func (c *tokenCheck) windows() []Window { return c.s.TokenWindows(c.Caller, c.user.ID, c.Source) }

// limited looks whether the user's windows are full. It reads nothing for users without recent strikes.
func (c *tokenCheck) limited() (*TokenResult, error) {
	if !c.now.Before(c.user.StrikesUntil) {
		return nil, nil
	}
	for _, at := range c.windows() {
		reached, until, err := c.w.LimitReached(at.Limit, at.Key, c.now)
		if err != nil {
			return nil, err
		}
		if reached {
			return &TokenResult{Outcome: TokenLimited, User: c.user, RetryAfter: until.Sub(c.now)}, nil
		}
	}
	return nil, nil
}

// wrong counts the attempt. The attempt that fills a window is still answered as wrong; the next is not
// looked at. One event tells of a window that was filled; attempts that find it full cost no write.
func (c *tokenCheck) wrong() (TokenResult, error) {
	filled, err := c.s.StrikeToken(c.w, &c.user, c.windows())
	if err != nil {
		return TokenResult{}, err
	}
	result, err := c.end(TokenResult{Outcome: TokenWrong}, EventTokenRefused)
	if err != nil || !filled {
		return result, err
	}
	return result, c.s.Append(c.w, c.Caller, Event{Type: EventTokenLimited, UserID: c.user.ID, Source: c.Source})
}

func (c *tokenCheck) testToken() (*TokenResult, error) {
	if !c.s.options.Sandbox || !c.Caller.Application.Settings.TestMode {
		return nil, nil
	}
	if subtle.ConstantTimeCompare([]byte(c.Token), []byte(TestToken)) != 1 {
		return nil, nil
	}
	return c.accepted(TokenResult{Channel: ChannelSMS}, "test")
}

// sentCode tries the codes that were sent for the same action.
func (c *tokenCheck) sentCode() (*TokenResult, error) {
	if !c.now.Before(c.user.CodesUntil) {
		return nil, nil
	}
	codes, err := c.w.OpenCodes(c.user.ID, c.Caller.Application.ID, c.now)
	if err != nil {
		return nil, err
	}
	for _, code := range codes {
		if code.Purpose != PurposeToken || code.Action != c.Action {
			continue
		}
		_, ok, err := c.s.factors.OTP.Check(Credential{Secret: code.Secret}, Proof{Token: c.Token}, c.now)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		won, err := c.w.UseCode(code.ID, c.now)
		if err != nil {
			return nil, err
		}
		if won {
			return c.accepted(TokenResult{Channel: code.Channel}, "code")
		}
	}
	return nil, nil
}

// totp tries every seed. A seed that was shown and not yet proved becomes active by its first code.
func (c *tokenCheck) totp() (*TokenResult, error) {
	var replayed *Authenticator
	for i := range c.held {
		a := &c.held[i]
		if !c.counts(a) {
			continue
		}
		finding, ok, err := c.s.factors.TOTP.Check(Credential{a.Data, a.Secret, a.Counter}, Proof{Token: c.Token}, c.now)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if !finding.Replayed && c.quick(a) {
			return c.spendStep(a, finding.Step)
		}
		if !finding.Replayed {
			won, err := c.burnStep(a, finding.Step)
			if err != nil {
				return nil, err
			}
			if won {
				return c.accepted(TokenResult{Authenticator: c.carrier(a)}, "totp")
			}
		}
		replayed = a
	}
	if replayed == nil {
		return nil, nil
	}
	result, err := c.end(TokenResult{Outcome: TokenReplayed, Authenticator: c.carrier(replayed)}, EventTokenReplayed)
	return &result, err
}

// quick reports whether the step and the event are all that there is to write: nearly always.
func (c *tokenCheck) quick(a *Authenticator) bool {
	e := Event{Type: EventTokenAccepted}
	return !c.careful && a.State == AuthenticatorActive && c.user.Confirmed &&
		!slices.ContainsFunc(c.Caller.Webhooks, func(hook Webhook) bool { return c.s.wants(hook, e) })
}

// spendStep is burnStep and accepted in one change.
func (c *tokenCheck) spendStep(a *Authenticator, step int64) (*TokenResult, error) {
	e := c.s.event(c.Caller, Event{Type: EventTokenAccepted, UserID: c.user.ID, Source: c.Source, Data: acceptedData["totp"], At: c.now})
	won, err := c.w.SpendStep(a.ID, a.Version, step, e)
	if err == nil && !won {
		err = errLostStep
	}
	return &TokenResult{Outcome: TokenAccepted, User: c.user, Authenticator: c.carrier(a)}, err
}

// carrier is the device that holds a seed, or the seed's own authenticator.
func (c *tokenCheck) carrier(a *Authenticator) *Authenticator {
	for i := range c.held {
		if a.ParentID != "" && c.held[i].ID == a.ParentID {
			return &c.held[i]
		}
	}
	return a
}

func (c *tokenCheck) burnStep(a *Authenticator, step int64) (bool, error) {
	if a.State == AuthenticatorActive {
		return c.w.AdvanceCounter(a.ID, a.Version, step, c.now)
	}
	a.State, a.Counter, a.LastUsedAt = AuthenticatorActive, step, c.now
	won, err := c.w.UpdateAuthenticator(*a)
	if err != nil || !won {
		return won, err
	}
	return true, c.replaceSeeds(a)
}

// replaceSeeds removes the seeds that a newly proved one of the same application takes the place of.
func (c *tokenCheck) replaceSeeds(proved *Authenticator) error {
	for i := range c.held {
		a := &c.held[i]
		if a.Kind != KindTOTP || a.ID == proved.ID || a.ParentID != "" || a.ApplicationID != proved.ApplicationID || a.ApplicationID == "" {
			continue
		}
		if err := c.w.RemoveAuthenticator(a.ID); err != nil {
			return err
		}
	}
	return nil
}

// recovery tries the codes kept on paper.
func (c *tokenCheck) recovery() (*TokenResult, error) {
	for i := range c.held {
		a := &c.held[i]
		if a.Kind != KindRecovery {
			continue
		}
		finding, ok, err := c.s.factors.Recovery.Check(Credential{a.Data, a.Secret, a.Counter}, Proof{Token: c.Token}, c.now)
		if err != nil {
			return nil, err
		}
		if !ok || finding.Secret == nil {
			continue
		}
		a.Secret, a.LastUsedAt = *finding.Secret, c.now
		won, err := c.w.UpdateAuthenticator(*a)
		if err != nil {
			return nil, err
		}
		if !won {
			continue
		}
		if err := c.s.Append(c.w, c.Caller, Event{Type: EventRecoveryUsed, UserID: c.user.ID, Source: c.Source}); err != nil {
			return nil, err
		}
		return c.accepted(TokenResult{Authenticator: a, Remaining: finding.Remaining}, "recovery")
	}
	return nil, nil
}

func (c *tokenCheck) accepted(result TokenResult, how string) (*TokenResult, error) {
	result.Outcome = TokenAccepted
	if !c.user.Confirmed {
		c.user.Confirmed, c.user.UpdatedAt = true, c.now
		if err := c.w.UpdateUser(c.user); err != nil {
			return nil, err
		}
	}
	result, err := c.endWith(result, EventTokenAccepted, acceptedData[how])
	return &result, err
}

// acceptedData are the events' data, built once because the hot path writes one for each request.
var acceptedData = map[string]json.RawMessage{
	"test":     json.RawMessage(`{"factor":"test"}`),
	"code":     json.RawMessage(`{"factor":"otp"}`),
	"totp":     json.RawMessage(`{"factor":"totp"}`),
	"recovery": json.RawMessage(`{"factor":"recovery"}`),
}

func (c *tokenCheck) end(result TokenResult, event EventType) (TokenResult, error) {
	return c.endWith(result, event, nil)
}

func (c *tokenCheck) endWith(result TokenResult, event EventType, data json.RawMessage) (TokenResult, error) {
	result.User = c.user
	return result, c.s.Append(c.w, c.Caller, Event{Type: event, UserID: c.user.ID, Source: c.Source, Data: data})
}
