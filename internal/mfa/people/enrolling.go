package people

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// NewEntry is a means that the application itself has verified, or took along from elsewhere.
type NewEntry struct {
	Method  mfa.Method
	Address string // of SMS, WhatsApp and what goes by mail
	// Seed and TOTP are of an authenticator app; see [ParseSeedURI].
	Seed    mfa.Secret
	TOTP    mfa.TOTPData
	Passkey mfa.ImportedPasskey
	Default bool // the person's default from now on
	Source  string
}

// Enrolled is what became of it.
type Enrolled struct {
	Entry Entry
	User  mfa.User
	// Recovery are codes for the person, shown this once, with their first enrollment; nil where the application wants none.
	Recovery []string
	// Again says that the person had it already.
	Again bool
}

// EnrolVerified enrols a means without asking anybody, for a person who is added if there is none. What the person has
// already is given back.
func (s *Service) EnrolVerified(ctx context.Context, c *mfa.Caller, alias string, in NewEntry) (Enrolled, error) {
	if !c.Application.MethodActive(in.Method) {
		return Enrolled{}, errNotEnabled
	}
	if err := s.checkEntry(in); err != nil {
		return Enrolled{}, err
	}
	var out Enrolled
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := s.Ensure(w, c, alias, in.Source)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, c); err != nil {
			return err
		}
		out, err = s.enrol(w, c, u, in)
		return err
	})
	return out, err
}

var errNotEnabled = &mfa.Error{
	Code: mfa.Invalid, Reason: mfa.ReasonFeatureOff, Field: "verification_method", Message: "the method is not an enabled verification method",
}

func (s *Service) checkEntry(in NewEntry) error {
	switch in.Method {
	case mfa.MethodSMS, mfa.MethodWhatsApp:
		if in.Address == "" || len(in.Address) > s.domain.Limits().ActionTextBytes {
			return &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPhoneInvalid, Field: "phone_number", Message: "a phone number is missing or too long"}
		}
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		_, err := mfa.ParseEmail(in.Address)
		return err
	case mfa.MethodTOTP:
		if in.Seed.Empty() {
			return &mfa.Error{Code: mfa.Invalid, Field: "otp_uri", Message: "an authenticator app needs its otpauth address"}
		}
	case mfa.MethodPasskey:
	default:
		return &mfa.Error{Code: mfa.Invalid, Field: "verification_method", Message: "the method cannot be enrolled this way"}
	}
	return nil
}

func (s *Service) enrol(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, in NewEntry) (Enrolled, error) {
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return Enrolled{}, err
	}
	had := Entries(c, held)
	out := Enrolled{User: u}
	if i := slices.IndexFunc(had, in.same); i >= 0 {
		out.Entry, out.Again = had[i], true
		return out, s.prefer(w, u, in)
	}
	if out.Entry, err = s.add(w, c, u, held, in); err != nil {
		return out, err
	}
	if err := s.note(w, c, mfa.EventAuthenticatorAdded, out.Entry, in.Source); err != nil {
		return out, err
	}
	if err := s.prefer(w, u, in); err != nil {
		return out, err
	}
	step := c.Application.StepUpSettings()
	if len(had) == 0 && !HasRecovery(held) && !step.DisableRecovery && !step.SkipRecoveryOnProgrammatic {
		out.Recovery, err = s.domain.RenewRecoveryCodes(w, c, u, held)
	}
	return out, err
}

// same reports whether an entry is what is to be enrolled.
func (in NewEntry) same(e Entry) bool {
	switch in.Method {
	case mfa.MethodTOTP:
		return e.Method == in.Method && e.ParentID == "" && e.Secret.Equal(in.Seed)
	case mfa.MethodPasskey:
		var data mfa.PasskeyData
		return e.Kind == mfa.KindPasskey && json.Unmarshal(e.Data, &data) == nil && bytes.Equal(data.CredentialID, in.Passkey.CredentialID)
	}
	return e.Method == in.Method && e.Address == in.Address
}

// prefer makes the method the person's default, where that is wanted.
func (s *Service) prefer(w mfa.WriteRecords, u mfa.User, in NewEntry) error {
	if !in.Default {
		return nil
	}
	p, err := ProfileOf(w, u)
	if err != nil || p.DefaultMethod == in.Method {
		return err
	}
	p.DefaultMethod = in.Method
	return s.Keep(w, p)
}

func (s *Service) add(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, held []mfa.Authenticator, in NewEntry) (Entry, error) {
	if in.Method == mfa.MethodPasskey {
		a, err := s.passkeys.Import(w, c, u, held, in.Passkey)
		return Entry{Authenticator: a, Method: in.Method}, err
	}
	a := mfa.Authenticator{
		ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: c.Application.ID,
		State: mfa.AuthenticatorActive, RegisteredBy: "import", CreatedAt: s.domain.Now(),
	}
	if err := s.fill(&a, in); err != nil {
		return Entry{}, err
	}
	if err := RoomFor(held, a.Kind, s.domain.Limits()); err != nil {
		return Entry{}, err
	}
	a, err := w.AddAuthenticator(a)
	return Entry{Authenticator: a, Method: in.Method, Address: in.Address}, err
}

// RoomFor refuses one more of a kind to somebody who has as many as a person may have. What a device carries does not
// count.
func RoomFor(held []mfa.Authenticator, kind mfa.Kind, limits mfa.Limits) error {
	n := 0
	for i := range held {
		if held[i].Kind == kind && held[i].ParentID == "" {
			n++
		}
	}
	if n >= limits.FactorsPerUser {
		return &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonFull, Message: "the user has as many of these as a person may have; remove one first"}
	}
	return nil
}

// fill writes kind, data and secret.
func (s *Service) fill(a *mfa.Authenticator, in NewEntry) error {
	switch in.Method {
	case mfa.MethodTOTP:
		made, err := s.totp.Enrol(mfa.EnrolOptions{Now: a.CreatedAt, TOTP: in.TOTP, Seed: in.Seed})
		a.Kind, a.Data, a.Secret = mfa.KindTOTP, made.Data, made.Secret
		return err
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		a.Kind = mfa.KindEmail
	default:
		a.Kind = mfa.KindPhone
	}
	a.Secret = mfa.SecretText(in.Address)
	data, err := json.Marshal(mfa.AddressData{Method: in.Method})
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an authenticator could not be written", Cause: err}
	}
	a.Data = data
	return nil
}

// Remove takes an entry away from a person, and the recovery codes with the last one. What a device carries goes with the
// device, not alone.
func (s *Service) Remove(ctx context.Context, c *mfa.Caller, alias string, id mfa.AuthenticatorID, source string) (Entry, error) {
	var out Entry
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, mfa.UserRef{Alias: alias})
		if err != nil {
			return err
		}
		out, err = s.RemoveEntry(w, c, u, id, source)
		return err
	})
	return out, err
}

// RemoveEntry is [Service.Remove] in the transaction of whoever holds the user's lock.
func (s *Service) RemoveEntry(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, id mfa.AuthenticatorID, source string) (Entry, error) {
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return Entry{}, err
	}
	entries := Entries(c, held)
	e, ok := EntryOf(entries, id)
	if !ok || e.ParentID != "" {
		return Entry{}, mfa.Missing("authenticator")
	}
	if err := w.RemoveAuthenticator(e.ID); err != nil {
		return e, err
	}
	if len(entries) == 1 {
		for i := range held {
			if held[i].Kind != mfa.KindRecovery {
				continue
			}
			if err := w.RemoveAuthenticator(held[i].ID); err != nil {
				return e, err
			}
		}
	}
	return e, s.note(w, c, mfa.EventAuthenticatorRemoved, e, source)
}

// forgetEntries takes away what the person enrolled at the application alone. Without it, whoever tracks an action of the
// person later would find them enrolled.
func forgetEntries(w mfa.WriteRecords, c *mfa.Caller, u mfa.User) error {
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return err
	}
	for i := range held {
		if held[i].ApplicationID != c.Application.ID {
			continue
		}
		if err := w.RemoveAuthenticator(held[i].ID); err != nil {
			return err
		}
	}
	return nil
}
