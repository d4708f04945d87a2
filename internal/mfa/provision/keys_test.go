package provision_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/policy"
)

const plannedDirectory mfa.DirectoryID = "3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64"

// keyed is a plan with one key at each place.
func keyed(change func(*provision.PlannedPublicKey)) provision.Plan {
	k := provision.PlannedPublicKey{Dialect: "x", Place: "x.keys[0]", ID: "k", Purpose: mfa.PurposeBoth, PEM: "a key", Active: true}
	change(&k)
	keys := []provision.PlannedPublicKey{k}
	return provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Keyed", PublicKeys: keys,
		Directories: []provision.PlannedDirectory{{
			ID: plannedDirectory, Name: "people", PublicKeys: keys, Applications: []provision.PlannedApplication{{Name: "Bank", PublicKeys: keys}},
		}},
		Services: []provision.PlannedApplication{{Name: "Own", PublicKeys: keys}},
	}}}
}

func unchanged(*provision.PlannedPublicKey) {}

func TestPlannedKeysBecomeWhatThePlanSays(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for _, step := range []struct {
			what string
			plan provision.Plan
			want provision.Applied
		}{
			{"first", keyed(unchanged), provision.Applied{Created: 4}},
			{"again", keyed(unchanged), provision.Applied{Unchanged: 4}},
			{"another text of the same key", keyed(func(k *provision.PlannedPublicKey) { k.PEM = "a key\n" }), provision.Applied{Unchanged: 4}},
			{"switched off", keyed(func(k *provision.PlannedPublicKey) { k.Active = false }), provision.Applied{Updated: 4}},
			{"another purpose", keyed(func(k *provision.PlannedPublicKey) { k.Purpose = mfa.PurposeSignature }), provision.Applied{Updated: 4}},
			{"an end", keyed(func(k *provision.PlannedPublicKey) { k.ExpiresAt = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }), provision.Applied{Updated: 4}},
			{"no end", keyed(unchanged), provision.Applied{Updated: 4}},
			{"one more", keyed(func(k *provision.PlannedPublicKey) { k.ID = "l" }), provision.Applied{Updated: 4}},
		} {
			if done, err := w.Provision.Apply(t.Context(), step.plan); err != nil || done != step.want {
				t.Errorf("%s: %+v, %v, want %+v", step.what, done, err, step.want)
			}
		}
		held, err := w.Service.PublicKeysOf(t.Context(), plannedDirectory.Owner())
		if err != nil || len(held) != 2 || held[0].PEM != "a key" {
			t.Errorf("the directory has %+v, %v", held, err)
		}
	})
}

func TestAKeyThatIsAppliedIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for _, active := range []bool{true, false} {
			if _, err := w.Provision.Apply(t.Context(), keyed(func(k *provision.PlannedPublicKey) { k.Active = active })); err != nil {
				t.Fatal(err)
			}
			if k, err := w.Service.PublicKey(t.Context(), plannedDirectory.Owner(), "k"); err != nil || k.Active != active {
				t.Errorf("the key is %+v, %v, want active %t", k, err, active)
			}
		}
	})
}

func TestAnUnusableKeyRefusesThePlanByItsPlace(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for what, change := range map[string]func(*provision.PlannedPublicKey){
			"no id":      func(k *provision.PlannedPublicKey) { k.ID = "" },
			"no text":    func(k *provision.PlannedPublicKey) { k.PEM = "" },
			"no purpose": func(k *provision.PlannedPublicKey) { k.Purpose = "dual" },
		} {
			_, err := w.Provision.Apply(t.Context(), keyed(change))
			if !mfa.IsCode(err, mfa.Invalid) || !strings.HasPrefix(fieldOf(err), "organizations[0].x.keys[0].") {
				t.Errorf("%s: %v at %q", what, err, fieldOf(err))
			}
		}
		if _, err := w.Service.CallerForDirectory(t.Context(), plannedDirectory); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("a refused plan left a directory: %v", err)
		}
	})
}

func TestAChangeOfADirectorysSecretsCounts(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		plan := func(secret string) provision.Plan {
			p := keyed(unchanged)
			p.Organizations[0].Directories[0].Change = func(d *mfa.Directory) error {
				d.Private = mfa.SecretText(`{"x":"` + secret + `"}`)
				return nil
			}
			return p
		}
		for _, step := range []struct {
			secret string
			want   provision.Applied
		}{{"one", provision.Applied{Created: 4}}, {"one", provision.Applied{Unchanged: 4}}, {"two", provision.Applied{Updated: 1, Unchanged: 3}}} {
			if done, err := w.Provision.Apply(t.Context(), plan(step.secret)); err != nil || done != step.want {
				t.Errorf("secret %s: %+v, %v, want %+v", step.secret, done, err, step.want)
			}
		}
		if _, err := w.Provision.Apply(t.Context(), keyed(unchanged)); err != nil {
			t.Fatal(err)
		}
		c, err := w.Service.CallerForDirectory(t.Context(), plannedDirectory)
		if err != nil || !strings.Contains(string(c.Directory.Private.Reveal()), "two") {
			t.Errorf("a plan without a change took the secrets away: %v", err)
		}
	})
}

func TestAnApplicationsPolicyIsCheckedWhenItIsApplied(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		p, most := keyed(unchanged), policy.MaxMethods+1
		p.Organizations[0].Services[0].Settings.Policy = &policy.Policy{Methods: &most}
		_, err := w.Provision.Apply(t.Context(), p)
		if !mfa.IsCode(err, mfa.Invalid) || fieldOf(err) != "organizations[0].services[0].policy" {
			t.Errorf("%v at %q", err, fieldOf(err))
		}
	})
}
