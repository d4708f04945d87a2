package loginid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for raw, field := range map[string]string{
		``: "-", `{}`: "-", `{"type":"native","url":"https://shop.example/login","issuer":"x","token_life":86400,"require_token":true,"hide_unknown_users":true}`: "-",
		`{"url":"http://localhost:8080"}`: "-",
		`{"type":"oidc"}`:                 "type", `{"url":"shop.example"}`: "url", `{"url":"ftp://shop.example"}`: "url", `{"url":"https://a:b@shop.example"}`: "url",
		`{"url":"https://` + strings.Repeat("x", 2048) + `"}`: "url", `{"issuer":"` + strings.Repeat("x", 257) + `"}`: "issuer",
		`{"token_life":-1}`: "token_life", `{"token_life":86401}`: "token_life", `{"typ":"web"}`: "", `[]`: "",
	} {
		_, err := loginid.ReadSettings(json.RawMessage(raw))
		refused, _ := errors.AsType[*mfa.Error](err)
		switch {
		case field == "-" && err != nil:
			t.Errorf("%s: %v", raw, err)
		case field != "-" && (refused == nil || refused.Code != mfa.Invalid || refused.Field != field):
			t.Errorf("%s: %v, want a refusal of %q", raw, err, field)
		}
	}
}

func TestAPlanIsJudgedAndItsKeysGetTheirIDs(t *testing.T) {
	t.Parallel()
	key := publicPEM(t, newKey(t))
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	planned := func(settings, client string, keys ...string) *provision.Plan {
		a := provision.PlannedApplication{Name: "Shop", Settings: mfa.ApplicationSettings{Dialects: map[string]json.RawMessage{loginid.Name: json.RawMessage(settings)}}}
		a.Keys = []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(client), Place: "loginid.client_id"}}
		for i, text := range keys {
			a.PublicKeys = append(a.PublicKeys, provision.PlannedPublicKey{Dialect: loginid.Name, Place: "loginid.public_keys[" + string(rune('0'+i)) + "]", PEM: text})
		}
		a.PublicKeys = append(a.PublicKeys, provision.PlannedPublicKey{Dialect: "another", PEM: "not ours"})
		return &provision.Plan{Organizations: []provision.PlannedOrganization{{Directories: []provision.PlannedDirectory{{Applications: []provision.PlannedApplication{a}}}}}}
	}
	const at = "organizations[0].directories[0].applications[0].loginid"
	for name, c := range map[string]struct {
		plan *provision.Plan
		at   string
	}{
		"all is well":            {planned(`{"type":"web"}`, "shop_1-A.b==", key), ""},
		"a type":                 {planned(`{"type":"x"}`, "shop", key), at + ".type"},
		"a client id":            {planned(`{}`, "a b", key), at + ".client_id"},
		"a long client id":       {planned(`{}`, strings.Repeat("x", 129), key), at + ".client_id"},
		"no PEM":                 {planned(`{}`, "shop", key, "x"), at + ".public_keys[1].public_key"},
		"two PEMs":               {planned(`{}`, "shop", key+key), at + ".public_keys[0].public_key"},
		"a key twice":            {planned(`{}`, "shop", key, key), at + ".public_keys[1].public_key"},
		"another curve":          {planned(`{}`, "shop", publicPEM(t, p384)), at + ".public_keys[0].public_key"},
		"a private key's armour": {planned(`{}`, "shop", strings.ReplaceAll(key, "PUBLIC", "PRIVATE")), at + ".public_keys[0].public_key"},
	} {
		err := loginid.Settle(c.plan)
		refused, _ := errors.AsType[*mfa.Error](err)
		if (c.at == "") != (err == nil) || refused != nil && refused.Field != c.at {
			t.Errorf("%s: %v at %v, want %q", name, err, refused, c.at)
		}
	}
	plan := planned(`{}`, "shop", key)
	if err := loginid.Settle(plan); err != nil || plan.Organizations[0].Directories[0].Applications[0].PublicKeys[0].ID == "" {
		t.Errorf("the key has no id: %v", err)
	}
	homeless := &provision.Plan{Organizations: []provision.PlannedOrganization{{Services: []provision.PlannedApplication{
		{Settings: mfa.ApplicationSettings{Dialects: map[string]json.RawMessage{loginid.Name: json.RawMessage(`{}`)}}},
	}}}}
	if refused, _ := errors.AsType[*mfa.Error](loginid.Settle(homeless)); refused == nil || refused.Field != "organizations[0].services[0].loginid" {
		t.Errorf("an application without users: %v", refused)
	}
}
