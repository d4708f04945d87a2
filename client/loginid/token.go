package loginid

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// Scope is what a service token allows.
type Scope string

// The scopes that an application's own programs or pages use. A page gets a
// token for one of the first five; the others belong to the server.
const (
	ScopeRegister      Scope = "auth.register"
	ScopeLogin         Scope = "auth.login"
	ScopeTemporary     Scope = "auth.temporary"
	ScopeAddCredential Scope = "credentials.add"
	ScopeCreateTx      Scope = "tx.create"

	ScopeForceAddCredential Scope = "credentials.force_add"
	ScopeAddRecovery        Scope = "credentials.add_recovery"
	ScopeListCredentials    Scope = "credentials.list"
	ScopeRenameCredential   Scope = "credentials.rename"
	ScopeRevokeCredential   Scope = "credentials.revoke"
	ScopeGenerateCodes      Scope = "codes.generate"
	ScopeAuthorizeCodes     Scope = "codes.authorize"
	ScopeInvalidateCodes    Scope = "codes.invalidate"
	ScopeCreateUsers        Scope = "users.create"
	ScopeRetrieveUsers      Scope = "users.retrieve"
	ScopeActivateUsers      Scope = "users.activate"
	ScopeDeactivateUsers    Scope = "users.deactivate"
	ScopeDeleteUsers        Scope = "users.delete"
)

// maxNonce bounds a nonce that the caller brings.
const maxNonce = 256

// TokenOptions are the optional parts of a service token.
type TokenOptions struct {
	// User binds the token to one user, so that it is good for nobody else.
	User UserRef
	// Nonce makes the token good for one request; drawn when empty.
	Nonce string
}

// ServiceToken makes a token that a page shows the server (as the browser SDK's
// authorization_token) to be allowed one call: it can be used once, within five
// minutes. Give a page no token of a scope that it does not need now.
func (l *LoginID) ServiceToken(scope Scope, options TokenOptions) (Secret, error) {
	if l.key == nil {
		return "", fmt.Errorf("loginid: service token: %w", ErrNoKey)
	}
	claims, err := l.claims(scope, options)
	if err != nil {
		return "", err
	}
	return l.key().sign(claims)
}

// TxToken is [LoginID.ServiceToken] for a page that creates a transaction by
// itself: it is good for this payload alone.
func (l *LoginID) TxToken(payload string, options TokenOptions) (Secret, error) {
	if l.key == nil {
		return "", fmt.Errorf("loginid: transaction token: %w", ErrNoKey)
	}
	if err := checkText("transaction payload", payload, MaxPayload); err != nil {
		return "", err
	}
	claims, err := l.claims(ScopeCreateTx, options)
	if err != nil {
		return "", err
	}
	claims["payload_hash"] = hash(payload)
	return l.key().sign(claims)
}

func (l *LoginID) claims(scope Scope, options TokenOptions) (map[string]any, error) {
	if err := checkText("scope", string(scope), maxNonce); err != nil {
		return nil, err
	}
	nonce := options.Nonce
	if nonce == "" {
		nonce = rand.Text()
	}
	if err := checkText("nonce", nonce, maxNonce); err != nil {
		return nil, err
	}
	claims := map[string]any{"client_id": l.clientID, "type": scope, "nonce": nonce, "iat": time.Now().Unix()}
	if options.User == (UserRef{}) {
		return claims, nil
	}
	if err := options.User.check(); err != nil {
		return nil, err
	}
	if options.User.Username != "" {
		claims["username"] = options.User.Username
	} else {
		claims["user_id"] = options.User.ID
	}
	return claims, nil
}

// hash is the form in which the protocol writes the SHA-256 of texts that are
// put one after the other.
func hash(parts ...string) string {
	digest := sha256.New()
	for _, part := range parts {
		_, _ = digest.Write([]byte(part)) // never fails
	}
	return base64.RawURLEncoding.EncodeToString(digest.Sum(nil))
}
