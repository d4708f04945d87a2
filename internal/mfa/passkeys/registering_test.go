package passkeys_test

import (
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

func TestARegistrationMakesAUserWithAPasskey(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		r := d.newcomer("ann")
		if base64.RawURLEncoding.EncodeToString(r.UserHandle) != string(r.UserID) {
			t.Errorf("the handle %x is not the user's id %s", r.UserHandle, r.UserID)
		}
		if len(r.Challenge) != 32 || r.Challenge[31] == 0 || r.Challenge[30] == 0 {
			t.Errorf("the challenge is %x", r.Challenge)
		}
		if _, err := w.Service.UserStatus(t.Context(), d.caller, mfa.UserRef{Alias: "ann"}); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("the user shows before the registration is finished: %v", err)
		}
		in := d.made(passkeytest.New(passkeytest.Options{BackedUp: true}), r)
		in.UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"
		out, err := d.passkeys.FinishRegistration(t.Context(), in)
		d.check(err)
		if out.User.ID != r.UserID || out.User.Alias != "ann" || out.Authenticator.ID != mfa.AuthenticatorID(r.ID) || out.SessionID == "" {
			t.Errorf("registered %+v", out)
		}
		if out.Authenticator.Name != "Safari on iOS" || !out.Passkey.BackedUp || !out.Passkey.BackupEligible || out.Passkey.RPID != shopID {
			t.Errorf("the passkey is %q, %+v", out.Authenticator.Name, out.Passkey)
		}
		if got := d.events(out.User.ID); count(got, mfa.EventUserCreated) != 1 || count(got, mfa.EventAuthenticatorAdded) != 1 {
			t.Errorf("the log says %v", got)
		}
	})
}

func TestARegistrationCountsOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
	_, err := d.passkeys.FinishRegistration(t.Context(), in)
	d.check(err)
	_, err = d.passkeys.FinishRegistration(t.Context(), in)
	refused(t, "a second time", err, mfa.NotFound, mfa.ReasonCeremony)
}

func TestARegistrationIsFinishedInItsContext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	r, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{
		Caller: d.caller, Mode: passkeys.NewUser, Username: "ann", Context: "vouched", DisplayName: strings.Repeat("Ann ", 100) + "\u202e",
	})
	d.check(err)
	if len(r.DisplayName) != 100 {
		t.Errorf("an authenticator is to show %d characters", len(r.DisplayName))
	}
	in := d.made(passkeytest.New(passkeytest.Options{}), r)
	_, err = d.passkeys.FinishRegistration(t.Context(), in)
	refused(t, "where none is taken", err, mfa.NotFound, mfa.ReasonCeremony)
	in.Contexts = []string{"", "another"}
	_, err = d.passkeys.FinishRegistration(t.Context(), in)
	refused(t, "where others are taken", err, mfa.NotFound, mfa.ReasonCeremony)
	in.Contexts = []string{"", "vouched"}
	_, err = d.passkeys.FinishRegistration(t.Context(), in)
	d.check(err)
}

func TestOfManyWhoFinishARegistrationAtOnceOneDoes(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
		won := race(200, func() error {
			_, err := d.passkeys.FinishRegistration(t.Context(), in)
			if err != nil {
				refused(t, "a loser", err, mfa.NotFound, mfa.ReasonCeremony)
			}
			return err
		})
		status, err := w.Service.UserStatus(t.Context(), d.caller, mfa.UserRef{Alias: "ann"})
		d.check(err)
		if won != 1 || len(status.Authenticators) != 1 {
			t.Errorf("%d won, and there are %d authenticators", won, len(status.Authenticators))
		}
	})
}

// race runs many at once and counts those that had no error.
func race(n int, f func() error) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	start, won := make(chan struct{}), 0
	for range n {
		wg.Go(func() {
			<-start
			if f() == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func TestANameThatLeadsToSomebodyIsNotRegisteredAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	ann := d.join("ann", passkeytest.New(passkeytest.Options{}))
	for name, reason := range map[string]mfa.Reason{"ann": mfa.ReasonUserExists, "ANN": mfa.ReasonUserExists, string(ann.User.ID): mfa.ReasonUserExists} {
		_, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.NewUser, Username: name})
		refused(t, name, err, mfa.Conflict, reason)
	}
	for _, name := range []string{"", " bob", strings.Repeat("x", 501), "b\u202eob"} {
		_, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.NewUser, Username: name})
		refused(t, "name "+name, err, mfa.Invalid, "")
	}
}

func TestOfTwoWhoRegisterANameTheSecondIsRefusedAtTheEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	first, second := d.newcomer("ann"), d.newcomer("Ann")
	_, err := d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), first))
	d.check(err)
	_, err = d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), second))
	refused(t, "the second", err, mfa.Conflict, mfa.ReasonUserExists)
}

func TestACredentialIDIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		d.join("ann", passkeytest.New(passkeytest.Options{Seed: "twin"}))
		_, err := d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{Seed: "twin"}), d.newcomer("bob")))
		refused(t, "the same credential id", err, mfa.Conflict, mfa.ReasonPasskeyTaken)
		if _, err := w.Service.UserStatus(t.Context(), d.caller, mfa.UserRef{Alias: "bob"}); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("a refused registration left a user: %v", err)
		}
	})
}

func TestRegistrationsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	type change func(*passkeytest.Options)
	bend := func(f func(*passkeytest.Draft)) change {
		return func(o *passkeytest.Options) { o.Bend = f }
	}
	for name, c := range map[string]struct {
		change change
		reason mfa.Reason
	}{
		"another origin":     {bend(func(d *passkeytest.Draft) { d.Origin = thief }), mfa.ReasonPasskeyOrigin},
		"another rp id":      {bend(func(d *passkeytest.Draft) { d.RPID = "evil.example" }), mfa.ReasonPasskeyRPID},
		"another type":       {bend(func(d *passkeytest.Draft) { d.Type = "webauthn.get" }), mfa.ReasonPasskeyType},
		"another challenge":  {bend(func(d *passkeytest.Draft) { d.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAA" }), mfa.ReasonPasskeyChallenge},
		"nobody there":       {func(o *passkeytest.Options) { o.NotPresent = true }, mfa.ReasonPasskeyPresence},
		"nobody in special":  {func(o *passkeytest.Options) { o.NotVerified = true }, mfa.ReasonPasskeyVerification},
		"something trailing": {bend(func(d *passkeytest.Draft) { d.Trailing = []byte{1} }), mfa.ReasonPasskeyMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, newWorld(t))
			var o passkeytest.Options
			c.change(&o)
			r := d.newcomer("ann")
			_, err := d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(o), r))
			refused(t, name, err, mfa.Invalid, c.reason)
			// The ceremony is still there for the honest one.
			_, err = d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), r))
			d.check(err)
		})
	}
}

func TestARegistrationIsFinishedInTimeByTheSameDirectoryAndName(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	for name, change := range map[string]func(*passkeys.FinishRegistration){
		"another id":        func(in *passkeys.FinishRegistration) { in.ID = mfa.NewID[mfa.CeremonyID]() },
		"another challenge": func(in *passkeys.FinishRegistration) { in.Challenge = []byte("another") },
		"another name":      func(in *passkeys.FinishRegistration) { in.Username = "eve" },
		"another directory": func(in *passkeys.FinishRegistration) {
			c := *in.Caller
			c.Directory.ID = mfa.NewID[mfa.DirectoryID]()
			in.Caller = &c
		},
	} {
		in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
		change(&in)
		_, err := d.passkeys.FinishRegistration(t.Context(), in)
		refused(t, name, err, mfa.NotFound, mfa.ReasonCeremony)
	}
	in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
	d.Clock.Advance(d.Service.Limits().CeremonyLife)
	_, err := d.passkeys.FinishRegistration(t.Context(), in)
	refused(t, "too late", err, mfa.Expired, mfa.ReasonCeremony)
}

func TestARegistrationIsFoundByItsChallengeAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	in := d.made(passkeytest.New(passkeytest.Options{}), d.newcomer("ann"))
	in.ID, in.Username = "", "ann"
	_, err := d.passkeys.FinishRegistration(t.Context(), in)
	d.check(err)
}

func TestABackendBeginsWhatABrowserOfTheSameRelyingPartyFinishes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	backend := d.beside("Backend", &mfa.RelyingParty{ID: shopID, Origins: []string{"https://backend.shop.example"}})
	ann := d.join("ann", passkeytest.New(passkeytest.Options{}))
	r, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: backend, Mode: passkeys.Add, User: mfa.UserRef{ID: ann.User.ID}})
	d.check(err)
	if len(r.Exclude) != 1 {
		t.Errorf("excluded are %v", r.Exclude)
	}
	_, err = d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), r))
	d.check(err)
}

func TestTheRightToAddIsSpentInTheSameWrite(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	ann := d.join("ann", passkeytest.New(passkeytest.Options{}))
	add := passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.Add, User: mfa.UserRef{Alias: "ann"}}
	spent := func(nonce string, refusal error) func(mfa.WriteRecords, mfa.User) (error, error) {
		return func(w mfa.WriteRecords, u mfa.User) (error, error) {
			if u.ID != ann.User.ID {
				t.Errorf("it is %s's", u.ID)
			}
			fresh, err := w.SpendProof("test:spend", nonce, d.Clock.Now().Add(time.Hour))
			if err == nil && !fresh {
				return mfa.Missing("code"), nil
			}
			return refusal, err
		}
	}
	add.Spend = spent("a", nil)
	_, err := d.passkeys.BeginRegistration(t.Context(), add)
	d.check(err)
	_, err = d.passkeys.BeginRegistration(t.Context(), add)
	refused(t, "a second time", err, mfa.NotFound, "")
	add.Spend = spent("b", mfa.Missing("right"))
	_, err = d.passkeys.BeginRegistration(t.Context(), add)
	refused(t, "a refusal", err, mfa.NotFound, "")
	add.Spend = spent("b", nil)
	_, err = d.passkeys.BeginRegistration(t.Context(), add)
	refused(t, "what a refusal wrote", err, mfa.NotFound, "")
}

func TestAPersonHasSoManyPasskeysAndNoMore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	d.join("ann", passkeytest.New(passkeytest.Options{}))
	add := passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.Add, User: mfa.UserRef{Alias: "ann"}}
	last, err := d.passkeys.BeginRegistration(t.Context(), add)
	d.check(err)
	for range d.Service.Limits().PasskeysPerUser - 1 {
		r, err := d.passkeys.BeginRegistration(t.Context(), add)
		d.check(err)
		_, err = d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), r))
		d.check(err)
	}
	_, err = d.passkeys.BeginRegistration(t.Context(), add)
	refused(t, "one more", err, mfa.Conflict, mfa.ReasonPasskeysFull)
	_, err = d.passkeys.FinishRegistration(t.Context(), d.made(passkeytest.New(passkeytest.Options{}), last))
	refused(t, "one that was begun before", err, mfa.Conflict, mfa.ReasonPasskeysFull)
}

func TestStrangersBeginOnlySoMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	begin := func(source string) error {
		_, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: d.caller, Mode: passkeys.NewUser, Username: "ann", Source: source})
		return err
	}
	for range d.Service.Limits().Ceremonies.Burst {
		d.check(begin("192.0.2.1"))
	}
	refused(t, "one more", begin("192.0.2.1"), mfa.Limited, "")
	d.check(begin("192.0.2.2"))
	d.check(begin(""))
}

func TestWithoutARelyingPartyThereAreNoPasskeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	bare := d.beside("Bare", nil)
	_, err := d.passkeys.BeginRegistration(t.Context(), passkeys.BeginRegistration{Caller: bare, Mode: passkeys.NewUser, Username: "ann"})
	refused(t, "a registration", err, mfa.Forbidden, mfa.ReasonNoRelyingParty)
	_, err = d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: bare})
	refused(t, "a sign-in", err, mfa.Forbidden, mfa.ReasonNoRelyingParty)
}
