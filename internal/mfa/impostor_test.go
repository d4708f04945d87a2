package mfa_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

func TestNobodyTakesTheIDOfSomebodyElseForAName(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		victim := w.LinkWith(startDeviceLink(t, w, "victim").Code)
		id := string(victim.Account.User.ID)
		for _, alias := range []string{id, strings.ToUpper(id)} {
			_, err := w.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: w.Directory(), Alias: alias})
			want(t, "a device for "+alias, err, mfa.Invalid, "")
			_, err = seeds.New(w.Service).Replace(t.Context(), w.Directory(), alias)
			want(t, "a seed for "+alias, err, mfa.Invalid, "")
		}
		asked, err := w.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: w.Caller, User: mfa.UserRef{Name: id}, Message: "Log in"})
		if err != nil || asked.UserID != victim.Account.User.ID {
			t.Errorf("the request goes to %s, %v", asked.UserID, err)
		}
		// Ids of nobody are names like any other.
		w.LinkWith(startDeviceLink(t, w, "eba60cb8-c649-41e7-abc4-cec278b6b50a").Code)
	})
}
