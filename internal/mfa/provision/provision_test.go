package provision_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// migration is what a team that moves would apply.
func migration(check string) provision.Plan {
	phone, _ := mfa.ParseE164("+14053425699")
	return provision.Plan{Organizations: []provision.PlannedOrganization{{
		ID: "6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10", Name: "Moved", Directories: []provision.PlannedDirectory{{
			Name: "people",
			Applications: []provision.PlannedApplication{{
				Name: "Bank", Settings: mfa.DefaultSettings(),
				Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText("kept-key-0123456789")}},
			}},
			Users: []provision.PlannedUser{{
				Number: 1337, Emails: []string{"a@example.com"}, Phone: phone,
				TOTP: &provision.PlannedTOTP{Seed: mfa.SecretText("12345678901234567890"), Check: check},
			}},
		}},
	}}}
}

func TestApplyingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		first, err := w.Provision.Apply(t.Context(), migration(""))
		if err != nil || first.Created != 4 {
			t.Fatalf("first: %+v, %v", first, err)
		}
		again, err := w.Provision.Apply(t.Context(), migration(""))
		if err != nil || again != (provision.Applied{Unchanged: 4}) {
			t.Errorf("again: %+v, %v, want four unchanged", again, err)
		}
		c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.Code(mfa.SecretText("12345678901234567890"), mfa.TOTPData{Algorithm: "SHA1", Digits: 6, Period: 30}, w.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: mfa.UserRef{Number: 1337}, Token: code, Force: true})
		if err != nil || r.Outcome != mfa.TokenAccepted {
			t.Errorf("the moved seed's code: %s, %v", r.Outcome, err)
		}
	})
}

func TestANumberOnceGivenStays(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		plan := migration("")
		application := &plan.Organizations[0].Directories[0].Applications[0]
		for _, step := range []struct {
			number int64
			want   mfa.Code
		}{{4711, ""}, {4711, ""}, {0, ""}, {4712, mfa.Conflict}} {
			application.Number = step.number
			_, err := w.Provision.Apply(t.Context(), plan)
			if step.want == "" && err != nil || step.want != "" && (!mfa.IsCode(err, step.want) || !strings.HasSuffix(fieldOf(err), "applications[0].number")) {
				t.Errorf("number %d: %v at %q, want %q", step.number, err, fieldOf(err), step.want)
			}
		}
	})
}

func TestAWrongSelfCheckLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		_, err := w.Provision.Apply(t.Context(), migration("000000"))
		if !mfa.IsCode(err, mfa.Invalid) || !strings.Contains(fieldOf(err), "users[0].totp.check") {
			t.Fatalf("a wrong self-check: %v at %q", err, fieldOf(err))
		}
		err = w.Store.Read(t.Context(), func(r mfa.Records) error {
			_, err := r.OrganizationByName("Moved")
			return err
		})
		if !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("the organization was half applied: %v", err)
		}
	})
}

func fieldOf(err error) string {
	if e, ok := err.(*mfa.Error); ok {
		return e.Field
	}
	return ""
}

func TestGivenNumbersAreNotHandedOut(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := w.Provision.Apply(t.Context(), migration("")); err != nil {
			t.Fatal(err)
		}
		c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		phone, _ := mfa.ParseE164("+14053425600")
		u, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: c, Phone: phone})
		if err != nil || u.Number <= 1337 {
			t.Errorf("a new user got number %d (%v), want one above the given 1337", u.Number, err)
		}
	})
}

func TestNobodyTakesAGivenNameInOtherCase(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		plan := migration("")
		people := &plan.Organizations[0].Directories[0]
		people.Users = append(people.Users, provision.PlannedUser{Alias: "Ann"}, provision.PlannedUser{Alias: "ANN"})
		for range 2 { // again changes nothing
			if _, err := w.Provision.Apply(t.Context(), plan); err != nil {
				t.Fatal(err)
			}
		}
		c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		err = w.Store.Read(t.Context(), func(r mfa.Records) error { return mfa.NameFree(r, c, "ann") })
		if !mfa.IsCode(err, mfa.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
	})
}

func TestPassThroughIsNotForThoseWhoBroughtASeed(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		plan := migration("")
		plan.Organizations[0].Directories[0].Applications[0].Settings.PassThrough = true
		if _, err := w.Provision.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: mfa.UserRef{Number: 1337}, Token: "000000"})
		if err != nil || r.Outcome != mfa.TokenWrong {
			t.Errorf("any token of somebody with a seed was %s, %v", r.Outcome, err)
		}
	})
}
