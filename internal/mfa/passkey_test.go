package mfa_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestPasskeysAreKeptAsBrowsersWriteThem(t *testing.T) {
	t.Parallel()
	data := mfa.PasskeyData{RPID: "shop.example", CredentialID: []byte{0xfb, 0xff, 0}, PublicKey: []byte{1}, Algorithm: -7, UserHandle: []byte("x")}
	text, err := json.Marshal(data)
	if err != nil || !strings.Contains(string(text), `"credential_id":"-_8A"`) {
		t.Fatalf("%s, %v", text, err)
	}
	for _, form := range []string{string(text), strings.Replace(string(text), `"AQ"`, `"AQ=="`, 1)} {
		var back mfa.PasskeyData
		if err := json.Unmarshal([]byte(form), &back); err != nil || !reflect.DeepEqual(back, data) {
			t.Errorf("%s reads as %+v, %v", form, back, err)
		}
	}
	var back mfa.PasskeyData
	if err := json.Unmarshal([]byte(`{"credential_id":"+/8A"}`), &back); err == nil {
		t.Error("another alphabet is read")
	}
}

func TestACredentialIsNamedByItsRelyingPartyToo(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range [][2]string{{"a", "b"}, {"a", "c"}, {"ab", ""}, {"b", "b"}, {"a\x00b", ""}} {
		seen[mfa.PasskeyThumbprint(c[0], []byte(c[1]))] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d names", len(seen))
	}
}

func TestFoldedNamesAreEqualWhereCaseAloneDiffers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.String().Draw(t, "a")
		b := rapid.SampledFrom([]string{a, strings.ToUpper(a), strings.ToLower(a), a + "x", rapid.String().Draw(t, "b")}).Draw(t, "which")
		if got, want := mfa.FoldAlias(a) == mfa.FoldAlias(b), strings.EqualFold(a, b); got != want {
			t.Fatalf("%q and %q: %v, want %v", a, b, got, want)
		}
	})
}

// passkey gives the person a passkey, as a registration would.
func passkey(t *testing.T, w *mfatest.World, p *mfatest.Person, id mfa.AuthenticatorID) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
		_, err := r.AddAuthenticator(mfa.Authenticator{
			ID: id, UserID: p.User.ID, DirectoryID: p.User.DirectoryID, Kind: mfa.KindPasskey, State: mfa.AuthenticatorActive,
			Name: "key", Thumbprint: string(id), CreatedAt: w.Clock.Now(),
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPasskeyIsAskedListedAndRemovedLikeADevice(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550101")
		passkey(t, w, ann, "passkey")
		asked, err := ann.AskWith(func(*mfa.AskApproval) {})
		if err != nil || len(asked.Asked) != 1 || asked.Asked[0] != "passkey" {
			t.Fatalf("asked %v, %v", asked.Asked, err)
		}
		if n := len(w.Outbox(w.Caller)); n != 0 {
			t.Errorf("%d messages to something that cannot be woken", n)
		}
		w.Clock.Advance(time.Second)
		device := ann.Link()
		list, err := devices.New(w.Service).Of(t.Context(), w.Directory(), ann.Ref())
		if err != nil || len(list) != 2 || list[0].ID != "passkey" || !list[0].Linked || list[1].ID != device.Caller.Device.ID {
			t.Errorf("listed %+v, %v", list, err)
		}
		for _, id := range []mfa.AuthenticatorID{device.Caller.Device.ID, "passkey"} {
			if found, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); err != nil || found.Challenge.State != mfa.ChallengePending {
				t.Errorf("while there is %s: %s, %v", id, found.Challenge.State, err)
			}
			if err := devices.New(w.Service).Remove(t.Context(), w.Directory(), ann.Ref(), id); err != nil {
				t.Fatal(err)
			}
		}
		if found, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); err != nil || found.Challenge.State != mfa.ChallengeCancelled {
			t.Errorf("without any: %s, %v", found.Challenge.State, err)
		}
		events := ann.Events(mfa.EventAuthenticatorRemoved)
		if len(events) != 2 || !strings.Contains(string(events[1].Data), `"kind":"passkey"`) {
			t.Errorf("events %+v", events)
		}
	})
}

func TestARevokedPasskeyIsNotAsked(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550101")
		passkey(t, w, ann, "passkey")
		err := w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
			a, err := r.Authenticator("passkey")
			if err != nil {
				return err
			}
			a.State = mfa.AuthenticatorRevoked
			_, err = r.UpdateAuthenticator(a)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = ann.AskWith(func(*mfa.AskApproval) {})
		want(t, "with a revoked one", err, mfa.Invalid, mfa.ReasonNoDevice)
	})
}

func TestOriginsOfRelyingPartiesAreKnownAtOnceAndForgottenWithThem(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		beside := w.Beside(mfa.Options{}) // another process, which the change was announced to
		set := func(p *mfa.RelyingParty) {
			t.Helper()
			_, err := w.Configuration.UpdateApplication(t.Context(), w.Caller.Directory.ID.Owner(), w.Caller.Application.ID, func(a *mfa.Application) error {
				a.Settings.RelyingParty = p
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set(&mfa.RelyingParty{ID: "shop.example", Origins: []string{"https://shop.example"}, RelatedOrigins: []string{"https://shop.test"}})
		for origin, known := range map[string]bool{
			"https://shop.example": true, "https://shop.test": true, "https://SHOP.example": false, "http://shop.example": false,
			"https://shop.example.evil": false, "null": false, "": false,
		} {
			if got := w.Service.OriginKnown(t.Context(), origin); got != known {
				t.Errorf("%s is known: %v", origin, got)
			}
		}
		related, err := w.Service.RelatedOrigins(t.Context(), "shop.example")
		if err != nil || !reflect.DeepEqual(related, []string{"https://shop.test"}) {
			t.Errorf("related %v, %v", related, err)
		}
		if !beside.OriginKnown(t.Context(), "https://shop.example") {
			t.Error("another process does not know it")
		}
		set(nil)
		if w.Service.OriginKnown(t.Context(), "https://shop.example") {
			t.Error("it is known still")
		}
		if related, err := w.Service.RelatedOrigins(t.Context(), "shop.example"); err != nil || len(related) != 0 {
			t.Errorf("related to nobody's: %v, %v", related, err)
		}
	})
}
