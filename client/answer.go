package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Decision is what a person decided, and how the device made sure of the
// person.
type Decision struct {
	Approve bool
	// Reason and Fraud may accompany a denial only.
	Reason string
	Fraud  bool
	// Factors used besides the key itself: "pin", "passkey", "biometric".
	Factors []string
}

// Approve is a plain approval.
func Approve() Decision { return Decision{Approve: true} }

// Deny is a denial; fraud marks it as "this was not me".
func Deny(reason string, fraud bool) Decision { return Decision{Reason: reason, Fraud: fraud} }

// ErrReceipt means that the server took an answer and gave back a receipt
// that does not prove it. The answer counts; the receipt does not.
var ErrReceipt = errors.New("the answer was sent, but the server's receipt does not verify")

// Answer signs the decision on c, sends it, and returns the receipt file,
// verified under the server key pinned at linking. When the connection breaks
// on the way, the identical statement is sent once more: the server takes it
// at most once.
func (d *Device) Answer(ctx context.Context, c Challenge, decision Decision) ([]byte, error) {
	if err := c.Signable(); err != nil {
		return nil, err
	}
	target := challengePath(c.ID) + "/answer"
	jws, data, err := d.answerOnce(ctx, target, c.question, decision)
	var refusal *Error
	switch {
	case err == nil:
	case errors.As(err, &refusal) && refusal.Code == api.CodeStatementTime && !refusal.serverTime.IsZero():
		d.correctClock(refusal.serverTime)
		jws, data, err = d.answerOnce(ctx, target, c.question, decision)
	case refusal == nil && jws != "" && ctx.Err() == nil:
		data, err = d.post(ctx, target, jws)
	}
	if err != nil {
		return nil, err
	}
	return data, d.checkReceipt(data, jws)
}

func (d *Device) answerOnce(ctx context.Context, target string, q receipt.Question, decision Decision) (jws string, data []byte, err error) {
	jws, err = d.sign(q, decision)
	if err != nil {
		return "", nil, err
	}
	data, err = d.post(ctx, target, jws)
	return jws, data, err
}

func (d *Device) post(ctx context.Context, target, jws string) ([]byte, error) {
	var data json.RawMessage
	err := d.call(ctx, http.MethodPost, target, api.Answer{Statement: jws}, &data)
	return data, err
}

func (d *Device) sign(q receipt.Question, decision Decision) (string, error) {
	account, at := d.Account(), d.Now()
	key, err := d.publicKey()
	if err != nil {
		return "", err
	}
	s := receipt.Statement{
		Type:       receipt.StatementType,
		Question:   q,
		Decision:   receipt.Denied,
		Reason:     decision.Reason,
		Fraud:      decision.Fraud,
		Factors:    append([]string{receipt.FactorDevice}, decision.Factors...),
		Device:     receipt.DeviceID{ID: account.Linked.Device.ID, Key: key.Thumbprint()},
		DeviceTime: receipt.FormatTime(at),
	}
	if decision.Approve {
		s.Decision = receipt.Approved
	}
	return receipt.Sign(account.Key, s)
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
