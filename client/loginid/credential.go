package loginid

import (
	"context"
	"strings"
	"time"
)

// CredentialType is the kind of a credential.
type CredentialType string

// The kinds of credentials. Servers may know others.
const (
	FIDO2     CredentialType = "fido2"
	Password  CredentialType = "password"
	PublicKey CredentialType = "public_key"
	AuthID    CredentialType = "authid"
)

// CredentialStatus is whether a credential counts.
type CredentialStatus string

// The states of credentials.
const (
	CredentialPending  CredentialStatus = "pending"
	CredentialActive   CredentialStatus = "active"
	CredentialInactive CredentialStatus = "inactive"
	CredentialRevoked  CredentialStatus = "revoked"
	CredentialDeleted  CredentialStatus = "deleted"
)

// Credential is one means of a user to sign in.
type Credential struct {
	ID        CredentialID
	Type      CredentialType
	Status    CredentialStatus
	Name      string
	CreatedAt time.Time
	UpdatedAt time.Time
}

type wireCredential struct {
	ID        CredentialID     `json:"uuid"`
	Type      CredentialType   `json:"type"`
	Status    CredentialStatus `json:"status"`
	Name      string           `json:"name"`
	CreatedAt instant          `json:"created_at"`
	UpdatedAt instant          `json:"updated_at"`
}

func (w wireCredential) credential() Credential {
	return Credential{w.ID, w.Type, w.Status, w.Name, w.CreatedAt.Time, w.UpdatedAt.Time}
}

// Credentials lists the credentials of a user: those of one status, or all of
// them, also the revoked, when the status is empty.
func (m *Management) Credentials(ctx context.Context, user UserRef, status CredentialStatus) ([]Credential, error) {
	const op = "list credentials"
	if err := user.check(); err != nil {
		return nil, err
	}
	type body struct {
		wireUser

		ClientID string           `json:"client_id"`
		Status   CredentialStatus `json:"status,omitempty"`
	}
	var wire struct {
		UserID      UserID           `json:"user_id"`
		Credentials []wireCredential `json:"credentials"`
	}
	c := call{op: op, path: "/credentials/list", scope: ScopeListCredentials, user: user, always: true, body: body{user.wire(), m.clientID, status}}
	if err := m.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if err := of(op, user, wire.UserID); err != nil {
		return nil, err
	}
	credentials := make([]Credential, 0, len(wire.Credentials))
	for _, w := range wire.Credentials {
		if w.ID.check() != nil {
			return nil, unexpected(op, "a credential has no id")
		}
		// A server that does not know the filter gives all.
		if status == "" || w.Status == status {
			credentials = append(credentials, w.credential())
		}
	}
	return credentials, nil
}

// RenameCredential gives a credential the name by which its user knows it.
func (m *Management) RenameCredential(ctx context.Context, user UserRef, id CredentialID, name string) (*Credential, error) {
	if err := checkText("credential name", strings.TrimSpace(name), maxName); err != nil {
		return nil, err
	}
	if err := checkLine("credential name", name); err != nil {
		return nil, err
	}
	return m.change(ctx, "rename credential", "/credentials/rename", ScopeRenameCredential, user, id, name)
}

// RevokeCredential ends a credential for good. It stays in the list.
func (m *Management) RevokeCredential(ctx context.Context, user UserRef, id CredentialID) (*Credential, error) {
	const op = "revoke credential"
	revoked, err := m.change(ctx, op, "/credentials/revoke", ScopeRevokeCredential, user, id, "")
	if err == nil && revoked.Status != CredentialRevoked && revoked.Status != CredentialDeleted {
		return nil, unexpected(op, "it is a success that does not call the credential revoked")
	}
	return revoked, err
}

func (m *Management) change(ctx context.Context, op, path string, scope Scope, user UserRef, id CredentialID, name string) (*Credential, error) {
	if err := user.check(); err != nil {
		return nil, err
	}
	if err := id.check(); err != nil {
		return nil, err
	}
	type which struct {
		ID   CredentialID `json:"uuid"`
		Name string       `json:"name,omitempty"`
	}
	type body struct {
		wireUser

		ClientID   string `json:"client_id"`
		Credential which  `json:"credential"`
	}
	var wire struct {
		UserID     UserID         `json:"user_id"`
		Credential wireCredential `json:"credential"`
	}
	c := call{op: op, path: path, scope: scope, user: user, always: true, body: body{user.wire(), m.clientID, which{id, name}}}
	if err := m.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if err := of(op, user, wire.UserID); err != nil {
		return nil, err
	}
	if !strings.EqualFold(string(wire.Credential.ID), string(id)) {
		return nil, unexpected(op, "it is about another credential")
	}
	changed := wire.Credential.credential()
	return &changed, nil
}

// of holds an answer to the user who was asked for.
func of(op string, user UserRef, id UserID) error {
	if id.check() != nil || user.ID != "" && !strings.EqualFold(string(user.ID), string(id)) {
		return unexpected(op, "it is about another user")
	}
	return nil
}

// RecoveryCode is how a user comes back who has lost every device.
type RecoveryCode struct {
	Text      Secret // several words
	CreatedAt time.Time
}

// GenerateRecoveryCode makes a user's recovery code, in place of a former one. It
// is shown this once.
func (m *Management) GenerateRecoveryCode(ctx context.Context, user UserRef) (*RecoveryCode, error) {
	const op = "generate recovery code"
	if err := user.check(); err != nil {
		return nil, err
	}
	type body struct {
		wireUser

		ClientID string `json:"client_id"`
	}
	var wire struct {
		Code      string  `json:"code"`
		CreatedAt instant `json:"created_at"`
	}
	c := call{op: op, path: "/credentials/recovery-code", scope: ScopeAddRecovery, user: user, always: true, body: body{user.wire(), m.clientID}}
	if err := m.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if wire.Code == "" {
		return nil, unexpected(op, "it has no code")
	}
	return &RecoveryCode{Text: Secret(wire.Code), CreatedAt: wire.CreatedAt.Time}, nil
}
