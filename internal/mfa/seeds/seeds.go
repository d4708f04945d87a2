// Package seeds holds the rules of TOTP seeds that are shown as pictures for any authenticator app, of an
// application or of a whole directory.
package seeds

import (
	"context"
	"encoding/json"
	"io"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	totp   mfa.Factor
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, random: parts.Random, totp: parts.Factors.TOTP}
}

// Show asks for a TOTP seed as a picture for any authenticator app.
type Show struct {
	Caller *mfa.Caller
	User   mfa.UserRef
	Label  string // shown in the app; "" for the application and the user's address
	Source string
}

// pictureLength is the length of a picture's name: 160 bits.
const pictureLength = 32

// maxSeedLabel bounds a label, in bytes.
const maxSeedLabel = 200

// Show shows the seed that the user has not proved yet, or makes a new one. A new one takes the place
// of the proved one once its first code was accepted.
func (s *Service) Show(ctx context.Context, in Show) (mfa.Seed, error) {
	if !in.Caller.Application.Settings.GenericTOTP {
		return mfa.Seed{}, &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonFeatureOff, Message: "seeds for other authenticator apps are not enabled for the application"}
	}
	if len(in.Label) > maxSeedLabel {
		return mfa.Seed{}, &mfa.Error{Code: mfa.Invalid, Field: "label", Message: "the label is longer than 200 characters"}
	}
	picture, err := mfa.RandomText(s.random, pictureLength)
	if err != nil {
		return mfa.Seed{}, err
	}
	var out mfa.Seed
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, held, err := w.LockCredentials(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return err
		}
		a, err := s.pendingSeed(w, in, u, held)
		if err != nil {
			return err
		}
		if out, err = seedOf(a); err != nil {
			return err
		}
		out.Picture = mfa.SecretText(picture)
		now := s.domain.Now()
		err = w.AddEnrollment(mfa.Enrollment{
			ID: mfa.NewID[mfa.EnrollmentID](), Kind: mfa.EnrollTOTP, State: mfa.EnrollmentPending, OrganizationID: in.Caller.Organization.ID,
			DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID, UserID: u.ID, AuthenticatorID: a.ID, Secret: out.Picture,
			CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().PictureLife),
		})
		if err != nil {
			return err
		}
		return s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventEnrollmentStarted, UserID: u.ID, Source: in.Source, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
	return out, err
}

func (s *Service) pendingSeed(w mfa.WriteRecords, in Show, u mfa.User, held []mfa.Authenticator) (mfa.Authenticator, error) {
	label := in.Label
	if label == "" {
		label = u.Email()
	}
	if label == "" {
		label = "user " + string(u.ID)
	}
	for _, a := range held {
		if a.Kind == mfa.KindTOTP && a.State == mfa.AuthenticatorPending && a.ApplicationID == in.Caller.Application.ID {
			return s.relabel(w, a, label)
		}
	}
	wanted := mfa.TOTPData{Issuer: in.Caller.Application.Name, Label: label}
	made, err := s.totp.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), TOTP: wanted})
	if err != nil {
		return mfa.Authenticator{}, err
	}
	return w.AddAuthenticator(mfa.Authenticator{
		ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID, Kind: mfa.KindTOTP,
		State: mfa.AuthenticatorPending, Data: made.Data, Secret: made.Secret, RegisteredBy: "qr", CreatedAt: s.domain.Now(),
	})
}

// relabel shows an unproved seed again under the label that this request gave.
func (s *Service) relabel(w mfa.WriteRecords, a mfa.Authenticator, label string) (mfa.Authenticator, error) {
	var data mfa.TOTPData
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return a, &mfa.Error{Code: mfa.Internal, Message: "a seed cannot be read", Cause: err}
	}
	if data.Label == label {
		return a, nil
	}
	data.Label = label
	encoded, err := json.Marshal(data)
	if err != nil {
		return a, &mfa.Error{Code: mfa.Internal, Message: "a seed could not be written", Cause: err}
	}
	a.Data = encoded
	_, err = w.UpdateAuthenticator(a) // the user's lock is held, so the version is ours
	return a, err
}

func seedOf(a mfa.Authenticator) (mfa.Seed, error) {
	out := mfa.Seed{Secret: a.Secret}
	if err := json.Unmarshal(a.Data, &out.TOTPData); err != nil {
		return out, &mfa.Error{Code: mfa.Internal, Message: "a seed cannot be read", Cause: err}
	}
	return out, nil
}

// Picture finds the seed of a picture's name. A name that is unknown, expired or whose seed has been
// proved shows nothing.
func (s *Service) Picture(ctx context.Context, picture mfa.Secret) (mfa.Seed, error) {
	var out mfa.Seed
	err := s.store.Read(ctx, func(r mfa.Records) error {
		e, err := r.EnrollmentBySecret(mfa.EnrollTOTP, picture)
		if err != nil {
			return err
		}
		if !s.domain.Now().Before(e.ExpiresAt) {
			return mfa.Missing("picture")
		}
		a, err := r.Authenticator(e.AuthenticatorID)
		if err != nil {
			return err
		}
		if a.State != mfa.AuthenticatorPending {
			return mfa.Missing("picture")
		}
		out, err = seedOf(a)
		return err
	})
	return out, err
}

// directorySeed reports whether a is a seed that serves all of the directory and no device carries.
func directorySeed(a *mfa.Authenticator) bool {
	return a.Kind == mfa.KindTOTP && a.ApplicationID == "" && a.ParentID == ""
}

// Replace gives the directory's user of that alias, who is created if there is none, a TOTP seed for all
// applications of the directory, in the place of the one before. It counts at once.
func (s *Service) Replace(ctx context.Context, c *mfa.Caller, alias string) (mfa.Seed, error) {
	if err := mfa.CheckAlias(alias); err != nil {
		return mfa.Seed{}, err
	}
	var out mfa.Seed
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := s.domain.EnsureUser(w, mfa.NewUser{Caller: c, Alias: alias})
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, c); err != nil {
			return err
		}
		if _, err := s.remove(w, u); err != nil {
			return err
		}
		wanted := mfa.TOTPData{Issuer: c.Directory.Name, Label: alias}
		made, err := s.totp.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), TOTP: wanted})
		if err != nil {
			return err
		}
		a, err := w.AddAuthenticator(mfa.Authenticator{
			ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindTOTP, State: mfa.AuthenticatorActive,
			Data: made.Data, Secret: made.Secret, RegisteredBy: "qr", CreatedAt: s.domain.Now(),
		})
		if err != nil {
			return err
		}
		if out, err = seedOf(a); err != nil {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventAuthenticatorAdded, UserID: u.ID, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
	return out, err
}

// Remove ends the user's TOTP for the directory. That there is no such user or seed is no error.
func (s *Service) Remove(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(c.Directory.ID, ref)
		if mfa.IsCode(err, mfa.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		removed, err := s.remove(w, u)
		if err != nil || !removed {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventAuthenticatorRemoved, UserID: u.ID, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
}

func (s *Service) remove(w mfa.WriteRecords, u mfa.User) (removed bool, err error) {
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return false, err
	}
	for i := range held {
		if !directorySeed(&held[i]) {
			continue
		}
		if err := w.RemoveAuthenticator(held[i].ID); err != nil {
			return false, err
		}
		removed = true
	}
	return removed, nil
}
