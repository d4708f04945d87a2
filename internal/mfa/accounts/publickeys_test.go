package accounts_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
)

func TestAKeySignsItsUserIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	k, added := s.brought("ann")
	c := s.begin("ann", k)
	if c.User.ID != in.User.ID || len(c.ServerNonce) != 32 {
		t.Errorf("began %+v", c)
	}
	out, err := s.finish(c, s.signs(k, c.ServerNonce))
	s.must(err)
	if out.User.ID != in.User.ID || out.Authenticator.ID != added.Authenticator.ID || out.SessionID == "" {
		t.Errorf("signed in %+v", out)
	}
	s.happened(in.User, mfa.EventAuthenticatorAdded, mfa.EventAuthenticatorAdded, mfa.EventPublicKeyAccepted)
}

func TestANonceIsSignedOnceRightOrWrong(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	k, _ := s.brought("ann")
	for what, token := range map[string]func(nonce string) string{
		"another key":   func(nonce string) string { return s.signs(s.key(), nonce) },
		"another nonce": func(string) string { return s.signs(k, "another") },
		"no token":      func(string) string { return "a.b.c" },
		"nothing":       func(string) string { return "" },
	} {
		c := s.begin("ann", k)
		_, err := s.finish(c, token(c.ServerNonce))
		s.want(what, err, mfa.Unauthenticated, mfa.ReasonKeyWrong)
		_, err = s.finish(c, s.signs(k, c.ServerNonce))
		s.want("a second try after "+what, err, mfa.NotFound, mfa.ReasonCeremony)
	}
	c := s.begin("ann", k)
	_, err := s.finish(c, s.signs(k, c.ServerNonce))
	s.must(err)
	_, err = s.finish(c, s.signs(k, c.ServerNonce))
	s.want("a replay", err, mfa.NotFound, mfa.ReasonCeremony)
}

func TestASignInByKeyBelongsToItsPlaceAndTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	s.ann("bob")
	k, added := s.brought("ann")
	c := s.begin("ann", k)
	token := s.signs(k, c.ServerNonce)
	finish := func(in accounts.FinishPublicKey) error {
		in.ID, in.Assertion = c.ID, token
		_, err := s.accounts.FinishPublicKey(t.Context(), in)
		return err
	}
	s.want("somebody else's", finish(accounts.FinishPublicKey{Caller: s.Caller, User: named("bob")}), mfa.NotFound, mfa.ReasonCeremony)
	elsewhere := *s.Caller
	elsewhere.Directory.ID = "other"
	s.want("another directory's", finish(accounts.FinishPublicKey{Caller: &elsewhere}), mfa.NotFound, mfa.ReasonCeremony)
	s.want("of another context", finish(accounts.FinishPublicKey{Caller: s.Caller, Contexts: []string{"vouched"}}), mfa.NotFound, mfa.ReasonCeremony)
	s.must(finish(accounts.FinishPublicKey{Caller: s.Caller, User: named("ann")}))

	c = s.begin("ann", k)
	token = s.signs(k, c.ServerNonce)
	s.Clock.Advance(s.Service.Limits().CeremonyLife)
	s.want("too late", finish(accounts.FinishPublicKey{Caller: s.Caller}), mfa.NotFound, mfa.ReasonCeremony)

	c = s.begin("ann", k)
	token = s.signs(k, c.ServerNonce)
	_, _, err := s.accounts.Revoke(t.Context(), s.Caller, named("ann"), added.Authenticator.ID, "")
	s.must(err)
	s.want("revoked since", finish(accounts.FinishPublicKey{Caller: s.Caller}), mfa.Unauthenticated, mfa.ReasonKeyWrong)
	_, err = s.accounts.BeginPublicKey(t.Context(), accounts.BeginPublicKey{Caller: s.Caller, User: named("ann"), PublicKey: k.pem})
	s.want("with a revoked key", err, mfa.NotFound, "")
}

func TestAKeyIsTheUsersOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	s.ann("bob")
	k, _ := s.brought("ann")
	_, err := s.accounts.AddPublicKey(t.Context(), accounts.AddPublicKey{Caller: s.Caller, User: named("ann"), PublicKey: k.pem})
	s.want("again", err, mfa.Conflict, "")
	if _, err := s.accounts.AddPublicKey(t.Context(), accounts.AddPublicKey{Caller: s.Caller, User: named("bob"), PublicKey: k.pem}); err != nil {
		t.Errorf("the same machine for another user: %v", err)
	}
	for what, in := range map[string]accounts.AddPublicKey{
		"no key":      {Caller: s.Caller, User: named("ann"), PublicKey: "none"},
		"a bad name":  {Caller: s.Caller, User: named("ann"), PublicKey: s.key().pem, Name: "\n"},
		"of somebody": {Caller: s.Caller, User: named("nobody"), PublicKey: s.key().pem},
	} {
		if _, err := s.accounts.AddPublicKey(t.Context(), in); err == nil {
			t.Errorf("%s was added", what)
		}
	}
	_, err = s.accounts.BeginPublicKey(t.Context(), accounts.BeginPublicKey{Caller: s.Caller, User: named("bob"), PublicKey: s.key().pem})
	s.want("a key of nobody's", err, mfa.NotFound, "")
}

func TestOfACrowdThatSignsANonceOneIsSignedIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.ann("ann")
		k, _ := s.brought("ann")
		c := s.begin("ann", k)
		token := s.signs(k, c.ServerNonce)
		won := s.winners(func() error {
			_, err := s.finish(c, token)
			return err
		}, func(err error) { s.want("a loser", err, mfa.NotFound, mfa.ReasonCeremony) })
		if won != 1 {
			s.Errorf("%d were signed in", won)
		}
	})
}
