package passkeys

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// BeginLink spends a linking code, of whatever front door, on a passkey in the place of a device.
type BeginLink struct {
	Code   string
	Origin string // of the page that asks
	Name   string // "": one is made of the user agent
	Source string
}

// FinishLink brings what a browser made.
type FinishLink struct {
	ID           mfa.CeremonyID
	Registration mfa.PasskeyRegistration
	Name         string // "": that of [BeginLink] or, without one, one is made of the user agent
	Source       string
	UserAgent    string
}

// BeginLink finds whose code it is and which relying party of the directory the page belongs to. The code stays good
// until the registration is finished, so that whoever gives up may begin again; wrong ones are counted by source.
func (s *Service) BeginLink(ctx context.Context, in BeginLink) (Registration, error) {
	link, err := s.domain.LinkFor(ctx, in.Code, in.Source)
	if err != nil {
		return Registration{}, err
	}
	out, err := s.draft(BeginRegistration{}, mfa.RelyingParty{})
	if err != nil {
		return Registration{}, err
	}
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if err := s.spendBeginning(w, in.Source); err != nil {
			return err
		}
		return s.beginLink(w, in, link, &out)
	})
	return out, err
}

func (s *Service) beginLink(w mfa.WriteRecords, in BeginLink, link mfa.PendingLink, out *Registration) error {
	all, err := w.ApplicationsOf(link.User.DirectoryID)
	if err != nil {
		return err
	}
	doors := open(all, link.Caller.Application.ID, link.User, func(p *mfa.RelyingParty) bool { return slices.Contains(p.AllOrigins(), in.Origin) })
	if len(doors) == 0 {
		return errOrigin
	}
	out.RelyingParty, out.ExpiresAt = filled(doors[0]), earlier(out.ExpiresAt, link.ExpiresAt)
	out.UserVerification, out.Attestation = out.RelyingParty.UserVerification, cmp.Or(out.RelyingParty.Attestation, noAttestation)
	at := &mfa.Caller{Application: doors[0], Directory: link.Caller.Directory, Organization: link.Caller.Organization}
	_, err = s.begin(w, BeginRegistration{Caller: at, Mode: Add, User: mfa.UserRef{ID: link.User.ID}}, out, started{
		Enrollment: link.Enrollment, AuthenticatorID: link.AuthenticatorID, Name: tidyName(in.Name),
	})
	return err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// FinishLink is [Service.FinishRegistration] for a registration that a linking code began. It spends the code: of a
// device and a passkey, or two passkeys, that use the same one, one is linked.
func (s *Service) FinishLink(ctx context.Context, in FinishLink) (SignedIn, error) {
	var c mfa.Ceremony
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		c, err = r.Ceremony(in.ID)
		return err
	})
	if mfa.IsCode(err, mfa.NotFound) {
		return SignedIn{}, errCeremony
	}
	if err != nil {
		return SignedIn{}, err
	}
	data, err := startedOf(c)
	if err != nil {
		return SignedIn{}, err
	}
	if data.Enrollment == "" {
		return SignedIn{}, errCeremony
	}
	caller, err := s.domain.CallerFor(ctx, c.ApplicationID)
	if err != nil {
		return SignedIn{}, err
	}
	return s.FinishRegistration(ctx, FinishRegistration{
		Caller: caller, ID: in.ID, Registration: in.Registration, Name: cmp.Or(in.Name, data.Name), Source: in.Source, UserAgent: in.UserAgent,
	})
}

// addByCode writes a passkey that a linking code pays for, under the id that the code fixes if it does. The code comes
// first: of two with one code the second does not get as far as to use the id of the first.
func (s *Service) addByCode(w mfa.WriteRecords, data started, out SignedIn, source string) (SignedIn, error) {
	out.Authenticator.ID, out.Authenticator.RegisteredBy = cmp.Or(data.AuthenticatorID, out.Authenticator.ID), "code"
	err := s.domain.SpendLink(w, data.Enrollment, out.Authenticator, source)
	if err == nil {
		out.Authenticator, err = put(w, out.Authenticator, out.Passkey)
	}
	return out, err
}
