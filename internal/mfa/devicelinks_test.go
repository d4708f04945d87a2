package mfa_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

func startDeviceLink(t *testing.T, w *mfatest.World, alias string) mfa.LinkCode {
	t.Helper()
	link, err := w.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{
		Caller: w.Directory(), Alias: alias, Dialect: "test", Extra: json.RawMessage(`{"issuer":"dir:1"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func devicesOf(t *testing.T, w *mfatest.World, name string) []devices.Entry {
	t.Helper()
	list, err := devices.New(w.Service).Of(t.Context(), w.Directory(), mfa.UserRef{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDeviceLinksOfADirectory(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"make the user, and a device that is called then as it is now", func(t *testing.T, w *mfatest.World) {
			link := startDeviceLink(t, w, "ann@example.com")
			if list := devicesOf(t, w, "ann@example.com"); len(list) != 1 || list[0].ID != link.DeviceID || list[0].Linked || list[0].Name != "" {
				t.Fatalf("before: %+v", list)
			}
			phone := w.LinkWith(link.Code)
			list := devicesOf(t, w, "ann@example.com")
			if len(list) != 1 || list[0].ID != link.DeviceID || !list[0].Linked || list[0].Name != "phone" || phone.Account.Device.ID != link.DeviceID {
				t.Errorf("after: %+v, the device is %s", list, phone.Account.Device.ID)
			}
		}},
		{"tell the dialect once the device is there, and nobody before", toldOfLink},
		{"several may be out; a code links once", func(t *testing.T, w *mfatest.World) {
			first := startDeviceLink(t, w, "bob")
			w.Clock.Advance(time.Second)
			second := startDeviceLink(t, w, "bob")
			if list := devicesOf(t, w, "bob"); len(list) != 2 || list[0].ID != first.DeviceID || list[1].ID != second.DeviceID {
				t.Errorf("oldest first: %+v", list)
			}
			w.LinkWith(second.Code)
			_, jwk := w.NewKey()
			_, err := w.Service.LinkByCode(t.Context(), second.Code, mfa.NewDevice{Key: jwk})
			want(t, "used", err, mfa.NotFound, mfa.ReasonCodeWrong)
		}},
		{"end with their time", func(t *testing.T, w *mfatest.World) {
			link, err := w.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: w.Directory(), Alias: "cat", Life: time.Minute})
			if err != nil || !link.ExpiresAt.Equal(w.Clock.Now().Add(time.Minute)) || !strings.Contains(link.URI, "code="+link.Code) {
				t.Fatal(link, err)
			}
			w.Clock.Advance(time.Minute)
			if list := devicesOf(t, w, "cat"); len(list) != 0 {
				t.Errorf("still listed: %+v", list)
			}
			_, jwk := w.NewKey()
			_, err = w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: jwk})
			want(t, "late", err, mfa.NotFound, mfa.ReasonCodeWrong)
		}},
		{"are taken back, as linked devices are", removedDevices},
		{"are refused when nothing sensible is asked", func(t *testing.T, w *mfatest.World) {
			for what, in := range map[string]mfa.StartDeviceLink{
				"no name":      {},
				"a long name":  {Alias: strings.Repeat("x", 501)},
				"a past life":  {Alias: "a", Life: -1},
				"a long life":  {Alias: "a", Life: 40 * 24 * time.Hour},
				"a long extra": {Alias: "a", Extra: json.RawMessage(strings.Repeat("1", 9000))},
				"no JSON":      {Alias: "a", Extra: json.RawMessage(`{`)},
			} {
				in.Caller = w.Directory()
				_, err := w.Service.StartDeviceLink(t.Context(), in)
				want(t, what, err, mfa.Invalid, "")
			}
		}},
		{"are no more at once than a list shows", func(t *testing.T, w *mfatest.World) {
			for range 20 {
				startDeviceLink(t, w, "dan")
			}
			_, err := w.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: w.Directory(), Alias: "dan"})
			want(t, "one more", err, mfa.Conflict, mfa.ReasonDevicesFull)
		}},
	})
}

func toldOfLink(t *testing.T, w *mfatest.World) {
	w.Service.Use([]mfa.Callback{echo{}}, nil)
	link := startDeviceLink(t, w, "eve")
	if got := callbacks(t, w); len(got) != 0 {
		t.Errorf("told too early: %+v", got)
	}
	w.LinkWith(link.Code)
	got := callbacks(t, w)
	if len(got) != 1 || got[0].Event.Type != mfa.EventEnrollmentCompleted || string(got[0].Extra) != `{"issuer":"dir:1"}` {
		t.Fatalf("told: %+v", got)
	}
	var data struct {
		Authenticator mfa.AuthenticatorID `json:"authenticator"`
	}
	if err := json.Unmarshal(got[0].Event.Data, &data); err != nil || data.Authenticator != link.DeviceID || got[0].Event.DirectoryID != w.Caller.Directory.ID {
		t.Errorf("told of %s, %v", got[0].Event.Data, err)
	}
	w.Register("4055551801").Link()
	if n := len(callbacks(t, w)); n != 1 {
		t.Errorf("another link was told too: %d", n)
	}
}

func removedDevices(t *testing.T, w *mfatest.World) {
	linked, pending := startDeviceLink(t, w, "fay"), startDeviceLink(t, w, "fay")
	phone := w.LinkWith(linked.Code)
	stranger := startDeviceLink(t, w, "gus")
	fay := mfa.UserRef{Name: "fay"}
	want(t, "another's", devices.New(w.Service).Remove(t.Context(), w.Directory(), fay, stranger.DeviceID), mfa.NotFound, "")
	want(t, "nobody's", devices.New(w.Service).Remove(t.Context(), w.Directory(), mfa.UserRef{Name: "hal"}, linked.DeviceID), mfa.NotFound, "")
	for _, id := range []mfa.AuthenticatorID{pending.DeviceID, linked.DeviceID} {
		if err := devices.New(w.Service).Remove(t.Context(), w.Directory(), fay, id); err != nil {
			t.Fatal(err)
		}
		want(t, "again", devices.New(w.Service).Remove(t.Context(), w.Directory(), fay, id), mfa.NotFound, "")
	}
	if list := devicesOf(t, w, "fay"); len(list) != 0 {
		t.Errorf("left: %+v", list)
	}
	_, jwk := w.NewKey()
	_, err := w.Service.LinkByCode(t.Context(), pending.Code, mfa.NewDevice{Key: jwk})
	want(t, "the code of a removed device", err, mfa.NotFound, mfa.ReasonCodeWrong)
	_, err = w.Service.AuthenticateDevice(t.Context(), phone.Proof("jti-after-removal-00"), mfa.Foresight{})
	want(t, "the removed device", err, mfa.Unauthenticated, "")
}

func TestQuestionsGoWithTheLastDeviceThatADirectoryRemoves(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551804")
		first, second := ann.Link(), ann.Link()
		asked := ann.Ask("Log in?")
		for _, step := range []struct {
			device *mfatest.Device
			state  mfa.ChallengeState
		}{{first, mfa.ChallengePending}, {second, mfa.ChallengeCancelled}} {
			if err := devices.New(w.Service).Remove(t.Context(), w.Directory(), ann.Ref(), step.device.Caller.Device.ID); err != nil {
				t.Fatal(err)
			}
			if got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID); err != nil || got.Challenge.State != step.state {
				t.Errorf("it is %s, %v, want %s", got.Challenge.State, err, step.state)
			}
		}
		if n := len(ann.Events(mfa.EventChallengeCancelled)); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestASeedForTheWholeDirectory(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"makes the user and counts at once, in every application", func(t *testing.T, w *mfatest.World) {
			seed := replaceSeed(t, w, "ann")
			if seed.Algorithm != "SHA1" || seed.Digits != 6 || seed.Period != 30 || len(seed.Secret.Reveal()) != 20 {
				t.Errorf("the seed is %+v", seed.TOTPData)
			}
			code := seedCode(t, w, seed)
			if got := checkOnly(t, w, w.Caller, "ann", code); got != mfa.TokenAccepted {
				t.Errorf("accepted: %s", got)
			}
			if got := checkOnly(t, w, secondApplication(t, w, "Seed shop"), "ann", code); got != mfa.TokenReplayed {
				t.Errorf("the same code elsewhere: %s", got)
			}
		}},
		{"takes the place of the one before", func(t *testing.T, w *mfatest.World) {
			old := replaceSeed(t, w, "bob")
			fresh := replaceSeed(t, w, "bob")
			if got := checkOnly(t, w, w.Caller, "bob", seedCode(t, w, old)); got != mfa.TokenWrong {
				t.Errorf("the old seed: %s", got)
			}
			if got := checkOnly(t, w, w.Caller, "bob", seedCode(t, w, fresh)); got != mfa.TokenAccepted {
				t.Errorf("the new seed: %s", got)
			}
		}},
		{"leaves those of devices and of applications alone", func(t *testing.T, w *mfatest.World) {
			cat := w.Register("4055551802")
			phone := cat.Link()
			if _, err := seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: w.Caller, User: cat.Ref()}); err != nil {
				t.Fatal(err)
			}
			if err := seeds.New(w.Service).Remove(t.Context(), w.Directory(), cat.Ref()); err != nil {
				t.Fatal(err)
			}
			if got := cat.Check(phone.Code(0), "a").Outcome; got != mfa.TokenAccepted {
				t.Errorf("the device's code: %s", got)
			}
		}},
		{"is what counts where a seed alone may", func(t *testing.T, w *mfatest.World) {
			dan := w.Register("4055551803")
			phone := dan.Link()
			only := func() (mfa.TokenResult, error) {
				return w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: dan.Ref(), Token: phone.Code(0), Only: mfa.KindTOTP})
			}
			_, err := only()
			want(t, "without a seed", err, mfa.NotFound, "")
			sent := sentCode(t, w, dan, "")
			seed := giveSeed(t, w, dan)
			for _, token := range []string{phone.Code(0), sent, mfa.TestToken, "letters", ""} {
				result, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: dan.Ref(), Token: token, Only: mfa.KindTOTP})
				if err != nil || result.Outcome != mfa.TokenWrong {
					t.Errorf("%q is %s, %v", token, result.Outcome, err)
				}
			}
			result, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{
				Caller: w.Caller, User: dan.Ref(), Token: seedCode(t, w, seed), Only: mfa.KindTOTP,
			})
			if err != nil || result.Outcome != mfa.TokenAccepted {
				t.Errorf("the seed's code is %s, %v", result.Outcome, err)
			}
		}},
		{"is removed without complaint when there is none", func(t *testing.T, w *mfatest.World) {
			for _, name := range []string{"nobody", "eve", "eve"} {
				if name == "eve" {
					replaceSeed(t, w, "eve")
				}
				if err := seeds.New(w.Service).Remove(t.Context(), w.Directory(), mfa.UserRef{Name: name}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			_, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: mfa.UserRef{Name: "eve"}, Token: "123456", Only: mfa.KindTOTP})
			want(t, "a check without it", err, mfa.NotFound, "")
			_, err = seeds.New(w.Service).Replace(t.Context(), w.Directory(), "")
			want(t, "for nobody", err, mfa.Invalid, "")
		}},
	})
}
