package apply_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Public keys of the tests, and the id of the first, which the protocol's documents give.
const (
	firstKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzZyTZiKSQONiiRe3ZKje
K0R4jIimDUrei9CzJCUZxUwVnSOcmjUpzOQmlyKhF3QaTLLA4pE9nUfsn88RB81E
tTwDa1P0/SD3wMJkyKT87m8WUR6UO7+pUOtn02FK5p4mS4Su+cF/01bY6Rk24DvN
YOxl3RMcH1I2zvaTYXIiQDFo6b9+9Gg9FRm8eWUtMQMQDHBw5DxQfZGUwx3J+2yp
0AxRvb5BoQblI4UrEAx+ge5iwROCQNx338pWM8SPQ6dD4EqRk9bZKR8kSX8K3afF
HRWNfALR6hzX4WCgMCPJ79wKQS/dFu4NW0PAwbpePXV6AZjp7WnihnruZCUTMzjn
LQIDAQAB
-----END PUBLIC KEY-----
`
	firstID = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"

	secondKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAshFyEXliYcpcm+PdGZzP
htMNWLeeyZ+hvAv+50CrSFU28cE2WYR4K8PYimP1o9+cf6JyIYplBr4MLRAgbUSb
33LnIkohPGXgNBG8iV7gMsR/HtRjuaCFzJK4VhTIY/EDMCS1NJEkDC8158GFTcmn
LB9QUr1GK/zP/D0viBy/5pQcGasZH9RcepXdEMkF/81g0g4UoiTRi1g4WByfHKDO
M8BjWtYzpStUsR0EsGBj28zvwfxPeiAfuDcqMP2IymO0OLkRhVC4KChjOshV251W
NkAwHaotB1B2NRjjZTGFc1k2RT9EwC6pRwI+XY/ogttkiL9QV2NR+qSnQ1bMhfIO
zwIDAQAB
-----END PUBLIC KEY-----
`
	secondID = "cc:6e:4a:16:c3:8d:6b:fe:fe:18:6f:cb:b0:51:a4:af"

	// One of 1024 bits.
	smallKey = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCzAMM7ZXm4SadcQd2tqQmGHAxE
FtpWrzG9XigA8+/1PuuWzcl3ObWRfzr6XXWD8wuO4wkMaLkrySvdkrERRuuqBUit
ZIQIom12yXCKNPaUeMwcr0V78hQ/lIgobP/L8qza8KR18i0TLZivbadEPkPPxSWD
Pzd4IPM8iro4d+TDlQIDAQAB
-----END PUBLIC KEY-----
`
)

// quotedPEM is a key on one line of a file.
func quotedPEM(text string) string { return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"` }

const (
	launchkeyOrg = "00d744c9-f407-4139-aff2-2713ce91532f"
	launchkeyDir = "3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64"
	launchkeySvc = "7a0e6c1d-94b2-4f3e-8a57-0c2d4e6f8a1b"
	launchkeyOwn = "9d2b8f40-6f1e-4c3a-b5d7-2e4f6a8c0b1d"
	firstSDKKey  = "eba60cb8-c649-11e7-abc4-cec278b6b50a"
)

// fromLaunchKey is everything that a team with dead SDKs brings.
var fromLaunchKey = fmt.Sprintf(`organizations:
- id: %s
  name: Acme
  launchkey:
    keys:
    - public_key: |
%s
    - {type: signature, public_key: %s, active: false, expires: 2030-01-31T13:00:00.9+01:00}
  directories:
  - id: %s
    name: customers
    launchkey:
      keys: [{type: encryption, public_key: %s}]
      sdk_keys: [%s, C4E1A2B3-5D6F-4708-91A2-B3C4D5E6F708]
      webhook_url: https://acme.example.com/directory
      denial_context_inquiry: false
      android_key: "AIza: the push key"
    applications:
    - id: %s
      name: Login
      launchkey:
        keys: [{public_key: %s}]
        callback_url: https://acme.example.com/hook
        icon: https://acme.example.com/icon.png
        description: Where people log in
        policy:
          type: FACTORS
          factors: [POSSESSION, INHERENCE]
          deny_rooted_jailbroken: true
          fences:
          - {type: GEO_CIRCLE, name: HQ, latitude: 36.10, longitude: -115.1, radius: 200}
          - {type: TERRITORY, name: Home, country: US, administrative_area: US-NV, postal_code: "89120"}
  services:
  - id: %s
    name: Consumers
    launchkey: {keys: [{public_key: %s}], callback_url: "https://acme.example.com/own", active: false}
`, launchkeyOrg, indented(firstKey), quotedPEM(secondKey), launchkeyDir, quotedPEM(firstKey), firstSDKKey, launchkeySvc, quotedPEM(firstKey), launchkeyOwn, quotedPEM(secondKey))

func indented(text string) string {
	return "        " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n        ")
}

func TestAFileBringsLaunchKeyOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if done, err := applied(w, fromLaunchKey); err != nil || done != (provision.Applied{Created: 4}) {
			t.Fatalf("first: %+v, %v", done, err)
		}
		keysAre(t, w, mfa.OrganizationID(launchkeyOrg).Owner(), firstID+" both true 0001-01-01", secondID+" signature false 2030-01-31")
		keysAre(t, w, mfa.DirectoryID(launchkeyDir).Owner(), firstID+" encryption true 0001-01-01")
		keysAre(t, w, mfa.ApplicationID(launchkeySvc).Owner(), firstID+" both true 0001-01-01")
		keysAre(t, w, mfa.ApplicationID(launchkeyOwn).Owner(), secondID+" both true 0001-01-01")

		c, err := w.Service.CallerForDirectory(t.Context(), launchkeyDir)
		if err != nil {
			t.Fatal(err)
		}
		set, err := launchkey.ReadDirectorySettings(c.Directory.Dialects[launchkey.Name])
		if err != nil || !slices.Equal(set.SDKKeys, []string{firstSDKKey, "c4e1a2b3-5d6f-4708-91a2-b3c4d5e6f708"}) ||
			set.WebhookURL != "https://acme.example.com/directory" || set.DenialContextInquiry == nil || *set.DenialContextInquiry || c.Directory.Disabled {
			t.Errorf("the directory has %+v, %v", set, err)
		}
		if got := string(c.Directory.Private.Reveal()); got != `{"launchkey":{"android_key":"AIza: the push key"}}` {
			t.Errorf("the directory's secrets are %s", got)
		}
		if again, err := applied(w, fromLaunchKey); err != nil || again != (provision.Applied{Unchanged: 4}) {
			t.Errorf("again: %+v, %v", again, err)
		}
		for _, c := range []struct{ what, from, to string }{
			{"a key that expires", "active: false, expires: 2030", "active: false, expires: 2031"},
			{"a key switched on", "type: signature, public_key: ", "type: signature, active: true, public_key: "},
			{"a push key", "the push key", "another push key"},
			{"a policy", "radius: 200", "radius: 200.0"},
			{"a service switched on", "active: false}\n", "active: true}\n"},
		} {
			text := strings.Replace(fromLaunchKey, c.from, c.to, 1)
			if c.what == "a key switched on" {
				text = strings.Replace(text, ", active: false, expires: 2030-01-31T13:00:00.9+01:00", "", 1)
			}
			if done, err := applied(w, text); err != nil || done != (provision.Applied{Updated: 1, Unchanged: 3}) {
				t.Errorf("%s: %+v, %v", c.what, done, err)
			}
			if _, err := applied(w, fromLaunchKey); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// keysAre holds an owner's keys to a list.
func keysAre(t *testing.T, w *mfatest.World, o mfa.Owner, want ...string) {
	t.Helper()
	held, err := w.Service.PublicKeysOf(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 0, len(held))
	for _, k := range held {
		got = append(got, fmt.Sprintf("%s %s %t %s", k.ID, k.Purpose, k.Active, k.ExpiresAt.Format("2006-01-02")))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the keys of the %s are %q, want %q", o.Kind, got, want)
	}
}

func TestWhatWasAddedElsewhereStays(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromLaunchKey); err != nil {
			t.Fatal(err)
		}
		_, err := w.Configuration.AddPublicKey(t.Context(), mfa.PublicKey{
			ID: secondID, Owner: mfa.DirectoryID(launchkeyDir).Owner(), Purpose: mfa.PurposeSignature, PEM: secondKey, Active: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Configuration.UpdateDirectory(t.Context(), launchkeyOrg, launchkeyDir, func(d *mfa.Directory) error {
			return launchkey.AddSDKKey(d, "11111111-1111-4111-8111-111111111111")
		})
		if err != nil {
			t.Fatal(err)
		}
		less := "organizations:\n- id: " + launchkeyOrg + "\n  name: Acme\n  directories:\n  - {id: " + launchkeyDir + ", name: customers, launchkey: {active: false}}\n"
		if done, err := applied(w, less); err != nil || done != (provision.Applied{Updated: 1, Unchanged: 1}) {
			t.Fatalf("%+v, %v", done, err)
		}
		keysAre(t, w, mfa.DirectoryID(launchkeyDir).Owner(), firstID+" encryption true 0001-01-01", secondID+" signature true 0001-01-01")
		d, err := w.Configuration.DirectoryIn(t.Context(), launchkeyOrg, launchkeyDir)
		if err != nil || !d.Disabled || !strings.Contains(string(d.Private.Reveal()), "the push key") {
			t.Errorf("disabled %t, secrets %s, %v", d.Disabled, d.Private.Reveal(), err)
		}
		set, err := launchkey.ReadDirectorySettings(d.Dialects[launchkey.Name])
		if err != nil || len(set.SDKKeys) != 3 || set.WebhookURL != "" || set.DenialContextInquiry == nil || !*set.DenialContextInquiry {
			t.Errorf("what the file leaves out is %+v, %v", set, err)
		}
		bare := "organizations:\n- name: Acme\n  directories:\n  - name: customers\n"
		if done, err := applied(w, bare); err != nil || done != (provision.Applied{Unchanged: 2}) {
			t.Errorf("a file without the part: %+v, %v", done, err)
		}
	})
}

func TestServicesAreFoundByIDOrName(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		head := "organizations:\n- name: Fresh\n"
		if done, err := applied(w, head+"  services: [{name: Own}]\n  directories: [{name: d, applications: [{name: Own}]}]\n"); err != nil || done.Created != 4 {
			t.Fatalf("%+v, %v", done, err)
		}
		if done, err := applied(w, head+"  services: [{name: Own}, {name: More}]\n"); err != nil || done != (provision.Applied{Created: 1, Unchanged: 2}) {
			t.Errorf("by name: %+v, %v", done, err)
		}
		for _, c := range []struct{ what, text, want string }{
			{"a name of another service", head + "  services:\n  - id: " + launchkeyOwn + "\n    name: Own\n", "f.yaml:5: another id has this name; leave the id out to mean that one (organizations[0].services[0].name)"},
			{"a name of another directory", head + "  directories:\n  - id: " + launchkeyDir + "\n    name: d\n", "f.yaml:5: another id has this name; leave the id out to mean that one (organizations[0].directories[0].name)"},
			{"a name of another application", head + "  directories:\n  - name: d\n    applications:\n    - id: " + launchkeySvc + "\n      name: Own\n", "f.yaml:7: another id has this name; leave the id out to mean that one (organizations[0].directories[0].applications[0].name)"},
			{"an application as a service", head + "  services:\n  - id: " + string(w.Caller.Application.ID) + "\n    name: Elsewhere\n", "f.yaml:4: this application belongs to another directory (organizations[0].services[0].id)"},
		} {
			if _, err := applied(w, c.text); err == nil || err.Error() != c.want {
				t.Errorf("%s:\n got %v\nwant %s", c.what, err, c.want)
			}
		}
	})
}

func TestKeysAndSDKKeysAreBoundedOverSeveralFiles(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromLaunchKey); err != nil {
			t.Fatal(err)
		}
		o := mfa.ApplicationID(launchkeySvc).Owner()
		for i := 1; i < configuration.MaxPublicKeys; i++ {
			k := mfa.PublicKey{ID: fmt.Sprintf("k%d", i), Owner: o, Purpose: mfa.PurposeBoth, PEM: secondKey, Active: true}
			if _, err := w.Configuration.AddPublicKey(t.Context(), k); err != nil {
				t.Fatal(err)
			}
		}
		head := "organizations:\n- id: " + launchkeyOrg + "\n  name: Acme\n  directories:\n  - name: customers\n"
		full := head + "    applications:\n    - name: Login\n      launchkey:\n        keys: [{public_key: " + quotedPEM(secondKey) + "}]\n"
		want := "f.yaml:9: there are as many keys as one may have; remove one first (organizations[0].directories[0].applications[0].launchkey.keys[0])"
		if _, err := applied(w, full); err == nil || err.Error() != want {
			t.Errorf("a key too many:\n got %v\nwant %s", err, want)
		}
		var keys []string
		for i := range launchkey.MaxSDKKeys {
			keys = append(keys, fmt.Sprintf("11111111-1111-4111-8111-%012d", i))
		}
		many := head + "    launchkey:\n      sdk_keys: [" + strings.Join(keys, ", ") + "]\n"
		want = "f.yaml:7: the directory has as many SDK keys as it may have; remove one first (organizations[0].directories[0].launchkey.sdk_keys)"
		if _, err := applied(w, many); err == nil || err.Error() != want {
			t.Errorf("an SDK key too many:\n got %v\nwant %s", err, want)
		}
	})
}

func TestEveryRefusalOfALaunchKeyPartNamesItsLine(t *testing.T) {
	t.Parallel()
	const org, dir, app = "organizations:\n- name: Acme\n  launchkey:\n", "organizations:\n- name: Acme\n  directories:\n  - name: d\n    launchkey:\n",
		headApps + "    - name: Login\n      launchkey:\n"
	pem := quotedPEM(firstKey)
	for _, c := range []struct{ what, text, want string }{
		{"no key", org + "    keys:\n    - type: both\n", "f.yaml:5: a key needs its public_key, the PEM of the public half (organizations[0].launchkey.keys[0])"},
		{"a type", org + "    keys:\n    - public_key: " + pem + "\n      type: dual\n", "f.yaml:6: the type of a key is both, encryption or signature (organizations[0].launchkey.keys[0].type)"},
		{"no PEM", org + "    keys:\n    - public_key: " + secret + "\n", "f.yaml:5: this is not an RSA public key in PEM: one PEM block is wanted (organizations[0].launchkey.keys[0].public_key)"},
		{"a private key", org + "    keys:\n    - public_key: \"-----BEGIN RSA PRIVATE KEY-----\\nAAAA\\n-----END RSA PRIVATE KEY-----\"\n", "f.yaml:5: this is not an RSA public key in PEM: it is a private key, whose public half alone belongs here (organizations[0].launchkey.keys[0].public_key)"},
		{"a folded PEM", org + "    keys:\n    - type: both\n      public_key: >\n" + indented(firstKey) + "\n", "f.yaml:6: this is not an RSA public key in PEM: one PEM block is wanted (organizations[0].launchkey.keys[0].public_key)"},
		{"a small key", org + "    keys:\n    - public_key: " + quotedPEM(smallKey) + "\n", "f.yaml:5: this is not an RSA public key in PEM: it has 1024 bits, not 2048 to 8192 (organizations[0].launchkey.keys[0].public_key)"},
		{"a key twice", org + "    keys:\n    - public_key: " + pem + "\n    - public_key: |\n" + indented(firstKey) + "\n", "f.yaml:6: the same key stands here twice (organizations[0].launchkey.keys[1].public_key)"},
		{"no date", org + "    keys:\n    - public_key: " + pem + "\n      expires: tomorrow\n", "f.yaml:6:16: a time is expected here, such as 2026-03-01T09:30:00Z"},
		{"a date that nobody set", org + "    keys:\n    - public_key: " + pem + "\n      expires: 0001-01-01T00:00:00Z\n", "f.yaml:6:16: a time is expected here, such as 2026-03-01T09:30:00Z"},
		{"a misspelt member", org + "    key: []\n", "f.yaml:4:5: unknown field \"key\""},

		{"no address", dir + "      webhook_url: acme.example.com\n", "f.yaml:6: the webhook_url is not an http or https address (organizations[0].directories[0].launchkey.webhook_url)"},
		{"no SDK key", dir + "      sdk_keys:\n      - " + firstSDKKey + "\n      - 17\n", "f.yaml:8: an SDK key is a UUID such as 6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10 (organizations[0].directories[0].launchkey.sdk_keys[1])"},
		{"a long push key", dir + "      android_key: " + strings.Repeat("x", 16<<10+1) + "\n", "f.yaml:6: the android_key is longer than 16 KiB (organizations[0].directories[0].launchkey.android_key)"},
		{"a directory's key", dir + "      keys: [{public_key: x}]\n", "f.yaml:6: this is not an RSA public key in PEM: one PEM block is wanted (organizations[0].directories[0].launchkey.keys[0].public_key)"},

		{"an address with a password", app + "        callback_url: https://a:b@example.com/\n", "f.yaml:8: the callback_url must not carry a user or a password (organizations[0].directories[0].applications[0].launchkey.callback_url)"},
		{"an icon of the file system", app + "        icon: file:///icon.png\n", "f.yaml:8: the icon is not an http or https address (organizations[0].directories[0].applications[0].launchkey.icon)"},
		{"two pictures", headApps + "    - name: Login\n      logo_url: https://a.example.com/\n      launchkey:\n        icon: https://b.example.com/\n", "f.yaml:9: the icon is the application's logo_url; give one of them (organizations[0].directories[0].applications[0].launchkey.icon)"},
		{"a long description", app + "        description: " + strings.Repeat("x", 2001) + "\n", "f.yaml:8: the description is longer than 2000 bytes (organizations[0].directories[0].applications[0].launchkey.description)"},
		{"a policy of another world", app + "        policy:\n          type: FINGERPRINT\n", "f.yaml:9: the policy cannot be used: the type of the policy is unknown (organizations[0].directories[0].applications[0].launchkey.policy)"},
		{"a policy that contradicts itself", app + "        policy: {minimum_requirements: [{requirement: authenticated, any: 2, knowledge: 1}]}\n", "f.yaml:8: the policy cannot be used: a policy counts methods or names their kinds, not both (organizations[0].directories[0].applications[0].launchkey.policy)"},
		{"a text as a policy", app + "        policy: strict\n", "f.yaml:8: the policy cannot be used: the policy is not an object (organizations[0].directories[0].applications[0].launchkey.policy)"},
		{"a member of a policy twice", app + "        policy: {type: METHOD_AMOUNT, amount: 1, amount: 2}\n", "f.yaml:8:50: the field \"amount\" stands here twice"},
		{"a hexadecimal amount", app + "        policy: {type: METHOD_AMOUNT, amount: 0x2}\n", "f.yaml:8:47: a number is expected here, in decimal digits"},
		{"an infinite radius", app + "        policy: {fences: [{radius: .inf}]}\n", "f.yaml:8:36: a number is expected here, in decimal digits"},
		{"an anchor in a policy", app + "        policy: {fences: &a []}\n", "f.yaml:8:26: anchors, aliases, tags and directives are not read here; write the value out"},
		{"an alias in a policy", app + "        policy: [*a]\n", "f.yaml:8:18: anchors, aliases, tags and directives are not read here; write the value out"},
		{"a merge in a policy", app + "        policy: {<<: {}}\n", "f.yaml:8:18: anchors, aliases, tags and directives are not read here; write the value out"},
		{"a number as a member of a policy", app + "        policy: {5: x}\n", "f.yaml:8:18: a name is expected here"},

		{"a service without a name", "organizations:\n- name: Acme\n  services:\n  - id: " + launchkeyOwn + "\n", "f.yaml:4: a name has 1 to 200 characters (organizations[0].services[0].name)"},
		{"a service's directory", "organizations:\n- name: Acme\n  services:\n  - {name: a, users: []}\n", "f.yaml:4:15: unknown field \"users\""},
		{"a service twice", "organizations:\n- name: Acme\n  services: [{name: a}, {name: a}]\n", "f.yaml:3: the same service stands in line 3 already (organizations[0].services[1].name)"},
		{"a service's policy", "organizations:\n- name: Acme\n  services:\n  - name: a\n    launchkey: {policy: {type: X}}\n", "f.yaml:5: the policy cannot be used: the type of the policy is unknown (organizations[0].services[0].launchkey.policy)"},
	} {
		_, err := planOf(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.what, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), secret[:7]) {
			t.Errorf("%s: the error quotes a secret", c.what)
		}
	}
}

func TestAPolicyIsHandedOnAsItIsWritten(t *testing.T) {
	t.Parallel()
	p, err := planOf(headApps + `    - name: Login
      launchkey:
        policy:
          minimum_requirements: [{requirement: authenticated, any: 2}]
          factors:
          - factor: timefence
            requirement: forced requirement
            attributes:
              time fences:
              - {name: "Week <days>", days: [Tuesday, Monday], start hour: 0, start minute: 0, end hour: 23, end minute: 59, timezone: America/Los_Angeles}
          - factor: geofence
            requirement: forced requirement
            attributes: {locations: [{name: "12", radius: 500.0, latitude: 1.23e1, longitude: -23.40}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.Organizations[0].Directories[0].Applications[0].Settings
	var kept struct{ Policy json.RawMessage }
	if err := json.Unmarshal(settings.Dialects[launchkey.Name], &kept); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"end minute":59`, `["Tuesday","Monday"]`, `"radius":500.0`, `"latitude":1.23e1`, `"longitude":-23.40`, `"name":"12"`, `Week \u003cdays\u003e`} {
		if !strings.Contains(string(kept.Policy), want) {
			t.Errorf("%s is not in %s", want, kept.Policy)
		}
	}
	if settings.Policy == nil || settings.Policy.Methods == nil || *settings.Policy.Methods != 2 || len(settings.Policy.Times) != 1 || len(settings.Policy.Places) != 1 {
		t.Errorf("it means %+v", settings.Policy)
	}
}
