package native

import (
	"context"
	"errors"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// deviceFunc answers a linked device. The body has been read, because the proof covers it.
type deviceFunc func(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error)

// device lets linked devices through: it checks the proof, spends its nonce and finds who holds the key.
func (d *Dialect) device(next deviceFunc) endpoint.Func { return d.foreseeing(nothing, next) }

// nothing is the foresight of most requests.
func nothing(*endpoint.Request) mfa.Foresight { return mfa.Foresight{} }

// foreseeing is device for a request of which it can be told what it looks at.
func (d *Dialect) foreseeing(what func(*endpoint.Request) mfa.Foresight, next deviceFunc) endpoint.Func {
	return func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		proof, body, err := d.proof(r)
		if err != nil {
			return endpoint.Response{}, err
		}
		caller, err := d.service.AuthenticateDevice(ctx, spendable(r, proof), what(r))
		if err != nil {
			return endpoint.Response{}, err
		}
		caller.Data.LastIP = source(r)
		endpoint.Record(ctx).Set("device", string(caller.Device.ID))
		return next(ctx, r, caller, body)
	}
}

// proof checks the signature of a request against its method, path, query and body.
func (d *Dialect) proof(r *endpoint.Request) (*receipt.Proof, []byte, error) {
	header := r.Header.Values(api.HeaderProof)
	if len(header) != 1 {
		return nil, nil, problem(api.CodeProofMissing, "the request carries no DPoP proof, or several")
	}
	body, err := r.Bytes()
	if err != nil {
		return nil, nil, err
	}
	proof, err := receipt.ParseProof(header[0], r.Method, r.URL.RequestURI(), body)
	if err != nil {
		return nil, nil, &problemError{code: api.CodeProofInvalid, detail: "the proof is not for this request", cause: err}
	}
	return proof, body, nil
}

func spendable(r *endpoint.Request, p *receipt.Proof) mfa.RequestProof {
	return mfa.RequestProof{Thumbprint: p.Thumbprint, Nonce: p.JTI, At: p.IssuedAt, Binding: binding(r)}
}

// binding is what a request shows of the browser that it comes from, "" for nothing.
func binding(r *endpoint.Request) string {
	for _, name := range []string{api.CookieBindingHost, api.CookieBinding} {
		if cookie, err := r.Cookie(name); err == nil {
			return mfa.DigestOfBinding(cookie.Value)
		}
	}
	return ""
}

// source is the device's address as limits and events keep it.
func source(r *endpoint.Request) string {
	if !r.Client.IsValid() {
		return ""
	}
	return r.Client.String()
}

// application lets an application through by its key in an Authorization header.
func (d *Dialect) application(ctx context.Context, r *endpoint.Request) (*mfa.Caller, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, problem(codeKeyInvalid, "send the application's key as Authorization: Bearer KEY")
	}
	caller, err := d.service.Authenticate(ctx, mfa.KeyAuthyAPI, mfa.SecretText(strings.TrimSpace(key)))
	if refusal, ok := errors.AsType[*mfa.Error](err); ok && refusal.Code == mfa.Unauthenticated {
		return nil, problem(codeKeyInvalid, refusal.Message)
	}
	return caller, err
}
