package mfa

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// ShowSeed asks for a TOTP seed as a picture for any authenticator app.
type ShowSeed struct {
	Caller *Caller
	User   UserRef
	Label  string // shown in the app; "" for the application and the user's address
	Source string
}

// Seed is a seed to be shown. Picture is an unguessable name under which [Service.SeedPicture] gives the
// same for [Limits.PictureLife], to a browser that has no key.
type Seed struct {
	TOTPData
	Secret  Secret
	Picture Secret
}

// URI is the otpauth address that authenticator apps read from a picture. Spaces are %20: apps show a plus
// sign as it is.
func (s Seed) URI() string {
	escape := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	seed := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.Secret.Reveal())
	path, issuer := escape(s.Label), ""
	if s.Issuer != "" {
		path, issuer = escape(s.Issuer)+":"+path, "&issuer="+escape(s.Issuer)
	}
	return fmt.Sprintf("otpauth://totp/%s?secret=%s%s&digits=%d&period=%d&algorithm=%s",
		path, seed, issuer, s.Digits, s.Period, escape(s.Algorithm))
}

// pictureLength is the length of a picture's name: 160 bits.
const pictureLength = 32

// maxSeedLabel bounds a label, in bytes.
const maxSeedLabel = 200

// ShowSeed shows the seed that the user has not proved yet, or makes a new one. A new one takes the place
// of the proved one once its first code was accepted.
func (s *Service) ShowSeed(ctx context.Context, in ShowSeed) (Seed, error) {
	if !in.Caller.Application.Settings.GenericTOTP {
		return Seed{}, refuse(Forbidden, ReasonFeatureOff, "seeds for other authenticator apps are not enabled for the application")
	}
	if len(in.Label) > maxSeedLabel {
		return Seed{}, &Error{Code: Invalid, Field: "label", Message: "the label is longer than 200 characters"}
	}
	picture, err := randomText(s.random, pictureLength)
	if err != nil {
		return Seed{}, err
	}
	var out Seed
	err = s.store.Write(ctx, func(w WriteRecords) error {
		u, held, err := w.LockCredentials(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := UsableBy(u, in.Caller); err != nil {
			return err
		}
		a, err := s.pendingSeed(w, in, u, held)
		if err != nil {
			return err
		}
		if out, err = seedOf(a); err != nil {
			return err
		}
		out.Picture = SecretText(picture)
		now := s.Now()
		err = w.AddEnrollment(Enrollment{
			ID: NewID[EnrollmentID](), Kind: EnrollTOTP, State: EnrollmentPending, OrganizationID: in.Caller.Organization.ID,
			DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID, UserID: u.ID, AuthenticatorID: a.ID, Secret: out.Picture,
			CreatedAt: now, ExpiresAt: now.Add(s.limits.PictureLife),
		})
		if err != nil {
			return err
		}
		return s.Append(w, in.Caller, Event{Type: EventEnrollmentStarted, UserID: u.ID, Source: in.Source, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
	return out, err
}

func (s *Service) pendingSeed(w WriteRecords, in ShowSeed, u User, held []Authenticator) (Authenticator, error) {
	label := in.Label
	if label == "" {
		label = u.Email()
	}
	if label == "" {
		label = "user " + string(u.ID)
	}
	for _, a := range held {
		if a.Kind == KindTOTP && a.State == AuthenticatorPending && a.ApplicationID == in.Caller.Application.ID {
			return s.relabel(w, a, label)
		}
	}
	wanted := TOTPData{Issuer: in.Caller.Application.Name, Label: label}
	made, err := s.factors.TOTP.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), TOTP: wanted})
	if err != nil {
		return Authenticator{}, err
	}
	return w.AddAuthenticator(Authenticator{
		ID: NewID[AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID, Kind: KindTOTP,
		State: AuthenticatorPending, Data: made.Data, Secret: made.Secret, RegisteredBy: "qr", CreatedAt: s.Now(),
	})
}

// relabel shows an unproved seed again under the label that this request gave.
func (s *Service) relabel(w WriteRecords, a Authenticator, label string) (Authenticator, error) {
	var data TOTPData
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return a, &Error{Code: Internal, Message: "a seed cannot be read", Cause: err}
	}
	if data.Label == label {
		return a, nil
	}
	data.Label = label
	encoded, err := json.Marshal(data)
	if err != nil {
		return a, &Error{Code: Internal, Message: "a seed could not be written", Cause: err}
	}
	a.Data = encoded
	_, err = w.UpdateAuthenticator(a) // the user's lock is held, so the version is ours
	return a, err
}

func seedOf(a Authenticator) (Seed, error) {
	out := Seed{Secret: a.Secret}
	if err := json.Unmarshal(a.Data, &out.TOTPData); err != nil {
		return out, &Error{Code: Internal, Message: "a seed cannot be read", Cause: err}
	}
	return out, nil
}

// SeedPicture finds the seed of a picture's name. A name that is unknown, expired or whose seed has been
// proved shows nothing.
func (s *Service) SeedPicture(ctx context.Context, picture Secret) (Seed, error) {
	var out Seed
	err := s.store.Read(ctx, func(r Records) error {
		e, err := r.EnrollmentBySecret(EnrollTOTP, picture)
		if err != nil {
			return err
		}
		if !live(e.ExpiresAt, s.Now()) {
			return Missing("picture")
		}
		a, err := r.Authenticator(e.AuthenticatorID)
		if err != nil {
			return err
		}
		if a.State != AuthenticatorPending {
			return Missing("picture")
		}
		out, err = seedOf(a)
		return err
	})
	return out, err
}

// EnrollmentStatus is where the registration of an application's own custom id stands. A user whom the
// application removed has none, also where others of the directory still know it.
func (s *Service) EnrollmentStatus(ctx context.Context, c *Caller, customID string) (Enrollment, User, error) {
	var out Enrollment
	var user User
	err := s.store.Read(ctx, func(r Records) (err error) {
		if out, err = r.EnrollmentByCustomID(c.Application.ID, customID); err != nil || out.UserID == "" {
			return err
		}
		user, err = r.User(c.Directory.ID, UserRef{ID: out.UserID})
		if err == nil && !user.KnownTo(c.Application) {
			err = Missing("enrollment")
		}
		return err
	})
	return out, user, err
}
