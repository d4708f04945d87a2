package native_test

import (
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

func (d *desk) endSession(by *mfatest.Device, id string) answer {
	d.tb.Helper()
	return d.do(request{method: http.MethodDelete, target: path(api.PathSession, "{id}", id), sign: by.Key})
}

func TestADeviceSeesAndEndsItsPersonsSessions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann, bob := d.Register("4155550901"), d.Register("4155550902")
	hers, his := ann.Link(), bob.Link()
	if got := read[api.SessionList](t, d.get(hers, api.PathSessions)); got.Sessions == nil || len(got.Sessions) != 0 {
		t.Errorf("before, there are %+v", got.Sessions)
	}
	began, err := sessions.New(d.Service).Start(t.Context(), sessions.Start{Caller: d.Caller, User: ann.Ref(), Dialect: "test"})
	d.check(err)
	got := read[api.SessionList](t, d.get(hers, api.PathSessions)).Sessions
	if len(got) != 1 || got[0].ID != string(began.ID) || got[0].Application.Name != "Bank" || got[0].StartedAt == "" {
		t.Fatalf("there are %+v", got)
	}
	refused(t, "somebody else's", d.endSession(his, got[0].ID), http.StatusNotFound, api.CodeSessionUnknown)
	if a := d.endSession(hers, got[0].ID); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	refused(t, "once more", d.endSession(hers, got[0].ID), http.StatusNotFound, api.CodeSessionUnknown)
	if got := read[api.SessionList](t, d.get(hers, api.PathSessions)); len(got.Sessions) != 0 {
		t.Errorf("afterwards, there are %+v", got.Sessions)
	}
}
