package authsignal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of asking the application whether a proof may count, while its person waits.
const (
	verifyPatience = 10 * time.Second // as long as for a message
	verifyAnswer   = 16 << 10         // bytes of an answer that are read, so that its connection can be used again
)

// verifyNews is what the application is asked about.
type verifyNews struct {
	UserID             string              `json:"userId"`
	Action             string              `json:"action"`
	IdempotencyKey     string              `json:"idempotencyKey"`
	VerifiedAt         wireTime            `json:"verifiedAt"`
	State              string              `json:"state"`
	VerificationMethod string              `json:"verificationMethod"`
	AuthenticatorID    mfa.AuthenticatorID `json:"userAuthenticatorId,omitempty"`
}

// errGate answers for a proof that the application did not let count. It was not used up.
func errGate(cause error) error {
	return &mfa.Error{
		Code: mfa.Forbidden, Reason: mfa.ReasonNotAuthorized, Cause: cause,
		Message: "the application did not let this count; try again",
	}
}

// MayVerify asks the hook of an action, where it has one, before a proof counts. Whatever is not a success forbids it.
func (d *Dialect) MayVerify(ctx context.Context, c *mfa.Caller, a mfa.Action, m mfa.Method, by mfa.AuthenticatorID) error {
	configured, err := d.rulebook.Configuration(ctx, c, a.Code)
	if mfa.IsCode(err, mfa.NotFound) || err == nil && configured.HookURL == "" {
		return nil
	}
	if err != nil {
		return err
	}
	held, err := d.service.UserStatus(ctx, c, mfa.UserRef{ID: a.UserID})
	if err != nil {
		return err
	}
	now := d.service.Now()
	out := d.envelopeFor(c, string(mfa.NewID[mfa.EventID]()), hookVerify, now)
	out.Data = verifyNews{
		UserID: held.User.Alias, Action: a.Code, IdempotencyKey: a.Key, VerifiedAt: wireTime(now), State: stateWords[mfa.ActionChallengeSucceeded],
		VerificationMethod: methodWords[m], AuthenticatorID: by,
	}
	ctx, cancel := context.WithTimeout(ctx, verifyPatience)
	defer cancel()
	request, err := d.hookRequest(ctx, c, configured.HookURL, out)
	if err != nil {
		return errGate(err)
	}
	if err := d.ask(request); err != nil {
		endpoint.Record(ctx).Set("hook", "refused")
		return errGate(err)
	}
	return nil
}

// ask sends a request to an application. Its errors name no address, which may hold a secret.
func (d *Dialect) ask(request *http.Request) error {
	answer, err := d.http.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, verifyAnswer)
	_ = answer.Body.Close()
	if answer.StatusCode < http.StatusOK || answer.StatusCode >= http.StatusMultipleChoices {
		return errors.New("the application's hook answered " + answer.Status)
	}
	return nil
}
