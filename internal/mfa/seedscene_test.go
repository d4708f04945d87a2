package mfa_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

func replaceSeed(t *testing.T, w *mfatest.World, alias string) mfa.Seed {
	t.Helper()
	seed, err := seeds.New(w.Service).Replace(t.Context(), w.Directory(), alias)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// giveSeed lets a person, who has no alias yet, have a seed of the directory.
func giveSeed(t *testing.T, w *mfatest.World, p *mfatest.Person) mfa.Seed {
	t.Helper()
	err := w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
		u, err := r.LockUser(p.User.DirectoryID, p.Ref())
		if err != nil {
			return err
		}
		u.Alias = string(u.ID)
		return r.UpdateUser(u)
	})
	if err != nil {
		t.Fatal(err)
	}
	return replaceSeed(t, w, string(p.User.ID))
}

// checkOnly checks a code where nothing but a seed counts.
func checkOnly(t *testing.T, w *mfatest.World, c *mfa.Caller, name, code string) mfa.TokenOutcome {
	t.Helper()
	result, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: mfa.UserRef{Name: name}, Token: code, Only: mfa.KindTOTP})
	if err != nil {
		t.Fatal(err)
	}
	return result.Outcome
}
