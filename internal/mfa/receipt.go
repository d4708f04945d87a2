package mfa

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// Receipt is the signed answer to a challenge: the device's statement, the server's seal and both public
// keys, as the file that twinseal verify reads offline.
type Receipt struct {
	ChallengeID     ChallengeID
	ApplicationID   ApplicationID
	UserID          UserID
	AuthenticatorID AuthenticatorID
	Document        json.RawMessage
	CreatedAt       time.Time
}

// Answer is the part of a receipt that is the device's, or the passkey's.
type Answer struct {
	Signature []byte // over the statement
	SignedAt  time.Time
}

// Answer takes the signer's part out of the document.
func (r Receipt) Answer() (Answer, error) {
	out, err := answerIn(r.Document)
	if err != nil {
		return Answer{}, &Error{Code: Internal, Message: "a receipt cannot be read", Cause: err}
	}
	return out, nil
}

func answerIn(document []byte) (Answer, error) {
	r, err := receipt.Parse(document)
	if err != nil {
		return Answer{}, err
	}
	said, err := r.Peek()
	if err != nil {
		return Answer{}, err
	}
	at, err := receipt.ParseTime(said.DeviceTime)
	if err != nil {
		return Answer{}, err
	}
	signature := r.Statement[strings.LastIndexByte(r.Statement, '.')+1:]
	if r.Passkey != nil {
		signature = r.Passkey.Signature
	}
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	return Answer{Signature: raw, SignedAt: at}, err
}

// ReceiptReader looks receipts up.
type ReceiptReader interface {
	Receipt(ChallengeID) (Receipt, error)
}

// ReceiptWriter adds them; a receipt never changes.
type ReceiptWriter interface {
	AddReceipt(Receipt) error
}
