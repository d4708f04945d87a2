package passkeys

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
)

// FinishRegistration brings what a browser made.
type FinishRegistration struct {
	Caller *mfa.Caller // of the same directory as whoever began it, not always the same application
	ID     mfa.CeremonyID
	// Challenge finds the registration where ID is "", and is compared where both are given.
	Challenge []byte
	// Contexts are those that are taken; nil is "" alone.
	Contexts     []string
	Username     string // compared where it is given
	Registration mfa.PasskeyRegistration
	Name         string // "": one is made of the user agent
	Source       string
	UserAgent    string
	Attachment   string // as the browser tells it
	DeviceID     string // by which the application knows the browser
	// Unattended takes one that was made with nobody there.
	Unattended bool
	// Also does more in the write that adds the passkey. Its error leaves nothing behind.
	Also func(w mfa.WriteRecords, in SignedIn) error
}

// FinishRegistration checks what a browser made and writes it, with the user where that is a new one. What is unknown,
// of another directory or finished before is refused with [mfa.ReasonCeremony]; a credential id that is there already
// with [mfa.ReasonPasskeyTaken], a name that was taken meanwhile with [mfa.ReasonUserExists].
func (s *Service) FinishRegistration(ctx context.Context, in FinishRegistration) (SignedIn, error) {
	if err := in.Caller.Enabled(); err != nil {
		return SignedIn{}, err
	}
	c, data, err := s.ceremony(ctx, in)
	if err != nil {
		return SignedIn{}, err
	}
	party, err := s.partyOf(ctx, c, data, in.Caller)
	if err != nil {
		return SignedIn{}, err
	}
	made, err := s.checkNew(c, data, party, in)
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		out, err = s.addPasskey(w, c, data, made, in)
		return err
	})
	return out, err
}

// ceremony finds a registration that the caller may finish.
func (s *Service) ceremony(ctx context.Context, in FinishRegistration) (mfa.Ceremony, started, error) {
	var c mfa.Ceremony
	var data started
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if in.ID == "" {
			c, err = r.CeremonyByChallenge(in.Challenge)
		} else {
			c, err = r.Ceremony(in.ID)
		}
		return err
	})
	switch {
	case mfa.IsCode(err, mfa.NotFound):
		return c, data, errCeremony
	case err != nil:
		return c, data, err
	case c.Kind != mfa.CeremonyRegister && c.Kind != mfa.CeremonyAdd, c.DirectoryID != in.Caller.Directory.ID,
		!sameChallenge(c, in.Challenge), in.Username != "" && in.Username != c.Username:
		return c, data, errCeremony
	case !s.domain.Now().Before(c.ExpiresAt):
		return c, data, errLate
	}
	if data, err = startedOf(c); err == nil && !slices.Contains(contextsOf(in.Contexts), data.Context) {
		err = errCeremony
	}
	return c, data, err
}

func startedOf(c mfa.Ceremony) (started, error) {
	var data started
	if err := json.Unmarshal(c.Data, &data); err != nil {
		return data, internal("a registration cannot be read", err)
	}
	return data, nil
}

// sameChallenge compares what a caller says of a ceremony with what is kept.
func sameChallenge(c mfa.Ceremony, challenge []byte) bool {
	return challenge == nil || bytes.Equal(c.Challenge, challenge)
}

// partyOf is the relying party of whoever began, at the origins of whoever finishes too: a backend begins what a
// browser of the same relying party finishes.
func (s *Service) partyOf(ctx context.Context, c mfa.Ceremony, data started, finisher *mfa.Caller) (mfa.RelyingParty, error) {
	beginner, err := s.domain.CallerFor(ctx, c.ApplicationID)
	if err != nil {
		return mfa.RelyingParty{}, err
	}
	party, err := relyingParty(beginner)
	if err == nil && party.ID != data.RPID {
		err = errCeremony // it has another one since
	}
	if other := finisher.Application.Settings.RelyingParty; err == nil && other != nil && other.ID == party.ID {
		party.Origins = slices.Concat(party.Origins, other.AllOrigins())
	}
	return party, err
}

// credential is a new passkey that was checked.
type credential struct {
	data    mfa.PasskeyData
	counter int64
}

func (s *Service) checkNew(c mfa.Ceremony, data started, party mfa.RelyingParty, in FinishRegistration) (credential, error) {
	made, counter, err := s.factor.Register(mfa.PasskeyExpectation{
		RelyingParty: party, Challenge: c.Challenge, UserVerification: data.UserVerification, Algorithms: data.Algorithms,
		Unattended: in.Unattended,
	}, in.Registration)
	if err != nil {
		return credential{}, err
	}
	if made.UserHandle, err = userHandle(c.UserID); err != nil {
		return credential{}, err
	}
	if made.Key, err = s.jwk(made); err != nil {
		return credential{}, err
	}
	made.RPID, made.UserAgent, made.Discoverable = party.ID, clip(in.UserAgent), made.Discoverable || data.ResidentKey == Required
	made.SecurityKey, made.Attachment, made.DeviceID = data.SecurityKey, clip(in.Attachment), clip(in.DeviceID)
	return credential{made, counter}, nil
}

// jwk writes a passkey's key as receipts carry it.
func (s *Service) jwk(data mfa.PasskeyData) (json.RawMessage, error) {
	key, err := s.key(data)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(key)
	if err != nil {
		return nil, internal("a passkey's key cannot be written", err)
	}
	return out, nil
}

// addPasskey burns the ceremony and writes the credential, in that order: of two who finish at once only one gets
// as far as to use the id that both have.
func (s *Service) addPasskey(w mfa.WriteRecords, c mfa.Ceremony, data started, made credential, in FinishRegistration) (SignedIn, error) {
	won, err := w.TakeCeremony(c.ID, s.domain.Now())
	if err != nil {
		return SignedIn{}, err
	}
	if !won {
		return SignedIn{}, errCeremony
	}
	out := SignedIn{Passkey: made.data, SessionID: mfa.NewID[mfa.SessionID](), At: s.domain.Now()}
	if out.User, err = s.owner(w, c, in); err != nil {
		return out, err
	}
	out.Authenticator = mfa.Authenticator{
		ID: mfa.AuthenticatorID(c.ID), UserID: out.User.ID, DirectoryID: out.User.DirectoryID, Kind: mfa.KindPasskey,
		State: mfa.AuthenticatorActive, Name: cmp.Or(tidyName(in.Name), nameOf(in.UserAgent, made.data)),
		Thumbprint: mfa.PasskeyThumbprint(made.data.RPID, made.data.CredentialID), Counter: made.counter, RegisteredBy: "passkey", CreatedAt: out.At,
	}
	if data.Enrollment != "" {
		return s.addByCode(w, data, out, in.Source)
	}
	if out.Authenticator, err = put(w, out.Authenticator, made.data); err != nil {
		return out, err
	}
	err = s.domain.Append(w, in.Caller, mfa.Event{
		Type: mfa.EventAuthenticatorAdded, UserID: out.User.ID, Source: in.Source, At: out.At, Data: eventData(out, nil),
	})
	if err == nil && in.Also != nil {
		err = in.Also(w, out)
	}
	return out, err
}

// owner makes the user whom a ceremony reserved, or finds the one who is to have one more.
func (s *Service) owner(w mfa.WriteRecords, c mfa.Ceremony, in FinishRegistration) (mfa.User, error) {
	if c.Kind == mfa.CeremonyRegister {
		return s.domain.AddNamedUser(w, mfa.NamedUser{Caller: in.Caller, ID: c.UserID, Name: c.Username, Source: in.Source})
	}
	u, held, err := w.LockCredentials(c.DirectoryID, mfa.UserRef{ID: c.UserID})
	if mfa.IsCode(err, mfa.NotFound) {
		return u, errCeremony // gone since
	}
	if err == nil {
		err = mfa.UsableBy(u, in.Caller)
	}
	if err == nil {
		err = s.domain.RoomForOne(held)
	}
	return u, err
}

// put writes a passkey. Its thumbprint is unique among all authenticators, revoked ones too.
func put(w mfa.WriteRecords, a mfa.Authenticator, data mfa.PasskeyData) (mfa.Authenticator, error) {
	encoded, err := json.Marshal(data)
	if err != nil {
		return a, internal("a passkey could not be written", err)
	}
	a.Data = encoded
	out, err := w.AddAuthenticator(a)
	if mfa.IsCode(err, mfa.Conflict) {
		err = errTaken
	}
	return out, err
}

// Bounds of the texts that are kept of a passkey, in characters.
const (
	maxName  = 100 // as of devices
	maxAgent = 300 // browsers' are half of that
)

func tidyName(text string) string { return cut(strings.TrimSpace(mfa.Showable(text)), maxName) }

func clip(agent string) string { return cut(mfa.Showable(agent), maxAgent) }

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// eventData says which passkey it was and in which session that ended, with what else there is to say.
func eventData(in SignedIn, about map[string]any) json.RawMessage {
	say := map[string]any{"kind": mfa.KindPasskey, "authenticator": in.Authenticator.ID}
	if in.SessionID != "" {
		say["session"] = in.SessionID
	}
	maps.Copy(say, about)
	data, err := json.Marshal(say)
	if err != nil {
		return nil // texts always encode
	}
	return data
}
