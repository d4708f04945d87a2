package launchkey_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/apply"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/mfa"
)

// applied makes an apply file true, as the program does.
func (w *world) applied(text string) {
	w.tb.Helper()
	f, err := apply.Read("f.yaml", strings.NewReader(text))
	w.must(err)
	p, err := f.Plan()
	w.must(err)
	w.must(f.Locate(launchkey.Settle(&p)))
	_, err = w.Provision.Apply(w.Context(), p)
	w.must(f.Locate(err))
}

const plannedSvc, plannedDir = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"

// kept is what the server has of a directory and of an application, but for their names.
type kept struct {
	dialects, more any
	private        string
	disabled       bool
	settings       mfa.ApplicationSettings
}

func (w *world) kept(dir mfa.DirectoryID, svc mfa.ApplicationID) kept {
	w.tb.Helper()
	d, err := w.Service.CallerForDirectory(w.Context(), dir)
	w.must(err)
	a, err := w.Service.CallerFor(w.Context(), svc)
	w.must(err)
	out := kept{
		dialects: string(d.Directory.Dialects[launchkey.Name]), more: string(a.Application.Settings.Dialects[launchkey.Name]),
		private: string(d.Directory.Private.Reveal()), disabled: d.Directory.Disabled, settings: a.Application.Settings,
	}
	out.settings.Dialects = nil
	// The switches that a file sets for every application are the file's own matter.
	defaults := mfa.DefaultSettings()
	out.settings.SMS, out.settings.Voice, out.settings.Email = defaults.SMS, defaults.Voice, defaults.Email
	return out
}

func TestAFileMakesWhatTheCallsMake(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.applied(`organizations:
- id: ` + orgID + `
  name: Golden
  directories:
  - id: ` + plannedDir + `
    name: planned
    launchkey: {webhook_url: https://acme.example.com/d, denial_context_inquiry: false, android_key: push, active: true}
    applications:
    - id: ` + plannedSvc + `
      name: planned
      launchkey:
        description: Where people log in
        icon: https://acme.example.com/icon.png
        callback_url: https://acme.example.com/hook?a=1&b=%3C2%3E
        active: false
        policy: {"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[` + weekdays + `,` + geofence + `,` + rooted + `]}
`)
		w.ok(by(onOrg, http.MethodPatch, directories, object{
			"directory_id": dirID, "webhook_url": "https://acme.example.com/d", "denial_context_inquiry_enabled": false, "android_key": "push", "active": true,
		}), nil)
		w.ok(by(onDir, http.MethodPatch, "/directory/v3/services", object{
			"service_id": svcID, "description": "Where people log in", "icon": "https://acme.example.com/icon.png",
			"callback_url": "https://acme.example.com/hook?a=1&b=%3C2%3E", "active": false,
		}), nil)
		w.ok(by(onDir, http.MethodPut, "/directory/v3/service/policy", object{"service_id": svcID, "policy": json.RawMessage(
			`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[` + weekdays + `,` + geofence + `,` + rooted + `]}`)}), nil)
		if file, calls := w.kept(plannedDir, plannedSvc), w.kept(dirID, svcID); !reflect.DeepEqual(file, calls) {
			t.Errorf("the file made\n%+v\nand the calls\n%+v", file, calls)
		}
	})
}

func TestAServiceOfAFileIsOneOfTheCalls(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.applied("organizations:\n- id: " + orgID + "\n  name: Golden\n  services:\n  - id: " + plannedSvc + "\n    name: planned\n")
		var made struct{ ID string }
		w.ok(by(onOrg, http.MethodPost, "/organization/v3/services", object{"name": "called"}), &made)
		file, err := w.Service.CallerFor(w.Context(), plannedSvc)
		w.must(err)
		called, err := w.Service.CallerFor(w.Context(), mfa.ApplicationID(made.ID))
		w.must(err)
		want := called.Application.Settings
		want.Dialects = nil // a call also keeps that nothing was set
		if file.Application.DirectoryID != "" || !reflect.DeepEqual(file.Application.Settings, want) {
			t.Errorf("the file made\n%+v\nand the call\n%+v", file.Application, want)
		}
	})
}

func TestEveryPolicyOfAFileIsThatOfTheCall(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for name, c := range readable {
			w.applied(`{"organizations": [{"id": "` + orgID + `", "name": "Golden", "directories": [{"id": "` + dirID + `", "name": "people", "applications": [
				{"id": "` + plannedSvc + `", "name": "planned", "launchkey": {"policy": ` + c.in + `}}]}]}]}`)
			w.ok(by(onDir, http.MethodPut, "/directory/v3/service/policy", object{"service_id": svcID, "policy": json.RawMessage(c.in)}), nil)
			file, calls := w.kept(dirID, plannedSvc), w.kept(dirID, svcID)
			if !reflect.DeepEqual(file.more, calls.more) || !reflect.DeepEqual(file.settings.Policy, calls.settings.Policy) {
				t.Errorf("%s: the file made\n%+v\nand the call\n%+v", name, file, calls)
			}
		}
	})
}

func TestAKeyOfAFileOpensTheDoorAndIsShownAsItWasBrought(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		text := publicPEM(private("encryption"))
		w.applied("organizations:\n- id: " + orgID + "\n  name: Golden\n  directories:\n  - id: " + dirID + "\n    name: people\n    launchkey:\n      keys:\n      - type: signature\n        public_key: |\n          " +
			strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n          ") + "\n")
		a := w.ok(by(onOrg, http.MethodPost, dirKeys+"/list", object{"directory_id": dirID}), nil)
		for _, want := range []string{kid(private("encryption")), `"key_type":2`, strings.ReplaceAll(text, "\n", `\n`)} {
			if !bytes.Contains(a.Body, []byte(want)) {
				t.Errorf("%s is not in %s", want, a.Body)
			}
		}
	})
}
