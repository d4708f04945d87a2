package hosted_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

func toSettings(r *mfa.ActionRequest) { r.ToSettings = true }

// settled is a reader on the settings, right after a proof by SMS.
func (w *world) settled(alias string) *reader {
	w.t.Helper()
	w.enrolled(alias)
	r := w.reader()
	r.open(w.address(w.track(shopTenant, alias, "settings", toSettings)))
	r.submit("go")
	r.submit("go", "code", w.sentCode())
	r.on("settings")
	return r
}

func TestSettingsAddRenameAndRemove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.settled("ann")
	r.has("Text message", "•••• 123")
	r.follow("add")
	r.on("enrol")
	r.has("Add another way")
	r.follow("way-totp")
	r.on("setup")
	r.submit("go", "code", w.appCode(secretOf(t, r.body)))
	r.on("settings")
	r.has("Authenticator app", "Make it the first choice")
	r.follow("rename")
	r.on("rename")
	r.submit("go", "name", " ")
	r.on("rename")
	r.has("Enter a name")
	r.submit("go", "name", "Ann's <phone>")
	r.on("settings")
	r.has("Ann&#39;s &lt;phone&gt;")
	r.submit("make-default")
	r.on("settings")
	r.follow("remove")
	r.on("remove")
	r.submit("go")
	r.on("settings")
	r.follow("remove")
	r.has("It is the last one")
	r.follow("back")
	r.on("settings")
	if !strings.HasPrefix(r.link("leave"), w.shop+"/back") {
		t.Errorf("the way out is %q", r.link("leave"))
	}
}

func TestSettingsGiveNewRecoveryCodesAndTurnAllOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.settled("ann")
	r.follow("renew")
	r.on("renew")
	r.submit("go")
	r.has(`data-testid="codes"`)
	r.follow("go")
	r.on("settings")
	r.follow("disable")
	r.on("disable")
	r.submit("go")
	r.on("settings")
	r.has(`data-testid="empty"`)
	fresh := w.reader()
	fresh.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	fresh.on("enrol")
}

func TestSettingsNeedAFreshProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	p := w.track(shopTenant, "ann", "settings", toSettings)
	old := w.token(p)
	r := w.reader()
	r.open(w.address(p))
	r.submit("go")
	r.submit("go", "code", w.sentCode())
	r.on("settings")
	for _, do := range []url.Values{
		{"do": {"disable"}}, {"do": {"remove"}, "id": {"x"}}, {"do": {"rename"}, "id": {"x"}, "name": {"n"}}, {"do": {"default"}, "method": {"sms"}},
	} {
		do.Set("token", old)
		r.post("/challenge", do)
		r.on("settings")
		r.has("Confirm that it is you once more")
	}
	r.open(w.home + "/challenge?token=" + old)
	r.on("settings")
	r.lacks(`data-testid="add"`, `data-testid="remove"`, `data-testid="disable"`)
	r.follow("freshen")
	r.on("send")
	r.submit("go")
	r.on("code")
	r.submit("go", "code", w.sentCode())
	r.on("settings")
	r.has(`data-testid="add"`, `data-testid="remove"`, `data-testid="disable"`)
}

func TestNobodyRemovesWhatTheApplicationKeeps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.AllowDeleting, s.StepUp.AllowDisabling = false, false })
	r := w.settled("ann")
	r.lacks(`data-testid="remove"`, `data-testid="disable"`)
	mine := w.entries("ann")[0]
	for _, do := range []string{"remove", "disable"} {
		r.post("/challenge", url.Values{"token": {r.token()}, "do": {do}, "id": {string(mine)}})
		r.on("settings")
		if len(w.entries("ann")) != 1 {
			t.Fatalf("%s took it away", do)
		}
	}
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.AllowDeleting = true })
	w.enrolled("bob")
	r.post("/challenge", url.Values{"token": {r.token()}, "do": {"remove"}, "id": {string(w.entries("bob")[0])}})
	if len(w.entries("bob")) != 1 {
		t.Error("ann removed bob's")
	}
}

// entries are the ids of what somebody has.
func (w *world) entries(alias string) []mfa.AuthenticatorID {
	w.t.Helper()
	view, err := w.StepUp.Look(w.t.Context(), w.track(shopTenant, alias, "look"))
	w.must(err)
	var out []mfa.AuthenticatorID
	for i := range view.Entries {
		out = append(out, view.Entries[i].ID)
	}
	return out
}

func TestADeviceIsRememberedByConsentAndItsCookieCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RememberDays = 30 })
	w.enrolled("ann")
	prove := func(r *reader, typed ...string) {
		r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
		r.submit("go")
		r.on("code")
		r.submit("go", append(typed, "code", w.sentCode())...)
		r.on("done")
	}
	stranger := w.reader()
	prove(stranger)
	if len(w.devices("ann")) > 0 && w.devices("ann")[0].Remembered(w.Clock.Now()) {
		t.Error("a device is remembered that nobody asked for")
	}
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	r.submit("go")
	r.has("Trust this device for 30 days")
	prove(r, "remember", "yes")
	first := w.cookie(r)
	if first == "" || !w.remembered("ann") {
		t.Fatal("the device is not remembered")
	}
	prove(r)
	second := w.cookie(r)
	if second == "" || second == first {
		t.Errorf("the cookie stays %q", second)
	}
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	r.submit("go")
	r.lacks("Trust this device")

	w.Clock.Advance(time.Hour) // or nothing more would be sent
	thief := w.reader()
	home, err := url.Parse(w.home + "/challenge")
	w.must(err)
	cookies := r.client.Jar.Cookies(home)
	cookies[0].Value, cookies[0].Path = first, "/challenge"
	thief.client.Jar.SetCookies(home, cookies[:1])
	thief.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	thief.submit("go")
	thief.submit("go", "code", "000000")
	if w.remembered("ann") {
		t.Error("a cookie that was used twice is still trusted")
	}
	if w.cookie(thief) != "" {
		t.Error("the copy keeps a cookie")
	}
}

func (w *world) cookie(r *reader) string {
	home, err := url.Parse(w.home + "/challenge")
	w.must(err)
	for _, c := range r.client.Jar.Cookies(home) {
		if strings.HasPrefix(c.Name, "twinseal_trust_") {
			return c.Value
		}
	}
	return ""
}

func (w *world) devices(alias string) []mfa.KnownDevice {
	w.t.Helper()
	p := w.track(shopTenant, alias, "look")
	var out []mfa.KnownDevice
	w.must(w.Store.Read(w.t.Context(), func(r mfa.Records) (err error) {
		out, err = r.KnownDevicesOf(p.Caller.Application.ID, p.UserID)
		return err
	}))
	return out
}

func (w *world) remembered(alias string) bool {
	for _, d := range w.devices(alias) {
		if d.Remembered(w.Clock.Now()) {
			return true
		}
	}
	return false
}
