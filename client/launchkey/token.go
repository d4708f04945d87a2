package launchkey

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// tolerance is how far a token's times may be from the server's clock as we know
// it, which runs up to a second late by itself.
const tolerance = 5 * time.Second

// digest says what a body hashes to, and with which function.
type digest struct {
	Func string `json:"func,omitempty"`
	Hash string `json:"hash,omitempty"`
}

func digestOf(body string) digest {
	if body == "" {
		return digest{}
	}
	sum, _ := envelope.Digest(envelope.SHA256, []byte(body))
	return digest{Func: envelope.SHA256, Hash: sum}
}

// check compares: a digest goes with a body, and none without.
func (d digest) check(body []byte) error {
	switch {
	case len(body) == 0 && d == digest{}:
		return nil
	case len(body) == 0:
		return unverified("its token speaks of a body, but there is none")
	case d.Hash == "":
		return unverified("its token says nothing of the body")
	case !envelope.Digests(d.Func, d.Hash, body):
		return unverified("its body was altered, or is digested by an unknown function")
	}
	return nil
}

type requestClaims struct {
	Method string `json:"meth"`
	Path   string `json:"path"`
	digest
}

type responseClaims struct {
	Status   *int    `json:"status"`
	Location *string `json:"location"`
	Cache    *string `json:"cache"`
	digest
}

// claims are those of a token from the server. Absent is another thing than
// zero in those that must be there.
type claims struct {
	Issuer    string          `json:"iss"`
	Audience  string          `json:"aud"`
	Subject   string          `json:"sub"`
	ID        string          `json:"jti"`
	IssuedAt  *int64          `json:"iat"`
	NotBefore *int64          `json:"nbf"`
	Expires   *int64          `json:"exp"`
	Response  *responseClaims `json:"response"`
	Request   *requestClaims  `json:"request"`
}

// sign makes the token of a request and returns its id.
func (c client) sign(now time.Time, method, path, body string) (token, id string, err error) {
	id = newTokenID()
	issued := now.Unix()
	payload, err := json.Marshal(map[string]any{
		"iss": c.issuer.reference, "sub": c.subject, "aud": c.issuer.server.identifier, "jti": id,
		"iat": issued, "nbf": issued, "exp": issued + c.issuer.expiry,
		"request": requestClaims{Method: method, Path: path, digest: digestOf(body)},
	})
	if err != nil {
		return "", "", err
	}
	ring := c.issuer.keys()
	signer, err := envelope.NewSigner(string(ring.signing), ring.private[ring.signing])
	if err != nil {
		return "", "", err
	}
	token, err = signer.Sign(payload)
	return token, id, err
}

// newTokenID is a random UUID.
func newTokenID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// verify reads a token that the server signed for this client, now.
func (c client) verify(ctx context.Context, token string) (*claims, error) {
	signed, err := parseToken(token)
	if err != nil {
		return nil, err
	}
	key, err := c.issuer.server.key(ctx, KeyID(signed.KeyID))
	if err != nil {
		return nil, err
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, unverified("its token is not signed by the server")
	}
	read, err := readClaims(payload)
	if err != nil {
		return nil, err
	}
	now, err := c.issuer.server.now(ctx)
	if err != nil {
		return nil, err
	}
	if err := read.timely(now); err != nil {
		return nil, err
	}
	switch {
	case read.Issuer != c.issuer.server.identifier:
		return nil, unverified("its token was issued by another platform")
	case read.Audience != string(c.issuer.reference):
		return nil, unverified("its token is for another entity")
	case read.Subject != string(c.subject):
		return nil, unverified("its token is about another entity")
	}
	return read, nil
}

// parseToken reads the form of a token, and proves nothing.
func parseToken(text string) (*envelope.Token, error) {
	if text == "" {
		return nil, unverified("it has no token")
	}
	token, err := envelope.ParseToken(text)
	if err != nil {
		return nil, unverified("its token is no RS256, RS384 or RS512 token")
	}
	return token, nil
}

func readClaims(payload []byte) (*claims, error) {
	var read claims
	if err := json.Unmarshal(payload, &read); err != nil {
		return nil, unverified("a claim of its token has another type than the protocol says")
	}
	if read.IssuedAt == nil || read.NotBefore == nil || read.Expires == nil {
		return nil, unverified("its token lacks a time")
	}
	return &read, nil
}

func (c *claims) timely(now time.Time) error {
	early, late := now.Add(-tolerance).Unix(), now.Add(tolerance).Unix()
	switch {
	case *c.NotBefore > late || *c.IssuedAt > late:
		return unverified("its token is of the future; check the clocks")
	case *c.Expires < early:
		return unverified("its token has expired; check the clocks")
	}
	return nil
}

// verifyAnswer proves an answer: signed by the server for this request, and
// everything of HTTP as it was when it was signed.
func (c client) verifyAnswer(ctx context.Context, answered *answer, id string) error {
	read, err := c.verify(ctx, answered.header.Get(envelope.Header))
	if err != nil {
		return err
	}
	switch {
	case read.ID != id:
		return unverified("its token answers another request")
	case read.Response == nil || read.Response.Status == nil:
		return unverified("its token does not tell the status")
	case *read.Response.Status != answered.status:
		return unverified("its status was altered")
	case !sameHeader(answered.header, "Location", read.Response.Location):
		return unverified("its Location header was altered")
	case !sameHeader(answered.header, "Cache-Control", read.Response.Cache):
		return unverified("its Cache-Control header was altered")
	}
	return read.Response.check(answered.body)
}

// sameHeader: a header is there exactly when the token has it.
func sameHeader(header http.Header, name string, claimed *string) bool {
	values := header.Values(name)
	if claimed == nil {
		return len(values) == 0
	}
	return len(values) > 0 && strings.Join(values, ", ") == *claimed
}
