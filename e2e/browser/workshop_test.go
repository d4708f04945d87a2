package browser

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

// visitor is a person with a desktop, where the bank is open, and a phone, where the authenticator is.
type visitor struct {
	*harness.Person
	server         *harness.Server
	desktop, phone *screen
}

// TestTheWorkshop plays it once for each ending.
func TestTheWorkshop(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	for _, engine := range []harness.Engine{harness.SQLite, harness.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			options := harness.Options{Engine: engine, Command: "demo"}
			if engine == harness.PostgreSQL {
				// the bank keeps its own key in a directory, which a demo beside a database makes
				options.Flags = []string{"--data", filepath.Join(t.TempDir(), "bank")}
			}
			server := harness.Start(t, options)
			meet := func(t *testing.T) *visitor {
				t.Helper()
				p := server.NewPerson()
				return &visitor{Person: &p, server: server, desktop: newScreen(browser, t, server.URL), phone: newScreen(browser, t, server.URL)}
			}
			t.Run("approved", func(t *testing.T) { approved(t, meet(t)) })
			t.Run("denied", func(t *testing.T) { denied(t, meet(t)) })
			t.Run("expired", func(t *testing.T) { expired(t, meet(t)) })
		})
	}
}

// register signs the visitor up at the bank.
func (v *visitor) register() {
	v.desktop.t.Helper()
	v.desktop.open("/demo")
	v.desktop.fill("email", v.Email)
	v.desktop.fill("phone_number", v.Number)
	v.desktop.press("register")
	v.desktop.see("no-device")
}

// linkByPhone proves the number to the authenticator with the code from the inbox.
func (v *visitor) linkByPhone() {
	v.phone.t.Helper()
	v.phone.open("/authenticator")
	v.phone.press("link-by-phone")
	v.phone.enter("phone", v.Phone)
	v.phone.press("send-code")
	v.phone.see("sent-code")
	v.phone.enter("sent-code", v.inbox("code"))
	v.phone.press("confirm-code")
	v.phone.see("no-requests")
}

// inbox opens the inbox on the desktop in a tab of its own, as it is shown there, and reads what the newest
// message has of a kind.
func (v *visitor) inbox(testID string) string {
	v.desktop.t.Helper()
	if testID == "code" {
		v.server.Code(v.desktop.t, v.Phone, 1) // it is on its way
	} else {
		v.server.Await(v.desktop.t, v.Phone, 1)
	}
	tab := newScreen(v.desktop.ctx, v.desktop.t, v.desktop.home)
	tab.open("/sandbox?to=" + url.QueryEscape(v.Phone))
	if testID == "code" {
		return tab.text("code")
	}
	return tab.attribute(testID, "href")
}

// linkByInvitation follows the link of the message that the bank had sent.
func (v *visitor) linkByInvitation() {
	v.phone.t.Helper()
	address, ours := strings.CutPrefix(v.inbox("link"), v.server.URL)
	if !ours {
		v.phone.t.Fatalf("the link leads to %s", address)
	}
	v.phone.open(address)
	v.phone.press("link")
	v.phone.see("no-requests")
}

// transfer orders one at the bank and returns when it waits for the phone.
func (v *visitor) transfer() {
	v.desktop.t.Helper()
	v.desktop.open("/demo/transaction")
	v.desktop.see("device-ready")
	v.desktop.fill("email2", "bob@example.com")
	v.desktop.fill("acct", "98765")
	v.desktop.fill("amt", "50.00")
	v.desktop.press("transfer")
	v.desktop.see("waiting")
}

// opened is the request on the phone, as it is shown there.
func (v *visitor) opened() string {
	v.phone.t.Helper()
	v.phone.press("request")
	return v.phone.text("request-detail")
}

// ends checks the bank's last page: what became of the money, and the transaction that it was about.
func (v *visitor) ends(status string) {
	t := v.desktop.t
	t.Helper()
	if got := v.desktop.text("status"); got != "Money Transfer "+status {
		t.Errorf("the bank says %q, want %s", got, status)
	}
	for testID, want := range map[string]string{
		"sender-email": v.Email, "recipient-email": "bob@example.com", "account-number": "98765", "amount": "$ 50.00",
	} {
		if got := v.desktop.text(testID); got != want {
			t.Errorf("%s is %q, want %q", testID, got, want)
		}
	}
	if id := v.desktop.text("transaction-id"); len(id) != 36 {
		t.Errorf("the transaction id is %q", id)
	}
}

func approved(t *testing.T, v *visitor) {
	v.register()
	v.linkByPhone()
	v.transfer()
	shown := v.opened()
	for _, part := range []string{"Transfer Money to bob@example.com", v.Email, "98765", "$ 50.00"} {
		if !strings.Contains(shown, part) {
			t.Errorf("the phone does not show %q: %s", part, shown)
		}
	}
	v.phone.press("approve") // twice, as a keyboard would
	v.phone.do(chromedp.WaitVisible(chromedp.CSS(`[data-testid="approve"][data-state="armed"]`)))
	v.phone.press("approve")
	if got := v.phone.attribute("outcome", "data-outcome"); got != "approved" {
		t.Errorf("the phone says %s", got)
	}
	v.phone.see("receipt-checked")
	v.ends("approved")
}

func denied(_ *testing.T, v *visitor) {
	v.register()
	v.linkByInvitation()
	v.transfer()
	v.opened()
	v.phone.press("deny")
	v.phone.press("reason-not-me")
	v.phone.press("confirm-deny")
	if got := v.phone.attribute("outcome", "data-outcome"); got != "denied" {
		v.phone.t.Errorf("the phone says %s", got)
	}
	v.ends("denied")
}

// expired comes last: it moves the server's clock.
func expired(t *testing.T, v *visitor) {
	v.register()
	v.linkByPhone()
	v.transfer()
	v.phone.see("request")
	v.server.Advance(t, time.Hour)
	v.ends("expired")
	v.phone.do(chromedp.Reload())
	v.phone.see("no-requests")
	v.phone.press("tab-history")
	v.phone.press("history-item")
	if got := v.phone.attribute("past-request", "data-state"); got != "expired" {
		t.Errorf("the phone says %s", got)
	}
}
