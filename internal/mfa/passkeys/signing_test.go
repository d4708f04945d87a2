package passkeys_test

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

var ann = mfa.UserRef{Alias: "ann"}

func TestAPasskeySignsIn(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 3, Step: 2, BackupEligible: true})
		d.join("bob", passkeytest.New(passkeytest.Options{}))
		joined := d.join("ann", key)
		for _, ref := range []mfa.UserRef{ann, {}} {
			d.Clock.Advance(time.Minute)
			s := d.begin(ref)
			if named := ref != (mfa.UserRef{}); (len(s.Allow) == 1) != named || (s.User.ID == joined.User.ID) != named {
				t.Errorf("asked %+v", s)
			}
			key.BackedUp = true
			out, err := d.enter(ref, d.signed(key, s, shop))
			d.check(err)
			if out.User.ID != joined.User.ID || out.Authenticator.ID != joined.Authenticator.ID || out.SessionID == "" || !out.At.Equal(d.Clock.Now()) {
				t.Errorf("signed in %+v", out)
			}
		}
		held := d.held(joined.Authenticator.ID)
		data, err := passkeys.Data(held)
		d.check(err)
		if held.Counter != 7 || !held.LastUsedAt.Equal(d.Clock.Now()) || !data.BackedUp || data.LastAgent != "test" {
			t.Errorf("kept %+v, %+v", held, data)
		}
		if got := d.events(joined.User.ID); count(got, mfa.EventPasskeyAccepted) != 2 {
			t.Errorf("the log says %v", got)
		}
	})
}

func (d *desk) held(id mfa.AuthenticatorID) mfa.Authenticator {
	d.tb.Helper()
	var out mfa.Authenticator
	d.check(d.Store.Read(d.Context(), func(r mfa.Records) (err error) {
		out, err = r.Authenticator(id)
		return err
	}))
	return out
}

func TestARelatedOriginIsOneOfTheRelyingPartys(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{Related: []string{related}})
	d.join("ann", key)
	_, err := d.enter(ann, d.signed(key, d.begin(ann), related))
	d.check(err)
}

func TestOfOneAssertionSentByManyOneCounts(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]passkeytest.Options{"without a counter": {}, "with one": {Counter: 1, Step: 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
				d := newDesk(t, w)
				key := passkeytest.New(options)
				u := d.join("ann", key).User.ID
				signature := d.signed(key, d.begin(ann), shop)
				won := race(200, func() error {
					_, err := d.enter(ann, signature)
					if err != nil {
						refused(t, "a loser", err, mfa.Replayed, "")
					}
					return err
				})
				if got := d.events(u); won != 1 || count(got, mfa.EventPasskeyAccepted) != 1 || count(got, mfa.EventPasskeyCloned) != 0 {
					t.Errorf("%d won, and the log says %v", won, got)
				}
			})
		})
	}
}

func TestSeveralSignInsOfOnePasskeyAtOnceAllCount(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{})
		d.join("ann", key)
		signatures := make(chan mfa.PasskeyAssertion, 20)
		for range cap(signatures) {
			signatures <- d.signed(key, d.begin(ann), shop)
		}
		won := race(cap(signatures), func() error {
			_, err := d.enter(ann, <-signatures)
			return err
		})
		if won != cap(signatures) {
			t.Errorf("%d of %d counted", won, cap(signatures))
		}
	})
}

func TestAssertionsThatDoNotFitAreRefusedAndLogged(t *testing.T) {
	t.Parallel()
	bend := func(f func(*passkeytest.Draft)) func(*passkeytest.Authenticator) {
		return func(a *passkeytest.Authenticator) { a.Bend = f }
	}
	for name, c := range map[string]struct {
		change func(*passkeytest.Authenticator)
		reason mfa.Reason
	}{
		"another origin":    {bend(func(d *passkeytest.Draft) { d.Origin = thief }), mfa.ReasonPasskeyOrigin},
		"another rp id":     {bend(func(d *passkeytest.Draft) { d.RPID = "evil.example" }), mfa.ReasonPasskeyRPID},
		"another type":      {bend(func(d *passkeytest.Draft) { d.Type = "webauthn.create" }), mfa.ReasonPasskeyType},
		"nobody there":      {func(a *passkeytest.Authenticator) { a.NotPresent = true }, mfa.ReasonPasskeyPresence},
		"nobody in special": {func(a *passkeytest.Authenticator) { a.NotVerified = true }, mfa.ReasonPasskeyVerification},
		"suddenly synced":   {func(a *passkeytest.Authenticator) { a.BackupEligible = true }, mfa.ReasonPasskeyCredential},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, newWorld(t))
			key := passkeytest.New(passkeytest.Options{})
			u := d.join("ann", key).User.ID
			c.change(key)
			_, err := d.enter(ann, d.signed(key, d.begin(ann), shop))
			refused(t, name, err, mfa.Invalid, c.reason)
			if got := d.events(u); count(got, mfa.EventPasskeyRefused) != 1 || count(got, mfa.EventPasskeyAccepted) != 0 {
				t.Errorf("the log says %v", got)
			}
		})
	}
}

func TestAChangedSignatureIsRefusedAndTheChallengeStaysGood(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	good := d.signed(key, d.begin(ann), shop)
	bad := good
	bad.Signature = slices.Clone(good.Signature)
	bad.Signature[len(bad.Signature)-1] ^= 1
	_, err := d.enter(ann, bad)
	refused(t, "a changed signature", err, mfa.Invalid, mfa.ReasonPasskeySignature)
	_, err = d.enter(ann, good)
	d.check(err)
}

func TestRefusalsFillNoLog(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	u := d.join("ann", key).User.ID
	key.NotVerified = true
	bad := d.signed(key, d.begin(ann), shop)
	most := d.Service.Limits().WrongPasskeys.Burst
	for range most + 5 {
		_, err := d.enter(ann, bad)
		refused(t, "unverified", err, mfa.Invalid, mfa.ReasonPasskeyVerification)
	}
	if got := count(d.events(u), mfa.EventPasskeyRefused); got != most {
		t.Errorf("%d refusals were logged, want %d", got, most)
	}
}

func TestAForeignCredentialOpensNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	bobs := passkeytest.New(passkeytest.Options{})
	d.join("ann", passkeytest.New(passkeytest.Options{}))
	d.join("bob", bobs)
	anyone := d.begin(mfa.UserRef{})
	_, err := d.enter(ann, d.signed(bobs, anyone, shop))
	refused(t, "bob's for ann", err, mfa.Invalid, mfa.ReasonPasskeyCredential)

	forAnn := d.begin(ann)
	forAnn.Allow = nil
	signature := d.signed(bobs, forAnn, shop)
	_, err = d.enter(mfa.UserRef{Alias: "bob"}, signature)
	refused(t, "ann's challenge for bob", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	_, err = d.enter(mfa.UserRef{}, signature)
	refused(t, "ann's challenge for whoever signs", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)

	unknown := d.signed(bobs, anyone, shop)
	unknown.CredentialID = []byte("a credential that nobody has....")
	_, err = d.enter(mfa.UserRef{}, unknown)
	refused(t, "an unknown one", err, mfa.Invalid, mfa.ReasonPasskeyCredential)

	handed := d.signed(bobs, d.begin(mfa.UserRef{}), shop)
	handed.UserHandle = []byte("ann")
	_, err = d.enter(mfa.UserRef{}, handed)
	refused(t, "another user's handle", err, mfa.Invalid, mfa.ReasonPasskeyCredential)
}

func TestAnotherDirectorysPasskeysAreUnknown(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	elsewhere := *d.caller
	elsewhere.Directory.ID, elsewhere.Application.DirectoryID = "0199c0de-0000-7000-8000-000000000001", "0199c0de-0000-7000-8000-000000000001"
	s, err := d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: &elsewhere})
	d.check(err)
	_, _, err = d.passkeys.FinishSignIn(t.Context(), passkeys.FinishSignIn{Caller: &elsewhere, Assertion: d.signed(key, s, shop)})
	refused(t, "in another directory", err, mfa.Invalid, mfa.ReasonPasskeyCredential)
	_, _, err = d.passkeys.FinishSignIn(t.Context(), passkeys.FinishSignIn{Caller: d.caller, Assertion: d.signed(key, s, shop)})
	refused(t, "with its challenge here", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
}

func TestAChallengeIsOursInTimeAndForItsContext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	made := d.begin(ann)
	made.Challenge = slices.Clone(made.Challenge)
	made.Challenge[3] ^= 1
	_, err := d.enter(ann, d.signed(key, made, shop))
	refused(t, "a changed challenge", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	made.Challenge = made.Challenge[:16]
	_, err = d.enter(ann, d.signed(key, made, shop))
	refused(t, "a short challenge", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)

	old := d.signed(key, d.begin(ann), shop)
	d.Clock.Advance(d.Service.Limits().CeremonyLife)
	_, err = d.enter(ann, old)
	refused(t, "an old challenge", err, mfa.Expired, mfa.ReasonCeremony)

	s, err := d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: ann, Context: "code:add", Life: time.Hour})
	d.check(err)
	signature := d.signed(key, s, shop)
	_, err = d.enter(ann, signature)
	refused(t, "another context", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	_, context, err := d.passkeys.FinishSignIn(t.Context(), passkeys.FinishSignIn{Caller: d.caller, User: ann, Contexts: []string{"", "code:add"}, Assertion: signature})
	if d.check(err); context != "code:add" {
		t.Errorf("the context is %q", context)
	}
}

func TestAnotherNodeKnowsTheChallengeAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	other := newDesk(t, d.World)
	other.Service = d.Beside(d.Service.Options())
	_, err := other.enter(ann, d.signed(key, d.begin(ann), shop))
	d.check(err)
}

func TestNoChallengeEndsInAZero(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	seen := map[string]bool{}
	for range 3000 {
		c := d.begin(mfa.UserRef{}).Challenge
		if len(c) != 32 || c[31] == 0 || c[30] == 0 {
			t.Fatalf("%x", c)
		}
		seen[base64.RawURLEncoding.EncodeToString(c)] = true
	}
	if len(seen) != 3000 {
		t.Errorf("%d of 3000 challenges are different", len(seen))
	}
}

func TestACounterThatGoesBackIsRefusedAndToldOfOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		key := passkeytest.New(passkeytest.Options{Counter: 5, Step: 1})
		joined := d.join("ann", key)
		copied := key.Clone()
		for range 2 {
			_, err := d.enter(ann, d.signed(key, d.begin(ann), shop))
			d.check(err)
		}
		signature := d.signed(copied, d.begin(ann), shop)
		_, err := d.enter(ann, signature)
		refused(t, "the copy", err, mfa.Invalid, mfa.ReasonPasskeyCounter)
		_, err = d.enter(ann, signature)
		refused(t, "the copy's signature again", err, mfa.Replayed, "")
		_, err = d.enter(ann, d.signed(key, d.begin(ann), shop))
		d.check(err)
		if got := d.events(joined.User.ID); count(got, mfa.EventPasskeyCloned) != 1 || count(got, mfa.EventPasskeyAccepted) != 3 {
			t.Errorf("the log says %v", got)
		}
	})
}

func TestWhoMayNotBeAskedDoesNotSignIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	key := passkeytest.New(passkeytest.Options{})
	joined := d.join("ann", key)
	early := d.signed(key, d.begin(ann), shop)
	d.change(joined.User.ID, mfa.UserSuspended)
	_, err := d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: ann})
	refused(t, "asking", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = d.enter(ann, early)
	refused(t, "a suspended user", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	d.change(joined.User.ID, mfa.UserActive)

	held := d.held(joined.Authenticator.ID)
	held.State = mfa.AuthenticatorRevoked
	d.check(d.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
		_, err := w.UpdateAuthenticator(held)
		return err
	}))
	_, err = d.enter(ann, early)
	refused(t, "a revoked passkey", err, mfa.Forbidden, mfa.ReasonPasskeyRevoked)
	_, err = d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: ann})
	refused(t, "nothing left", err, mfa.NotFound, mfa.ReasonNoPasskey)
	_, err = d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: mfa.UserRef{Alias: "nobody"}})
	refused(t, "nobody", err, mfa.NotFound, "")
}

func (d *desk) change(id mfa.UserID, state mfa.UserState) {
	d.tb.Helper()
	d.check(d.Store.Write(d.Context(), func(w mfa.WriteRecords) error {
		u, err := w.LockUser(d.caller.Directory.ID, mfa.UserRef{ID: id})
		if err != nil {
			return err
		}
		u.State = state
		return w.UpdateUser(u)
	}))
}

func TestAskingForASignInWritesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	d.join("ann", passkeytest.New(passkeytest.Options{}))
	d.begin(ann) // the server's secret is made once
	counting := &countingStore{Store: d.Store}
	silent := d.over(counting)
	for _, ref := range []mfa.UserRef{ann, {}} {
		_, err := silent.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: ref})
		d.check(err)
	}
	if counting.writes.Load() != 0 {
		t.Errorf("%d writes", counting.writes.Load())
	}
}
