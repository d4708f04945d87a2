package loginid

import (
	"context"
	"encoding/json"
	"strings"
)

// Creation is what an authenticator makes a new key by.
type Creation struct {
	// Session is for the page to keep and to give again when it begins the
	// registration anew; empty where a credential is added.
	Session string `json:"register_session,omitempty"`
	// Options is for the page, as they came: the members of the WebAuthn
	// creation options with challenge and ids in base64url, and
	// credential_uuid, which the page brings back.
	Options json.RawMessage `json:"attestation_payload"`
}

// Request is what an authenticator proves its key by.
type Request struct {
	// Options is for the page, as they came: the members of the WebAuthn
	// request options with challenge and ids in base64url.
	Options json.RawMessage `json:"assertion_payload"`
}

// Attestation is what an authenticator answers to a [Creation]: everything in
// base64url without padding. It can be decoded from what a page sends.
type Attestation struct {
	CredentialUUID  CredentialID `json:"credential_uuid"` // of the options
	CredentialID    string       `json:"credential_id"`   // the authenticator's id of the key
	Challenge       string       `json:"challenge"`       // of the options
	ClientData      string       `json:"client_data"`
	AttestationData string       `json:"attestation_data"`
}

// Assertion is what an authenticator answers to a [Request], in the same form.
type Assertion struct {
	Challenge         string `json:"challenge"` // of the options
	CredentialID      string `json:"credential_id"`
	ClientData        string `json:"client_data"`
	AuthenticatorData string `json:"authenticator_data"`
	Signature         string `json:"signature"`
}

// maxPart bounds a part of an authenticator's answer in characters: certificates
// of a security module take some KiB.
const maxPart = 256 << 10

func (a Attestation) check() error {
	if err := a.CredentialUUID.check(); err != nil {
		return err
	}
	return checkParts(a.CredentialID, a.Challenge, a.ClientData, a.AttestationData)
}

func (a Assertion) check() error {
	return checkParts(a.Challenge, a.CredentialID, a.ClientData, a.AuthenticatorData, a.Signature)
}

func checkParts(parts ...string) error {
	for _, part := range parts {
		bare := strings.TrimRight(part, "=")
		if part == "" || len(part) > maxPart || strings.Trim(bare, base64url) != "" {
			return &FormatError{Field: "authenticator's answer", Reason: "must have all its parts, in base64url"}
		}
	}
	return nil
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// NewCredential are the optional parts of making a key.
type NewCredential struct {
	DisplayName  string // what the authenticator shows beside the name; the username when empty
	OverrideName string // what the authenticator shows as the account; for a registration
	Roaming      bool   // a security key or phone, in place of this device
	Session      string // of the last [Creation] of this page; for a registration
}

// Finish are the optional parts of finishing a ceremony.
type Finish struct {
	CredentialName string // how the user knows the new credential; the server finds a name when empty
	// NoToken asks for no token. The answer is then worth what the connection
	// to the server is.
	NoToken bool
}

func (n NewCredential) check() error {
	if err := checkLine("display name", n.DisplayName); err != nil {
		return err
	}
	return checkLine("override name", n.OverrideName)
}

func (n NewCredential) wire() map[string]any {
	options := map[string]any{}
	if n.DisplayName != "" {
		options["display_name"] = n.DisplayName
	}
	if n.OverrideName != "" {
		options["override_name"] = n.OverrideName
	}
	if n.Roaming {
		options["roaming_authenticator"] = true
	}
	return options
}

// RegisterFIDO2Init begins the registration of a new user with a key.
func (l *LoginID) RegisterFIDO2Init(ctx context.Context, username string, wanted NewCredential) (*Creation, error) {
	options := wanted.wire()
	if wanted.Session != "" {
		options["register_session"] = wanted.Session
	}
	return l.create(ctx, wanted, call{
		op: "begin a registration", path: "/register/fido2/init", scope: ScopeRegister, user: ByName(username),
		body: map[string]any{"client_id": l.clientID, "username": username, "options": options},
	})
}

// RegisterFIDO2Complete finishes it: the user exists, and is signed in.
func (l *LoginID) RegisterFIDO2Complete(ctx context.Context, username string, made Attestation, finish Finish) (*SignedIn, error) {
	return l.attest(ctx, "finish a registration", "/register/fido2/complete", username, made, finish)
}

// AuthenticateFIDO2Init begins a sign-in.
func (l *LoginID) AuthenticateFIDO2Init(ctx context.Context, username string) (*Request, error) {
	const op = "begin a sign-in"
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	var request Request
	body := map[string]any{"client_id": l.clientID, "username": username}
	if err := l.do(ctx, call{op: op, path: "/authenticate/fido2/init", scope: ScopeLogin, user: ByName(username), body: body}, &request); err != nil {
		return nil, err
	}
	if !hasChallenge(request.Options) {
		return nil, unexpected(op, "it has no options")
	}
	return &request, nil
}

// AuthenticateFIDO2Complete finishes it.
func (l *LoginID) AuthenticateFIDO2Complete(ctx context.Context, username string, made Assertion, finish Finish) (*SignedIn, error) {
	if err := made.check(); err != nil {
		return nil, err
	}
	return l.signIn(ctx, ByName(username), finish, call{op: "finish a sign-in", path: "/authenticate/fido2/complete"}, map[string]any{
		"username": username, "assertion_payload": made,
	})
}

// AddFIDO2CredentialWithCodeInit begins to add a key to a user who brings a code:
// one of the purpose [AddCredential] that was authorized. It uses the code up.
func (l *LoginID) AddFIDO2CredentialWithCodeInit(ctx context.Context, username string, code TypedCode, wanted NewCredential) (*Creation, error) {
	if err := code.check(); err != nil {
		return nil, err
	}
	return l.create(ctx, wanted, call{
		op: "begin to add a credential with a code", path: "/credentials/fido2/init/code", scope: ScopeAddCredential, user: ByName(username),
		body: map[string]any{"client_id": l.clientID, "username": username, "authentication_code": code, "options": wanted.wire()},
	})
}

// ForceFIDO2CredentialInit begins to add a key to a user on this program's word
// alone: it must know that the user is there.
func (l *LoginID) ForceFIDO2CredentialInit(ctx context.Context, user UserRef, wanted NewCredential) (*Creation, error) {
	type body struct {
		wireUser

		ClientID string         `json:"client_id"`
		Options  map[string]any `json:"options"`
	}
	return l.create(ctx, wanted, call{
		op: "begin to add a credential", path: "/credentials/fido2/init/force", scope: ScopeForceAddCredential, user: user, always: true,
		body: body{user.wire(), l.clientID, wanted.wire()},
	})
}

// AddFIDO2CredentialComplete finishes what either of them began.
func (l *LoginID) AddFIDO2CredentialComplete(ctx context.Context, username string, made Attestation, finish Finish) (*SignedIn, error) {
	return l.attest(ctx, "add a credential", "/credentials/fido2/complete", username, made, finish)
}

func (l *LoginID) create(ctx context.Context, wanted NewCredential, c call) (*Creation, error) {
	if err := c.user.check(); err != nil {
		return nil, err
	}
	if err := wanted.check(); err != nil {
		return nil, err
	}
	var creation Creation
	if err := l.do(ctx, c, &creation); err != nil {
		return nil, err
	}
	if !hasChallenge(creation.Options) {
		return nil, unexpected(c.op, "it has no options")
	}
	return &creation, nil
}

func (l *LoginID) attest(ctx context.Context, op, path, username string, made Attestation, finish Finish) (*SignedIn, error) {
	if err := made.check(); err != nil {
		return nil, err
	}
	if err := checkLine("credential name", finish.CredentialName); err != nil {
		return nil, err
	}
	body := map[string]any{"username": username, "attestation_payload": made}
	if finish.CredentialName != "" {
		body["options"] = map[string]any{"credential_name": finish.CredentialName}
	}
	return l.signIn(ctx, ByName(username), finish, call{op: op, path: path}, body)
}

// hasChallenge: without one, an authenticator would sign nothing.
func hasChallenge(options json.RawMessage) bool {
	var wire struct {
		Challenge string `json:"challenge"`
	}
	return json.Unmarshal(options, &wire) == nil && wire.Challenge != ""
}
