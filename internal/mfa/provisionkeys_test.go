package mfa_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
)

const plannedDirectory mfa.DirectoryID = "3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64"

// keyed is a plan with one key at each place.
func keyed(change func(*mfa.PlannedPublicKey)) mfa.Plan {
	k := mfa.PlannedPublicKey{Dialect: "x", Place: "x.keys[0]", ID: "k", Purpose: mfa.PurposeBoth, PEM: "a key", Active: true}
	change(&k)
	keys := []mfa.PlannedPublicKey{k}
	return mfa.Plan{Organizations: []mfa.PlannedOrganization{{
		Name: "Keyed", PublicKeys: keys,
		Directories: []mfa.PlannedDirectory{{
			ID: plannedDirectory, Name: "people", PublicKeys: keys, Applications: []mfa.PlannedApplication{{Name: "Bank", PublicKeys: keys}},
		}},
		Services: []mfa.PlannedApplication{{Name: "Own", PublicKeys: keys}},
	}}}
}

func unchanged(*mfa.PlannedPublicKey) {}

func TestPlannedKeysBecomeWhatThePlanSays(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for _, step := range []struct {
			what string
			plan mfa.Plan
			want mfa.Applied
		}{
			{"first", keyed(unchanged), mfa.Applied{Created: 4}},
			{"again", keyed(unchanged), mfa.Applied{Unchanged: 4}},
			{"another text of the same key", keyed(func(k *mfa.PlannedPublicKey) { k.PEM = "a key\n" }), mfa.Applied{Unchanged: 4}},
			{"switched off", keyed(func(k *mfa.PlannedPublicKey) { k.Active = false }), mfa.Applied{Updated: 4}},
			{"another purpose", keyed(func(k *mfa.PlannedPublicKey) { k.Purpose = mfa.PurposeSignature }), mfa.Applied{Updated: 4}},
			{"an end", keyed(func(k *mfa.PlannedPublicKey) { k.ExpiresAt = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }), mfa.Applied{Updated: 4}},
			{"no end", keyed(unchanged), mfa.Applied{Updated: 4}},
			{"one more", keyed(func(k *mfa.PlannedPublicKey) { k.ID = "l" }), mfa.Applied{Updated: 4}},
		} {
			if done, err := w.Service.Apply(t.Context(), step.plan); err != nil || done != step.want {
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
			if _, err := w.Service.Apply(t.Context(), keyed(func(k *mfa.PlannedPublicKey) { k.Active = active })); err != nil {
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
		for what, change := range map[string]func(*mfa.PlannedPublicKey){
			"no id":      func(k *mfa.PlannedPublicKey) { k.ID = "" },
			"no text":    func(k *mfa.PlannedPublicKey) { k.PEM = "" },
			"no purpose": func(k *mfa.PlannedPublicKey) { k.Purpose = "dual" },
		} {
			_, err := w.Service.Apply(t.Context(), keyed(change))
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
		plan := func(secret string) mfa.Plan {
			p := keyed(unchanged)
			p.Organizations[0].Directories[0].Change = func(d *mfa.Directory) error {
				d.Private = mfa.SecretText(`{"x":"` + secret + `"}`)
				return nil
			}
			return p
		}
		for _, step := range []struct {
			secret string
			want   mfa.Applied
		}{{"one", mfa.Applied{Created: 4}}, {"one", mfa.Applied{Unchanged: 4}}, {"two", mfa.Applied{Updated: 1, Unchanged: 3}}} {
			if done, err := w.Service.Apply(t.Context(), plan(step.secret)); err != nil || done != step.want {
				t.Errorf("secret %s: %+v, %v, want %+v", step.secret, done, err, step.want)
			}
		}
		if _, err := w.Service.Apply(t.Context(), keyed(unchanged)); err != nil {
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
		_, err := w.Service.Apply(t.Context(), p)
		if !mfa.IsCode(err, mfa.Invalid) || fieldOf(err) != "organizations[0].services[0].policy" {
			t.Errorf("%v at %q", err, fieldOf(err))
		}
	})
}
