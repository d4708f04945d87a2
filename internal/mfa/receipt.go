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

// Answer is the device's part of a receipt.
type Answer struct {
	Signature []byte // over the statement
	SignedAt  time.Time
}

// Answer takes the device's part out of the document.
func (r Receipt) Answer() (Answer, error) {
	unreadable := &Error{Code: Internal, Message: "a receipt cannot be read"}
	document, err := receipt.Parse(r.Document)
	if err != nil {
		unreadable.Cause = err
		return Answer{}, unreadable
	}
	said, err := receipt.Peek(document.Statement)
	if err != nil {
		unreadable.Cause = err
		return Answer{}, unreadable
	}
	at, err := receipt.ParseTime(said.DeviceTime)
	if err != nil {
		unreadable.Cause = err
		return Answer{}, unreadable
	}
	signature, err := base64.RawURLEncoding.DecodeString(document.Statement[strings.LastIndexByte(document.Statement, '.')+1:])
	if err != nil {
		unreadable.Cause = err
		return Answer{}, unreadable
	}
	return Answer{Signature: signature, SignedAt: at}, nil
}

// ReceiptReader looks receipts up.
type ReceiptReader interface {
	Receipt(ChallengeID) (Receipt, error)
}

// ReceiptWriter adds them; a receipt never changes.
type ReceiptWriter interface {
	AddReceipt(Receipt) error
}
