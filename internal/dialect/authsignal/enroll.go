package authsignal

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// listAuthenticatorsOf lists what a user has, of an unknown one nothing.
func (d *Dialect) listAuthenticatorsOf(ctx context.Context, c *call) (endpoint.Response, error) {
	found, err := d.people.Find(ctx, c.caller, c.values[0])
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return endpoint.Response{}, err
	}
	out := make([]authenticatorView, 0, len(found.Entries))
	for _, e := range found.Entries {
		one := viewOf(e, c.values[0])
		one.IsDefault = e.Method == found.Profile.DefaultMethod
		out = append(out, one)
	}
	return ok(out)
}

// enrollRequest is a means that the application has verified itself.
type enrollRequest struct {
	UserID              string   `json:"userId"` // in lists
	VerificationMethod  string   `json:"verificationMethod"`
	OOBChannel          string   `json:"oobChannel"` // the same in old clients
	PhoneNumber         string   `json:"phoneNumber"`
	Email               string   `json:"email"`
	OTPURI              string   `json:"otpUri"`
	CredentialID        string   `json:"credentialId"`
	CredentialPublicKey string   `json:"credentialPublicKey"`
	Name                string   `json:"name"`
	Transports          []string `json:"transports"`
	AAGUID              string   `json:"aaguid"`
	IsDefault           bool     `json:"isDefault"`
}

type enrollReply struct {
	Authenticator authenticatorView `json:"authenticator"`
	RecoveryCodes []string          `json:"recoveryCodes,omitempty"`
}

// enroll takes a means over for a user, who is made where there is none. Nothing is sent to anybody.
func (d *Dialect) enroll(ctx context.Context, c *call, in *enrollRequest) (endpoint.Response, error) {
	entry, err := in.entry()
	if err != nil {
		return endpoint.Response{}, err
	}
	done, err := d.people.EnrolVerified(ctx, c.caller, c.values[0], entry)
	if err != nil {
		return endpoint.Response{}, err
	}
	view := viewOf(done.Entry, c.values[0])
	view.IsDefault = in.IsDefault
	return ok(enrollReply{view, done.Recovery})
}

func (in *enrollRequest) entry() (people.NewEntry, error) {
	word := in.VerificationMethod
	if word == "" {
		word = in.OOBChannel
	}
	if word == "" {
		return people.NewEntry{}, invalid("verificationMethod is missing")
	}
	m, err := readMethod(word)
	out := people.NewEntry{Method: m, Default: in.IsDefault}
	if err != nil {
		return out, err
	}
	switch m {
	case mfa.MethodSMS, mfa.MethodWhatsApp:
		out.Address, err = needed("phoneNumber", in.PhoneNumber)
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		out.Address, err = needed("email", in.Email)
	case mfa.MethodTOTP:
		if _, err = needed("otpUri", in.OTPURI); err == nil {
			out.Seed, out.TOTP, err = people.ParseSeedURI(in.OTPURI)
		}
	case mfa.MethodPasskey:
		out.Passkey, err = in.passkey()
	}
	return out, err
}

func needed(name, text string) (string, error) {
	if text == "" {
		return "", invalid(name + " is missing")
	}
	return text, nil
}

func (in *enrollRequest) passkey() (mfa.ImportedPasskey, error) {
	out := mfa.ImportedPasskey{Name: in.Name, AAGUID: in.AAGUID, Transports: in.Transports}
	var err error
	if out.CredentialID, err = octetsOf("credentialId", in.CredentialID); err == nil {
		out.PublicKey, err = octetsOf("credentialPublicKey", in.CredentialPublicKey)
	}
	return out, err
}

// octetsOf reads base64url, and standard Base64 as well, padded or not.
func octetsOf(name, text string) ([]byte, error) {
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || len(raw) == 0 {
		return nil, invalid(name + " is missing or not in base64url")
	}
	return raw, nil
}

// deleteAuthenticator takes a means away from a user.
func (d *Dialect) deleteAuthenticator(ctx context.Context, c *call) (endpoint.Response, error) {
	id, err := mfa.ParseUUID("userAuthenticatorId", c.values[1])
	if err != nil {
		return endpoint.Response{}, mfa.Missing("authenticator")
	}
	if _, err := d.people.Remove(ctx, c.caller, c.values[0], mfa.AuthenticatorID(id), ""); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

// Bounds of enrolling many at once.
const (
	maxBatch   = 1000 // as the vendor's service takes
	batchHands = 16   // written at the same time, so that they share commits
)

type batchRequest struct {
	Authenticators []enrollRequest `json:"authenticators"`
}

type batchReply struct {
	Total     int            `json:"total"`
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Failures  []batchFailure `json:"failures"`
}

type batchFailure struct {
	UserID       string `json:"userId"`
	CredentialID string `json:"credentialId"`
	Code         string `json:"errorCode"`
	Description  string `json:"errorDescription"`
}

// enrollMany takes passkeys over for many users. Each counts for itself.
func (d *Dialect) enrollMany(ctx context.Context, c *call, in *batchRequest) (endpoint.Response, error) {
	if n := len(in.Authenticators); n == 0 || n > maxBatch {
		return endpoint.Response{}, invalid("authenticators has 1 to 1000 items")
	}
	errs := make([]error, len(in.Authenticators))
	hands := make(chan struct{}, batchHands)
	var all sync.WaitGroup
	for i := range in.Authenticators {
		hands <- struct{}{}
		all.Go(func() {
			defer func() { <-hands }()
			errs[i] = d.enrollOne(ctx, c, &in.Authenticators[i])
		})
	}
	all.Wait()
	return ok(batchOf(in.Authenticators, errs))
}

func (d *Dialect) enrollOne(ctx context.Context, c *call, in *enrollRequest) error {
	if in.UserID == "" || !plainText(in.UserID) {
		return invalid("userId is missing")
	}
	entry, err := in.entry()
	if err == nil && entry.Method != mfa.MethodPasskey {
		err = invalid("verificationMethod is PASSKEY in lists")
	}
	if err == nil {
		_, err = d.people.EnrolVerified(ctx, c.caller, in.UserID, entry)
	}
	return err
}

func batchOf(asked []enrollRequest, errs []error) batchReply {
	out := batchReply{Total: len(asked), Failures: []batchFailure{}}
	for i, err := range errs {
		if err == nil {
			out.Succeeded++
			continue
		}
		out.Failed++
		why := refusalOf(err)
		code := why.code
		if own, mine := errors.AsType[*mfa.Error](err); mine && own.Reason == mfa.ReasonPasskeyTaken {
			code = failConflict.code
		}
		out.Failures = append(out.Failures, batchFailure{asked[i].UserID, asked[i].CredentialID, code, why.message})
	}
	return out
}
