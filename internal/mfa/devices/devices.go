// Package devices holds the rules by which people look after their own devices, by one of them: their list, their
// names, unlinking one that was lost, and recovery codes for the day on which all of them are. Directories see and
// unlink the devices of their users here too.
package devices

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
	device mfa.Factor
	codes  mfa.RecoveryFactor
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, random: parts.Random, device: parts.Factors.Device, codes: parts.Factors.Recovery}
}

// List is the person's devices, oldest first.
func (s *Service) List(ctx context.Context, d *mfa.DeviceCaller) ([]mfa.Authenticator, error) {
	var out []mfa.Authenticator
	err := s.store.Read(ctx, func(r mfa.Records) error {
		held, err := r.AuthenticatorsOf(d.Device.UserID)
		out = slices.DeleteFunc(held, func(a mfa.Authenticator) bool { return !linked(a) })
		return err
	})
	return out, err
}

func linked(a mfa.Authenticator) bool {
	return a.Kind == mfa.KindDevice && a.State == mfa.AuthenticatorActive
}

// Rename gives the device itself another name.
func (s *Service) Rename(ctx context.Context, d *mfa.DeviceCaller, name string) (mfa.Authenticator, error) {
	var out mfa.Authenticator
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(d.Device.DirectoryID, mfa.UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		if out, err = w.Authenticator(d.Device.ID); err != nil || out.Name == name {
			return err
		}
		out.Name = name
		if won, err := w.UpdateAuthenticator(out); err != nil || !won {
			return changed(err)
		}
		return s.note(w, u, mfa.EventAuthenticatorRenamed, out)
	})
	return out, err
}

// changed words a row that was somebody else's meanwhile.
func changed(err error) error {
	if err == nil {
		err = &mfa.Error{Code: mfa.Unavailable, Message: "it was changed at the same time; try again"}
	}
	return err
}

func (s *Service) note(w mfa.WriteRecords, u mfa.User, what mfa.EventType, a mfa.Authenticator) error {
	_, c, err := s.domain.Surroundings(w, mfa.Enrollment{}, u)
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]string{"kind": string(a.Kind), "authenticator": string(a.ID)})
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return s.domain.Append(w, c, mfa.Event{Type: what, UserID: u.ID, Data: data})
}

// Unlink removes another device of the person, with its seed. Those of others look as if they were not there.
func (s *Service) Unlink(ctx context.Context, d *mfa.DeviceCaller, id mfa.AuthenticatorID) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := s.domain.LockPerson(w, d)
		if err != nil {
			return err
		}
		a, err := w.Authenticator(id)
		if err == nil && (a.UserID != u.ID || !linked(a)) {
			err = mfa.Missing("device")
		}
		if err == nil && a.ID == d.Device.ID {
			err = &mfa.Error{Code: mfa.Invalid, Field: "id", Message: "this is the device itself, which unlinks by DELETE /api/v1/device"}
		}
		if err != nil {
			return err
		}
		return s.domain.DropDevice(w, u, a)
	})
}

// Logo is the picture of the device's directory, by the digest that its account names.
func (s *Service) Logo(ctx context.Context, d *mfa.DeviceCaller, digest string) ([]byte, error) {
	var out mfa.DirectoryLogo
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.DirectoryLogo(d.Device.DirectoryID)
		return err
	})
	if err == nil && out.Digest != digest {
		err = mfa.Missing("logo")
	}
	return out.PNG, err
}

// resolutions are those of logos, the most fitting one first: pictures are shown at the size of a thumb.
var resolutions = []string{"high", "default", "med", "low"}

// LogoAddress is where the picture of whoever asks is: the question's own, or else the application's. It is "" where
// there is none, and names a stranger's server.
func (s *Service) LogoAddress(ctx context.Context, asked mfa.Challenge) (string, error) {
	for _, wanted := range resolutions {
		for _, l := range asked.Logos {
			if l.Resolution == wanted {
				return l.URL, nil
			}
		}
	}
	c, err := s.domain.CallerFor(ctx, asked.ApplicationID)
	if err != nil {
		return "", err
	}
	return c.Application.Settings.LogoURL, nil
}
