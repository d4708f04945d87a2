package stepup

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// NewPasskey asks for creation options.
type NewPasskey struct {
	Method      mfa.Method // passkey or security key
	Username    string     // shown by the authenticator; "" for what is known of the user
	DisplayName string
	Attachment  string // "": either
}

// MadePasskey brings what a browser made.
type MadePasskey struct {
	Method       mfa.Method
	ID           mfa.CeremonyID // "": found by the challenge that was signed
	Registration mfa.PasskeyRegistration
	Attachment   string // as the browser tells it
	Name         string
	// Conditional takes one that a password manager made by itself, with nobody there.
	Conditional bool
}

// passContext ties a passkey's challenge to the action for which it was drawn, and to the method.
func passContext(p Pass, m mfa.Method) string {
	return "stepup:" + string(m) + ":" + string(p.ActionID)
}

// BeginPasskey begins to register a passkey or security key.
func (s *Service) BeginPasskey(ctx context.Context, p Pass, in NewPasskey) (passkeys.Registration, error) {
	if p.UserID == "" {
		return passkeys.Registration{}, errNobody
	}
	begin := passkeys.BeginRegistration{
		Caller: p.Caller, Mode: passkeys.Add, User: mfa.UserRef{ID: p.UserID}, OverrideName: in.Username, DisplayName: in.DisplayName,
		Attachment: in.Attachment, ResidentKey: passkeys.Required, Context: passContext(p, in.Method), Life: life(p.Caller, in.Method), Source: p.Source,
	}
	switch in.Method {
	case mfa.MethodPasskey:
	case mfa.MethodSecurityKey:
		begin.SecurityKey, begin.Attachment, begin.ResidentKey = true, passkeys.CrossPlatform, passkeys.Discouraged
	default:
		return passkeys.Registration{}, errMethodOff
	}
	if in.Username == "" || in.DisplayName == "" {
		if err := s.nameFor(ctx, p, &begin); err != nil {
			return passkeys.Registration{}, err
		}
	}
	begin.Spend = func(w mfa.WriteRecords, _ mfa.User) (refusal, err error) {
		a, err := s.beside(w, p, nil)
		if err == nil {
			err = a.enrollable(in.Method)
		}
		return nil, err
	}
	return s.passkeys.BeginRegistration(ctx, begin)
}

// nameFor fills in what is known of the user.
func (s *Service) nameFor(ctx context.Context, p Pass, begin *passkeys.BeginRegistration) error {
	v, err := s.Look(ctx, p)
	if err != nil {
		return err
	}
	begin.OverrideName = firstOf(begin.OverrideName, v.Action.Request.Username, v.Profile.Username, v.Action.Request.Email, v.Profile.Email, v.User.Email())
	begin.DisplayName = firstOf(begin.DisplayName, v.Profile.DisplayName, begin.OverrideName)
	return nil
}

// beside is an attempt in the middle of a transaction of somebody else's, at an action that a proof may move.
func (s *Service) beside(w mfa.WriteRecords, p Pass, cleared *proof) (*attempt, error) {
	a := &attempt{Service: s, Pass: p, w: w, now: s.domain.Now(), cleared: cleared}
	err := a.begin()
	if err == nil {
		err = a.provable()
	}
	return a, err
}

// FinishPasskey registers it.
func (s *Service) FinishPasskey(ctx context.Context, p Pass, in MadePasskey) (Result, error) {
	if p.UserID == "" {
		return Result{}, errNobody
	}
	challenge, err := challengeOf(in.Registration.ClientData)
	if err != nil {
		return Result{}, err
	}
	var out Result
	err = s.gated(ctx, p.Caller, func(cleared *proof) error {
		_, err := s.passkeys.FinishRegistration(ctx, passkeys.FinishRegistration{
			Caller: p.Caller, ID: in.ID, Challenge: challenge, Contexts: []string{passContext(p, in.Method)}, Registration: in.Registration,
			Name: in.Name, Source: p.Source, UserAgent: p.UserAgent, Attachment: in.Attachment, DeviceID: p.DeviceID, Unattended: in.Conditional,
			Also: func(w mfa.WriteRecords, made passkeys.SignedIn) (err error) {
				out, err = s.enrolPasskey(w, p, cleared, in.Method, made)
				return err
			},
		})
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

// enrolPasskey lets a registration count, in its own write: the passkey is there, the others are looked at without it.
func (s *Service) enrolPasskey(w mfa.WriteRecords, p Pass, cleared *proof, m mfa.Method, made passkeys.SignedIn) (Result, error) {
	a, err := s.beside(w, p, cleared)
	if err != nil {
		return Result{}, err
	}
	if made.User.ID != p.UserID {
		return Result{}, errNoPrompt
	}
	others := a.held[:0:0]
	for _, held := range a.held {
		if held.ID != made.Authenticator.ID {
			others = append(others, held)
		}
	}
	a.held = others
	return a.enrol(added{Authenticator: made.Authenticator, method: m, written: true}, func() (bool, error) { return true, nil })
}

// challengeOf reads, without believing it, which challenge a browser answered.
func challengeOf(clientData []byte) ([]byte, error) {
	var said struct {
		Challenge mfa.Octets `json:"challenge"`
	}
	if err := json.Unmarshal(clientData, &said); err != nil || len(said.Challenge) == 0 {
		return nil, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPasskeyMalformed, Message: "the client data cannot be read", Cause: err}
	}
	return said.Challenge, nil
}

// PasskeyAmong finds the first of the credentials that counts at the application.
func (s *Service) PasskeyAmong(ctx context.Context, c *mfa.Caller, credentials [][]byte) (people.Entry, error) {
	if err := c.Enabled(); err != nil {
		return people.Entry{}, err
	}
	if len(credentials) > maxCredentials {
		credentials = credentials[:maxCredentials]
	}
	var out people.Entry
	err := s.store.Read(ctx, func(r mfa.Records) error {
		for _, id := range credentials {
			held, err := credential(r, c, id)
			if mfa.IsCode(err, mfa.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if found := people.Entries(c, []mfa.Authenticator{held}); len(found) > 0 {
				out = found[0]
				return nil
			}
		}
		return errUnknownPasskey
	})
	return out, err
}

// maxCredentials bounds how many credentials one question names: a browser knows those of a few people.
const maxCredentials = 100

// credential finds a passkey of the caller's relying party in the caller's directory.
func credential(r mfa.Records, c *mfa.Caller, id []byte) (mfa.Authenticator, error) {
	party := c.Application.Settings.RelyingParty
	if party == nil {
		return mfa.Authenticator{}, errMethodOff
	}
	held, err := r.AuthenticatorByThumbprint(mfa.KindPasskey, mfa.PasskeyThumbprint(party.ID, id))
	if mfa.IsCode(err, mfa.NotFound) || err == nil && held.DirectoryID != c.Directory.ID {
		return held, errUnknownPasskey
	}
	return held, err
}
