package devices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Left is how many recovery codes the person has left.
func (s *Service) Left(ctx context.Context, d *mfa.DeviceCaller) (int, error) {
	left := 0
	err := s.store.Read(ctx, func(r mfa.Records) error {
		held, err := r.AuthenticatorsOf(d.Device.UserID)
		if err != nil {
			return err
		}
		left = 0
		for i := range held {
			if !recovers(held[i]) {
				continue
			}
			n, err := s.codes.Left(mfa.Credential{Data: held[i].Data, Secret: held[i].Secret})
			if err != nil {
				return err
			}
			left += n
		}
		return nil
	})
	return left, err
}

func recovers(a mfa.Authenticator) bool {
	return a.Kind == mfa.KindRecovery && a.State == mfa.AuthenticatorActive
}

// Renew gives the person fresh recovery codes, shown this once. All older ones are dead.
func (s *Service) Renew(ctx context.Context, d *mfa.DeviceCaller) ([]string, error) {
	var codes []string
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if _, err := s.domain.LockPerson(w, d); err != nil {
			return err
		}
		u, held, err := w.LockCredentials(d.Device.DirectoryID, mfa.UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		place, c, err := s.domain.Surroundings(w, mfa.Enrollment{}, u)
		if err != nil {
			return err
		}
		if err := mfa.MayLink(u, place); err != nil {
			return err
		}
		codes, err = s.domain.RenewRecoveryCodes(w, c, u, held)
		return err
	})
	return codes, err
}

// Recover asks for a device in the place of those that were lost.
type Recover struct {
	User      string // a phone number in E.164, an e-mail address or an alias
	Code      string
	Directory mfa.DirectoryID // "" for any
	Device    mfa.NewDevice
}

// errBadRecovery is the one answer to names that nobody has and to codes that are not theirs.
var errBadRecovery = &mfa.Error{
	Code: mfa.Forbidden, Reason: mfa.ReasonRecoveryWrong, Message: "the name or the code is wrong, or the code was used; look at both and try again",
}

// maxName bounds what people are found by, in bytes, and maxCode a code with whatever people write between its digits.
const (
	maxName = 500
	maxCode = 64
)

// Recover burns a recovery code and links the device. A name that nobody has is answered and counted like a wrong
// code, so that nobody learns who has an account.
func (s *Service) Recover(ctx context.Context, in Recover) (mfa.Linked, error) {
	made, err := s.device.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Key: in.Device.Key})
	if err != nil {
		return mfa.Linked{}, err
	}
	in.User = strings.TrimSpace(in.User)
	if in.User == "" || len(in.User) > maxName || len(in.Code) > maxCode {
		return mfa.Linked{}, &mfa.Error{Code: mfa.Invalid, Field: "user", Message: "give what you are known by and a recovery code"}
	}
	windows := s.windows(in)
	var out mfa.Linked
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		var err error
		if refusal, err = s.domain.AnyFull(w, windows); refusal != nil || err != nil {
			return err
		}
		u, set, finding, err := s.owner(w, in)
		if err != nil {
			return err
		}
		if finding == nil {
			refusal = errBadRecovery
			return s.strike(w, windows)
		}
		out, err = s.burn(w, in, u, set, *finding, made)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// windows count wrong codes. What was typed is kept as a digest: it may be of somebody who has no account. A number is
// one name, however it is written, or each spelling of it would be guessed at anew.
func (s *Service) windows(in Recover) []mfa.Window {
	typed := strings.ToLower(in.User)
	if phone, err := mfa.ParseE164(in.User); err == nil {
		typed = phone.E164()
	}
	sum := sha256.Sum256([]byte(typed))
	name, from, limits := hex.EncodeToString(sum[:]), mfa.SourceKey(in.Device.Source), s.domain.Limits()
	return []mfa.Window{
		{Limit: limits.WrongRecoveriesAt, Key: "wrong_recoveries_at:" + from},
		{Limit: limits.WrongRecoveries, Key: "wrong_recoveries:" + name + ":" + from},
		{Limit: limits.WrongRecoveriesOf, Key: "wrong_recoveries_of:" + name},
	}
}

func (s *Service) strike(w mfa.WriteRecords, windows []mfa.Window) error {
	_, _, err := s.domain.Strike(w, windows)
	return err
}

// owner finds whose code it is, among those who are called so. The code says it: those of two people are never equal
// but by a chance of one in ten thousand millions. Without a finding it is nobody's.
func (s *Service) owner(w mfa.WriteRecords, in Recover) (mfa.User, mfa.Authenticator, *mfa.Finding, error) {
	users, err := called(w, in.User)
	if err != nil {
		return mfa.User{}, mfa.Authenticator{}, nil, err
	}
	for _, u := range users {
		if in.Directory != "" && u.DirectoryID != in.Directory {
			continue
		}
		held, err := w.AuthenticatorsOf(u.ID)
		if err != nil {
			return u, mfa.Authenticator{}, nil, err
		}
		set, finding, err := s.find(held, in.Code)
		if err != nil || finding == nil {
			if err != nil {
				return u, set, nil, err
			}
			continue
		}
		// Once more under the lock, because somebody else may have the same paper.
		if u, held, err = w.LockCredentials(u.DirectoryID, mfa.UserRef{ID: u.ID}); err != nil {
			return u, set, nil, err
		}
		set, finding, err = s.find(held, in.Code)
		return u, set, finding, err
	}
	return mfa.User{}, mfa.Authenticator{}, nil, nil
}

// called finds the users that a typed name may mean.
func called(r mfa.Records, name string) ([]mfa.User, error) {
	if phone, err := mfa.ParseE164(name); err == nil {
		return r.UsersByPhone(phone)
	}
	users, err := r.UsersCalled(name)
	if err != nil || !strings.Contains(name, "@") || strings.ToLower(name) == name {
		return users, err
	}
	more, err := r.UsersCalled(strings.ToLower(name))
	return append(users, more...), err
}

func (s *Service) find(held []mfa.Authenticator, code string) (mfa.Authenticator, *mfa.Finding, error) {
	for _, a := range held {
		if !recovers(a) {
			continue
		}
		finding, right, err := s.codes.Check(mfa.Credential{Data: a.Data, Secret: a.Secret}, mfa.Proof{Token: code}, s.domain.Now())
		if err != nil || right && finding.Secret != nil {
			return a, &finding, err
		}
	}
	return mfa.Authenticator{}, nil, nil
}

// burn spends the code and links the device; the person, and every device that is still linked, is told.
func (s *Service) burn(w mfa.WriteRecords, in Recover, u mfa.User, set mfa.Authenticator, finding mfa.Finding, made mfa.Enrolled) (mfa.Linked, error) {
	now := s.domain.Now()
	set.Secret, set.LastUsedAt = *finding.Secret, now
	if won, err := w.UpdateAuthenticator(set); err != nil || !won {
		return mfa.Linked{}, changed(err)
	}
	if err := s.note(w, u, mfa.EventRecoveryUsed, set); err != nil {
		return mfa.Linked{}, err
	}
	place, err := w.Directory(u.DirectoryID)
	if err != nil {
		return mfa.Linked{}, err
	}
	e := mfa.Enrollment{
		ID: mfa.NewID[mfa.EnrollmentID](), Kind: mfa.EnrollByRecovery, State: mfa.EnrollmentPending, OrganizationID: place.OrganizationID,
		DirectoryID: u.DirectoryID, UserID: u.ID, CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().LinkLife),
	}
	if err := w.AddEnrollment(e); err != nil {
		return mfa.Linked{}, err
	}
	return s.domain.AddDevice(w, e, in.Device, made, "recovery")
}
