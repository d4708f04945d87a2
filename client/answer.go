package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Decision is what a person decided, and how the device made sure of the
// person.
type Decision struct {
	Approve bool
	// Reason and Fraud may accompany a denial only. Where the question offers
	// reasons, ReasonID chooses one; without it the one that Reason spells
	// out counts, or the first with the same Fraud.
	Reason   string
	Fraud    bool
	ReasonID string
	// Failure says that the device could not let the person decide; it makes
	// the answer a denial of its own kind.
	Failure policy.Failure
	// Factors used besides the key itself: "pin", "passkey", "biometric".
	Factors []string
	// Facts are what the device knows when it approves, for the question's
	// policy; the time is added. Supported are the methods it could offer.
	Facts     policy.Facts
	Supported []policy.Method
	// Match is the number that the person brings with an approval where the
	// question asks for one. A wrong number ends the question.
	Match string
}

// Approve is a plain approval.
func Approve() Decision { return Decision{Approve: true} }

// Deny is a denial; fraud marks it as "this was not me".
func Deny(reason string, fraud bool) Decision { return Decision{Reason: reason, Fraud: fraud} }

// Fail is the answer of a device that could not let its owner decide.
func Fail(why policy.Failure) Decision { return Decision{Failure: why} }

// UnmetError means that an approval could not satisfy the question's policy,
// and that the device has answered with the failure instead.
type UnmetError struct {
	Failure policy.Failure
	// Demands say in plain English what would have been needed.
	Demands []string
}

// Error says which way the policy was not met.
func (e *UnmetError) Error() string {
	words := map[policy.Failure]string{
		policy.FailedPolicy:         "this device is not where, when or what the request demands",
		policy.FailedPermission:     "the request demands a location, and this device may not know its own",
		policy.FailedAuthentication: "the request demands more confirmation than was given",
		policy.FailedConfiguration:  "the request demands more methods than are set up here",
		policy.FailedBusy:           "this device is busy",
		policy.FailedSensor:         "a sensor that the request needs says nothing",
	}
	return "not approved: " + words[e.Failure]
}

// ErrNumberMissing means that an approval brings no number of the kind that the
// question asks for. Nothing was sent.
var ErrNumberMissing = errors.New("the request asks for the number that is shown where it was started")

// ErrReceipt means that the server took an answer and gave back a receipt
// that does not prove it. The answer counts; the receipt does not.
var ErrReceipt = errors.New("the answer was sent, but the server's receipt does not verify")

// Answer signs the decision on c, sends it, and returns the receipt file,
// verified under the server key pinned at linking. When the connection breaks
// on the way, the identical statement is sent once more: the server takes it
// at most once. An approval that does not satisfy the question's policy is sent
// as a failure; the receipt of that comes with an [*UnmetError].
func (d *Device) Answer(ctx context.Context, c Challenge, decision Decision) ([]byte, error) {
	if err := c.Signable(); err != nil {
		return nil, err
	}
	draft, err := d.draft(c.question, decision)
	if err != nil {
		return nil, err
	}
	target := challengePath(c.ID) + "/answer"
	jws, data, err := d.answerOnce(ctx, target, draft)
	var refusal *Error
	switch {
	case err == nil:
	case errors.As(err, &refusal) && refusal.Code == api.CodeStatementTime && !refusal.serverTime.IsZero():
		d.correctClock(refusal.serverTime)
		jws, data, err = d.answerOnce(ctx, target, draft)
	case refusal == nil && jws != "" && ctx.Err() == nil:
		data, err = d.post(ctx, target, jws, draft.packages)
	}
	if err != nil {
		return nil, err
	}
	return data, errors.Join(d.checkReceipt(data, jws), draft.unmet(decision))
}

func (d *Device) answerOnce(ctx context.Context, target string, a draft) (jws string, data []byte, err error) {
	a.statement.DeviceTime = receipt.FormatTime(d.Now())
	jws, err = receipt.Sign(d.Account().Key, a.statement)
	if err != nil {
		return "", nil, err
	}
	data, err = d.post(ctx, target, jws, a.packages)
	return jws, data, err
}

func (d *Device) post(ctx context.Context, target, jws string, packages json.RawMessage) ([]byte, error) {
	var data json.RawMessage
	err := d.call(ctx, http.MethodPost, target, api.Answer{Statement: jws, Packages: packages}, &data)
	return data, err
}

// checkReceipt holds the server to what was signed.
func (d *Device) checkReceipt(data []byte, jws string) error {
	if _, err := receipt.Verify(data, receipt.Options{ServerKey: d.Account().ServerKey()}); err != nil {
		return fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	r, err := receipt.Parse(data)
	if err != nil || r.Statement != jws {
		return fmt.Errorf("%w: it holds another statement", ErrReceipt)
	}
	return nil
}

// Receipt fetches the receipt of an answered challenge, as it is stored. Check
// it with receipt.Verify.
func (d *Device) Receipt(ctx context.Context, challengeID string) ([]byte, error) {
	return d.fetch(ctx, request{
		method: http.MethodGet,
		target: api.DevicePrefix + "/receipts/" + url.PathEscape(challengeID),
		accept: "application/json",
	})
}
