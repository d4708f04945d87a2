package launchkey_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/receipt"
)

func TestAnAnswerSaysWhatItsDeviceSignedBesideWhatItSealed(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.callHome("https://a.b/hook")
		d := w.link("mallory")
		made := w.ask(object{"username": "mallory"})
		// The device says no to us, and in its package yes to the request of somebody else.
		w.must(w.respond(d, receipt.Denied, func(say *answerpackage.Answer, s *receipt.Statement) {
			say.AuthRequest, say.Approved = unknown, true
			s.Reason = s.Question.Reasons[0].Text
		}))
		var polled, told vouched
		w.ok(pollOf(made.ID), &polled)
		hooks := w.hooks(w.service(), onOrg, onSvc)
		if len(hooks) != 1 {
			t.Fatalf("told %+v", hooks)
		}
		w.must(json.Unmarshal(hooks[0].body, &told))
		for _, got := range []vouched{polled, told} {
			if got.AuthRequest != made.ID || got.Authorized == nil || *got.Authorized {
				t.Errorf("the server says %+v", got)
			}
		}
		made = w.ask(object{"username": "mallory"})
		w.must(w.respond(d, receipt.Approved, nil))
		if w.ok(pollOf(made.ID), &polled); polled.AuthRequest != made.ID || !*polled.Authorized {
			t.Errorf("the server says %+v", polled)
		}
	})
}

// vouched is what of an answer the server knows by itself.
type vouched struct {
	AuthRequest string `json:"auth_request"`
	Authorized  *bool
}
