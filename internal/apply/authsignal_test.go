package apply_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

const tenantID = "ec3910e7-ab32-479e-b58b-36a122631d58"

// fromAuthsignal is what a team that moves would apply.
const fromAuthsignal = headApps + `    - name: Shop
      passkeys: {url: "https://shop.example.com"}
      authsignal:
        tenant_id: ` + tenantID + `
        secret_keys: [the-newest-secret-key+/==, the-older-secret-key+/==]
        management_keys: [management-key-0123456789]
        name: The Shop
        redirect_urls: ["https://shop.example.com/"]
        token_minutes: 5
        remember_days: 30
        allow_deleting: true
        clients:
        - {id: 3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64, name: Web, access_minutes: 5}
        methods:
          SMS: {code_digits: 8, sends: {limit: 3, minutes: 10}, countries: [NZ, AU]}
          PUSH: {active: false}
        value_lists:
        - {name: Trusted, alias: trusted, items: [NZ, AU]}
        data_points:
        - {name: amount, type: number, of: action}
        actions:
          with-draw:
            default: CHALLENGE
            methods: [PASSKEY, SMS]
            messages: {en: {defaultTemplate: "Pay {{amount}} <now>"}}
            rules:
            - name: Small
              type: ALLOW
              conditions: {and: [{"<": [{var: custom.amount}, 100]}]}
            - name: Strange
              type: BLOCK
              priority: 9
              active: false
`

func TestAShopFromAuthsignalIsMadeOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if done, err := applied(w, fromAuthsignal); err != nil || done != (provision.Applied{Created: 1, Unchanged: 2}) {
			t.Fatalf("%+v, %v", done, err)
		}
		if done, err := applied(w, fromAuthsignal); err != nil || done != (provision.Applied{Unchanged: 3}) {
			t.Errorf("again: %+v, %v", done, err)
		}
		shop, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID))
		if err != nil {
			t.Fatal(err)
		}
		for kind, key := range map[mfa.KeyKind]string{
			mfa.KeyAuthsignalSecret: "the-older-secret-key+/==", mfa.KeyAuthsignalManagement: "management-key-0123456789",
		} {
			if c, err := w.Service.Authenticate(t.Context(), kind, mfa.SecretText(key)); err != nil || c.Application.ID != shop.Application.ID {
				t.Errorf("the %s opens %+v, %v", kind, c, err)
			}
		}
		keys, err := w.Service.LiveKeys(t.Context(), shop.Application.ID)
		first := slices.IndexFunc(keys, func(k mfa.Key) bool { return k.Kind == mfa.KeyAuthsignalSecret })
		if err != nil || first < 0 || !keys[first].Secret.Equal(mfa.SecretText("the-newest-secret-key+/==")) {
			t.Errorf("the first secret key of the file does not sign, %v", err)
		}
		s := shop.Application.StepUpSettings()
		if s.Name != "The Shop" || s.TokenMinutes != 5 || s.RememberDays != 30 || !s.AllowDeleting || s.AllowDisabling || len(s.Clients) != 1 {
			t.Errorf("the settings are %+v", s)
		}
		if sms := s.Method(mfa.MethodSMS); sms.CodeDigits != 8 || *sms.Send != (mfa.Rate{Limit: 3, Minutes: 10}) || len(sms.Countries) != 2 {
			t.Errorf("codes by SMS are %+v", sms)
		}
		if shop.Application.MethodActive(mfa.MethodPush) || !shop.Application.MethodActive(mfa.MethodPasskey) {
			t.Error("the file's switches of methods do not count")
		}
	})
}

func TestRulesComeFromAFile(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromAuthsignal); err != nil {
			t.Fatal(err)
		}
		err := w.Store.Read(t.Context(), func(r mfa.Records) error {
			shop, err := r.KeyBySecret(mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID))
			if err != nil {
				return err
			}
			action, err := r.ActionConfiguration(shop.ApplicationID, "with-draw")
			if err != nil {
				return err
			}
			if action.Default != mfa.OutcomeChallenge || !slices.Equal(action.Methods, []mfa.Method{mfa.MethodPasskey, mfa.MethodSMS}) ||
				string(action.Templates) != `{"en":{"defaultTemplate":"Pay {{amount}} <now>"}}` {
				t.Errorf("the action is %+v", action)
			}
			rules, err := r.RulesOf(shop.ApplicationID, "with-draw")
			if err != nil {
				return err
			}
			if len(rules) != 2 || rules[0].Name != "Small" || rules[0].Priority != 0 || !rules[0].Active || rules[0].Outcome != mfa.OutcomeAllow ||
				string(rules[0].Conditions) != `{"and":[{"<":[{"var":"custom.amount"},100]}]}` || rules[1].Priority != 9 || rules[1].Active {
				t.Errorf("the rules are %+v", rules)
			}
			list, err := r.ValueList(shop.ApplicationID, "trusted")
			if err != nil || string(list.Items) != `["NZ","AU"]` || list.ItemType != mfa.ItemString || !list.Active {
				t.Errorf("the list is %+v, %v", list, err)
			}
			points, err := r.DataPointsOf(shop.ApplicationID)
			if err != nil || len(points) != 1 || points[0].Type != mfa.DataNumber || points[0].Public {
				t.Errorf("the data points are %+v, %v", points, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestAFileLeavesWhatItDoesNotName: what a console changed since stays, until a file says otherwise.
func TestAFileLeavesWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fromAuthsignal); err != nil {
			t.Fatal(err)
		}
		change(t, w)
		for name, file := range map[string]string{
			"the same file":              fromAuthsignal,
			"one with keys alone":        headApps + "    - {name: Shop, passkeys: {url: \"https://shop.example.com\"}, authsignal: {tenant_id: " + tenantID + "}}\n",
			"one that does not speak it": headApps + "    - {name: Shop, passkeys: {url: \"https://shop.example.com\"}}\n",
		} {
			if done, err := applied(w, file); err != nil || done != (provision.Applied{Unchanged: 3}) {
				t.Errorf("%s: %+v, %v", name, done, err)
			}
		}
		if done, err := applied(w, strings.NewReplacer("token_minutes: 5", "token_minutes: 5\n        hide_logo: false", "type: BLOCK", "type: BLOCK\n              description: \"\"\n              methods: []").Replace(fromAuthsignal)); err != nil || done != (provision.Applied{Updated: 1, Unchanged: 2}) {
			t.Errorf("one that names it: %+v, %v", done, err)
		}
		shop, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID))
		if err != nil || shop.Application.StepUpSettings().HideLogo || string(shop.Application.StepUpSettings().Theme) != `{"name":"Blue"}` {
			t.Errorf("%+v, %v", shop.Application.StepUpSettings(), err)
		}
	})
}

// change does what the management API would, to what the file above does not name.
func change(t *testing.T, w *mfatest.World) {
	t.Helper()
	err := w.Store.Write(context.Background(), func(r mfa.WriteRecords) error {
		r.Announce(mfa.TopicConfiguration)
		key, err := r.KeyBySecret(mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID))
		if err != nil {
			return err
		}
		shop, err := r.Application(key.ApplicationID)
		if err != nil {
			return err
		}
		settings := *shop.Settings.StepUp
		settings.HideLogo, settings.Theme = true, []byte(`{"name":"Blue"}`)
		shop.Settings.StepUp = &settings
		if _, err := r.PutApplication(shop); err != nil {
			return err
		}
		rules, err := r.RulesOf(shop.ID, "with-draw")
		if err != nil {
			return err
		}
		rules[1].Description, rules[1].Methods = "by the console", []mfa.Method{mfa.MethodTOTP}
		return r.PutRule(rules[1])
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnApplicationFromAuthsignalIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, bad, want string }{
		"without its tenant's id":   {"tenant_id: " + tenantID, "hide_logo: true", ":9: the authsignal part needs the tenant_id"},
		"a short key":               {"the-older-secret-key+/==", "short", ":10: a key has 16 to 200 characters"},
		"a key with a colon":        {"the-older-secret-key+/==", "the-older:secret-key", ":10: a key has 16 to 200 characters"},
		"the same key twice":        {"the-older-secret-key+/==", "the-newest-secret-key+/==", ":10: the same secret key stands in line 10 already"},
		"a member that is none":     {"remember_days: 30", "remember_weeks: 4", "unknown field \"remember_weeks\""},
		"a number that is none":     {"remember_days: 30", "remember_days: many", "a whole number is expected here"},
		"a method that is no part":  {"PUSH: {active: false}", "PUSH: false", "fields are expected here"},
		"a method that nobody has":  {"[PASSKEY, SMS]", "[PASSKEY, FAX]", ":29: this is no method"},
		"a result that is none":     {"default: CHALLENGE", "default: ASK", ":28: this is ALLOW, CHALLENGE, REVIEW or BLOCK"},
		"codes of a hundred digits": {"code_digits: 8", "code_digits: 100", ":20: codes have 2 to 10 digits"},
		"a place in the clear":      {"https://shop.example.com/\"]", "http://shop.example.com/\"]", ":13: this is an address"},
		"a token for ever":          {"token_minutes: 5", "token_minutes: 100000", ":14: a token counts for"},
		"a list of both":            {"items: [NZ, AU]", "items: [NZ, 64]", ":23: the items of a list are all texts, or all numbers"},
		"a tenant that is no UUID":  {tenantID, "shop", ":9: a tenant id is a UUID"},
		"a code with a blank":       {"with-draw:", "with draw:", "the code of an action has"},
		"two rules of one name":     {"name: Strange", "name: Small", "another rule of the action has this name"},
		"a priority beyond all":     {"priority: 9", "priority: 100", "a priority is 0 to 99"},
		"an action twice":           {"with-draw:", "with-draw: {}\n          with-draw:", "the name stands here twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(fromAuthsignal, c.old, c.bad, 1)
			if text == fromAuthsignal {
				t.Fatal("nothing is wrong with it")
			}
			if _, err := planOf(text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestAListIsCalledInAFileAsAConsoleCallsIt: both make the alias of the name by one rule.
func TestAListIsCalledInAFileAsAConsoleCallsIt(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		lists := func() []mfa.ValueList {
			t.Helper()
			shop, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID))
			if err != nil {
				t.Fatal(err)
			}
			var all []mfa.ValueList
			err = w.Store.Read(t.Context(), func(r mfa.Records) (err error) {
				all, err = r.ValueListsOf(shop.Application.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		for _, said := range []string{"{name: Sichere Länder, items: [NZ]}", "{alias: sichere-länder, items: [NZ]}"} {
			if _, err := applied(w, strings.Replace(fromAuthsignal, "{name: Trusted, alias: trusted, items: [NZ, AU]}", said, 1)); err != nil {
				t.Fatalf("%s: %v", said, err)
			}
			if all := lists(); len(all) != 1 || all[0].Alias != rulebook.Alias("Sichere Länder") {
				t.Errorf("%s: there is %+v", said, all)
			}
		}
	})
}

// TestRulesOfAFileAreJudged: what a console may not write, a file may not either, and nothing of such a file happens.
func TestRulesOfAFileAreJudged(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for name, c := range map[string]struct{ old, bad, line, want string }{
			"conditions that are none":    {`{"<": [{var: custom.amount}, 100]}`, `{"between": [1, 2]}`, ":34:", "between"},
			"a list that nobody has":      {`{"<": [{var: custom.amount}, 100]}`, `{in: [{var: ip.countryCode}, {var: valueList.none}]}`, ":34:", "none"},
			"a test that fails":           {"conditions: {and", "tests: [{name: large, facts: {custom.amount: 500}, expect: true}]\n              conditions: {and", ":3", "large"},
			"the priority of another one": {"name: Small", "name: Small\n              priority: 9", ":3", "priority"},
		} {
			text := strings.Replace(fromAuthsignal, c.old, c.bad, 1)
			if text == fromAuthsignal {
				t.Fatalf("%s: nothing is wrong with it", name)
			}
			if _, err := applied(w, text); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.line) {
				t.Errorf("%s: %v, want %q in line %s", name, err, c.want, c.line)
			}
		}
		if _, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenantID)); !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("a refused file left its tenant: %v", err)
		}
	})
}
