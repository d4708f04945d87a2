package accounts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
)

func TestAPasswordSignsItsUserIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	if in.User.Alias != "ann" || in.Authenticator.Kind != mfa.KindPassword || in.Authenticator.Name != "password" || in.SessionID == "" {
		t.Errorf("registered %+v", in)
	}
	s.Clock.Advance(time.Minute)
	again, err := s.check("ann", good, "192.0.2.1")
	s.must(err)
	if again.User.ID != in.User.ID || again.Authenticator.ID != in.Authenticator.ID || again.SessionID == in.SessionID {
		t.Errorf("signed in %+v", again)
	}
	_, held, err := s.accounts.Credentials(t.Context(), s.Caller, named("ann"))
	s.must(err)
	if !held[0].LastUsedAt.Equal(s.Clock.Now()) {
		t.Errorf("last used %v", held[0].LastUsedAt)
	}
	s.happened(in.User, mfa.EventAuthenticatorAdded, mfa.EventPasswordAccepted)
}

func TestWhatIsNoPasswordOfTheUserIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	_, err := s.accounts.CreateUser(t.Context(), s.Caller, "bob", "")
	s.must(err)
	_, want := s.check("ann", "not her password", "192.0.2.1")
	s.want("a wrong one", want, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	for what, try := range map[string][2]string{
		"of nobody": {"nobody", good}, "of one without": {"bob", good}, "none": {"ann", ""}, "in other case": {"ann", "A GOOD PASS PHRASE"},
		"a long one": {"ann", strings.Repeat("x", 100_000)}, "no text": {"ann", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"},
		"the one that stands in for nobody's": {"nobody", "correct-horse-0-nobody's"},
	} {
		_, err := s.check(try[0], try[1], "192.0.2.1")
		if err == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
}

func TestGuessesOfAPasswordAreLimitedForEverybodyAlike(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	burst := s.Service.Limits().WrongPasswords.Burst
	for _, name := range []string{"ann", "nobody"} {
		for range burst {
			_, err := s.check(name, "not the password", "192.0.2.66")
			s.want("a guess", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
		}
		_, err := s.check(name, good, "192.0.2.66")
		s.want("one more, even right, of "+name, err, mfa.Limited, "")
	}
	if _, err := s.check("ann", good, "192.0.2.1"); err != nil {
		t.Errorf("the owner from elsewhere: %v", err)
	}
	if n := len(s.events(in.User)); n != 1+burst+1+1 { // added, refused, limited, accepted
		t.Errorf("events %v", s.events(in.User))
	}
	s.Clock.Advance(s.Service.Limits().WrongPasswords.Per)
	if _, err := s.check("ann", good, "192.0.2.66"); err != nil {
		t.Errorf("when the window is over: %v", err)
	}
}

func TestGuessesFromManySourcesAreLimitedTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	limit := s.Service.Limits().WrongPasswordsUser
	s.must(s.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
		for range limit.Burst - 1 {
			if _, _, err := w.TakeLimit(limit, "wrong_passwords_user:"+string(in.User.ID), s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := s.check("ann", "not the password", "192.0.2.66")
	s.want("the last guess", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	_, err = s.check("ann", good, "192.0.2.67")
	s.want("from anywhere", err, mfa.Limited, "")
}

func TestOnePasswordIsNotTriedWithNamesWithoutEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	limit := s.Service.Limits().WrongPasswordsFrom
	s.must(s.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
		for range limit.Burst - 1 {
			if _, _, err := w.TakeLimit(limit, "wrong_passwords_from:192.0.2.66", s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := s.check("nobody", "not the password", "192.0.2.66")
	s.want("the last guess", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	for _, name := range []string{"ann", "somebody else"} {
		_, err = s.check(name, good, "192.0.2.66")
		s.want("with another name", err, mfa.Limited, "")
	}
	if _, err := s.check("ann", good, "192.0.2.1"); err != nil {
		t.Errorf("the owner from elsewhere: %v", err)
	}
	_, err = s.check("nobody", "not the password", "")
	s.want("by a server that speaks for its people", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
}

func TestCaseDoesNotTellWhetherANameIsKnown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	for _, name := range []string{"ann", "nobody"} {
		for range s.Service.Limits().WrongPasswords.Burst {
			_, err := s.check(name, "not the password", "192.0.2.66")
			s.want("a guess", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
		}
		_, err := s.check(strings.ToUpper(name), "not the password", "192.0.2.66")
		s.want(name+" in other case", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	}
}

func TestOfACrowdThatGuessesNoMoreAreLookedAtThanMayBe(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		in := s.ann("ann")
		wrong := 0
		s.winners(func() error {
			_, err := s.check("ann", "not the password", "192.0.2.66")
			return err
		}, func(err error) {
			if mfa.IsCode(err, mfa.Unauthenticated) {
				wrong++
			}
		})
		if burst := s.Service.Limits().WrongPasswords.Burst; wrong != burst {
			s.Errorf("%d were answered, want %d; events %v", wrong, burst, s.events(in.User))
		}
	})
}

func TestAPasswordIsRegisteredForANewNameAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	_, err := s.accounts.CreateUser(t.Context(), s.Caller, "bob", "")
	s.must(err)
	for what, c := range map[string]struct {
		edit   func(*accounts.RegisterPassword)
		code   mfa.Code
		reason mfa.Reason
	}{
		"a name that is taken":      {func(r *accounts.RegisterPassword) { r.Username = "ANN" }, mfa.Conflict, mfa.ReasonUserExists},
		"one that has no password":  {func(r *accounts.RegisterPassword) { r.Username = "bob" }, mfa.Conflict, mfa.ReasonUserExists},
		"no name":                   {func(r *accounts.RegisterPassword) { r.Username = "" }, mfa.Invalid, ""},
		"a weak password":           {func(r *accounts.RegisterPassword) { r.Password = mfa.SecretText("aaaaaaaaa") }, mfa.Invalid, mfa.ReasonPasswordWeak},
		"a credential without name": {func(r *accounts.RegisterPassword) { r.Name = "\n" }, mfa.Invalid, ""},
	} {
		in := accounts.RegisterPassword{Caller: s.Caller, Username: "carol", Password: mfa.SecretText(good)}
		c.edit(&in)
		_, err := s.accounts.RegisterPassword(t.Context(), in)
		s.want(what, err, c.code, c.reason)
	}
	_, err = s.accounts.FindUser(t.Context(), s.Caller, named("carol"))
	s.want("nobody was made", err, mfa.NotFound, "")
}

func TestStrangersBeginSoManyRegistrationsAndNoMore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	register := func(i int, source string) error {
		in := accounts.RegisterPassword{Caller: s.Caller, Username: fmt.Sprint("ann", i), Password: mfa.SecretText("weak"), Source: source}
		_, err := s.accounts.RegisterPassword(t.Context(), in)
		return err
	}
	burst := s.Service.Limits().Ceremonies.Burst
	for i := range burst {
		s.want("within", register(i, "2001:db8::1"), mfa.Invalid, mfa.ReasonPasswordWeak)
	}
	s.want("one more from the same network", register(burst, "2001:db8::2"), mfa.Limited, "")
	s.want("from elsewhere", register(burst, "192.0.2.9"), mfa.Invalid, mfa.ReasonPasswordWeak)
}

func TestASwitchedOffApplicationSignsNobodyIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	off := *s.Caller
	off.Application.Settings.Disabled = true
	_, err := s.accounts.CheckPassword(t.Context(), accounts.CheckPassword{Caller: &off, User: named("ann"), Password: mfa.SecretText(good)})
	s.want("a password", err, mfa.Forbidden, mfa.ReasonDisabled)
	_, err = s.accounts.CreateUser(t.Context(), &off, "bob", "")
	s.want("a user", err, mfa.Forbidden, mfa.ReasonDisabled)
	_, _, err = s.accounts.Credentials(t.Context(), &off, named("ann"))
	s.want("a list", err, mfa.Forbidden, mfa.ReasonDisabled)
}
