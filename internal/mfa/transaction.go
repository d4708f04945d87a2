package mfa

import (
	"encoding/json"
	"time"
)

// TransactionState is the way of a transaction.
type TransactionState string

const (
	TransactionPending   TransactionState = "pending"
	TransactionConfirmed TransactionState = "confirmed"
)

// Transaction is a text that a user signs with a passkey: the signature's challenge is the hash of payload and
// nonces, so that it binds them. What was confirmed is kept as evidence.
type Transaction struct {
	ID              TransactionID
	OrganizationID  OrganizationID
	DirectoryID     DirectoryID
	ApplicationID   ApplicationID
	UserID          UserID // who alone may confirm it, or did; "" where anybody may and nobody has
	Username        string
	Payload         string
	Type            string // in the application's words
	Nonce           string // the application's
	ServerNonce     string // ours, of the last time that a confirmation was begun
	State           TransactionState
	AuthenticatorID AuthenticatorID // who confirmed
	Hash            []byte          // SHA-256 of payload, nonce and server nonce, once confirmed
	Evidence        json.RawMessage // the assertion, as JSON of [TransactionEvidence]
	CreatedAt       time.Time
	ExpiresAt       time.Time
	ConfirmedAt     time.Time // zero: not yet
}

// TransactionEvidence is what shows that a transaction was confirmed, to whoever has its row.
type TransactionEvidence struct {
	PasskeyData       PasskeyData `json:"passkey"`
	ClientData        Octets      `json:"client_data"`
	AuthenticatorData Octets      `json:"authenticator_data"`
	Signature         Octets      `json:"signature"`
}

// TransactionConfirmation is what ConfirmTransaction writes.
type TransactionConfirmation struct {
	UserID          UserID
	Username        string
	AuthenticatorID AuthenticatorID
	ServerNonce     string // the one that was signed
	Hash            []byte
	Evidence        json.RawMessage
	At              time.Time
}

// TransactionReader looks transactions up.
type TransactionReader interface {
	Transaction(TransactionID) (Transaction, error)
}

// TransactionWriter changes them.
type TransactionWriter interface {
	AddTransaction(Transaction) error
	// StartTransaction sets the server's nonce if it is pending and not past its time; else it reports false.
	StartTransaction(id TransactionID, serverNonce string, now time.Time) (bool, error)
	// ConfirmTransaction confirms it if it is pending, not past its time, of that user or of nobody, and its
	// server nonce is still the one that was signed; else it reports false: exactly one confirmation wins.
	ConfirmTransaction(TransactionID, TransactionConfirmation) (bool, error)
	// PurgeTransactions deletes up to limit that were not confirmed and expired before the time;
	// PurgeConfirmed those that were confirmed before it.
	PurgeTransactions(before time.Time, limit int) (int, error)
	PurgeConfirmed(before time.Time, limit int) (int, error)
}
