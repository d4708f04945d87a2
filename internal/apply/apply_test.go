package apply_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/apply"
	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// planOf reads and judges a file.
func planOf(text string) (provision.Plan, error) {
	f, err := apply.Read("f.yaml", strings.NewReader(text))
	if err != nil {
		return provision.Plan{}, err
	}
	p, err := f.Plan()
	if err == nil {
		err = f.Locate(launchkey.Settle(&p))
	}
	if err == nil {
		err = f.Locate(loginid.Settle(&p))
	}
	if err == nil {
		err = f.Locate(authsignal.Settle(&p))
	}
	return p, err
}

// head stands before an application or a user of the tests: they begin in the line after it.
const (
	headApps  = "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    applications:\n"
	headUsers = "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    users:\n"
)

// secret stands where values are secret: no error may show it.
const secret = "JBSWY3DPEHPK3PXPJBSWY3DP"

func TestEveryRefusalNamesItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, text, want string }{
		{"nothing", "", "f.yaml is empty; it needs at least \"organizations:\""},
		{"a comment alone", "# nothing here\n", "f.yaml is empty; it needs at least \"organizations:\""},
		{"not UTF-8", "organizations: [{name: \xff}]", "f.yaml is not text in UTF-8"},
		{"no YAML", "organizations: [", "f.yaml:1:16: sequence end token ']' not found"},
		{"a tab", "organizations:\n\t- name: A", "f.yaml:2:1: found character '\t' that cannot start any token"},
		{"an open quote", headApps + "    - {name: Bank, authy: {api_key: \"" + secret + "}}\n", "f.yaml:6:37: could not find end character of double-quoted text"},
		{"a bare text", "hello", "f.yaml:1:1: fields are expected here, each as \"name: value\""},
		{"a list at the top", "- a", "f.yaml:1:1: fields are expected here, each as \"name: value\""},
		{"a number for a list", "organizations: 5", "f.yaml:1:16: a list is expected here: parts that begin with \"- \""},
		{"a number for a mapping", "organizations: [5]", "f.yaml:1:17: fields are expected here, each as \"name: value\""},
		{"two documents", "organizations: []\n---\norganizations: []\n", "f.yaml:3:14: a second document begins here; a file holds one"},
		{"a misspelt member", headUsers + "    - authy_id: 1\n      phones: x\n", "f.yaml:7:7: unknown field \"phones\""},
		{"a secret as a member", headUsers + "    - authy_id: 1\n      " + secret + ": x\n", "f.yaml:7:7: unknown field"},
		{"a member twice", headUsers + "    - authy_id: 1\n      authy_id: 2\n", "f.yaml:7:7: the field \"authy_id\" stands here twice"},
		{"a number as a member", "5: x", "f.yaml:1:1: unknown field"},
		{"a merge", headUsers + "    - {authy_id: 1, <<: {alias: x}}\n", "f.yaml:6:21: unknown field"},
		{"an anchor", "organizations: &a []", "f.yaml:1:16: anchors, aliases, tags and directives are not read here; write the value out"},
		{"an alias", "organizations: *a", "f.yaml:1:16: anchors, aliases, tags and directives are not read here; write the value out"},
		{"a tag", "organizations: !!binary aGVsbG8=", "f.yaml:1:16: anchors, aliases, tags and directives are not read here; write the value out"},
		{"a directive", "%YAML 1.2\n---\norganizations: []\n", "f.yaml:3:14: a second document begins here; a file holds one"},

		{"a mapping for a text", headUsers + "    - {authy_id: 1, alias: {" + secret + ": 1}}\n", "f.yaml:6:28: a text is expected here"},
		{"a list for a text", headUsers + "    - {authy_id: 1, alias: [" + secret + "]}\n", "f.yaml:6:28: a text is expected here"},
		{"a text for a mapping", headUsers + "    - {authy_id: 1, totp: " + secret + "}\n", "f.yaml:6:27: fields are expected here, each as \"name: value\""},
		{"a text for a list", headUsers + "    - {authy_id: 1, emails: a@example.com}\n", "f.yaml:6:29: a list is expected here, such as [one, two]"},
		{"a text for a number", headUsers + "    - {authy_id: " + secret + "}\n", "f.yaml:6:18: a whole number is expected here, in decimal digits"},
		{"a fraction", headUsers + "    - {authy_id: 1337.5}\n", "f.yaml:6:18: a whole number is expected here, in decimal digits"},
		{"an octal number", headUsers + "    - {authy_id: 0017}\n", "f.yaml:6:18: a whole number is expected here, in decimal digits"},
		{"a hexadecimal number", headUsers + "    - {authy_id: 0x10}\n", "f.yaml:6:18: a whole number is expected here, in decimal digits"},
		{"a number beyond counting", headUsers + "    - {authy_id: 99999999999999999999}\n", "f.yaml:6:18: a whole number is expected here, in decimal digits"},
		{"a list for a number", headUsers + "    - {authy_id: [1]}\n", "f.yaml:6:18: a whole number is expected here"},
		{"yes for true", headApps + "    - {name: Bank, settings: {sms: yes}}\n", "f.yaml:6:36: true or false is expected here"},
		{"a quoted true", headApps + "    - {name: Bank, settings: {sms: \"true\"}}\n", "f.yaml:6:36: true or false is expected here"},
		{"no time", headUsers + "    - {authy_id: 1, totp: {check_at: " + secret + "}}\n", "f.yaml:6:38: a time is expected here, such as 2026-03-01T09:30:00Z"},
		{"a time without a zone", headUsers + "    - {authy_id: 1, totp: {check_at: 2026-03-01T09:30:00}}\n", "f.yaml:6:38: a time is expected here, such as 2026-03-01T09:30:00Z"},

		{"no organization's name", "organizations:\n- directories: []\n", "f.yaml:2: a name has 1 to 200 characters (organizations[0].name)"},
		{"an empty part", "organizations:\n- name: A\n-\n", "f.yaml:3: a name has 1 to 200 characters (organizations[1].name)"},
		{"a long name", "organizations:\n- name: " + strings.Repeat("x", 201), "f.yaml:2: a name has 1 to 200 characters (organizations[0].name)"},
		{"a name of two lines", "organizations:\n- name: |\n    a\n    b\n", "f.yaml:2: the name has characters that no screen shows, or a line break (organizations[0].name)"},
		{"no UUID", "organizations:\n- id: 17\n  name: A\n", "f.yaml:2: organizations[0].id is not a UUID such as 6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10 (organizations[0].id)"},
		{"an application without a name", headApps + "    - number: 7\n", "f.yaml:6: a name has 1 to 200 characters (organizations[0].directories[0].applications[0].name)"},
		{"a number too small", headApps + "    - name: Bank\n      number: -1\n", "f.yaml:7: a number is 1 to 2147483647 (organizations[0].directories[0].applications[0].number)"},
		{"a logo of the file system", headApps + "    - name: Bank\n      logo_url: file:///logo.png\n", "f.yaml:7: the logo's address starts with https:// or http:// (organizations[0].directories[0].applications[0].logo_url)"},
		{"an unknown matching", headApps + "    - name: Bank\n      settings:\n        number_matching: guess\n", "f.yaml:8: number matching is one of after_denial, pick and type (organizations[0].directories[0].applications[0].settings.number_matching)"},
		{"too few digits", headApps + "    - name: Bank\n      settings:\n        code_digits: 3\n", "f.yaml:8: codes have 4 to 10 digits (organizations[0].directories[0].applications[0].settings.code_digits)"},
		{"no key", headApps + "    - name: Bank\n      authy: {plan: full}\n", "f.yaml:7: the authy part needs an api_key (organizations[0].directories[0].applications[0].authy)"},
		{"a short key", headApps + "    - name: Bank\n      authy:\n        api_key: " + secret[:7] + "\n", "f.yaml:8: an API key needs at least 8 characters (organizations[0].directories[0].applications[0].authy.api_key)"},
		{"half a pair", headApps + "    - name: Bank\n      authy: {api_key: " + secret + ", access_key: " + secret + "}\n", "f.yaml:7: access_key and signing_key belong together (organizations[0].directories[0].applications[0].authy)"},
		{"two numbers", headApps + "    - name: Bank\n      number: 7\n      authy:\n        api_key: " + secret + "\n        app_id: 8\n", "f.yaml:10: the app_id is the application's number; give one of them (organizations[0].directories[0].applications[0].authy.app_id)"},
		{"a callback's method", headApps + "    - name: Bank\n      authy:\n        api_key: " + secret + "\n        callback_method: PUT\n", "f.yaml:9: the callback method is GET or POST (organizations[0].directories[0].applications[0].authy.callback_method)"},
		{"a callback to nowhere", headApps + "    - name: Bank\n      authy:\n        api_key: " + secret + "\n        callback_url: bank.example.com\n", "f.yaml:9: the callback address starts with https:// or http:// (organizations[0].directories[0].applications[0].authy.callback_url)"},

		{"nobody", headUsers + "    - email: a@example.com\n", "f.yaml:6: a user needs an authy_id, an alias, a username or a phone to be found by (organizations[0].directories[0].users[0])"},
		{"an id too large", headUsers + "    - authy_id: 2147483648\n", "f.yaml:6: an authy_id is 1 to 2147483647 (organizations[0].directories[0].users[0].authy_id)"},
		{"a phone without a country", headUsers + "    - authy_id: 1\n      phone: 4053425699\n", "f.yaml:7: the phone number is invalid; write it as +14155552671 (organizations[0].directories[0].users[0].phone)"},
		{"no address", headUsers + "    - authy_id: 1\n      email: none\n", "f.yaml:7: the e-mail address is invalid (organizations[0].directories[0].users[0].email)"},
		{"a further address", headUsers + "    - authy_id: 1\n      emails:\n      - a@example.com\n      - none\n", "f.yaml:9: the e-mail address is invalid (organizations[0].directories[0].users[0].emails[1])"},
		{"eleven addresses", headUsers + "    - authy_id: 1\n      emails: [a@b.cc, b@b.cc, c@b.cc, d@b.cc, e@b.cc, f@b.cc, g@b.cc, h@b.cc, i@b.cc, j@b.cc, k@b.cc]\n", "f.yaml:7: a user has at most 10 addresses (organizations[0].directories[0].users[0].emails[10])"},
		{"a long alias", headUsers + "    - alias: " + strings.Repeat("x", 201) + "\n", "f.yaml:6: an alias or username has at most 200 characters, and none that no screen shows (organizations[0].directories[0].users[0].alias)"},
		{"a long locale", headUsers + "    - alias: x\n      locale: " + strings.Repeat("x", 36) + "\n", "f.yaml:7: a locale is a language tag such as en or pt-BR (organizations[0].directories[0].users[0].locale)"},
		{"a seed of another alphabet", headUsers + "    - authy_id: 1\n      totp:\n        secret: \"" + secret + "!\"\n", "f.yaml:8: the seed is not base 32 (letters A to Z and digits 2 to 7) (organizations[0].directories[0].users[0].totp.secret)"},
		{"no seed", headUsers + "    - authy_id: 1\n      totp: {digits: 6}\n", "f.yaml:7: the seed is not base 32 (letters A to Z and digits 2 to 7) (organizations[0].directories[0].users[0].totp.secret)"},
		{"a time without a code", headUsers + "    - authy_id: 1\n      totp: {secret: " + secret + ", check_at: 2026-03-01T09:30:00Z}\n", "f.yaml:7: check_at says when the code of check was shown; there is none (organizations[0].directories[0].users[0].totp.check_at)"},
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

func TestWhatStandsTwiceIsRefused(t *testing.T) {
	t.Parallel()
	const id = "6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10"
	for _, c := range []struct{ what, text, want string }{
		{"an organization", "organizations:\n- name: A\n- name: A\n", "f.yaml:3: the same organization stands in line 2 already (organizations[1].name)"},
		{"an id", "organizations:\n- name: A\n  id: " + id + "\n- name: B\n  id: " + strings.ToUpper(id) + "\n", "f.yaml:5: the same id stands in line 3 already (organizations[1].id)"},
		{"a directory", "organizations:\n- name: A\n  directories: [{name: d}, {name: d}]\n", "f.yaml:3: the same directory stands in line 3 already (organizations[0].directories[1].name)"},
		{"an application", headApps + "    - name: Bank\n    - name: Bank\n", "f.yaml:7: the same application stands in line 6 already (organizations[0].directories[0].applications[1].name)"},
		{"an application's number", headApps + "    - {name: a, number: 7}\n    - name: b\n      number: 7\n", "f.yaml:7: the same application number stands in line 6 already (organizations[0].directories[0].applications[1])"},
		{"a key", headApps + "    - name: a\n      authy: {api_key: " + secret + "}\n    - name: b\n      authy:\n        api_key: " + secret + "\n", "f.yaml:10: the same API key stands in line 7 already (organizations[0].directories[0].applications[1].authy.api_key)"},
		{"a key of one application", headApps + "    - name: a\n      authy:\n        api_key: " + secret + "\n        api_keys:\n        - " + secret + "\n", "f.yaml:10: the same API key stands in line 8 already (organizations[0].directories[0].applications[0].authy.api_keys[0])"},
		{"an authy_id", headUsers + "    - authy_id: 7\n    - authy_id: 8\n    - authy_id: 7\n", "f.yaml:8: the same authy_id stands in line 6 already (organizations[0].directories[0].users[2].authy_id)"},
		{"an alias", headUsers + "    - alias: x\n    - {authy_id: 1, alias: x}\n", "f.yaml:7: the same alias stands in line 6 already (organizations[0].directories[0].users[1].alias)"},
		{"a phone, written in two ways", headUsers + "    - phone: +14053425699\n    - phone: +1 405 342-5699\n", "f.yaml:7: the same phone stands in line 6 already (organizations[0].directories[0].users[1].phone)"},
	} {
		_, err := planOf(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.what, err, c.want)
		}
	}
	two := "organizations:\n- name: A\n  directories:\n  - {name: d, users: [{authy_id: 7, phone: +14053425699}], applications: [{name: Bank}]}\n" +
		"- name: B\n  directories:\n  - {name: d, users: [{authy_id: 7, phone: +14053425699}], applications: [{name: Bank}]}\n"
	if _, err := planOf(two); err != nil {
		t.Errorf("the same in two organizations: %v", err)
	}
}

func TestValuesCountAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	p, err := planOf("\ufeff---\r\n" + strings.ReplaceAll(headApps, "\n", "\r\n") +
		"    - name: 1e5 # a comment\n      authy: {api_key: 00123456789012345678, api_keys: ['1_000_000_000_000_000', \"tab\\tand ünicode\"]}\n" +
		"    users:\n    - {authy_id: \"1337\", phone: +14053425699, alias: true, totp: {secret: jbsw y3dp-ehpk3pxp==, check: 012345, algorithm: sha256}}\n" +
		"    - alias: 0x1F\n      email: a@example.com\n      emails: [a@example.com, b@example.com]\n      locale: ~\n      totp:\n")
	if err != nil {
		t.Fatal(err)
	}
	d := p.Organizations[0].Directories[0]
	if d.Applications[0].Name != "1e5" {
		t.Errorf("the name is %q", d.Applications[0].Name)
	}
	for i, want := range []string{"00123456789012345678", "1_000_000_000_000_000", "tab\tand ünicode"} {
		if got := string(d.Applications[0].Keys[i].Secret.Reveal()); got != want {
			t.Errorf("key %d is %q, want %q", i, got, want)
		}
	}
	first, second := d.Users[0], d.Users[1]
	if first.Number != 1337 || first.Phone.E164() != "+14053425699" || first.Alias != "true" || first.TOTP.Check != "012345" ||
		string(first.TOTP.Seed.Reveal()) != "Hello!\xde\xad\xbe\xef" || first.TOTP.Algorithm != "SHA256" {
		t.Errorf("the first user is %+v, %+v", first, first.TOTP)
	}
	if second.Alias != "0x1F" || strings.Join(second.Emails, " ") != "a@example.com b@example.com" || second.Locale != "" || second.TOTP != nil {
		t.Errorf("the second user is %+v", second)
	}
}

func TestSettingsKeepTheirDefaults(t *testing.T) {
	t.Parallel()
	p, err := planOf(headApps + "    - name: a\n    - {name: b, number: 7, logo_url: https://bank.example.com/l.png, settings: {sms: false, custom_codes: true, code_digits: 6, lock_on_ban: true, number_matching: pick}}\n" +
		"    - {name: c, authy: {api_key: " + secret + ", app_id: 9, callback_url: https://bank.example.com/cb, callback_method: get, plan: full, access_key: a, signing_key: b}}\n")
	if err != nil {
		t.Fatal(err)
	}
	apps := p.Organizations[0].Directories[0].Applications
	if got, want := apps[0].Settings, mfa.DefaultSettings(); got.SMS != want.SMS || got.Voice != want.Voice || !got.Approvals || got.CustomCodes {
		t.Errorf("settings that are left out are %+v", got)
	}
	b := apps[1].Settings
	if b.SMS || !b.CustomCodes || b.CodeDigits != 6 || b.Matching != mfa.MatchingPick || apps[0].Settings.Matching != "" || !b.LockOnBan || !b.Voice || b.LogoURL != "https://bank.example.com/l.png" || apps[1].Number != 7 {
		t.Errorf("settings that are given are %+v", b)
	}
	want := `{"callback_url":"https://bank.example.com/cb","callback_method":"GET","plan":"full"}`
	if got := string(apps[2].Settings.Dialects["authy"]); got != want || apps[2].Number != 9 || len(apps[2].Keys) != 3 {
		t.Errorf("the authy part is %s of number %d with %d keys", got, apps[2].Number, len(apps[2].Keys))
	}
}

func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"brackets":      strings.Repeat("[", 1_000_000),
		"braces":        strings.Repeat("{a: ", 100_000),
		"dashes":        strings.Repeat("- ", 500_000),
		"question mark": strings.Repeat("? ", 100_000),
		"anchors":       strings.Repeat("&a ", 100_000) + "x",
		"tags":          strings.Repeat("!a ", 100_000) + "x",
		"indents":       strings.Repeat(" ", 300) + "organizations: []",
	} {
		_, err := planOf(text)
		if err == nil || !strings.Contains(err.Error(), "this is nested too deeply") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := planOf(strings.Repeat("#", apply.MaxFile+1))
	if err == nil || err.Error() != "f.yaml is larger than 16 MiB; split it into several files" {
		t.Errorf("a large file: %v", err)
	}
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		laughs += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	if _, err := planOf("organizations:\n- name: A\n  directories: &d\n  - name: d\n" + laughs); err == nil {
		t.Error("a billion laughs were read")
	}
}
