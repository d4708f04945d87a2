package launchkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// What bodies may be sealed with. The clients use RSA-OAEP with SHA-1 or with SHA-256.
var (
	keyAlgorithms     = []jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256}
	contentEncryption = []jose.ContentEncryption{jose.A256CBC_HS512}
)

var errSealed = errors.New("the body cannot be opened")

// open opens the request's body with the key pair of the API that it names. Whatever is wrong with it is one
// answer: a client learns nothing about why.
func (d *Dialect) open(ctx context.Context, c *call) error {
	if len(c.body) == 0 {
		c.body = nil
		return nil
	}
	sealed, err := parseSealed(c.body)
	if err != nil {
		return &refusal{failure: failArguments, cause: err}
	}
	key, err := d.ring.find(ctx, sealed.Header.KeyID)
	if err != nil {
		return err
	}
	if key == nil {
		return &refusal{failure: failArguments, cause: fmt.Errorf("%w: it names another key", errSealed)}
	}
	if c.body, err = openSealed(sealed, key); err != nil {
		return &refusal{failure: failArguments, cause: err}
	}
	return nil
}

// parseSealed takes a compact JWE apart. Compressed ones are refused: what they grow to is not bounded by what
// was received.
func parseSealed(body []byte) (*jose.JSONWebEncryption, error) {
	sealed, err := jose.ParseEncryptedCompact(string(body), keyAlgorithms, contentEncryption)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSealed, err)
	}
	for _, odd := range []jose.HeaderKey{"zip", "crit"} {
		if _, ok := sealed.Header.ExtraHeaders[odd]; ok {
			return nil, fmt.Errorf("%w: the header has %s", errSealed, odd)
		}
	}
	return sealed, nil
}

func openSealed(sealed *jose.JSONWebEncryption, key *apiKey) ([]byte, error) {
	plaintext, err := sealed.Decrypt(key.private)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSealed, err)
	}
	if !utf8.Valid(plaintext) {
		return nil, fmt.Errorf("%w: it is not UTF-8", errSealed)
	}
	return plaintext, nil
}

// answer is what a call gives back: a status, and a value to seal, if there is one.
type answer struct {
	status int
	value  any
	to     *recipient // instead of the issuer's key of the moment
}

// done is an answer without a body, made an answer with one by created or found.
func done() (answer, error) { return answer{status: http.StatusNoContent}, nil }

func created(v any) (answer, error) { return answer{status: http.StatusCreated, value: v}, nil }

func found(v any) (answer, error) { return answer{status: http.StatusOK, value: v}, nil }

// contentSealed is the type of sealed bodies, exactly so: one published client compares the whole of it.
const contentSealed = "application/jose"

// respond seals and signs an answer.
func (d *Dialect) respond(ctx context.Context, c *call, a answer) (endpoint.Response, error) {
	var body []byte
	if a.value != nil {
		plaintext, err := json.Marshal(a.value)
		if err != nil {
			return endpoint.Response{}, fmt.Errorf("write an answer: %w", err)
		}
		to := a.to
		if to == nil {
			to = c.to
		}
		if body, err = to.seal(plaintext); err != nil {
			return endpoint.Response{}, err
		}
	}
	return d.signed(ctx, c.claims, a.status, body)
}

// answerClaims are what the token of an answer says. Members are in the order of the published samples; times
// are whole seconds.
type answerClaims struct {
	Issuer    string         `json:"iss"`
	Audience  string         `json:"aud"`
	Subject   string         `json:"sub"`
	ID        string         `json:"jti"`
	IssuedAt  int64          `json:"iat"`
	NotBefore int64          `json:"nbf"`
	Expires   int64          `json:"exp"`
	Response  *responseClaim `json:"response,omitempty"`
	Request   *requestClaims `json:"request,omitempty"` // of a webhook
}

type responseClaim struct {
	Status int    `json:"status"`
	Hash   string `json:"hash,omitempty"`
	Func   string `json:"func,omitempty"`
}

// answerLife is how long the token of an answer or a webhook may be believed.
const answerLife = 60

// stamp fills in what every token that goes out says of itself, at this moment.
func (d *Dialect) stamp(c answerClaims) answerClaims {
	now := d.service.Now().Unix()
	c.Issuer, c.IssuedAt, c.NotBefore, c.Expires = platform, now, now, now+answerLife
	return c
}

// signed is a whole answer with its token. Clients hold Cache-Control against the token, so there is none.
func (d *Dialect) signed(ctx context.Context, to claims, status int, body []byte) (endpoint.Response, error) {
	said := responseClaim{Status: status}
	resp := endpoint.Response{Status: status, Body: body, Header: http.Header{"Cache-Control": nil}}
	if len(body) > 0 {
		said.Func = funcSHA256
		said.Hash, _ = digest(funcSHA256, body)
		resp.ContentType = contentSealed
	}
	compact, err := d.sign(ctx, answerClaims{Audience: to.Issuer, Subject: to.Subject, ID: to.ID, Response: &said})
	if err != nil {
		return endpoint.Response{}, err
	}
	resp.Header[headerToken] = []string{compact}
	return resp, nil
}

// sign stamps and signs a token with the newest key of the API.
func (d *Dialect) sign(ctx context.Context, c answerClaims) (string, error) {
	key, err := d.ring.current(ctx)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(d.stamp(c))
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	jws, err := key.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return jws.CompactSerialize()
}
