package accounts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
)

// RegisterPassword asks for a new user who signs in with a password.
type RegisterPassword struct {
	Caller   *mfa.Caller
	Username string
	Password mfa.Secret
	Name     string // of the credential; "": password
	Source   string
}

// RegisterPassword makes the user and signs it in. A name that is taken is a Conflict with [mfa.ReasonUserExists]; a
// password that will not do is Invalid, with the field password.
func (s *Service) RegisterPassword(ctx context.Context, in RegisterPassword) (SignedIn, error) {
	if in.Name == "" {
		in.Name = "password"
	}
	if err := s.mayRegister(ctx, in); err != nil {
		return SignedIn{}, err
	}
	made, err := s.hash(in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := s.domain.AddNamedUser(w, mfa.NamedUser{Caller: in.Caller, Name: in.Username, Source: in.Source})
		if err != nil {
			return err
		}
		a, err := w.AddAuthenticator(mfa.Authenticator{
			ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindPassword, State: mfa.AuthenticatorActive,
			Name: in.Name, Data: made.Data, Secret: made.Secret, RegisteredBy: "password", CreatedAt: s.domain.Now(), LastUsedAt: s.domain.Now(),
		})
		if err != nil {
			return err
		}
		out = s.signedIn(u, a)
		return s.note(w, in.Caller, mfa.EventAuthenticatorAdded, in.Source, out)
	})
	return out, err
}

// mayRegister looks at all that costs little first.
func (s *Service) mayRegister(ctx context.Context, in RegisterPassword) error {
	if err := in.Caller.Enabled(); err != nil {
		return err
	}
	if err := mfa.CheckUsername(in.Username); err != nil {
		return err
	}
	if err := mfa.CheckName(in.Name); err != nil {
		return err
	}
	return s.commit(ctx, func(w mfa.WriteRecords) (refusal, err error) {
		if err := mfa.NameFree(w, in.Caller, in.Username); err != nil {
			return nil, err
		}
		return s.domain.SpendCeremony(w, in.Source)
	})
}

func (s *Service) hash(password mfa.Secret) (mfa.Enrolled, error) {
	return s.password.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Password: password})
}

// CheckPassword asks whether a password is the user's.
type CheckPassword struct {
	Caller   *mfa.Caller
	User     mfa.UserRef
	Password mfa.Secret
	Source   string
}

// errPassword is the one answer to wrong passwords, to users who have none and to names that nobody has.
var errPassword = &mfa.Error{Code: mfa.Unauthenticated, Reason: mfa.ReasonPasswordWrong, Message: "the name or the password is wrong"}

// CheckPassword signs a user in. That there is no such user, or none with a password, is not told apart from a wrong
// password, not even by the time that the answer takes; that the user is suspended learns only who knows the password.
func (s *Service) CheckPassword(ctx context.Context, in CheckPassword) (SignedIn, error) {
	if err := in.Caller.Enabled(); err != nil {
		return SignedIn{}, err
	}
	found, err := s.passwordOf(ctx, in)
	if err != nil {
		return SignedIn{}, err
	}
	finding, right, err := s.compare(found, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.commit(ctx, func(w mfa.WriteRecords) (refusal, err error) {
		if !right {
			refusal, err = s.strike(w, in, found)
			return refusal, err
		}
		out, refusal, err = s.settle(w, in, found, finding)
		return refusal, err
	})
	return out, err
}

// suspect is whose password is looked at: a user, or nobody.
type suspect struct {
	user     mfa.User
	password *mfa.Authenticator // nil: none
	windows  []mfa.Window       // of wrong passwords
}

// passwordOf finds what to compare with, unless a window is full.
func (s *Service) passwordOf(ctx context.Context, in CheckPassword) (suspect, error) {
	var out suspect
	err := s.store.Read(ctx, func(r mfa.Records) error {
		out = suspect{}
		u, err := r.User(in.Caller.Directory.ID, in.User)
		if err != nil && !mfa.IsCode(err, mfa.NotFound) {
			return err
		}
		if err == nil && u.KnownTo(in.Caller.Application) {
			out.user = u
			held, err := r.AuthenticatorsOf(u.ID)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(held, func(a mfa.Authenticator) bool {
				return a.Kind == mfa.KindPassword && a.State == mfa.AuthenticatorActive
			})
			if i >= 0 {
				out.password = &held[i]
			}
		}
		out.windows = s.windows(in, out.user)
		refusal, err := s.domain.AnyFull(r, out.windows)
		return cmp.Or(err, refusal)
	})
	return out, err
}

// windows are those of a user. Names that nobody has are counted as if they were somebody's, so that a limit tells
// strangers nothing.
func (s *Service) windows(in CheckPassword, u mfa.User) []mfa.Window {
	who := string(u.ID)
	if who == "" {
		// As it was written: were case folded, two names that share a window would be told from two that do not.
		sum := sha256.Sum256([]byte(in.User.Alias + in.User.Name + string(in.User.ID)))
		who = string(in.Caller.Directory.ID) + ":" + hex.EncodeToString(sum[:])
	}
	limits := s.domain.Limits()
	out := []mfa.Window{
		{Limit: limits.WrongPasswords, Key: "wrong_passwords:" + who + ":" + mfa.AttemptsFrom(in.Caller, in.Source)},
		{Limit: limits.WrongPasswordsUser, Key: "wrong_passwords_user:" + who},
	}
	if key := mfa.SourceKey(in.Source); key != "" {
		out = append(out, mfa.Window{Limit: limits.WrongPasswordsFrom, Key: "wrong_passwords_from:" + key})
	}
	return out
}

// compare does the costly part, for nobody as for somebody.
func (s *Service) compare(found suspect, password mfa.Secret) (mfa.Finding, bool, error) {
	proof := mfa.Proof{Token: string(password.Reveal())}
	if a := found.password; a != nil {
		return s.password.Check(mfa.Credential{Data: a.Data, Secret: a.Secret, Counter: a.Counter}, proof, s.domain.Now())
	}
	nobodys, err := s.decoy.credential(func() (mfa.Enrolled, error) { return s.hash(mfa.SecretText(decoyPassword)) })
	if err == nil {
		_, _, err = s.password.Check(nobodys, proof, s.domain.Now())
	}
	return mfa.Finding{}, false, err
}

// decoy is a password that is nobody's, made once.
type decoy struct {
	mu   sync.Mutex
	made *mfa.Credential
}

// decoyPassword only has to be one that is let through; that somebody guesses it opens nothing.
const decoyPassword = "correct-horse-0-nobody's"

func (d *decoy) credential(enrol func() (mfa.Enrolled, error)) (mfa.Credential, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made == nil {
		made, err := enrol()
		if err != nil {
			return mfa.Credential{}, err
		}
		d.made = &made.Credential
	}
	return *d.made, nil
}

// settle lets a right password count if it still is the user's. Whoever guesses many at the same time found the window
// open for all of them; here they stand in line.
func (s *Service) settle(w mfa.WriteRecords, in CheckPassword, found suspect, finding mfa.Finding) (out SignedIn, refusal, err error) {
	u, err := w.LockUser(in.Caller.Directory.ID, mfa.UserRef{ID: found.user.ID})
	if err != nil {
		return out, nil, err
	}
	if refusal, err := s.domain.AnyFull(w, found.windows); refusal != nil || err != nil {
		return out, refusal, err
	}
	if err := mfa.UsableBy(u, in.Caller); err != nil {
		return out, nil, err
	}
	a := *found.password
	a.LastUsedAt = s.domain.Now()
	won, err := s.noteUse(w, a, finding)
	if err != nil || !won {
		return out, errPassword, err // it was revoked or replaced since
	}
	out = s.signedIn(u, a)
	return out, nil, s.note(w, in.Caller, mfa.EventPasswordAccepted, in.Source, out)
}

// noteUse notes when a password was last used; one that is hashed as was good enough once is kept as is now.
func (s *Service) noteUse(w mfa.WriteRecords, a mfa.Authenticator, finding mfa.Finding) (bool, error) {
	if finding.Secret == nil {
		return w.UsePasskey(a.ID, a.Version, a.Counter, a.Counter, nil, a.LastUsedAt)
	}
	a.Secret = *finding.Secret
	return w.UpdateAuthenticator(a)
}

// strike counts a wrong password, and says in the log when that fills a window.
func (s *Service) strike(w mfa.WriteRecords, in CheckPassword, found suspect) (refusal, err error) {
	filled, refusal, err := s.domain.Strike(w, found.windows)
	if refusal != nil || err != nil {
		return refusal, err
	}
	if found.user.ID == "" {
		return errPassword, nil // names are without number, and the log is for ever
	}
	e := mfa.Event{Type: mfa.EventPasswordRefused, UserID: found.user.ID, Source: in.Source}
	if err := s.domain.Append(w, in.Caller, e); err != nil || !filled {
		return errPassword, err
	}
	e.Type = mfa.EventPasswordLimited
	return errPassword, s.domain.Append(w, in.Caller, e)
}
