package authsignal_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

func TestAPageThatShowsNumbersIsGivenThem(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		link, err := w.Service.StartLink(w.Context(), w.tenants[shopTenant], mfa.UserRef{ID: w.track(shopTenant, "ann", "link").UserID})
		w.must(err)
		phone := w.LinkWith(link.Code)
		pass := w.track(shopTenant, "ann", "pay")
		if begun := w.good(w.call(w.token(pass), "challenge/push", object{"action": "pay"})); begun.body["numberMatch"] != nil {
			t.Errorf("a page that shows none is given %s", begun.raw)
		}
		w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.Matching = mfa.MatchingPick })
		pass = w.track(shopTenant, "ann", "pay")
		token := w.token(pass)
		begun := w.good(w.call(token, "challenge/push", object{"action": "pay"}))
		waiting, err := w.Service.PendingFor(w.Context(), phone.Authenticate("jti-0000000000000-match"))
		w.must(err)
		asked := waiting[0]
		number := begun.text("numberMatch")
		if number == "" || number != string(asked.Number.Reveal()) {
			t.Fatalf("the page is given %s", begun.raw)
		}
		_, err = w.Service.Answer(w.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.Match = number }), nil)
		w.must(err)
		w.fits("approved", w.call(token, "verify/push", object{"challengeId": begun.text("challengeId")}), object{"isVerified": true, "isConsumed": true, "accessToken": "*"})
	})
}
