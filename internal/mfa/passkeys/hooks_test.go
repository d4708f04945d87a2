package passkeys_test

import (
	"errors"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

var errNotNow = errors.New("not now")

func TestWhatElseARegistrationDoesStandsOrFallsWithIt(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
		in.Also = func(mfa.WriteRecords, passkeys.SignedIn) error { return errNotNow }
		if _, err := d.passkeys.FinishRegistration(t.Context(), in); !errors.Is(err, errNotNow) {
			t.Errorf("the refusal became %v", err)
		}
		var seen mfa.AuthenticatorID
		in.Also = func(w mfa.WriteRecords, in passkeys.SignedIn) error {
			a, err := w.Authenticator(in.Authenticator.ID)
			seen = a.ID
			return err
		}
		out, err := d.passkeys.FinishRegistration(t.Context(), in)
		d.check(err)
		if seen != out.Authenticator.ID {
			t.Errorf("saw %q beside the new %q", seen, out.Authenticator.ID)
		}
	})
}

func TestWhatElseASignInDoesStandsOrFallsWithIt(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		a := passkeytest.New(passkeytest.Options{})
		ann := d.join("ann", a)
		in := passkeys.FinishSignIn{Caller: d.caller, Assertion: d.signed(a, d.begin(mfa.UserRef{ID: ann.User.ID}), shop)}
		in.Also = func(mfa.WriteRecords, passkeys.SignedIn) error { return errNotNow }
		if _, _, err := d.passkeys.FinishSignIn(t.Context(), in); !errors.Is(err, errNotNow) {
			t.Errorf("the refusal became %v", err)
		}
		in.Also = nil
		_, _, err := d.passkeys.FinishSignIn(t.Context(), in)
		d.check(err)
		if got := d.events(ann.User.ID, mfa.EventPasskeyAccepted); len(got) != 1 {
			t.Errorf("%d sign-ins in the log", len(got))
		}
	})
}

func TestSecurityKeysAreToldFromPasskeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	ann := d.join("ann", passkeytest.New(passkeytest.Options{}))
	ref := mfa.UserRef{ID: ann.User.ID}
	r, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{
		Caller: d.caller, Mode: passkeys.Add, User: ref, SecurityKey: true, ResidentKey: passkeys.Discouraged, Attachment: passkeys.CrossPlatform,
	})
	d.check(err)
	in := d.made(passkeytest.New(passkeytest.Options{}), r)
	in.Attachment, in.DeviceID = passkeys.CrossPlatform, "device-1"
	key, err := d.passkeys.FinishRegistration(t.Context(), in)
	d.check(err)
	if p := key.Passkey; !p.SecurityKey || p.Attachment != passkeys.CrossPlatform || p.DeviceID != "device-1" || ann.Passkey.SecurityKey {
		t.Errorf("registered %+v", p)
	}
	s, err := d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{
		Caller: d.caller, User: ref, Only: func(p mfa.PasskeyData) bool { return p.SecurityKey },
	})
	d.check(err)
	if len(s.Allow) != 1 || string(s.Allow[0].ID) != string(key.Passkey.CredentialID) {
		t.Errorf("asks for %v", s.Allow)
	}
}

func TestAPasskeyMayBeMadeWithNobodyThereWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	a := passkeytest.New(passkeytest.Options{NotPresent: true, NotVerified: true})
	in := d.made(a, d.newcomer("ann"))
	_, err := d.passkeys.FinishRegistration(t.Context(), in)
	refused(t, "as always", err, mfa.Invalid, mfa.ReasonPasskeyPresence)
	in.Unattended = true
	out, err := d.passkeys.FinishRegistration(t.Context(), in)
	d.check(err)
	if out.Passkey.UserVerified {
		t.Error("somebody was verified")
	}
	_, err = d.enter(mfa.UserRef{ID: out.User.ID}, d.signed(a, d.begin(mfa.UserRef{ID: out.User.ID}), shop))
	refused(t, "a sign-in with nobody there", err, mfa.Invalid, mfa.ReasonPasskeyPresence)
}
