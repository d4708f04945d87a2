package authsignal_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// link is what the latest message leads to.
func (w *clientWorld) link() mfa.Secret {
	w.tb.Helper()
	for word := range strings.FieldsSeq(w.mail().Text) {
		if u, err := url.Parse(word); err == nil && u.Path == stepup.LinkPath {
			return mfa.SecretText(u.Query().Get(stepup.LinkParam))
		}
	}
	w.tb.Fatalf("no link in %q", w.mail().Text)
	return mfa.Secret{}
}

func TestALinkProvesOnceItIsFollowed(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		pass := w.track(shopTenant, "ann", "login")
		token := w.token(pass)
		w.fits("enroll", w.call(token, "user-authenticators/email-magic-link", object{"email": "ann@shop.example"}), object{"userAuthenticatorId": "*", "userId": "ann"})
		pending := w.call(token, "verify/email-magic-link/finalize", object{})
		w.fits("not followed yet", pending, object{"isVerified": false})
		if _, err := w.stepup.ConfirmLink(w.Context(), w.link(), "192.0.2.7", chrome); err != nil {
			t.Fatal(err)
		}
		done := w.call(token, "verify/email-magic-link/finalize", object{})
		w.earned("followed", done)
		if made, _ := done.body["userAuthenticator"].(object); made["verificationMethod"] != "EMAIL_MAGIC_LINK" {
			t.Errorf("enrolled %v", made)
		}
		w.earned("asked once more", w.call(token, "verify/email-magic-link/finalize", nil))
	})
}

func TestAskingAfterALinkWritesNothing(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		w.good(w.call(token, "user-authenticators/email-magic-link", object{"email": "ann@shop.example"}))
		before := w.log()
		for range 100 {
			w.fits("not followed", w.call(token, "verify/email-magic-link/finalize", object{}), object{"isVerified": false})
		}
		if after := w.log(); !slices.Equal(before, after) {
			t.Errorf("the log grew from %v to %v", before, after)
		}
		if _, err := w.stepup.ConfirmLink(w.Context(), w.link(), "192.0.2.7", chrome); err != nil {
			t.Errorf("the link counts no more: %v", err)
		}
	})
}

// log lists what happened at the shop, oldest first.
func (w *clientWorld) log() []mfa.EventID {
	w.tb.Helper()
	var ids []mfa.EventID
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) error {
		all, err := r.Events(mfa.EventFilter{ApplicationID: w.tenants[shopTenant].Application.ID, Limit: 1000})
		ids = nil
		for i := range all {
			ids = append(ids, all[i].ID)
		}
		return err
	}))
	return ids
}
