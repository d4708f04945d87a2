package stepup

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Remembered is a device that was just proved to be the user's, with the token by which it shows itself next.
type Remembered struct {
	Device mfa.KnownDevice
	User   mfa.User
	Token  mfa.Secret
	Until  time.Time
}

// Remember trusts the pass's device for as long as the application allows, by its person's consent, after the action
// was proved.
func (s *Service) Remember(ctx context.Context, p Pass) (Remembered, error) {
	days := min(p.Caller.Application.StepUpSettings().RememberDays, mfa.MaxRememberDays)
	if days <= 0 || p.DeviceID == "" {
		return Remembered{}, errNotOffered
	}
	series, err := s.draw(nonceBytes)
	if err != nil {
		return Remembered{}, err
	}
	secret, err := s.draw(linkBytes)
	if err != nil {
		return Remembered{}, err
	}
	var out Remembered
	err = s.attempt(ctx, p, func(a *attempt) error {
		if !s.proved(p, a.action) {
			return errNotProved
		}
		d, err := a.people.Seen(a.w, p.Caller, a.user, p.DeviceID, p.UserAgent, a.action.Method)
		if err != nil {
			return err
		}
		d.RememberedUntil = a.now.AddDate(0, 0, days)
		d.Trust = mfa.Trust{Series: string(series.Reveal()), Secret: secret, Generation: 1, RotatedAt: a.now}
		if err := a.w.PutKnownDevice(d); err != nil {
			return err
		}
		out = Remembered{Device: d, User: a.user, Token: trustToken(d.Trust), Until: d.RememberedUntil}
		return a.tell(mfa.EventDeviceRemembered, Said{Device: d.DeviceID, Method: a.action.Method})
	})
	return out, err
}

// trustToken is the token of a trust's generation: its series, which generation it is, and a code of authentication
// over both.
func trustToken(t mfa.Trust) mfa.Secret {
	head := t.Series + "." + strconv.FormatInt(t.Generation, 10)
	sum := hmac.New(sha256.New, t.Secret.Reveal())
	sum.Write([]byte(head))
	return mfa.SecretText(head + "." + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)))
}

// maxTrustToken bounds what is read as a token, in bytes; ours have about a hundred.
const maxTrustToken = 200

// readTrust reads, without believing it, which generation of which series a token says it is.
func readTrust(token mfa.Secret) (series string, generation int64, ok bool) {
	text := string(token.Reveal())
	if len(text) > maxTrustToken {
		return "", 0, false
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[0] == "" {
		return "", 0, false
	}
	generation, err := strconv.ParseInt(parts[1], 10, 64)
	return parts[0], generation, err == nil && generation > 0
}

// Recognise finds the device of a token, which counts once: the next one comes with the answer. One that counted before
// was copied, so it ends the trust. Every token that does not count is refused alike.
func (s *Service) Recognise(ctx context.Context, c *mfa.Caller, token mfa.Secret, source string) (Remembered, error) {
	series, generation, ok := readTrust(token)
	if !ok {
		return Remembered{}, errUntrusted
	}
	var out Remembered
	var refusal error
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		refusal = nil
		d, u, err := s.trusted(w, c, series)
		if err != nil {
			return err
		}
		at := d.Trust
		if at.Generation = generation; !trustToken(at).Equal(token) {
			return errUntrusted
		}
		now := s.domain.Now()
		if !d.Remembered(now) || generation > d.Trust.Generation {
			return errUntrusted
		}
		won, err := w.RotateTrust(series, generation, now)
		if err != nil {
			return err
		}
		if !won {
			refusal = errUntrusted
			return s.endTrust(w, c, d, source)
		}
		d.Trust.Generation, d.Trust.RotatedAt = generation+1, now
		out = Remembered{Device: d, User: u, Token: trustToken(d.Trust), Until: d.RememberedUntil}
		return nil
	})
	if err == nil {
		err = refusal
	}
	if mfa.IsCode(err, mfa.NotFound) {
		err = errUntrusted // the device or its user was removed at this moment
	}
	if err != nil {
		return Remembered{}, err
	}
	return out, nil
}

// trusted finds the device of a series, its user locked.
func (s *Service) trusted(w mfa.WriteRecords, c *mfa.Caller, series string) (mfa.KnownDevice, mfa.User, error) {
	d, err := w.KnownDeviceByTrust(series)
	if mfa.IsCode(err, mfa.NotFound) || err == nil && d.ApplicationID != c.Application.ID {
		err = errUntrusted
	}
	if err != nil {
		return d, mfa.User{}, err
	}
	u, err := w.LockUser(c.Directory.ID, mfa.UserRef{ID: d.UserID})
	if err == nil && mfa.UsableBy(u, c) != nil {
		err = errUntrusted
	}
	if err != nil {
		return d, u, err
	}
	// Again, now that nobody else changes it: what was read before the lock may be old.
	again, err := w.KnownDevice(c.Application.ID, u.ID, d.DeviceID)
	if err == nil && again.Trust.Series != series {
		err = errUntrusted
	}
	return again, u, err
}

// endTrust makes a device whose token was used twice as new as one that was never seen.
func (s *Service) endTrust(w mfa.WriteRecords, c *mfa.Caller, d mfa.KnownDevice, source string) error {
	now := s.domain.Now()
	d.InvalidatedAt, d.RememberedUntil, d.Trust = now, time.Time{}, mfa.Trust{}
	if err := w.PutKnownDevice(d); err != nil {
		return err
	}
	return s.domain.Append(w, c, mfa.Event{
		Type: mfa.EventDeviceStolen, UserID: d.UserID, Source: source, At: now, Data: Said{Device: d.DeviceID}.data(),
	})
}
