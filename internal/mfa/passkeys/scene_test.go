package passkeys_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// The shop of these tests, and a page of somebody else.
const (
	shopID  = "shop.example"
	shop    = "https://shop.example"
	related = "https://shop-related.example"
	thief   = "https://shop.example.evil.example"
)

// desk is a server whose application has a relying party.
type desk struct {
	*mfatest.World

	tb       testing.TB
	passkeys *passkeys.Service
	caller   *mfa.Caller
}

func newDesk(tb testing.TB, w *mfatest.World) *desk {
	tb.Helper()
	d := &desk{World: w, tb: tb}
	d.passkeys = passkeys.New(passkeys.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now}), Sealer: w,
	})
	d.caller = d.set(w.Caller, mfa.RelyingParty{ID: shopID, Name: "Shop", Origins: []string{shop}, RelatedOrigins: []string{related}})
	return d
}

// set gives an application a relying party.
func (d *desk) set(c *mfa.Caller, p mfa.RelyingParty) *mfa.Caller {
	d.tb.Helper()
	d.check(d.Store.Write(d.Context(), func(w mfa.WriteRecords) error {
		a, err := w.Application(c.Application.ID)
		if err != nil {
			return err
		}
		a.Settings.RelyingParty = &p
		_, err = w.PutApplication(a)
		return err
	}))
	fresh, err := d.Beside(d.Service.Options()).CallerFor(d.Context(), c.Application.ID)
	d.check(err)
	return fresh
}

// beside is another application of the same directory, with a relying party or without.
func (d *desk) beside(name string, p *mfa.RelyingParty) *mfa.Caller {
	d.tb.Helper()
	var id mfa.ApplicationID
	d.check(d.Store.Write(d.Context(), func(w mfa.WriteRecords) error {
		settings := mfa.DefaultSettings()
		settings.RelyingParty = p
		a, err := w.PutApplication(mfa.Application{
			ID: mfa.NewID[mfa.ApplicationID](), OrganizationID: d.caller.Organization.ID, DirectoryID: d.caller.Directory.ID, Name: name, Settings: settings,
		})
		id = a.ID
		return err
	}))
	c, err := d.Service.CallerFor(d.Context(), id)
	d.check(err)
	return c
}

func (d *desk) check(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}

// refused holds an error to its code and, where one is named, its reason.
func refused(t testing.TB, what string, err error, code mfa.Code, reason mfa.Reason) {
	t.Helper()
	e, ok := errors.AsType[*mfa.Error](err)
	if !ok || e.Code != code || e.Reason != reason {
		t.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func list(all []passkeys.Descriptor) []map[string]any {
	out := make([]map[string]any, 0, len(all))
	for _, d := range all {
		out = append(out, map[string]any{"type": "public-key", "id": text(d.ID)})
	}
	return out
}

// creation writes options as a front door would.
func creation(tb testing.TB, r passkeys.Registration) []byte {
	tb.Helper()
	params := []map[string]any{}
	for _, a := range r.Algorithms {
		params = append(params, map[string]any{"type": "public-key", "alg": a})
	}
	out, err := json.Marshal(map[string]any{
		"challenge": text(r.Challenge), "rp": map[string]any{"id": r.RelyingParty.ID}, "user": map[string]any{"id": text(r.UserHandle)},
		"pubKeyCredParams": params, "excludeCredentials": list(r.Exclude),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func request(tb testing.TB, s passkeys.SignIn) []byte {
	tb.Helper()
	out, err := json.Marshal(map[string]any{"challenge": text(s.Challenge), "rpId": s.RelyingParty.ID, "allowCredentials": list(s.Allow)})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// newcomer begins to register a name.
func (d *desk) newcomer(name string) passkeys.Registration {
	d.tb.Helper()
	r, err := d.passkeys.BeginRegistration(d.Context(), passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.NewUser, Username: name})
	d.check(err)
	return r
}

// made is what an authenticator answers to creation options.
func (d *desk) made(a *passkeytest.Authenticator, r passkeys.Registration) passkeys.FinishRegistration {
	d.tb.Helper()
	answer, err := a.Create(shop, creation(d.tb, r))
	d.check(err)
	return passkeys.FinishRegistration{Caller: d.caller, ID: r.ID, Challenge: r.Challenge, Registration: mfa.PasskeyRegistration{
		CredentialID: answer.CredentialID, ClientData: answer.ClientData, Attestation: answer.Attestation, Transports: answer.Transports,
	}}
}

// join registers a new user.
func (d *desk) join(name string, a *passkeytest.Authenticator) passkeys.SignedIn {
	d.tb.Helper()
	out, err := d.passkeys.FinishRegistration(d.Context(), d.made(a, d.newcomer(name)))
	d.check(err)
	return out
}

func (d *desk) begin(ref mfa.UserRef) passkeys.SignIn {
	d.tb.Helper()
	s, err := d.passkeys.BeginSignIn(d.Context(), passkeys.BeginSignIn{Caller: d.caller, User: ref})
	d.check(err)
	return s
}

func assertion(a passkeytest.Assertion) mfa.PasskeyAssertion {
	return mfa.PasskeyAssertion{
		CredentialID: a.CredentialID, ClientData: a.ClientData, AuthenticatorData: a.AuthenticatorData, Signature: a.Signature, UserHandle: a.UserHandle,
	}
}

// signed is what an authenticator answers to request options at an origin.
func (d *desk) signed(a *passkeytest.Authenticator, s passkeys.SignIn, origin string) mfa.PasskeyAssertion {
	d.tb.Helper()
	answer, err := a.Get(origin, request(d.tb, s))
	d.check(err)
	return assertion(answer)
}

// enter signs in at the shop.
func (d *desk) enter(ref mfa.UserRef, a mfa.PasskeyAssertion) (passkeys.SignedIn, error) {
	out, _, err := d.passkeys.FinishSignIn(d.Context(), passkeys.FinishSignIn{Caller: d.caller, User: ref, Assertion: a, Source: "192.0.2.7", UserAgent: "test"})
	return out, err
}

// events lists the types of what happened to a user.
func (d *desk) events(u mfa.UserID, types ...mfa.EventType) []mfa.EventType {
	d.tb.Helper()
	var out []mfa.EventType
	d.check(d.Store.Read(d.Context(), func(r mfa.Records) error {
		out = nil
		all, err := r.Events(mfa.EventFilter{UserID: u, Types: types, Limit: 1000})
		for _, e := range all {
			out = append(out, e.Type)
		}
		return err
	}))
	return out
}

func count[T comparable](list []T, what T) int {
	return len(slices.DeleteFunc(slices.Clone(list), func(v T) bool { return v != what }))
}

// countingStore counts the writes that go through it.
type countingStore struct {
	mfa.Store

	writes atomic.Int64
}

// Write counts and passes on.
func (s *countingStore) Write(ctx context.Context, f func(mfa.WriteRecords) error) error {
	s.writes.Add(1)
	return s.Store.Write(ctx, f)
}

// over is the service over another store.
func (d *desk) over(s mfa.Store) *passkeys.Service {
	return passkeys.New(passkeys.Config{Domain: d.Service, Store: s, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: d.Clock.Now})})
}
