package apply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Keys of the curve that LoginID's programs sign with, and one of another.
const (
	curveKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEE/mXU0oXA4Qcgqd2EPi9an63Zbn4
CrlQX1P32PKk5pT4EA+Ti8Qmp6ItaASy1FvO9/rPGQtm2Nlgbwz7tIwn9A==
-----END PUBLIC KEY-----
`
	otherCurveKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsLKqyf9PtHE5Cn8Dx4BwqHzYYudD
w9LStPncv36zoLHiiBi1k+/UZAZq8t3liPwhlA9AxrqocWbJHuuypngwxw==
-----END PUBLIC KEY-----
`
	largeCurveKey = `-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEPNrCgZGfmhIo/oh0tSZSmr1NHlvjU+k6
38b0p8Ze0j61hrr+gi3ud0H5LqKHNqSpTLFno9y7hRvh56vUqmEbpL8Mw+4AnoiU
LXxBy2YqHzJBEFMSUGovOOR7zTOXfpGd
-----END PUBLIC KEY-----
`
)

// fromLoginID is what a team that moves would apply: a shop's pages, its app and its backend over the same people.
var fromLoginID = headApps + `    - name: Shop
      loginid:
        client_id: Wv8bq1pS0cVn
        url: https://Shop.example.com/login
        public_keys:
        - ` + quotedPEM(curveKey) + `
        - {public_key: ` + quotedPEM(otherCurveKey) + `, expires: 2030-01-31T12:00:00Z}
        issuer: https://auth.example.com
        token_life: 600
        require_token: true
        hide_unknown_users: true
        api_keys: [management-key-0123456789]
    - name: App
      loginid:
        client_id: dGhlLW5hdGl2ZS1hcHA==
        type: native
        rp_id: example.com
        name: The Shop
        origins: [https://shop.example.com, "android:apk-key-hash:` + strings.Repeat("A", 43) + `"]
        related_origins: [https://shop.example.de]
        user_verification: preferred
        attestation: direct
        formats: [packed, tpm]
        allow_aaguids: [08987058-CADC-4B81-B6E1-30DE50DCBE96]
        deny_aaguids: [ee882879-721c-4913-9775-3dfcce97072a]
        deny_synced: true
    - name: Backend
      loginid: {client_id: backend-0123456789, type: management, public_keys: [` + quotedPEM(curveKey) + `]}
    - name: Teller
      passkeys: {url: "https://bank.example.com:8443"}
      authy: {api_key: kept-key-of-the-bank}
    users:
    - {username: Jo, email: jo@example.com}
`

func TestAShopFromLoginIDIsMadeOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if done, err := applied(w, fromLoginID); err != nil || done != (provision.Applied{Created: 5, Unchanged: 2}) {
			t.Fatalf("%+v, %v", done, err)
		}
		if done, err := applied(w, fromLoginID); err != nil || done != (provision.Applied{Unchanged: 7}) {
			t.Errorf("again: %+v, %v", done, err)
		}
		shop, err := w.Service.Authenticate(t.Context(), mfa.KeyLoginIDClient, mfa.SecretText("Wv8bq1pS0cVn"))
		if err != nil {
			t.Fatal(err)
		}
		if byKey, err := w.Service.Authenticate(t.Context(), mfa.KeyLoginIDAPI, mfa.SecretText("management-key-0123456789")); err != nil || byKey.Application.ID != shop.Application.ID {
			t.Errorf("the management key opens %+v, %v", byKey, err)
		}
		set := shop.Application.Settings
		if p := set.RelyingParty; p == nil || p.ID != "shop.example.com" || !slices.Equal(p.Origins, []string{"https://shop.example.com"}) || p.Name != "" {
			t.Errorf("the shop's relying party is %+v", p)
		}
		if got, want := string(set.Dialects["loginid"]), `{"url":"https://Shop.example.com/login","issuer":"https://auth.example.com","token_life":600,"require_token":true,"hide_unknown_users":true}`; got != want {
			t.Errorf("the shop's settings are %s", got)
		}
		keys, err := w.Service.PublicKeysOf(t.Context(), shop.Application.ID.Owner())
		ending := slices.IndexFunc(keys, func(k mfa.PublicKey) bool { return k.ExpiresAt.Year() == 2030 })
		if err != nil || len(keys) != 2 || ending < 0 || keys[0].Purpose != mfa.PurposeSignature || !keys[0].Active {
			t.Errorf("the shop's keys are %+v, %v", keys, err)
		}
		for _, other := range []string{"dGhlLW5hdGl2ZS1hcHA==", "backend-0123456789"} {
			c, err := w.Service.Authenticate(t.Context(), mfa.KeyLoginIDClient, mfa.SecretText(other))
			if err != nil || c.Directory.ID != shop.Directory.ID {
				t.Errorf("%s stands in %+v, %v", other, c, err)
			}
		}
		if done, err := applied(w, strings.Replace(fromLoginID, "deny_synced: true", "deny_synced: false", 1)); err != nil || done != (provision.Applied{Updated: 1, Unchanged: 6}) {
			t.Errorf("a switch: %+v, %v", done, err)
		}
	})
}

func TestARelyingPartyIsKeptAsItIsWritten(t *testing.T) {
	t.Parallel()
	p, err := planOf(fromLoginID)
	if err != nil {
		t.Fatal(err)
	}
	applications := p.Organizations[0].Directories[0].Applications
	app := applications[1].Settings.RelyingParty
	if app.ID != "example.com" || app.Name != "The Shop" || len(app.Origins) != 2 || !slices.Equal(app.RelatedOrigins, []string{"https://shop.example.de"}) ||
		app.UserVerification != "preferred" || app.Attestation != "direct" || !slices.Equal(app.Formats, []string{"packed", "tpm"}) ||
		app.AllowAAGUIDs[0] != "08987058-cadc-4b81-b6e1-30de50dcbe96" || len(app.DenyAAGUIDs) != 1 || !app.DenySynced {
		t.Errorf("the app's is %+v", app)
	}
	if backend := applications[2].Settings.RelyingParty; backend != nil {
		t.Errorf("the backend's is %+v", backend)
	}
	if bank := applications[3].Settings; bank.RelyingParty == nil || bank.RelyingParty.Origins[0] != "https://bank.example.com:8443" || bank.Dialects["loginid"] != nil {
		t.Errorf("the bank's is %+v", bank.RelyingParty)
	}
}

func TestCaseTellsNoUsernamesApart(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromLoginID); err != nil {
			t.Fatal(err)
		}
		want := "f.yaml:6: "
		if _, err := applied(w, headUsers+"    - username: JO\n"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("another case: %v, want %s…", err, want)
		}
		if done, err := applied(w, headUsers+"    - {username: Jo, phone: +14053425699}\n"); err != nil || done.Updated != 1 {
			t.Errorf("the same: %+v, %v", done, err)
		}
	})
}

func TestAClientIDOfAnotherApplicationIsRefusedByItsLine(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromLoginID); err != nil {
			t.Fatal(err)
		}
		thief := headApps + "    - name: Thief\n      loginid:\n        url: https://thief.example.com\n        client_id: Wv8bq1pS0cVn\n"
		want := "f.yaml:9: a key of it opens another application (organizations[0].directories[0].applications[0].loginid.client_id)"
		if _, err := applied(w, thief); err == nil || err.Error() != want {
			t.Errorf("\n got %v\nwant %s", err, want)
		}
	})
}

func TestEveryRefusalOfALoginIDPartNamesItsLine(t *testing.T) {
	t.Parallel()
	const app, own, keys = headApps + "    - name: Shop\n      loginid:\n", "        client_id: Wv8bq1pS0cVn\n        url: https://shop.example.com\n",
		headApps + "    - name: Shop\n      passkeys:\n"
	const at = "(organizations[0].directories[0].applications[0].loginid"
	for _, c := range []struct{ what, text, want string }{
		{"no client id", app + "        url: https://shop.example.com\n", "f.yaml:8: the loginid part needs the client_id that your programs know; \"twinseal keys loginid NAME\" makes one " + at + ")"},
		{"a client id with blanks", app + "        client_id: two words\n        url: https://shop.example.com\n", "f.yaml:8: a client id has 1 to 128 letters, digits and the characters - _ . = " + at + ".client_id)"},
		{"no website", app + "        client_id: Wv8bq1pS0cVn\n", "f.yaml:8: passkeys need the url of the website, or an rp_id and its origins " + at + ")"},
		{"no address", app + "        client_id: Wv8bq1pS0cVn\n        url: shop.example.com\n", "f.yaml:9: this is not the address of a website, such as https://shop.example.com " + at + ".url)"},
		{"http", app + "        client_id: Wv8bq1pS0cVn\n        url: http://shop.example.com\n", "f.yaml:9: passkeys need https; http is for localhost alone " + at + ".url)"},
		{"a type", app + own + "        type: desktop\n", "f.yaml:10: the type is web, native or management " + at + ".type)"},
		{"no PEM", app + own + "        public_keys:\n        - " + secret + "\n", "f.yaml:11: the key is not one public key in PEM (BEGIN PUBLIC KEY) " + at + ".public_keys[0].public_key)"},
		{"a private key", app + own + "        public_keys:\n        - \"-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\"\n", "f.yaml:11: the key is a private one, which stays with you: register its public half (openssl pkey -in FILE -pubout) " + at + ".public_keys[0].public_key)"},
		{"a key of RSA", app + own + "        public_keys: [" + quotedPEM(firstKey) + "]\n", "f.yaml:10: the key is not a key of the curve P-256; no other serves here " + at + ".public_keys[0].public_key)"},
		{"a key of P-384", app + own + "        public_keys: [" + quotedPEM(largeCurveKey) + "]\n", "f.yaml:10: the key is not a key of the curve P-256; no other serves here " + at + ".public_keys[0].public_key)"},
		{"a key twice", app + own + "        public_keys:\n        - " + quotedPEM(curveKey) + "\n        - |\n" + strings.ReplaceAll(indented(curveKey), "        ", "          ") + "\n", "f.yaml:12: the same key stands here twice " + at + ".public_keys[1].public_key)"},
		{"a key with a purpose", app + own + "        public_keys:\n        - {public_key: x, type: both}\n", "f.yaml:11: a key of this dialect signs and does nothing else; leave the type out " + at + ".public_keys[0].type)"},
		{"an empty key", app + own + "        public_keys:\n        - {active: false}\n", "f.yaml:11: a key needs its public_key, the PEM of the public half " + at + ".public_keys[0])"},
		{"a short management key", app + own + "        api_keys:\n        - " + secret[:15] + "\n", "f.yaml:11: a management key has 16 to 200 letters, digits, - and _ " + at + ".api_keys[0])"},
		{"a management key of another alphabet", app + own + "        api_keys: [\"" + secret + "+\"]\n", "f.yaml:10: a management key has 16 to 200 letters, digits, - and _ " + at + ".api_keys[0])"},
		{"a token's life", app + own + "        token_life: 86401\n", "f.yaml:10: the token_life is a number of seconds, a day's at most " + at + ".token_life)"},
		{"a foreign origin", app + own + "        origins:\n        - https://shop.example.com\n        - https://shop.example.de\n", "f.yaml:12: this origin is not in the domain shop.example.com: browsers give it none of its passkeys unless it is one of the related_origins " + at + ".origins[1])"},
		{"a model", app + own + "        deny_aaguids: [YubiKey]\n", "f.yaml:10: an AAGUID is a UUID such as 08987058-cadc-4b81-b6e1-30de50dcbe96 " + at + ".deny_aaguids[0])"},
		{"a misspelt member", app + own + "        public_key: x\n", "f.yaml:10:9: unknown field \"public_key\""},
		{"two relying parties", headApps + "    - name: Shop\n      passkeys: {url: https://shop.example.com}\n      loginid: {client_id: Wv8bq1pS0cVn, rp_id: example.com}\n", "f.yaml:8: the relying party stands under passkeys already; leave rp_id, origins and what belongs to them out here " + at + ")"},
		{"two names for a person", headUsers + "    - alias: jo\n      username: Jo\n", "f.yaml:7: the username is the user's alias; give one of them (organizations[0].directories[0].users[0].username)"},
		{"a client id twice", app + own + "    - name: Other\n      loginid:\n" + own, "f.yaml:12: the same client id stands in line 8 already (organizations[0].directories[0].applications[1].loginid.client_id)"},
		{"a username twice", headUsers + "    - username: Jo\n    - username: jo\n", "f.yaml:7: the same username, whose capitals make no difference, stands in line 6 already (organizations[0].directories[0].users[1].username)"},

		{"passkeys of nobody", keys + "        name: Shop\n", "f.yaml:8: passkeys need the url of the website, or an rp_id and its origins (organizations[0].directories[0].applications[0].passkeys)"},
		{"passkeys of a number", keys + "        url: https://192.0.2.1\n", "f.yaml:8: passkeys need the name of a host, not its number; for tests on one machine there is localhost (organizations[0].directories[0].applications[0].passkeys.url)"},
		{"passkeys in capitals", keys + "        rp_id: Example.com\n        origins: [https://example.com]\n", "f.yaml:8: an rp_id is a domain such as example.com, in small letters and without a scheme or a port (organizations[0].directories[0].applications[0].passkeys.rp_id)"},
		{"a form of attestations", keys + "        url: https://shop.example.com\n        formats: [apk]\n", "f.yaml:9: a format of attestations is one of none, packed, fido-u2f, apple, android-key, tpm (organizations[0].directories[0].applications[0].passkeys.formats[0])"},
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
