package provision

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

func (r *applying) user(path string, c *mfa.Caller, want PlannedUser) error {
	have, existed, err := r.findUser(c.Directory.ID, want)
	if err != nil {
		return at(path, err)
	}
	next := have
	if !existed {
		if next, err = r.freshUser(c.Directory.ID, want); err != nil {
			return at(path, err)
		}
	}
	if want.Number != 0 {
		next.Number = want.Number
	}
	if want.Alias != "" {
		next.Alias = want.Alias
	}
	if want.Folded {
		next.FoldedAlias = mfa.FoldAlias(want.Alias)
	} else if !existed {
		if next.FoldedAlias, err = mfa.FreeFold(r.w, c.Directory.ID, want.Alias); err != nil {
			return at(path, err)
		}
	}
	if !want.Phone.Empty() {
		next.Phone = want.Phone
	}
	if want.Locale != "" {
		next.Locale = want.Locale
	}
	if len(want.Emails) > 0 {
		next.Emails = slices.Clone(want.Emails)
	}
	changed, err := differ(have, next)
	if err != nil {
		return at(path, err)
	}
	if err := r.storeUser(c, next, existed, changed); err != nil {
		return at(path, err)
	}
	seeded, err := r.seed(next, want.TOTP)
	if err != nil {
		return at(path+".totp", err)
	}
	r.done.count(existed, changed || seeded)
	return nil
}

func (r *applying) findUser(directory mfa.DirectoryID, want PlannedUser) (mfa.User, bool, error) {
	for _, ref := range []mfa.UserRef{{Number: want.Number}, {Alias: want.Alias}, {Phone: want.Phone}} {
		if ref == (mfa.UserRef{}) {
			continue
		}
		u, err := r.w.LockUser(directory, ref)
		if err == nil {
			return u, true, nil
		}
		if !mfa.IsCode(err, mfa.NotFound) {
			return u, false, err
		}
		if ref.Number != 0 {
			break // a number of its own is never another person's phone
		}
	}
	return mfa.User{}, false, nil
}

func (r *applying) freshUser(directory mfa.DirectoryID, want PlannedUser) (mfa.User, error) {
	now := r.s.domain.Now()
	u := mfa.User{ID: mfa.NewID[mfa.UserID](), DirectoryID: directory, Number: want.Number, State: mfa.UserActive, CreatedAt: now, UpdatedAt: now}
	if want.Number < 0 || want.Number > mfa.MaxUserNumber {
		return u, &mfa.Error{Code: mfa.Invalid, Field: "authy_id", Message: "a user's number is 1 to 2147483647"}
	}
	if want.Number != 0 {
		return u, r.w.ReserveUserNumber(directory, want.Number)
	}
	number, err := r.w.NextUserNumber(directory)
	u.Number = number
	return u, err
}

func (r *applying) storeUser(c *mfa.Caller, u mfa.User, existed, changed bool) error {
	if existed && !changed {
		return nil
	}
	event := mfa.EventUserCreated
	if existed {
		event = mfa.EventUserUpdated
		u.UpdatedAt = r.s.domain.Now()
		if err := r.w.UpdateUser(u); err != nil {
			return err
		}
	} else if err := r.w.AddUser(u); err != nil {
		return err
	}
	return r.s.domain.Append(r.w, c, mfa.Event{Type: event, UserID: u.ID, Data: json.RawMessage(`{"by":"apply"}`)})
}

// importedSeed marks seeds that came by a plan, so that a later plan finds and replaces its own.
const importedSeed = "import"

// seed enrols a seed that the user's app has; the same seed again is no change.
func (r *applying) seed(u mfa.User, want *PlannedTOTP) (bool, error) {
	if want == nil {
		return false, nil
	}
	made, err := r.s.totp.Enrol(mfa.EnrolOptions{Random: r.s.random, Now: r.s.domain.Now(), TOTP: want.TOTPData, Seed: want.Seed})
	if err != nil {
		return false, err
	}
	held, err := r.w.AuthenticatorsOf(u.ID)
	if err != nil {
		return false, err
	}
	for _, a := range held {
		if a.Kind != mfa.KindTOTP || a.RegisteredBy != importedSeed {
			continue
		}
		if a.Secret.Equal(made.Secret) && string(a.Data) == string(made.Data) {
			return false, nil
		}
		if err := r.w.RemoveAuthenticator(a.ID); err != nil {
			return false, err
		}
	}
	if err := r.selfCheck(made, want); err != nil {
		return false, err
	}
	_, err = r.w.AddAuthenticator(mfa.Authenticator{
		ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindTOTP, State: mfa.AuthenticatorActive,
		Data: made.Data, Secret: made.Secret, RegisteredBy: importedSeed, CreatedAt: r.s.domain.Now(),
	})
	return true, err
}

// selfCheck proves that the seed gives the code its owner sees.
func (r *applying) selfCheck(made mfa.Enrolled, want *PlannedTOTP) error {
	if want.Check == "" {
		return nil
	}
	var data mfa.TOTPData
	if err := json.Unmarshal(made.Data, &data); err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "a seed cannot be read", Cause: err}
	}
	around, window := want.CheckAt, 0
	if around.IsZero() {
		around, window = r.s.domain.Now(), CheckWindow
	}
	for step := -window; step <= window; step++ {
		_, ok, err := r.s.totp.Check(made.Credential, mfa.Proof{Token: want.Check}, around.Add(time.Duration(step*data.Period)*time.Second))
		if err != nil || ok {
			return err
		}
	}
	return &mfa.Error{Code: mfa.Invalid, Field: "check", Message: "the seed does not give this code; compare it with what the authenticator app shows"}
}
