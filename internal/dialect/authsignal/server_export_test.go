package authsignal

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// What comes over the network is parsed by these, for tests from outside.
var (
	Basic      = basic
	ReadAccess = func(text string) error { _, _, err := readAccess(text); return err }
)

// Signature signs a body as webhooks are.
func Signature(keys []mfa.Key, at time.Time, body []byte) string {
	return hookSignature(keys, at, body)
}

// TokenSays reads a token without believing it, and gives whose it says that it is.
func TokenSays(text string) (tenant, user string, err error) {
	_, said, err := readToken(text)
	return said.Other.Tenant, said.Other.UserID, err
}

// Sealed makes a token as the dialect would, of a key of the test's choice.
func Sealed(key mfa.Secret, claims any) (string, error) { return seal(key, claims) }

// FirstValue is how much of a text its first JSON value takes, and whether that ends there.
func FirstValue(pieces ...[]byte) (n int, whole bool) {
	var v value
	for _, piece := range pieces {
		at, ended := v.end(piece)
		if n += at; ended {
			return n, true
		}
	}
	return n, false
}

// Found is the line of the table that a path leads to, "" for none, and the values in it.
func Found(method, path string) (route string, values [maxParams]string) {
	r := newRouter(routes())
	found := r.find(method, path)
	if found.route == nil {
		return "", found.values
	}
	return found.route.name(), found.values
}

// DecodeAll reads a body into the requests of every call of the server's API, and judges what a call judges by itself.
func DecodeAll(body []byte) {
	var track trackRequest
	var validate validateRequest
	var change userChange
	var enroll enrollRequest
	var batch batchRequest
	var device deviceChange
	var challenge otpRequest
	var verify verifyRequest
	var claim claimRequest
	var session sessionRequest
	for _, into := range []any{&track, &validate, &change, &enroll, &batch, &device, &challenge, &verify, &claim, &session} {
		if decode(body, into) != nil {
			return
		}
	}
	_, _ = enroll.entry()
	_, _ = challenge.method()
	_, _ = device.until(time.Now())
}

// ServerTable are the routes of the server's API, in their order.
func ServerTable() []string {
	var out []string
	for _, r := range serverRoutes() {
		out = append(out, r.name())
	}
	return out
}
