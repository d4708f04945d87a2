package loginid

import (
	"context"
	"encoding/json"
)

// TxConfirmation is what an authenticator signs to confirm a transaction.
type TxConfirmation struct {
	ID TxID
	// Options is for the page, as they came: the members of the WebAuthn
	// request options with challenge and ids in base64url.
	Options json.RawMessage
}

// TxInit begins the confirmation of a transaction, for pages that speak with
// their own server alone. The browser SDK makes this call by itself.
func (l *LoginID) TxInit(ctx context.Context, id TxID, username string) (*TxConfirmation, error) {
	const op = "begin to confirm a transaction"
	if err := id.check(); err != nil {
		return nil, err
	}
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	var wire struct {
		ID      TxID            `json:"tx_id"`
		Options json.RawMessage `json:"assertion_options"`
	}
	body := map[string]any{"client_id": l.clientID, "username": username, "tx_id": id}
	if err := l.do(ctx, call{op: op, path: "/tx/init", body: body}, &wire); err != nil {
		return nil, err
	}
	if wire.ID != id || !hasChallenge(wire.Options) {
		return nil, unexpected(op, "it is about another transaction, or without options")
	}
	return &TxConfirmation{ID: wire.ID, Options: wire.Options}, nil
}

// TxComplete brings the signature. What it returns is a token for
// [LoginID.VerifyTransaction], and proves nothing before that.
func (l *LoginID) TxComplete(ctx context.Context, id TxID, username string, made Assertion) (Secret, error) {
	const op = "confirm a transaction"
	if err := id.check(); err != nil {
		return "", err
	}
	if err := checkUsername(username); err != nil {
		return "", err
	}
	if err := made.check(); err != nil {
		return "", err
	}
	var wire struct {
		JWT string `json:"jwt"`
	}
	body := map[string]any{
		"client_id": l.clientID, "username": username, "tx_id": id, "challenge": made.Challenge, "key_handle": made.CredentialID,
		"client_data": made.ClientData, "auth_data": made.AuthenticatorData, "sign_data": made.Signature,
	}
	if err := l.do(ctx, call{op: op, path: "/tx/complete", body: body}, &wire); err != nil {
		return "", err
	}
	if wire.JWT == "" {
		return "", unexpected(op, "it has no token")
	}
	return Secret(wire.JWT), nil
}
