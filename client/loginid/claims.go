package loginid

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxToken bounds a token in bytes: a dozen claims and a signature take a
	// tenth of it.
	maxToken = 16 << 10
	// leeway is how far the clocks of the two servers may be apart.
	leeway = time.Minute
)

// Claims is what a token of the server says about a user who has just signed in,
// after it was proved.
type Claims struct {
	Issuer      string
	UserID      UserID
	Username    string
	NamespaceID string
	SessionID   string
	// Action is what was done: "login", "register", "transaction" and others,
	// or empty; the vendor has not said which there are.
	Action    string
	IssuedAt  time.Time
	ExpiresAt time.Time // zero for a token without an end
}

// rules are what a client demands of every token.
type rules struct {
	issuers []string
	age     time.Duration
}

// VerifyToken proves that a token which a browser brings was made by the server,
// with ES256 and a key of its own, for this application, minutes ago, and that it
// is of the user with exactly this name. Any token that is not is ErrUnverified;
// other errors say that it could not be checked now.
//
// A token is good as long as it is young: an application that must not accept
// one twice keeps the SessionID of each for that time.
func (l *LoginID) VerifyToken(ctx context.Context, token, username string) (*Claims, error) {
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	claims, err := l.VerifyAnyToken(ctx, token)
	if err != nil {
		return nil, err
	}
	if claims.Username != username {
		return nil, unverified("it is of another user")
	}
	return claims, nil
}

// VerifyAnyToken is [LoginID.VerifyToken] for when only the token can tell who
// the user is.
func (l *LoginID) VerifyAnyToken(ctx context.Context, token string) (*Claims, error) {
	payload, err := l.verified(ctx, token)
	if err != nil {
		return nil, err
	}
	read, err := readClaims(payload)
	if err != nil {
		return nil, err
	}
	return read.judge(l.clientID, l.rules, time.Now())
}

// verified gives the payload of a token that a key of the server has signed.
func (l *LoginID) verified(ctx context.Context, token string) ([]byte, error) {
	jws, err := parse(token)
	if err != nil {
		return nil, err
	}
	key, err := l.publicKey(ctx, jws.Signatures[0].Protected.KeyID)
	if err != nil {
		return nil, err
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return nil, unverified("its signature is wrong")
	}
	return payload, nil
}

// parse takes a token apart and proves nothing. ES256 alone is let through, so
// that no public key can be taken for a secret.
func parse(token string) (*jose.JSONWebSignature, error) {
	if len(token) > maxToken {
		return nil, unverified("it is too long")
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, unverified("it is not a token signed with ES256")
	}
	for _, odd := range []jose.HeaderKey{"crit", "b64"} {
		if _, ok := jws.Signatures[0].Protected.ExtraHeaders[odd]; ok {
			return nil, unverified("its header changes what the rest means")
		}
	}
	return jws, nil
}

// wireClaims are the claims of every token, and those of a transaction's.
type wireClaims struct {
	Issuer    string  `json:"iss"`
	Audience  string  `json:"aud"`
	Subject   UserID  `json:"sub"`
	Username  string  `json:"udata"`
	Again     *string `json:"username"`
	Namespace string  `json:"nid"`
	Session   string  `json:"sid"`
	Action    string  `json:"action"`
	IssuedAt  *int64  `json:"iat"`
	NotBefore *int64  `json:"nbf"`
	ExpiresAt *int64  `json:"exp"`

	Nonce       string `json:"nonce"`
	ServerNonce string `json:"server_nonce"`
	TxHash      string `json:"tx_hash"`
}

// lastSecond is the year 9999: beyond it, times cannot be compared.
const lastSecond = 253402300799

func readClaims(payload []byte) (*wireClaims, error) {
	var c wireClaims
	if json.Unmarshal(payload, &c) != nil {
		return nil, unverified("its claims are not those of this protocol")
	}
	for _, at := range []*int64{c.IssuedAt, c.NotBefore, c.ExpiresAt} {
		if at != nil && (*at < 0 || *at > lastSecond) {
			return nil, unverified("its times make no sense")
		}
	}
	switch {
	case c.IssuedAt == nil:
		return nil, unverified("it does not say when it was made")
	case !isUUID(string(c.Subject)) || c.Username == "":
		return nil, unverified("it does not say of whom it is")
	case c.Again != nil && *c.Again != c.Username:
		return nil, unverified("it is of two users")
	}
	return &c, nil
}

// judge holds the claims to the rules; an age of zero is any.
func (c *wireClaims) judge(clientID string, r rules, now time.Time) (*Claims, error) {
	made := time.Unix(*c.IssuedAt, 0)
	switch {
	case !slices.Contains(r.issuers, c.Issuer):
		return nil, unverified("it is of another issuer")
	case c.Audience != clientID:
		return nil, unverified("it is for another application")
	case made.After(now.Add(leeway)):
		return nil, unverified("it was made in the future: compare the clocks")
	case r.age > 0 && now.Sub(made) > r.age:
		return nil, unverified("it is too old")
	case c.NotBefore != nil && time.Unix(*c.NotBefore, 0).After(now.Add(leeway)):
		return nil, unverified("it is not good yet")
	case c.ExpiresAt != nil && r.age > 0 && !now.Before(time.Unix(*c.ExpiresAt, 0)):
		return nil, unverified("it has expired")
	}
	claims := &Claims{
		Issuer: c.Issuer, UserID: c.Subject, Username: c.Username, NamespaceID: c.Namespace,
		SessionID: c.Session, Action: c.Action, IssuedAt: made.UTC(),
	}
	if c.ExpiresAt != nil {
		claims.ExpiresAt = time.Unix(*c.ExpiresAt, 0).UTC()
	}
	return claims, nil
}
