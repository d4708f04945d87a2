package accounts_test

import (
	"crypto/rand"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestAddressesOfAUserChangeAndOneNumberIsOnePersons(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		s := accounts.New(accounts.Config{Domain: w.Service, Store: w.Store, Random: rand.Reader})
		ann, bob := w.Register("4055550101"), w.Register("4055550102")
		fresh := mfa.Phone{CountryCode: 1, National: "4055550103"}
		u, err := s.SetPhone(t.Context(), w.Caller, ann.Ref(), fresh, "")
		if err != nil || u.Phone != fresh {
			t.Fatalf("got %v, %v", u.Phone, err)
		}
		if _, err := s.SetPhone(t.Context(), w.Caller, bob.Ref(), fresh, ""); !mfa.IsCode(err, mfa.Conflict) {
			t.Errorf("the number of somebody else: %v", err)
		}
		if u, err = s.SetPhone(t.Context(), w.Caller, ann.Ref(), mfa.Phone{}, ""); err != nil || !u.Phone.Empty() {
			t.Errorf("taken away: %v, %v", u.Phone, err)
		}
		if _, err := s.SetPhone(t.Context(), w.Caller, mfa.UserRef{Alias: "nobody"}, fresh, ""); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("of nobody: %v", err)
		}
		if _, err := w.Service.ChangeEmail(t.Context(), w.Caller, ann.Ref(), "new@example.com", ""); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ remove, left string }{{"other@example.com", "new@example.com"}, {"new@example.com", ann.User.Email()}} {
			if u, err := s.RemoveEmail(t.Context(), w.Caller, ann.Ref(), step.remove, ""); err != nil || u.Email() != step.left {
				t.Errorf("without %s: %q, %v", step.remove, u.Email(), err)
			}
		}
		if n := len(ann.Events(mfa.EventUserUpdated)); n != 4 {
			t.Errorf("%d events, want one for each change", n)
		}
	})
}
