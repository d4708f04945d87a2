package launchkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// Bounds of a request token.
const (
	maxTokenID = 128             // kept while the token could be replayed, and sent back; a UUID has 36
	maxKeyID   = 128             // 47 characters in truth
	maxLife    = 5 * time.Minute // a token is for one request: the published clients give it one to five seconds
	leeway     = 30 * time.Second
)

// claims are what a request token says.
type claims struct {
	Issuer    string        `json:"iss"`
	Subject   string        `json:"sub"`
	Audience  string        `json:"aud"`
	ID        string        `json:"jti"`
	IssuedAt  moment        `json:"iat"`
	NotBefore moment        `json:"nbf"`
	Expires   moment        `json:"exp"`
	Request   requestClaims `json:"request"`
}

type requestClaims struct {
	Method string  `json:"meth"`
	Path   string  `json:"path"`
	Hash   *string `json:"hash"`
	Func   *string `json:"func"`
}

// moment is seconds since 1970, as tokens count; 0 is none.
type moment float64

func (m moment) time() time.Time { return time.Unix(int64(m), 0) }

// sound reports a moment that a clock can show.
func (m moment) sound() bool { return m >= 1 && m < 1<<40 && !math.IsNaN(float64(m)) }

// token is a request token whose signature was not looked at yet.
type token struct {
	*envelope.Token

	claims claims
}

// readToken takes the Authorization header apart. It believes nothing.
func readToken(r *endpoint.Request) (*token, error) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return nil, fmt.Errorf("%w: there are %d Authorization headers", envelope.ErrToken, len(values))
	}
	text, ok := strings.CutPrefix(values[0], envelope.Scheme+" ")
	if !ok {
		return nil, fmt.Errorf("%w: the scheme is another", envelope.ErrToken)
	}
	return parseToken(text)
}

func parseToken(text string) (*token, error) {
	signed, err := envelope.ParseToken(text)
	if err != nil {
		return nil, err
	}
	t := &token{Token: signed}
	if err := json.Unmarshal(signed.Claimed(), &t.claims); err != nil {
		return nil, fmt.Errorf("%w: %w", envelope.ErrToken, err)
	}
	if t.claims.Subject == "" {
		t.claims.Subject = t.claims.Issuer
	}
	return t, t.claims.sound(t.KeyID)
}

// sound refuses what no client sends, before anything is looked up by it.
func (c *claims) sound(keyID string) error {
	switch {
	case keyID == "" || len(keyID) > maxKeyID:
		return fmt.Errorf("%w: it names no key", envelope.ErrToken)
	case c.ID == "" || len(c.ID) > maxTokenID || strings.ContainsRune(c.ID, 0):
		return fmt.Errorf("%w: its id is missing or too long", envelope.ErrToken)
	case !c.IssuedAt.sound() || !c.NotBefore.sound() || !c.Expires.sound():
		return fmt.Errorf("%w: a time is missing", envelope.ErrToken)
	}
	return nil
}

// timely refuses tokens of another time, and those that want to live for long.
func (c *claims) timely(now time.Time) error {
	switch {
	case c.NotBefore.time().After(now.Add(leeway)), c.IssuedAt.time().After(now.Add(leeway)):
		return errors.New("the token is of the future; set the clock")
	case c.Expires.time().Add(leeway).Before(now):
		return errors.New("the token has expired")
	case c.Expires.time().Sub(c.IssuedAt.time()) > maxLife:
		return errors.New("the token lives too long")
	}
	return nil
}

// spentUntil is when nobody would believe the token any more, nor another node whose clock is behind ours by as much
// as a client's may be.
func (c *claims) spentUntil() time.Time { return c.Expires.time().Add(2 * leeway).UTC() }

// fits compares the token with the request that carries it. A body must be named, and only a body.
func (c *claims) fits(method, path string, body []byte) error {
	r := c.Request
	switch {
	case r.Method != method:
		return errors.New("the token is for another method")
	case r.Path != path:
		return errors.New("the token is for another path")
	case (r.Hash != nil) != (len(body) > 0), (r.Func != nil) != (len(body) > 0):
		return errors.New("the token and the request disagree about a body")
	case len(body) == 0:
		return nil
	}
	if !envelope.Digests(*r.Func, *r.Hash, body) {
		return errors.New("the body is another than the token's")
	}
	return nil
}

// pathOf is the path as the client signed it: a base address with a slash at its end doubles the first.
func pathOf(r *endpoint.Request) string {
	return "/" + strings.TrimLeft(r.URL.EscapedPath(), "/")
}

// claimed are the names in a token that may be nobody's, for an answer that says no: clients compare who it is to,
// whatever went wrong. Without a token there is no client that would, and there are none.
func claimed(r *endpoint.Request) claims {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), envelope.Scheme+" ")
	if !ok {
		return claims{}
	}
	_, rest, _ := strings.Cut(text, ".")
	middle, _, _ := strings.Cut(rest, ".")
	raw, err := base64.RawURLEncoding.DecodeString(middle)
	var in struct {
		Issuer  member[string] `json:"iss"`
		Subject member[string] `json:"sub"`
		ID      member[string] `json:"jti"`
	}
	if err != nil || json.Unmarshal(raw, &in) != nil {
		return claims{}
	}
	if in.ID.value == "" || len(in.ID.value)+len(in.Issuer.value)+len(in.Subject.value) > maxNames {
		return claims{}
	}
	return claims{Issuer: in.Issuer.value, Subject: in.Subject.value, ID: in.ID.value}
}

// maxNames bounds what an answer repeats of a token that nobody vouches for, in bytes: three names have 116.
const maxNames = 512
