package launchkey_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// match has the world's service show numbers.
func (w *world) match(m mfa.Matching) {
	w.tb.Helper()
	w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
		app, err := r.Application(svcID)
		if err != nil {
			return err
		}
		app.Settings.Matching = m
		_, err = r.PutApplication(app)
		return err
	}))
	w.Service.Forget()
}

func TestAServiceThatShowsNumbersIsGivenThem(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		d := w.link("ann")
		ask := func() (out struct {
			ID     string `json:"auth_request"`
			Number string `json:"number_match"`
		},
		) {
			w.ok(by(onSvc, http.MethodPost, auths, object{"username": "ann"}), &out)
			return out
		}
		if made := ask(); made.Number != "" {
			t.Errorf("unasked: %+v", made)
		} else {
			w.ok(cancelOf(made.ID), nil)
		}
		w.match(mfa.MatchingPick)
		made := ask()
		w.must(w.respond(d, receipt.Approved, func(_ *answerpackage.Answer, s *receipt.Statement) { s.Match = made.Number }))
		if said := w.opened(made.ID); !said.Authorized() {
			t.Errorf("the right number: %+v", said)
		}
		made = ask()
		err := w.respond(d, receipt.Approved, func(_ *answerpackage.Answer, s *receipt.Statement) {
			s.Match = slices.DeleteFunc(slices.Clone(s.Question.Match.Choices), func(n string) bool { return n == made.Number })[0]
		})
		if !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("a wrong number: %v", err)
		}
		var out struct {
			response

			Authorized bool `json:"authorized"`
		}
		w.ok(pollOf(made.ID), &out)
		said, err := answerpackage.Open(out.AuthJWE, holder)
		w.must(err)
		legacy, err := answerpackage.OpenLegacy(out.Auth, private("organization"))
		w.must(err)
		if said.Type != answerpackage.Failed || said.Reason != answerpackage.Authentication || legacy.Response || out.Authorized || said.AuthRequest != made.ID || said.DeviceID != string(d.Account.Device.ID) {
			t.Errorf("the service is told %+v, %+v", said, legacy)
		}
	})
}
