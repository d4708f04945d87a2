package mfa

import (
	"encoding/json"
	"time"
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

// ReceiptReader looks receipts up.
type ReceiptReader interface {
	Receipt(ChallengeID) (Receipt, error)
}

// ReceiptWriter adds them; a receipt never changes.
type ReceiptWriter interface {
	AddReceipt(Receipt) error
}
