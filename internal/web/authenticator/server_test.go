package authenticator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/web/authenticator"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// behind puts the page in front of the server's own device protocol, whose time stands still at the machine's.
func (w *world) behind(m *mfatest.World) {
	w.Helper()
	public, err := receipt.NewJWK(m.SealKey.Public())
	if err != nil {
		w.Fatal(err)
	}
	page, err := authenticator.New(authenticator.Options{})
	if err != nil {
		w.Fatal(err)
	}
	server := &endpoint.Server{}
	mux := http.NewServeMux()
	mux.Handle("/authenticator", page.Handler(server))
	mux.Handle("/authenticator/", page.Handler(server))
	mux.Handle(native.Prefix, native.New(m.Service, native.Options{ServerKey: api.JWK(public)}).Handler(server))
	front := httptest.NewServer(mux)
	w.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	w.home = front.URL
}

func TestTheServerTakesWhatThePageSealsAndProves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
	w.behind(m)
	link, err := m.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: m.Caller, Alias: "ann", Dialect: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w.open("/authenticator#code=" + link.Code)
	w.press("link")
	w.see("no-requests")
	w.setPIN("2580")
	to := clienttest.Recipient(t)
	key, err := json.Marshal(to.Key)
	if err != nil {
		t.Fatal(err)
	}
	ask := mfa.AskApproval{
		Caller: m.Caller, User: mfa.UserRef{Alias: "ann"}, Title: "Payroll", Message: "Release it?", Dialect: "test",
		Policy:    &policy.Policy{Methods: new(1), DenyRooted: true},
		Reasons:   []mfa.DenialReason{{ID: "a", Text: "Too early"}, {ID: "b", Text: "Not me", Fraud: true}},
		Recipient: &mfa.Recipient{Format: to.Format, KeyID: to.KeyID, Key: key},
	}
	for _, approve := range []bool{true, false} {
		asked, err := m.Service.AskApproval(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		w.press("request")
		want := mfa.ChallengeApproved
		if approve {
			w.approve()
			w.fill("pin", "2580")
			w.press("confirm-pin")
		} else {
			want = mfa.ChallengeDenied
			w.press("deny")
			w.press("offered-b")
			w.press("confirm-deny")
		}
		w.see("receipt-checked")
		got, err := m.Service.ApprovalFor(t.Context(), m.Caller, asked.ID)
		if err != nil || got.Challenge.State != want || got.Challenge.Fraud == approve {
			t.Fatalf("it stands as %+v, %v", got.Challenge, err)
		}
		p := clienttest.Opened(t, got.Challenge.Packages)
		if p.Authorized() != approve || p.DeviceID != string(link.DeviceID) || p.AuthRequest != string(asked.ID) {
			t.Errorf("sealed was %+v", p)
		}
		w.press("done")
	}
	if _, err := sessions.New(m.Service).Start(t.Context(), sessions.Start{Caller: m.Caller, User: mfa.UserRef{Alias: "ann"}, Dialect: "test"}); err != nil {
		t.Fatal(err)
	}
	w.press("tab-device")
	w.press("logout")
	w.see("no-sessions")
	w.do(chromedp.Reload())
	w.see("no-sessions")
}
