package launchkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
)

// directory is one as clients read it.
type directory struct {
	ID             string
	Name           string
	Active         *bool
	ServiceIDs     []string `json:"service_ids"`
	SDKKeys        []string `json:"sdk_keys"`
	Premium        *bool
	AndroidKey     *string `json:"android_key"`
	IOSFingerprint *string `json:"ios_certificate_fingerprint"`
	DenialContext  *bool   `json:"denial_context_inquiry_enabled"`
	WebhookURL     *string `json:"webhook_url"`
}

// same reports whether two texts hold the same JSON, numbers by their digits.
func same(t *testing.T, got []byte, want string) bool {
	t.Helper()
	var a, b any
	for _, side := range []struct {
		text string
		into *any
	}{{string(got), &a}, {want, &b}} {
		d := json.NewDecoder(strings.NewReader(side.text))
		d.UseNumber()
		if err := d.Decode(side.into); err != nil {
			t.Fatalf("%v in %s", err, side.text)
		}
	}
	return reflect.DeepEqual(a, b)
}

const (
	directories = "/organization/v3/directories"
	dirKeys     = "/organization/v3/directory/keys"
	sdkKeys     = "/organization/v3/directory/sdk-keys"
)

func TestDirectoriesAreMadeReadAndChanged(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		var made struct{ ID string }
		if a := w.ok(by(onOrg, http.MethodPost, directories, object{"name": "Fresh"}), &made); a.Status != http.StatusCreated {
			t.Errorf("made with %d", a.Status)
		}
		want := fmt.Sprintf(`[{"id":%q,"name":"Fresh","active":true,"service_ids":[],"sdk_keys":[],"premium":false,"android_key":null,
			"ios_certificate_fingerprint":null,"denial_context_inquiry_enabled":true,"webhook_url":null}]`, made.ID)
		one := by(onOrg, http.MethodPost, directories+"/list", object{"directory_ids": []string{made.ID}})
		if a := w.ok(one, nil); !same(t, a.Body, want) {
			t.Errorf("read as %s", a.Body)
		}
		var all []directory
		w.ok(by(onOrg, http.MethodGet, directories, nil), &all)
		at := slices.IndexFunc(all, func(d directory) bool { return d.ID == dirID })
		if len(all) != 2 || at < 0 || !slices.Equal(all[at].ServiceIDs, []string{svcID}) || all[1-at].ID != made.ID {
			t.Errorf("all: %+v", all)
		}
		for name, c := range map[string]struct {
			body object
			code string
		}{
			"a name that is taken": {object{"name": "Fresh"}, "ORG-003"},
			"an empty name":        {object{"name": ""}, "ARG-001"},
			"null":                 {object{"name": nil}, "ARG-001"},
			"a number":             {object{"name": 1}, "ARG-001"},
			"nothing":              {object{}, "ARG-001"},
			"what no screen shows": {object{"name": "a\x00b"}, "ARG-001"},
		} {
			a := w.do(by(onOrg, http.MethodPost, directories, c.body))
			if a.Status != 400 || !strings.Contains(string(a.Body), c.code) {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
		w.refused(by(onOrg, http.MethodPost, directories, nil), 400, "ARG-001")
		for _, ids := range [][]string{{unknown}, {made.ID, unknown}} {
			w.refused(by(onOrg, http.MethodPost, directories+"/list", object{"directory_ids": ids}), 403, "")
		}
		if a := w.ok(by(onOrg, http.MethodPost, directories+"/list", object{"directory_ids": []string{}}), nil); string(a.Body) != "[]" {
			t.Errorf("none: %s", a.Body)
		}
	})
}

// patch changes the world's directory and reads it again.
func (w *world) patch(body object) directory {
	w.tb.Helper()
	body["directory_id"] = dirID
	if a := w.ok(by(onOrg, http.MethodPatch, directories, body), nil); a.Status != http.StatusNoContent {
		w.tb.Errorf("changed with %d", a.Status)
	}
	var out []directory
	w.ok(by(onOrg, http.MethodPost, directories+"/list", object{"directory_ids": []string{dirID}}), &out)
	return out[0]
}

func text(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

func TestWhatIsAbsentStaysAndWhatIsNullIsCleared(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		bundle, fingerprint := pushBundle(t)
		d := w.patch(object{
			"active": false, "android_key": "an-android-key", "ios_p12": bundle, "denial_context_inquiry_enabled": false, "webhook_url": "https://a.b/hook",
		})
		show := func(d directory) string {
			return fmt.Sprintf("%v %s %v %v %s", *d.Active, text(d.AndroidKey), text(d.IOSFingerprint) == fingerprint, *d.DenialContext, text(d.WebhookURL))
		}
		if got := show(d); got != "false an-android-key true false https://a.b/hook" {
			t.Errorf("all set: %s", got)
		}
		if got := show(w.patch(object{})); got != "false an-android-key true false https://a.b/hook" {
			t.Errorf("nothing named: %s", got)
		}
		// What one client sends to switch a directory on, with everything else null.
		nulls := object{"active": true, "android_key": nil, "ios_p12": nil, "webhook_url": nil, "denial_context_inquiry_enabled": nil}
		if got := show(w.patch(nulls)); got != "true null false false null" {
			t.Errorf("nulls: %s", got)
		}
		if got := show(w.patch(object{"active": nil})); !strings.HasPrefix(got, "true") {
			t.Errorf("a switch that is null: %s", got)
		}
		for name, body := range map[string]object{
			"an address": {"webhook_url": "not an address"}, "a file": {"webhook_url": "file:///etc/passwd"}, "a bundle": {"ios_p12": "AAAA"},
			"no Base64": {"ios_p12": "%"}, "a switch": {"active": "perhaps"}, "a number for a key": {"android_key": 5},
		} {
			body["directory_id"] = dirID
			w.refused(by(onOrg, http.MethodPatch, directories, body), 400, "ARG-001")
			if t.Failed() {
				t.Fatal(name)
			}
		}
		w.refused(by(onOrg, http.MethodPatch, directories, object{"directory_id": unknown, "active": false}), 403, "")
	})
}

func TestSDKKeysAreGivenAndTaken(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		list := func() (out []string) {
			w.ok(by(onOrg, http.MethodPost, sdkKeys+"/list", object{"directory_id": dirID}), &out)
			return out
		}
		if len(list()) != 0 {
			t.Errorf("at first: %v", list())
		}
		var keys [2]struct {
			Key string `json:"sdk_key"`
		}
		for i := range keys {
			w.ok(by(onOrg, http.MethodPost, sdkKeys, object{"directory_id": dirID}), &keys[i])
		}
		if !slices.Equal(list(), []string{keys[0].Key, keys[1].Key}) {
			t.Errorf("two: %v", list())
		}
		remove := func(key string) request {
			return by(onOrg, http.MethodDelete, sdkKeys, object{"directory_id": dirID, "sdk_key": key})
		}
		w.refused(remove(unknown), 400, "ORG-006")
		w.ok(remove(keys[0].Key), nil)
		w.refused(remove(keys[0].Key), 400, "ORG-006")
		w.refused(remove(keys[1].Key), 400, "ORG-005")
		nowhere := object{"directory_id": unknown, "sdk_key": keys[1].Key}
		for path, method := range map[string]string{sdkKeys + "/list": http.MethodPost, sdkKeys: http.MethodDelete} {
			w.refused(by(onOrg, method, path, nowhere), 403, "")
		}
		w.refused(by(onOrg, http.MethodPost, sdkKeys, nowhere), 403, "")
	})
}

// keyRow is a public key as clients read it.
type keyRow struct {
	ID        string
	Active    bool
	Created   *string `json:"date_created"`
	Expires   *string `json:"date_expires"`
	PublicKey string  `json:"public_key"`
	Type      *int    `json:"key_type"`
}

func TestPublicKeysOfDirectoriesAndServices(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		var fresh struct{ ID string }
		w.ok(by(onOrg, http.MethodPost, directories, object{"name": "Fresh"}), &fresh)
		w.keyStory(t, onOrg, dirKeys, "directory_id", fresh.ID)
		w.ok(by(onDir, http.MethodPost, "/directory/v3/services", object{"name": "A service"}), &fresh)
		w.keyStory(t, onDir, "/directory/v3/service/keys", "service_id", fresh.ID)
		w.ok(by(onOrg, http.MethodPost, "/organization/v3/services", object{"name": "Another service"}), &fresh)
		w.keyStory(t, onOrg, "/organization/v3/service/keys", "service_id", fresh.ID)
	})
}

func (w *world) keyStory(t *testing.T, subject, path, owner, id string) {
	t.Helper()
	call := func(method, path string, more object) request {
		body := object{owner: id}
		maps.Copy(body, more)
		return by(subject, method, path, body)
	}
	list := func() (out []keyRow) {
		w.ok(call(http.MethodPost, path+"/list", nil), &out)
		return out
	}
	if a := w.ok(call(http.MethodPost, path+"/list", nil), nil); string(a.Body) != "[]" {
		t.Errorf("at first: %s", a.Body)
	}
	one, two := private("service"), private("stranger")
	odd := "\n " + publicPEM(one) + "\n\n"
	var made struct {
		ID string `json:"key_id"`
	}
	w.ok(call(http.MethodPost, path, object{"public_key": odd, "date_expires": nil, "active": nil, "key_type": nil}), &made)
	if rows := list(); len(rows) != 1 || made.ID != kid(one) || rows[0].ID != made.ID || rows[0].PublicKey != odd || !rows[0].Active ||
		rows[0].Expires != nil || rows[0].Created == nil || rows[0].Type == nil || *rows[0].Type != 0 {
		t.Errorf("one: %+v", rows)
	}
	w.refused(call(http.MethodPost, path, object{"public_key": publicPEM(one)}), 400, "KEY-002")
	for _, number := range []any{-1, 3, "x", 0.5} {
		w.refused(call(http.MethodPost, path, object{"public_key": publicPEM(two), "key_type": number}), 400, "ARG-001")
	}
	for _, bad := range []string{"nonsense", "", publicPEM(two) + publicPEM(one), strings.Repeat("x", 9000), ecPEM(t), smallPEM(t)} {
		w.refused(call(http.MethodPost, path, object{"public_key": bad}), 400, "KEY-001")
	}
	w.refused(call(http.MethodPost, path, object{}), 400, "ARG-001")
	w.refused(call(http.MethodDelete, path, object{"key_id": made.ID}), 400, "KEY-004")
	w.ok(call(http.MethodPost, path, object{"public_key": publicPEM(two), "key_type": 2, "active": false, "date_expires": "2000-01-01T00:00:00Z"}), &made)
	if rows := list(); len(rows) != 2 || rows[1].Active || text(rows[1].Expires) != "2000-01-01T00:00:00Z" || *rows[1].Type != 2 {
		t.Errorf("two: %+v", rows)
	}
	for _, c := range []struct {
		change object
		active bool
		until  string
	}{
		{object{}, false, "2000-01-01T00:00:00Z"},
		{object{"active": true, "date_expires": "2001-02-03T04:05:06.7654321Z"}, true, "2001-02-03T04:05:06Z"},
		{object{"date_expires": "2001-02-03T04:05:06"}, true, "2001-02-03T04:05:06Z"},
		{object{"date_expires": "2001-02-03T04:05:06+02:00"}, true, "2001-02-03T02:05:06Z"},
		{object{"active": nil, "date_expires": nil}, true, "null"},
	} {
		c.change["key_id"] = made.ID
		w.ok(call(http.MethodPatch, path, c.change), nil)
		if rows := list(); rows[1].Active != c.active || text(rows[1].Expires) != c.until {
			t.Errorf("after %v: %+v", c.change, rows[1])
		}
	}
	for _, bad := range []any{"soon", 5, "0001-01-01T00:00:00", "12026-01-01T00:00:00Z"} {
		w.refused(call(http.MethodPatch, path, object{"key_id": made.ID, "date_expires": bad}), 400, "ARG-001")
	}
	const nobody = "aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99:00"
	w.refused(call(http.MethodPatch, path, object{"key_id": nobody}), 400, "KEY-003")
	w.refused(call(http.MethodDelete, path, object{"key_id": nobody}), 400, "KEY-003")
	w.ok(call(http.MethodDelete, path, object{"key_id": made.ID}), nil)
	if rows := list(); len(rows) != 1 || rows[0].ID != kid(one) {
		t.Errorf("after one went: %+v", rows)
	}
	id = unknown
	for _, r := range []request{
		call(http.MethodPost, path, object{"public_key": publicPEM(two)}), call(http.MethodPost, path+"/list", nil),
		call(http.MethodPatch, path, object{"key_id": nobody}), call(http.MethodDelete, path, object{"key_id": nobody}),
	} {
		w.refused(r, 403, "")
	}
}

func TestServicesOfOrganizationsAndDirectories(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.serviceStory(t, onOrg, "/organization/v3", "Mine", nil)
		w.serviceStory(t, onDir, "/directory/v3", "Yours", []string{svcID})
		// A directory's services are not the organization's to manage by its own calls.
		w.refused(by(onOrg, http.MethodPost, "/organization/v3/services/list", object{"service_ids": []string{svcID}}), 403, "")
		w.refused(by(onOrg, http.MethodPatch, "/organization/v3/services", object{"service_id": svcID}), 403, "")
	})
}

func (w *world) serviceStory(t *testing.T, subject, base, name string, before []string) {
	t.Helper()
	type service struct {
		ID, Name          string
		Description, Icon *string
		CallbackURL       *string `json:"callback_url"`
		Active            bool
	}
	path := base + "/services"
	var all []service
	w.ok(by(subject, http.MethodGet, path, nil), &all)
	if len(all) != len(before) {
		t.Errorf("at first: %+v", all)
	}
	var made struct{ ID string }
	full := object{"name": name, "description": "What it is", "icon": "https://a.b/icon.png", "callback_url": "https://a.b/hook", "active": "True"}
	if a := w.ok(by(subject, http.MethodPost, path, full), &made); !same(t, a.Body, `{"id":"`+made.ID+`"}`) {
		t.Errorf("made: %s", a.Body)
	}
	show := func() string {
		a := w.ok(by(subject, http.MethodPost, path+"/list", object{"service_ids": []string{made.ID}}), nil)
		return string(a.Body)
	}
	whole := fmt.Sprintf(`[{"id":%q,"name":%q,"description":"What it is","icon":"https://a.b/icon.png","callback_url":"https://a.b/hook","active":true}]`, made.ID, name)
	if show() != whole {
		t.Errorf("read: %s", show())
	}
	w.refused(by(subject, http.MethodPost, path, object{"name": name}), 400, "SVC-001")
	for problem, body := range map[string]object{
		"no name": {"active": true}, "an icon": {"name": "x", "icon": "icon.png"}, "an address": {"name": "x", "callback_url": "javascript:alert(1)"},
		"a switch": {"name": "x", "active": "often"}, "a description": {"name": "x", "description": strings.Repeat("x", 2001)},
	} {
		w.refused(by(subject, http.MethodPost, path, body), 400, "ARG-001")
		if t.Failed() {
			t.Fatal(problem)
		}
	}
	change := func(body object) request {
		body["service_id"] = made.ID
		return by(subject, http.MethodPatch, path, body)
	}
	w.ok(change(object{}), nil)
	w.ok(change(object{"name": name, "active": nil}), nil)
	if show() != whole {
		t.Errorf("nothing changed, but %s", show())
	}
	// What one client sends: every member, null for what its caller did not set.
	w.ok(change(object{"name": nil, "description": nil, "icon": nil, "callback_url": nil, "active": false}), nil)
	if want := fmt.Sprintf(`[{"id":%q,"name":%q,"description":null,"icon":null,"callback_url":null,"active":false}]`, made.ID, name); show() != want {
		t.Errorf("nulls: %s", show())
	}
	w.ok(by(subject, http.MethodPost, path, object{"name": name + " 2"}), nil)
	w.refused(change(object{"name": name + " 2"}), 400, "SVC-001")
	w.refused(by(subject, http.MethodPatch, path, object{"service_id": unknown}), 403, "")
	w.refused(by(subject, http.MethodPost, path+"/list", object{"service_ids": []string{made.ID, unknown}}), 403, "")
}

func TestABundleThatTakesForEverIsNotOpened(t *testing.T) {
	t.Parallel()
	// The number of rounds of its checksum is the last number of a bundle: 2048 in two bytes becomes 2^31 - 1 in four.
	raw := readFile(t, "push.p12")
	at := bytes.LastIndex(raw, []byte{0x02, 0x02, 0x08, 0x00})
	costly := append(bytes.Clone(raw[:at]), 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff)
	costly[3] += 2                                             // the whole
	costly[bytes.LastIndex(costly, []byte{0x30, 0x31})+1] += 2 // the part with the checksum
	if _, err := launchkey.BundleFingerprint(base64.StdEncoding.EncodeToString(costly)); err == nil || !strings.Contains(err.Error(), "rounds") {
		t.Errorf("opened: %v", err)
	}
	if _, err := launchkey.BundleFingerprint(base64.StdEncoding.EncodeToString(raw)); err != nil {
		t.Error(err)
	}
}
