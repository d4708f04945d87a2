package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
)

func TestCredentialsAreListedRenamedAndRevoked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := s.ann("ann")
	_, other := s.brought("ann")
	_, a, err := s.accounts.Rename(t.Context(), s.Caller, named("ann"), in.Authenticator.ID, "the old one", "")
	s.must(err)
	if a.Name != "the old one" {
		t.Errorf("named %q", a.Name)
	}
	for range 2 { // the second changes nothing
		_, a, err = s.accounts.Revoke(t.Context(), s.Caller, named("ann"), in.Authenticator.ID, "")
		s.must(err)
		if a.State != mfa.AuthenticatorRevoked {
			t.Errorf("state %s", a.State)
		}
	}
	u, held, err := s.accounts.Credentials(t.Context(), s.Caller, named("ann"))
	s.must(err)
	if u.ID != in.User.ID || len(held) != 2 || held[0].State != mfa.AuthenticatorRevoked || held[0].Name != "the old one" || held[1].ID != other.Authenticator.ID {
		t.Errorf("list of %s: %+v", u.ID, held)
	}
	_, err = s.check("ann", good, "192.0.2.1")
	s.want("the revoked one", err, mfa.Unauthenticated, mfa.ReasonPasswordWrong)
	s.happened(in.User, mfa.EventAuthenticatorAdded, mfa.EventAuthenticatorAdded, mfa.EventAuthenticatorRenamed, mfa.EventAuthenticatorRevoked, mfa.EventPasswordRefused)
}

func TestOnlyTheUsersOwnCredentialsCanBeChanged(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	bobs := s.ann("bob")
	carol := s.Register("4055550101")
	phone := carol.Link()
	for what, try := range map[string]struct {
		ref mfa.UserRef
		id  mfa.AuthenticatorID
	}{
		"somebody else's": {named("ann"), bobs.Authenticator.ID},
		"a device":        {carol.Ref(), phone.Caller.Device.ID},
		"none":            {named("ann"), "no-such"},
		"of nobody":       {named("nobody"), bobs.Authenticator.ID},
	} {
		_, _, err := s.accounts.Revoke(t.Context(), s.Caller, try.ref, try.id, "")
		s.want("revoke "+what, err, mfa.NotFound, "")
		_, _, err = s.accounts.Rename(t.Context(), s.Caller, try.ref, try.id, "mine", "")
		s.want("rename "+what, err, mfa.NotFound, "")
	}
	for _, name := range []string{"", strings.Repeat("x", 201), "a\u202eb"} {
		_, _, err := s.accounts.Rename(t.Context(), s.Caller, named("bob"), bobs.Authenticator.ID, name, "")
		s.want("the name "+name, err, mfa.Invalid, "")
	}
}

func TestCredentialsAreBoundedRevokedOrNot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ann("ann")
	limits := s.Service.Limits()
	for range limits.PasskeysPerUser - 1 {
		s.brought("ann")
	}
	add := accounts.AddPublicKey{Caller: s.Caller, User: named("ann"), PublicKey: s.key().pem}
	_, err := s.accounts.AddPublicKey(t.Context(), add)
	s.want("one too many", err, mfa.Conflict, mfa.ReasonPasskeysFull)
	var last mfa.AuthenticatorID
	for range limits.RevokedPerUser + 3 {
		_, held, err := s.accounts.Credentials(t.Context(), s.Caller, named("ann"))
		s.must(err)
		for _, a := range held {
			if a.State == mfa.AuthenticatorActive {
				last = a.ID
			}
		}
		_, _, err = s.accounts.Revoke(t.Context(), s.Caller, named("ann"), last, "")
		s.must(err)
		s.brought("ann")
	}
	_, held, err := s.accounts.Credentials(t.Context(), s.Caller, named("ann"))
	s.must(err)
	if len(held) != limits.PasskeysPerUser+limits.RevokedPerUser {
		t.Errorf("%d are kept", len(held))
	}
}

func TestWithTheLastMeansToAnswerGoTheQuestions(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ann := s.Register("4055550101")
	for i := range 2 {
		s.must(s.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
			_, err := w.AddAuthenticator(mfa.Authenticator{
				ID: mfa.AuthenticatorID(fmt.Sprintf("passkey-%d", i)), UserID: ann.User.ID, DirectoryID: ann.User.DirectoryID,
				Kind: mfa.KindPasskey, State: mfa.AuthenticatorActive, Thumbprint: fmt.Sprint(i), CreatedAt: s.Clock.Now(),
			})
			return err
		}))
	}
	asked := ann.Ask("Pay?") // by passkeys alone, which have nobody to be pushed to
	if len(asked.Asked) != 2 {
		t.Errorf("asked %v", asked.Asked)
	}
	state := func() mfa.ChallengeState {
		found, err := s.Service.ApprovalFor(t.Context(), s.Caller, asked.ID)
		s.must(err)
		return found.Challenge.State
	}
	_, _, err := s.accounts.Revoke(t.Context(), s.Caller, ann.Ref(), "passkey-0", "")
	s.must(err)
	if state() != mfa.ChallengePending {
		t.Errorf("with one left it is %s", state())
	}
	_, _, err = s.accounts.Revoke(t.Context(), s.Caller, ann.Ref(), "passkey-1", "")
	s.must(err)
	if state() != mfa.ChallengeCancelled {
		t.Errorf("with none left it is %s", state())
	}
	_, err = s.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: s.Caller, User: ann.Ref(), Message: "Pay?"})
	s.want("asked with none", err, mfa.Invalid, mfa.ReasonNoDevice)
}
