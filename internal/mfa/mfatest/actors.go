package mfatest

import (
	"crypto/ecdsa"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// Person is a user of the world's application.
type Person struct {
	w    *World
	User mfa.User
}

// Register makes a person with a phone of the given national number (+1).
func (w *World) Register(national string) *Person {
	w.tb.Helper()
	phone, err := mfa.ParsePhone("1", national)
	w.must(err)
	u, err := w.Service.CreateUser(w.Context(), mfa.NewUser{Caller: w.Caller, Email: "ann@example.com", Phone: phone})
	w.must(err)
	return &Person{w, u}
}

// Ref names the person.
func (p *Person) Ref() mfa.UserRef { return mfa.UserRef{Number: p.User.Number} }

// Suspend makes every proof of the person refused.
func (p *Person) Suspend() {
	p.w.tb.Helper()
	p.w.must(p.w.Store.Write(p.w.Context(), func(w mfa.WriteRecords) error {
		u, err := w.LockUser(p.User.DirectoryID, p.Ref())
		if err != nil {
			return err
		}
		u.State = mfa.UserSuspended
		return w.UpdateUser(u)
	}))
}

// Check presents a token from a source.
func (p *Person) Check(token, source string) mfa.TokenResult {
	p.w.tb.Helper()
	r, err := p.w.Service.CheckToken(p.w.Context(), mfa.TokenCheck{Caller: p.w.Caller, User: p.Ref(), Token: token, Force: true, Source: source})
	p.w.must(err)
	return r
}

// Device is a person's phone.
type Device struct {
	w       *World
	Key     *ecdsa.PrivateKey
	Caller  *mfa.DeviceCaller
	Account mfa.Linked
}

// Link gives the person a device by a linking code.
func (p *Person) Link() *Device {
	p.w.tb.Helper()
	code, err := p.w.Service.StartLink(p.w.Context(), p.w.Caller, p.Ref())
	p.w.must(err)
	return p.w.LinkWith(code.Code)
}

// LinkWith makes a device by a linking code.
func (w *World) LinkWith(code string) *Device {
	w.tb.Helper()
	d := &Device{w: w}
	var err error
	d.Key, err = receipt.NewKey()
	w.must(err)
	d.Account, err = w.Service.LinkByCode(w.Context(), code, mfa.NewDevice{Key: d.JWK(), Name: "phone", Platform: "test", Source: "192.0.2.1"})
	w.must(err)
	d.Caller = d.Authenticate("jti-0000000000000-link")
	return d
}

// JWK is the device's public key.
func (d *Device) JWK() json.RawMessage {
	d.w.tb.Helper()
	key, err := receipt.NewJWK(d.Key.Public())
	d.w.must(err)
	encoded, err := json.Marshal(key)
	d.w.must(err)
	return encoded
}

// Authenticate makes a request with that nonce.
func (d *Device) Authenticate(nonce string) *mfa.DeviceCaller {
	d.w.tb.Helper()
	c, err := d.w.Service.AuthenticateDevice(d.w.Context(), d.Proof(nonce), mfa.Foresight{})
	d.w.must(err)
	return c
}

// Proof is what a request's proof would say.
func (d *Device) Proof(nonce string) mfa.RequestProof {
	d.w.tb.Helper()
	key, err := receipt.NewJWK(d.Key.Public())
	d.w.must(err)
	return mfa.RequestProof{Thumbprint: key.Thumbprint(), Nonce: nonce, At: d.w.Clock.Now()}
}

// Code is what the device's TOTP shows.
func (d *Device) Code(after time.Duration) string {
	d.w.tb.Helper()
	code, err := totp.Code(d.Account.Seed, d.Account.TOTP, d.w.Clock.Now().Add(after))
	d.w.must(err)
	return code
}

// Statement is the signed answer to a challenge; change spoils it first.
func (d *Device) Statement(c mfa.Challenge, decision receipt.Decision, change func(*receipt.Statement)) string {
	d.w.tb.Helper()
	question, err := receipt.ParseQuestion(c.Question)
	d.w.must(err)
	s := receipt.Statement{
		Type: receipt.StatementType, Question: question, Decision: decision, Factors: []string{receipt.FactorDevice},
		Device:     receipt.DeviceID{ID: string(d.Caller.Device.ID), Key: d.Caller.Device.Thumbprint},
		DeviceTime: receipt.FormatTime(d.w.Clock.Now()),
	}
	if change != nil {
		change(&s)
	}
	jws, err := receipt.Sign(d.Key, s)
	d.w.must(err)
	return jws
}

// Ask asks the person's devices to approve a message.
func (p *Person) Ask(message string, details ...mfa.Detail) mfa.Challenge {
	p.w.tb.Helper()
	c, err := p.w.Service.AskApproval(p.w.Context(), mfa.AskApproval{
		Caller: p.w.Caller, User: p.Ref(), Message: message, Details: details, Dialect: "test",
	})
	p.w.must(err)
	return c
}

// AskWith asks with more than a message.
func (p *Person) AskWith(add func(*mfa.AskApproval)) (mfa.Challenge, error) {
	ask := mfa.AskApproval{Caller: p.w.Caller, User: p.Ref(), Message: "Log in?", Dialect: "test"}
	add(&ask)
	return p.w.Service.AskApproval(p.w.Context(), ask)
}

// Directory is the world's directory as a caller.
func (w *World) Directory() *mfa.Caller {
	w.tb.Helper()
	c, err := w.Service.CallerForDirectory(w.Context(), w.Caller.Directory.ID)
	w.must(err)
	return c
}

// Events lists the types of what happened to the person, oldest first.
func (p *Person) Events(types ...mfa.EventType) []mfa.Event {
	p.w.tb.Helper()
	var out []mfa.Event
	p.w.must(p.w.Store.Read(p.w.Context(), func(r mfa.Records) (err error) {
		out, err = r.Events(mfa.EventFilter{UserID: p.User.ID, Types: types, Limit: 1000})
		return err
	}))
	return out
}

// Outbox lists an application's deliveries of every state, oldest first.
func (w *World) Outbox(c *mfa.Caller) []mfa.Delivery {
	w.tb.Helper()
	var out []mfa.Delivery
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		out, err = r.DeliveriesOf(c.Application.ID, "", 1000)
		return err
	}))
	slices.Reverse(out)
	return out
}

// MessageOf is the message that a delivery carries.
func (w *World) MessageOf(d mfa.Delivery) mfa.Message {
	w.tb.Helper()
	var m mfa.Message
	w.must(json.Unmarshal(d.Payload.Reveal(), &m))
	return m
}

// NewKey is the key of a device that is not linked yet, with its public half as a JWK.
func (w *World) NewKey() (*ecdsa.PrivateKey, json.RawMessage) {
	w.tb.Helper()
	d := &Device{w: w}
	var err error
	d.Key, err = receipt.NewKey()
	w.must(err)
	return d.Key, d.JWK()
}
