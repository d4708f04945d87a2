package loginid

import (
	"context"
	"time"
)

// keyAlgorithm is the one that the protocol has for keys that programs bring.
const keyAlgorithm = "ES256"

// AddPublicKeyCredential gives a user a key that the application has made: the
// PEM (PUBLIC KEY) of one on the curve P-256.
func (l *LoginID) AddPublicKeyCredential(ctx context.Context, user UserRef, publicKey []byte, finish Finish) (*SignedIn, error) {
	if err := checkPublicKey(publicKey); err != nil {
		return nil, err
	}
	if err := user.check(); err != nil {
		return nil, err
	}
	if err := checkLine("credential name", finish.CredentialName); err != nil {
		return nil, err
	}
	body := map[string]any{"publickey_alg": keyAlgorithm, "publickey": string(publicKey)}
	if user.ID != "" {
		body["user_id"] = user.ID
	}
	if user.Username != "" {
		body["username"] = user.Username
	}
	if finish.CredentialName != "" {
		body["options"] = map[string]any{"credential_name": finish.CredentialName}
	}
	return l.signIn(ctx, user, finish, call{
		op: "add a public key", path: "/credentials/publickey", scope: ScopeForceAddCredential, user: user, always: true,
	}, body)
}

func checkPublicKey(text []byte) error {
	if _, ok := readPublicKey(text); !ok {
		return &FormatError{Field: "public key", Reason: "must be one PUBLIC KEY block of a key on the curve P-256"}
	}
	return nil
}

// KeyChallenge is what the holder of a key signs to sign in: see
// [SignKeyChallenge].
type KeyChallenge struct {
	ID          string `json:"challenge_id"`
	ServerNonce string `json:"server_nonce"`
}

// AuthenticatePublicKeyInit begins a sign-in with a key of the user.
func (l *LoginID) AuthenticatePublicKeyInit(ctx context.Context, username string, publicKey []byte) (*KeyChallenge, error) {
	const op = "begin a sign-in by key"
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	if err := checkPublicKey(publicKey); err != nil {
		return nil, err
	}
	var challenge KeyChallenge
	body := map[string]any{
		"client_id": l.clientID, "username": username, "publickey_alg": keyAlgorithm, "publickey": string(publicKey),
	}
	if err := l.do(ctx, call{op: op, path: "/authenticate/publickey/init", scope: ScopeLogin, user: ByName(username), body: body}, &challenge); err != nil {
		return nil, err
	}
	if challenge.ID == "" || challenge.ServerNonce == "" {
		return nil, unexpected(op, "it has no challenge")
	}
	return &challenge, nil
}

// AuthenticatePublicKeyComplete finishes it with what the holder of the key has
// signed.
func (l *LoginID) AuthenticatePublicKeyComplete(ctx context.Context, username, challengeID, assertion string, finish Finish) (*SignedIn, error) {
	if err := checkText("challenge id", challengeID, maxName); err != nil {
		return nil, err
	}
	if err := checkText("assertion", assertion, maxToken); err != nil {
		return nil, err
	}
	return l.signIn(ctx, ByName(username), finish, call{op: "finish a sign-in by key", path: "/authenticate/publickey/complete"}, map[string]any{
		"username": username, "challenge_id": challengeID, "assertion": assertion,
	})
}

// SignKeyChallenge is the part of the key's holder: it signs the challenge with
// the private key (PEM, P-256).
func SignKeyChallenge(privateKey []byte, challenge KeyChallenge) (Secret, error) {
	key, err := readSigningKey(privateKey)
	if err != nil {
		return "", err
	}
	return key.sign(map[string]any{"server_nonce": challenge.ServerNonce, "iat": time.Now().Unix()})
}
