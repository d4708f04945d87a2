package passkeys_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

func (d *desk) beginLink(code string) (passkeys.Registration, error) {
	return d.passkeys.BeginLink(d.Context(), passkeys.BeginLink{Code: code, Origin: shop, Name: "Ann's key", Source: "192.0.2.9"})
}

// linked finishes what a linking code began.
func (d *desk) linked(r passkeys.Registration) (passkeys.SignedIn, error) {
	d.tb.Helper()
	in := d.made(passkeytest.New(passkeytest.Options{}), r)
	return d.passkeys.FinishLink(d.Context(), passkeys.FinishLink{ID: in.ID, Registration: in.Registration, Source: "192.0.2.9"})
}

func TestALinkingCodeOfAnyFrontDoorMakesAPasskey(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		bank := d.beside("Bank", nil)
		person := w.Register("5555550100")
		link, err := w.Service.StartLink(t.Context(), bank, person.Ref())
		d.check(err)
		r, err := d.beginLink(link.Code)
		d.check(err)
		out, err := d.linked(r)
		d.check(err)
		if out.User.ID != person.User.ID || out.Authenticator.Name != "Ann's key" || out.Authenticator.RegisteredBy != "code" {
			t.Errorf("linked %+v", out)
		}
		if got := d.events(person.User.ID, mfa.EventEnrollmentCompleted, mfa.EventAuthenticatorAdded); len(got) != 1 || got[0] != mfa.EventEnrollmentCompleted {
			t.Errorf("the log says %v", got)
		}
		_, err = d.beginLink(link.Code)
		refused(t, "a used code", err, mfa.NotFound, mfa.ReasonCodeWrong)
		_, err = d.passkeys.BeginSignIn(t.Context(), passkeys.BeginSignIn{Caller: d.caller, User: person.Ref()})
		d.check(err)
	})
}

func TestADeviceLinkFixesThePasskeysID(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	link, err := d.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: d.Directory(), Alias: "ann", Dialect: "test", Extra: json.RawMessage(`{}`)})
	d.check(err)
	r, err := d.beginLink(link.Code)
	d.check(err)
	out, err := d.linked(r)
	if d.check(err); out.Authenticator.ID != link.DeviceID {
		t.Errorf("it is called %s, want %s", out.Authenticator.ID, link.DeviceID)
	}
	devices, err := devices.New(d.Service).Of(t.Context(), d.Directory(), ann)
	if d.check(err); len(devices) != 1 || devices[0].ID != link.DeviceID || !devices[0].Linked {
		t.Errorf("the directory sees %+v", devices)
	}
}

func TestOfManyWhoUseALinkingCodeOneIsLinked(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		d := newDesk(t, w)
		person := w.Register("5555550101")
		link, err := w.Service.StartLink(t.Context(), d.caller, person.Ref())
		d.check(err)
		begun := make(chan passkeys.Registration, 40)
		for range cap(begun) {
			r, err := d.beginLink(link.Code)
			d.check(err)
			begun <- r
		}
		won := race(cap(begun), func() error {
			_, err := d.linked(<-begun)
			if err != nil {
				refused(t, "a loser", err, mfa.NotFound, mfa.ReasonCodeWrong)
			}
			return err
		})
		status, err := w.Service.UserStatus(t.Context(), d.caller, person.Ref())
		if d.check(err); won != 1 || len(status.Authenticators) != 1 {
			t.Errorf("%d won, and there are %d authenticators", won, len(status.Authenticators))
		}
	})
}

func TestADeviceTakesTheCodeFromAPasskeyThatIsSlower(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	link, err := d.Service.StartLink(t.Context(), d.caller, d.Register("5555550102").Ref())
	d.check(err)
	r, err := d.beginLink(link.Code)
	d.check(err)
	d.LinkWith(link.Code)
	_, err = d.linked(r)
	refused(t, "the slower one", err, mfa.NotFound, mfa.ReasonCodeWrong)
}

func TestLinkingCodesAreGuardedAsDevicesAre(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newWorld(t))
	person := d.Register("5555550103")
	link, err := d.Service.StartLink(t.Context(), d.caller, person.Ref())
	d.check(err)
	_, err = d.passkeys.BeginLink(t.Context(), passkeys.BeginLink{Code: link.Code, Origin: thief})
	refused(t, "another page", err, mfa.Invalid, mfa.ReasonPasskeyOrigin)
	r, err := d.beginLink(link.Code)
	d.check(err)
	if !r.ExpiresAt.Equal(d.Clock.Now().Add(d.Service.Limits().CeremonyLife)) || len(r.UserHandle) != 27 || r.RelyingParty.ID != shopID {
		t.Errorf("begun %+v", r)
	}
	d.Clock.Advance(d.Service.Limits().LinkLife)
	_, err = d.linked(r)
	refused(t, "too late", err, mfa.Expired, mfa.ReasonCeremony)
	for range d.Service.Limits().WrongLinks.Burst {
		_, err = d.beginLink("0000-0000")
		refused(t, "a wrong code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	_, err = d.beginLink("0000-0000")
	refused(t, "one more", err, mfa.Limited, "")

	ceremony := d.newcomer("bob")
	_, err = d.linked(ceremony)
	refused(t, "a ceremony of another kind", err, mfa.NotFound, mfa.ReasonCeremony)
	_, err = d.passkeys.FinishLink(t.Context(), passkeys.FinishLink{ID: mfa.NewID[mfa.CeremonyID]()})
	refused(t, "no ceremony", err, mfa.NotFound, mfa.ReasonCeremony)
}
