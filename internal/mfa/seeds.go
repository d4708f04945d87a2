package mfa

import (
	"context"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
)

// Seed is a seed to be shown. Picture is an unguessable name under which Picture of package seeds gives the
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
