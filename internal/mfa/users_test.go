package mfa_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/receipt"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"the same phone is the same user, with one more address", samePhone},
		{"an install link goes to who has no device", installLink},
		{"a new address comes first, and is written at once", changedEmail},
		{"a removed user is gone with everything it enrolled", removedUser},
		{"a ban suspends only where the application wants it", bans},
		{"activities are bounded", boundedActivities},
		{"history shows every state and nobody else's", historyOfOne},
	})
}

func samePhone(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551401")
	for i := range 12 {
		u, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Email: fmt.Sprintf("a%d@example.com", i), Phone: ann.User.Phone})
		if err != nil || u.ID != ann.User.ID {
			t.Fatalf("%+v, %v, want the same user", u, err)
		}
	}
	status, err := w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
	if err != nil || len(status.User.Emails) != 10 || status.User.Email() != "ann@example.com" {
		t.Errorf("the addresses are %v, %v", status.User.Emails, err)
	}
	if n := len(ann.Events(mfa.EventUserCreated)); n != 1 {
		t.Errorf("%d events of creation, want 1", n)
	}
}

func installLink(t *testing.T, w *mfatest.World) {
	phone := number(t, "4055551402")
	u, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: phone, InstallLink: true})
	if err != nil {
		t.Fatal(err)
	}
	list := sentTo(w, phone.E164())
	if len(list) != 1 {
		t.Fatalf("%d messages, want 1", len(list))
	}
	_, code, found := strings.Cut(list[0].Text, "https://mfa.example.test/authenticator#code=")
	if !found {
		t.Fatalf("the message is %q", list[0].Text)
	}
	got, err := w.Service.LinkByCode(t.Context(), strings.TrimRight(strings.Fields(code)[0], "."), device(w, "192.0.2.42"))
	if err != nil || got.User.ID != u.ID {
		t.Errorf("its code: %v", err)
	}
	if _, err = w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: phone, InstallLink: true}); err != nil {
		t.Fatal(err)
	}
	if n := len(sentTo(w, phone.E164())); n != 1 {
		t.Errorf("%d messages, want none to a device owner", n)
	}
}

func changedEmail(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551403")
	for _, address := range []string{"new@example.com", "ann@example.com", "new@example.com"} {
		if _, err := w.Service.ChangeEmail(t.Context(), w.Caller, ann.Ref(), address, "192.0.2.43"); err != nil {
			t.Fatal(err)
		}
		status, err := w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
		if err != nil || status.User.Email() != address || len(slices.Compact(slices.Sorted(slices.Values(status.User.Emails)))) != len(status.User.Emails) {
			t.Errorf("the addresses are %v, %v, want %s first", status.User.Emails, err, address)
		}
	}
	if n := len(ann.Events(mfa.EventUserUpdated)); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	_, err := w.Service.ChangeEmail(t.Context(), w.Caller, mfa.UserRef{Number: 99}, "x@example.com", "")
	want(t, "of nobody", err, mfa.NotFound, "")
}

func removedUser(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551404")
	phone := ann.Link()
	answered, open := ann.Ask("First?"), ann.Ask("Second?")
	if _, err := w.Service.Answer(t.Context(), phone.Caller, answered.ID, phone.Statement(answered, receipt.Approved, nil), nil); err != nil {
		t.Fatal(err)
	}
	changed, stop := w.Service.Wait(phone.Caller)
	defer stop()
	if err := w.Service.RemoveUser(t.Context(), w.Caller, ann.Ref(), "192.0.2.44"); err != nil {
		t.Fatal(err)
	}
	<-changed
	if err := w.Service.StillLinked(t.Context(), phone.Caller); !mfa.IsCode(err, mfa.Unauthenticated) {
		t.Errorf("the device: %v", err)
	}
	_, err := w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
	want(t, "the user", err, mfa.NotFound, "")
	want(t, "removing it again", w.Service.RemoveUser(t.Context(), w.Caller, ann.Ref(), ""), mfa.NotFound, "")
	_, err = w.Service.ApprovalFor(t.Context(), w.Caller, open.ID)
	want(t, "the unanswered request", err, mfa.NotFound, "")
	if got, err := w.Service.ApprovalFor(t.Context(), w.Caller, answered.ID); err != nil || got.Challenge.State != mfa.ChallengeApproved || got.User.ID != "" {
		t.Errorf("the answered request: %+v, %v", got, err)
	}
	if _, err := w.Service.ReceiptFor(t.Context(), w.Caller, answered.ID); err != nil {
		t.Errorf("its receipt: %v", err)
	}
	again, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: ann.User.Phone})
	if err != nil || again.Number == ann.User.Number || again.Confirmed {
		t.Errorf("the phone's next user is %+v, %v, want another one", again, err)
	}
}

func bans(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551405")
	strict := with(w, func(s *mfa.ApplicationSettings) { s.LockOnBan = true })
	state := func() mfa.UserState {
		status, err := w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		return status.User.State
	}
	for _, step := range []struct {
		caller *mfa.Caller
		act    mfa.Activity
		want   mfa.UserState
	}{
		{w.Caller, mfa.Activity{Type: "banned", Bans: true}, mfa.UserActive},
		{strict, mfa.Activity{Type: "cookie_login"}, mfa.UserActive},
		{strict, mfa.Activity{Type: "banned", Bans: true}, mfa.UserSuspended},
		{strict, mfa.Activity{Type: "banned", Bans: true}, mfa.UserSuspended},
		{strict, mfa.Activity{Type: "unbanned", Unbans: true}, mfa.UserActive},
	} {
		step.act.Data, step.act.Source = json.RawMessage(`{"why":"fraud"}`), "192.0.2.45"
		if err := w.Service.RecordActivity(t.Context(), step.caller, ann.Ref(), step.act); err != nil {
			t.Fatal(err)
		}
		if got := state(); got != step.want {
			t.Errorf("after %s the user is %s, want %s", step.act.Type, got, step.want)
		}
	}
	got := types(ann.Events(mfa.EventActivityRecorded, mfa.EventUserSuspended, mfa.EventUserRestored))
	if !slices.Equal(got, []mfa.EventType{
		mfa.EventActivityRecorded, mfa.EventActivityRecorded, mfa.EventActivityRecorded, mfa.EventUserSuspended,
		mfa.EventActivityRecorded, mfa.EventActivityRecorded, mfa.EventUserRestored,
	}) {
		t.Errorf("the events are %v", got)
	}
	if data := string(ann.Events(mfa.EventActivityRecorded)[0].Data); data != `{"activity":"banned","data":{"why":"fraud"}}` {
		t.Errorf("the event holds %s", data)
	}
}

func boundedActivities(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551406")
	for what, data := range map[string]string{"too much": `"` + strings.Repeat("x", mfa.MaxActivityData) + `"`, "no JSON": "{"} {
		err := w.Service.RecordActivity(t.Context(), w.Caller, ann.Ref(), mfa.Activity{Type: "x", Data: json.RawMessage(data)})
		want(t, what, err, mfa.Invalid, "")
	}
	if n := len(ann.Events(mfa.EventActivityRecorded)); n != 0 {
		t.Errorf("%d events, want none", n)
	}
}

func historyOfOne(t *testing.T, w *mfatest.World) {
	ann, bob := w.Register("4055551407"), w.Register("4055551408")
	phone, foreign := ann.Link(), bob.Link()
	first, second := ann.Ask("First?"), ann.Ask("Second?")
	bob.Ask("Other?")
	if _, err := w.Service.Answer(t.Context(), phone.Caller, first.ID, phone.Statement(first, receipt.Denied, nil), nil); err != nil {
		t.Fatal(err)
	}
	list, err := w.Service.HistoryFor(t.Context(), phone.Caller, "", 10)
	if err != nil || len(list) != 2 || list[0].ID != second.ID || list[1].State != mfa.ChallengeDenied {
		t.Fatalf("the history is %+v, %v", list, err)
	}
	if list, err = w.Service.HistoryFor(t.Context(), phone.Caller, second.ID, 10); err != nil || len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("the next page is %+v, %v", list, err)
	}
	_, err = w.Service.ChallengeFor(t.Context(), foreign.Caller, first.ID)
	want(t, "another person's challenge", err, mfa.NotFound, "")
	_, err = w.Service.ReceiptForDevice(t.Context(), foreign.Caller, first.ID)
	want(t, "another person's receipt", err, mfa.NotFound, "")
}

func TestASharedDirectoryKeepsAUserUntilTheLastApplicationLetsGo(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		shopKey := mfa.SecretText("shop-key-000000001")
		_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
			Name: "Acme", Directories: []provision.PlannedDirectory{{Name: "customers", Applications: []provision.PlannedApplication{{
				Name: "Shop", Settings: mfa.DefaultSettings(), Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: shopKey}},
			}}}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		shop, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, shopKey)
		if err != nil {
			t.Fatal(err)
		}
		w.Service.Use(nil, []mfa.InviteReader{invites{w.Caller.Application.ID}})
		invited, err := w.Service.LinkByInvite(t.Context(), "invite:crm-12", device(w, "192.0.2.45"))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Service.RemoveUser(t.Context(), w.Caller, mfa.UserRef{ID: invited.User.ID}, ""); err != nil {
			t.Fatal(err)
		}
		_, _, err = w.Service.EnrollmentStatus(t.Context(), w.Caller, "crm-12")
		want(t, "the registration of one who was removed", err, mfa.NotFound, "")
		ann := w.Register("4055551409")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		if err := w.Service.RemoveUser(t.Context(), w.Caller, ann.Ref(), ""); err != nil {
			t.Fatal(err)
		}
		_, err = w.Service.UserStatus(t.Context(), w.Caller, ann.Ref())
		want(t, "to the one that let go", err, mfa.NotFound, "")
		_, err = w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil)
		want(t, "an answer to what it asked before", err, mfa.Expired, mfa.ReasonCancelled)
		if status, err := w.Service.UserStatus(t.Context(), shop, ann.Ref()); err != nil || len(status.Devices()) != 1 {
			t.Errorf("to the other: %+v, %v", status, err)
		}
		account, err := w.Service.DeviceAccount(t.Context(), phone.Caller)
		if err != nil || len(account.Applications) != 1 || account.Applications[0].Name != "Shop" {
			t.Errorf("the device sees %+v, %v", account.Applications, err)
		}
		back, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: ann.User.Phone})
		if err != nil || back.ID != ann.User.ID {
			t.Errorf("registered again: %+v, %v", back, err)
		}
		for _, c := range []*mfa.Caller{w.Caller, shop} {
			if err := w.Service.RemoveUser(t.Context(), c, ann.Ref(), ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Service.AuthenticateDevice(t.Context(), phone.Proof("jti-when-all-let-go"), mfa.Foresight{}); !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("the device afterwards: %v", err)
		}
	})
}
