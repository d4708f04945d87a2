package launchkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// open opens the request's body with the key pair of the API that it names. Whatever is wrong with it is one
// answer: a client learns nothing about why.
func (d *Dialect) open(ctx context.Context, c *call) error {
	if len(c.body) == 0 {
		c.body = nil
		return nil
	}
	sealed, err := envelope.ParseSealed(string(c.body))
	if err != nil {
		return &refusal{failure: failArguments, cause: err}
	}
	key, err := d.ring.Find(ctx, sealed.KeyID)
	if err != nil {
		return err
	}
	if key == nil {
		return &refusal{failure: failArguments, cause: errors.New("the body is sealed to another key")}
	}
	err = d.gate.pass(ctx, func() (err error) {
		c.body, err = openSealed(sealed, key)
		return err
	})
	if err != nil && ctx.Err() == nil {
		return &refusal{failure: failArguments, cause: err}
	}
	return err
}

func openSealed(sealed *envelope.Sealed, key *apiKey) ([]byte, error) {
	plaintext, err := sealed.Open(key.private)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(plaintext) {
		return nil, errors.New("the body is not UTF-8")
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
		said.Func = envelope.SHA256
		said.Hash, _ = envelope.Digest(envelope.SHA256, body)
		resp.ContentType = envelope.ContentType
	}
	compact, err := d.sign(ctx, answerClaims{Audience: to.Issuer, Subject: to.Subject, ID: to.ID, Response: &said})
	if err != nil {
		return endpoint.Response{}, err
	}
	resp.Header[envelope.Header] = []string{compact}
	return resp, nil
}

// sign stamps and signs a token with the newest key of the API.
func (d *Dialect) sign(ctx context.Context, c answerClaims) (string, error) {
	key, err := d.ring.Current(ctx)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(d.stamp(c))
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	var token string
	err = d.gate.pass(ctx, func() (err error) {
		token, err = key.signer.Sign(payload)
		return err
	})
	return token, err
}
