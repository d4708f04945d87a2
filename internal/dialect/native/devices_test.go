package native_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestAPersonSeesAndUnlinksTheirDevices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550130")
	phone, laptop, stranger := ann.Link(), ann.Link(), d.Register("4155550131").Link()
	list := read[api.DeviceList](t, d.get(phone, api.PathDevices))
	if len(list.Devices) != 2 || !list.Devices[0].This || list.Devices[1].This || list.Devices[1].ID != string(laptop.Caller.Device.ID) ||
		list.Devices[1].Name != "phone" || list.Devices[1].Platform != "test" || list.Devices[1].CreatedAt == "" {
		t.Errorf("listed are %+v", list.Devices)
	}
	unlink := func(id mfa.AuthenticatorID) answer {
		return d.do(request{method: http.MethodDelete, target: path(api.PathOtherDevice, "{id}", id), sign: phone.Key})
	}
	refused(t, "somebody else's", unlink(stranger.Caller.Device.ID), http.StatusNotFound, api.CodeDeviceMissing)
	refused(t, "itself", unlink(phone.Caller.Device.ID), http.StatusBadRequest, api.CodeInvalidRequest)
	if a := unlink(laptop.Caller.Device.ID); a.status != http.StatusNoContent {
		t.Errorf("the other one: %d %s", a.status, a.body)
	}
	refused(t, "once more", unlink(laptop.Caller.Device.ID), http.StatusNotFound, api.CodeDeviceMissing)
	refused(t, "the one that was unlinked", d.get(laptop, api.PathDevice), http.StatusUnauthorized, api.CodeDeviceUnknown)
}

func TestADeviceIsRenamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550132")
	phone := ann.Link()
	rename := func(name string) answer {
		return d.do(request{method: http.MethodPatch, target: api.PathDevice, sign: phone.Key, body: d.json(api.Rename{Name: name})})
	}
	if got := read[api.Device](t, rename(" Ann's\u202e tablet ")); got.Name != "Ann's tablet" || got.ID != string(phone.Caller.Device.ID) {
		t.Errorf("renamed it is %+v", got)
	}
	read[api.Device](t, rename("Ann's tablet"))
	if n := len(ann.Events(mfa.EventAuthenticatorRenamed)); n != 1 {
		t.Errorf("%d events", n)
	}
	if got := read[api.Account](t, d.get(phone, api.PathDevice)); got.Device.Name != "Ann's tablet" {
		t.Errorf("later it is %+v", got.Device)
	}
	for _, name := range []string{"", " ", strings.Repeat("x", api.MaxNameLength+1)} {
		refused(t, name, rename(name), http.StatusBadRequest, api.CodeInvalidRequest)
	}
}

func (d *desk) recover(name, code string) answer {
	key, public := d.newKey()
	return d.post(key, api.PathRecoveryLink, api.RecoveryLinkRequest{User: name, Code: code, Name: "new phone", Platform: "web", Key: public})
}

func TestARecoveryCodeLinksADeviceOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550133")
	phone := ann.Link()
	left := func() int { return read[api.RecoveryLeft](t, d.get(phone, api.PathRecovery)).Left }
	if n := left(); n != 0 {
		t.Errorf("at first there are %d", n)
	}
	first := read[api.RecoveryCodes](t, d.post(phone.Key, api.PathRecovery, "")).Codes
	codes := read[api.RecoveryCodes](t, d.post(phone.Key, api.PathRecovery, "")).Codes
	if len(codes) != mfa.RecoveryCodes || left() != mfa.RecoveryCodes {
		t.Fatalf("made are %d, left %d", len(codes), left())
	}
	for what, a := range map[string]answer{
		"a code of before": d.recover("+14155550133", first[0]), "a wrong one": d.recover("+14155550133", "0000-0000-0000"),
		"somebody's who is not known": d.recover("+14155559999", codes[0]), "without a code": d.recover("+14155550133", ""),
	} {
		refused(t, what, a, http.StatusForbidden, api.CodeRecoveryRefused)
	}
	linked := read[api.LinkedAccount](t, d.recover(" +1 415 555 0133 ", " "+codes[0]))
	if linked.User.ID != string(ann.User.ID) || linked.TOTP == nil || left() != mfa.RecoveryCodes-1 {
		t.Errorf("the account is %+v, left are %d", linked, left())
	}
	refused(t, "the same code again", d.recover("+14155550133", codes[0]), http.StatusForbidden, api.CodeRecoveryRefused)
	refused(t, "nobody", d.recover("", codes[1]), http.StatusBadRequest, api.CodeInvalidRequest)
	if n := len(ann.Events(mfa.EventRecoveryUsed)); n != 1 {
		t.Errorf("%d events", n)
	}
}

// cookie is a browser's binding.
func cookie(letter string) http.Header {
	return http.Header{"Cookie": {api.CookieBinding + "=" + strings.Repeat(letter, 42) + "A"}}
}

func TestADeviceStaysInTheBrowserThatLinkedIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550134")
	key, public := d.newKey()
	body := d.json(api.LinkRequest{Code: d.linkCode(ann), Name: "browser", Platform: "web", Key: public})
	read[api.LinkedAccount](t, d.do(request{method: http.MethodPost, target: api.PathLinks, body: body, sign: key, header: cookie("k")}))
	from := func(h http.Header) answer {
		return d.do(request{method: http.MethodGet, target: api.PathDevice, sign: key, header: h})
	}
	read[api.Account](t, from(cookie("k")))
	for what, h := range map[string]http.Header{
		"nothing": nil, "another browser's": cookie("j"), "nonsense": {"Cookie": {api.CookieBinding + "=x"}},
		"the digest that is kept": {"Cookie": {api.CookieBinding + "=" + mfa.DigestOfBinding(strings.Repeat("k", 42)+"A")}},
	} {
		refused(t, what, from(h), http.StatusUnauthorized, api.CodeDeviceUnbound)
	}
	read[api.Account](t, from(cookie("k")))
	free := ann.Link()
	if a := d.do(request{method: http.MethodGet, target: api.PathDevice, sign: free.Key, header: cookie("k")}); a.status != http.StatusOK {
		t.Errorf("a device that is bound to nothing: %d %s", a.status, a.body)
	}
}

func TestPagesOfAnyOriginSpeakTheDeviceProtocol(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550135").Link()
	pre := d.do(request{method: http.MethodOptions, target: api.PathDevices, header: http.Header{"Origin": {"https://other.example"}}})
	if pre.status != http.StatusNoContent || !strings.Contains(pre.header.Get("Access-Control-Allow-Methods"), "PATCH") ||
		!strings.Contains(pre.header.Get("Access-Control-Allow-Headers"), "dpop") {
		t.Errorf("a preflight: %d %v", pre.status, pre.header)
	}
	for what, a := range map[string]answer{
		"a preflight": pre, "an answer": d.get(phone, api.PathDevice), "a refusal": d.get(phone, api.PathChallenges+"?state=x"),
		"an unknown address": d.get(phone, api.DevicePrefix+"/x"), "nobody": d.do(request{method: http.MethodGet, target: api.PathDevice}),
		"an empty wait": d.get(phone, api.PathChallenges+"?wait=1"),
	} {
		if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" ||
			a.header.Get("Access-Control-Expose-Headers") != "Date, Retry-After" {
			t.Errorf("%s: %d %v", what, a.status, a.header)
		}
	}
}

// pictures are what somebody else fetched.
type pictures map[string]string

func (p pictures) Logo(_ context.Context, url string) ([]byte, error) {
	if png, ok := p[url]; ok {
		return []byte(png), nil
	}
	return nil, errors.New("nothing there")
}

func TestADeviceGetsPicturesFromItsServerAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550136")
	phone := ann.Link()
	door := native.New(d.Service, native.Options{Logos: pictures{"https://bank.example/high.png": "high", "https://bank.example/app.png": "app"}}).Handler(&endpoint.Server{})
	get := func(target string) answer {
		return d.through(door, request{method: http.MethodGet, target: target, sign: phone.Key})
	}
	logo := func(logos ...mfa.Logo) answer {
		asked, err := ann.AskWith(func(a *mfa.AskApproval) { a.Logos = logos })
		d.check(err)
		return get(path(api.PathChallengeLogo, "{id}", asked.ID))
	}
	refused(t, "none", logo(), http.StatusNotFound, api.CodeLogoUnknown)
	refused(t, "one that is not there", logo(mfa.Logo{Resolution: "low", URL: "https://bank.example/gone.png"}), http.StatusNotFound, api.CodeLogoUnknown)
	refused(t, "of nothing", get(path(api.PathChallengeLogo, "{id}", "x")), http.StatusNotFound, api.CodeChallengeUnknown)
	best := logo(mfa.Logo{Resolution: "default", URL: "https://bank.example/gone.png"}, mfa.Logo{Resolution: "high", URL: "https://bank.example/high.png"})
	if best.status != http.StatusOK || string(best.body) != "high" || best.header.Get("Content-Type") != "image/png" || best.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the best one: %d %v %s", best.status, best.header, best.body)
	}
	_, err := d.Configuration.UpdateApplication(t.Context(), d.Caller.Directory.ID.Owner(), d.Caller.Application.ID, func(a *mfa.Application) error {
		a.Settings.LogoURL = "https://bank.example/app.png"
		return nil
	})
	d.check(err)
	if a := logo(); a.status != http.StatusOK || string(a.body) != "app" {
		t.Errorf("the application's: %d %s", a.status, a.body)
	}
	d.brand(mfa.Branding{Name: "Acme", Color: "#0a3d62", Logo: "digest"})
	if b := read[api.Account](t, get(api.PathDevice)).Branding; *b != (api.Branding{Name: "Acme", Color: "#0a3d62", Logo: "digest"}) {
		t.Errorf("the branding is %+v", b)
	}
	own := get(path(api.PathBranding, "{digest}", "digest"))
	if own.status != http.StatusOK || string(own.body) != "picture" || !strings.Contains(own.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the directory's: %d %v %s", own.status, own.header, own.body)
	}
	refused(t, "another digest", get(path(api.PathBranding, "{digest}", "other")), http.StatusNotFound, api.CodeLogoUnknown)
}

// brand gives the directory a look.
func (d *desk) brand(b mfa.Branding) {
	d.tb.Helper()
	d.check(d.Store.Write(d.Context(), func(w mfa.WriteRecords) error {
		own, err := w.Directory(d.Caller.Directory.ID)
		if err != nil {
			return err
		}
		own.Branding = b
		if err := w.PutDirectory(own); err != nil {
			return err
		}
		return w.PutDirectoryLogo(mfa.DirectoryLogo{DirectoryID: own.ID, Digest: b.Logo, PNG: []byte("picture")})
	}))
}

// maker lets devices in that bring its word.
type maker struct{ word string }

func (m maker) Attest(_ context.Context, _ json.RawMessage, a mfa.Attestation) (string, error) {
	if a.Format != "test" || string(a.Statement) != m.word {
		return "", &mfa.Error{Code: mfa.Forbidden, Message: "this device is not one of ours"}
	}
	return "one of ours", nil
}

func TestAnAttestorKeepsDevicesOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550137")
	door := native.New(d.Service, native.Options{Attestor: maker{`{"word":1}`}}).Handler(&endpoint.Server{})
	link := func(at http.Handler, a *api.Attestation) (answer, mfa.DeviceData) {
		key, public := d.newKey()
		body := d.json(api.LinkRequest{Code: d.linkCode(ann), Name: "phone", Platform: "ios", Key: public, Attestation: a})
		out := d.through(at, request{method: http.MethodPost, target: api.PathLinks, body: body, sign: key})
		var data mfa.DeviceData
		if out.status == http.StatusOK {
			linked := read[api.LinkedAccount](t, out)
			d.check(d.Store.Read(d.Context(), func(r mfa.Records) error {
				a, err := r.Authenticator(mfa.AuthenticatorID(linked.Device.ID))
				return errors.Join(err, json.Unmarshal(a.Data, &data))
			}))
		}
		return out, data
	}
	good := &api.Attestation{Format: "test", Statement: json.RawMessage(`{"word":1}`)}
	a, _ := link(door, nil)
	refused(t, "without one", a, http.StatusForbidden, api.CodeLinkRefused)
	a, _ = link(door, &api.Attestation{Format: "test", Statement: json.RawMessage(`{}`)})
	refused(t, "with another", a, http.StatusForbidden, api.CodeLinkRefused)
	if a, data := link(door, good); a.status != http.StatusOK || data.Attested != "one of ours" {
		t.Errorf("with its own: %d %s, kept is %q", a.status, a.body, data.Attested)
	}
	if a, data := link(d.door, good); a.status != http.StatusOK || data.Attested != "" {
		t.Errorf("where nobody judges: %d %s, kept is %q", a.status, a.body, data.Attested)
	}
}

// deviceRefusals are those of devices that look after each other.
var deviceRefusals = []refusal{
	{api.CodeDeviceUnbound, 401, func(t *testing.T, d *desk) answer {
		key, public := d.newKey()
		body := d.json(api.LinkRequest{Code: d.linkCode(d.Register("4155550390")), Name: "browser", Platform: "web", Key: public})
		read[api.LinkedAccount](t, d.do(request{method: http.MethodPost, target: api.PathLinks, body: body, sign: key, header: cookie("k")}))
		return d.do(request{method: http.MethodGet, target: api.PathDevice, sign: key})
	}},
	{api.CodeRecoveryRefused, 403, func(_ *testing.T, d *desk) answer { return d.recover("+14155550391", "0000-0000-0000") }},
	{api.CodeLogoUnknown, 404, func(_ *testing.T, d *desk) answer {
		return d.get(d.Register("4155550392").Link(), path(api.PathBranding, "{digest}", "x"))
	}},
	{api.CodeDeviceMissing, 404, func(_ *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodDelete, target: path(api.PathOtherDevice, "{id}", "x"), sign: d.Register("4155550393").Link().Key})
	}},
	{api.CodeJoinUnknown, 404, func(_ *testing.T, d *desk) answer {
		return d.get(d.Register("4155550394").Link(), path(api.PathJoin, "{id}", "x"))
	}},
	{api.CodeJoinUnclaimed, 409, func(t *testing.T, d *desk) answer {
		return ask(t, d, d.Register("4155550395").Link(), api.JoinAdd).answer(api.JoinAnswer{})
	}},
	{api.CodeJoinOver, 410, func(t *testing.T, d *desk) answer {
		a := ask(t, d, d.Register("4155550396").Link(), api.JoinAdd)
		ask(t, d, a.old, api.JoinAdd)
		return a.answer(api.JoinAnswer{})
	}},
	{api.CodeJoinMismatch, 422, func(t *testing.T, d *desk) answer {
		a := ask(t, d, d.Register("4155550397").Link(), api.JoinAdd)
		key, _ := d.newKey()
		created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
		return a.answer(api.JoinAnswer{Approve: true, Number: "00"})
	}},
}
