package loginid

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Bounds of a service token.
const (
	tokenAge     = 5 * time.Minute  // documented life
	tokenAhead   = time.Minute      // how far a client's clock may be before ours
	nonceMemory  = 10 * time.Minute // beyond the last moment at which any node would take the token
	maxNonce     = 128              // bytes; kept for as long as the token could be replayed: clients send 16 to 36
	maxTokenName = 1024             // bytes of a name in a token: longer than any user's
)

// claims are what a service token says. Members that differ between clients stand here under all their names.
type claims struct {
	ClientID    string   `json:"client_id"`
	Type        *string  `json:"type"` // null in tokens for calls that need none
	Scope       *string  `json:"scope"`
	Nonce       string   `json:"nonce"`
	IssuedAt    *float64 `json:"iat"`
	Username    string   `json:"username"`
	UserID      string   `json:"user_id"`
	Udata       string   `json:"udata"`
	PayloadHash string   `json:"payload_hash"`
}

// serviceToken is a token that a backend signed, taken apart.
type serviceToken struct {
	*signedToken

	claims claims
}

// readServiceToken takes the Authorization header apart. It believes nothing.
func readServiceToken(header string) (*serviceToken, error) {
	scheme, text, ok := strings.Cut(strings.TrimSpace(header), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil, fmt.Errorf("%w: the scheme is not Bearer", errToken)
	}
	return parseServiceToken(strings.TrimSpace(text))
}

func parseServiceToken(text string) (*serviceToken, error) {
	signed, err := parseSigned(text)
	if err != nil {
		return nil, err
	}
	if signed.Algorithm != algorithm {
		return nil, fmt.Errorf("%w: its algorithm is another", errToken)
	}
	t := &serviceToken{signedToken: signed}
	if err := json.Unmarshal(signed.payload, &t.claims); err != nil {
		return nil, fmt.Errorf("%w: %w", errToken, err)
	}
	return t, t.claims.sound()
}

// sound refuses what no client sends, before anything is looked up by it.
func (c *claims) sound() error {
	for _, name := range []string{c.ClientID, c.Username, c.UserID, c.Udata} {
		if len(name) > maxTokenName || strings.ContainsRune(name, 0) {
			return fmt.Errorf("%w: a name in it is too long", errToken)
		}
	}
	if len(c.Nonce) > maxNonce || strings.ContainsRune(c.Nonce, 0) {
		return fmt.Errorf("%w: its nonce is too long", errToken)
	}
	return nil
}

// scope is what the token is for: older clients call it type, newer ones scope. It is "" for null.
func (c *claims) scope() string {
	if c.Type != nil {
		return *c.Type
	}
	if c.Scope != nil {
		return *c.Scope
	}
	return ""
}

// timely refuses tokens of another time.
func (c *claims) timely(now time.Time) error {
	const second = float64(time.Second)
	if c.IssuedAt == nil || math.IsNaN(*c.IssuedAt) {
		return errors.New("the token does not say when it was issued")
	}
	switch age := float64(now.UnixNano())/second - *c.IssuedAt; {
	case age > tokenAge.Seconds():
		return errors.New("the token has expired")
	case age < -tokenAhead.Seconds():
		return errors.New("the token is of the future; set the clock")
	}
	return nil
}

// username is the name of the user that the token is bound to, "" for none.
func (c *claims) username() string {
	if c.Username != "" {
		return c.Username
	}
	return c.Udata
}

// binds reports whether the token is for one user.
func (c *claims) binds() bool { return c.username() != "" || c.UserID != "" }
