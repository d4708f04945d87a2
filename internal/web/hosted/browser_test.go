package hosted_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/mfa"
)

// equip gives the browser an authenticator that verifies its owner without a word.
func (b *tab) equip(transport webauthn.AuthenticatorTransport) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: transport,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
}

// back waits until the person is at the shop again, and gives the token that they brought.
func (w *world) back(b *tab) string {
	w.t.Helper()
	b.see("shop")
	select {
	case address := <-w.came:
		u, err := url.Parse(address)
		w.must(err)
		if u.Query().Get("order") != "7" {
			w.t.Errorf("came back to %s", address)
		}
		return u.Query().Get("token")
	case <-time.After(patience):
		w.t.Fatal("nobody came back")
		return ""
	}
}

// proved holds an action to being proved by a method, and the token that came back to standing for it.
func (w *world) proved(token string, want mfa.Method) {
	w.t.Helper()
	pass, _, err := w.Dialect.Open(w.t.Context(), token)
	w.must(err)
	view, err := w.StepUp.Look(w.t.Context(), pass)
	w.must(err)
	if view.Action.State != mfa.ActionChallengeSucceeded || view.Action.Method != want {
		w.t.Errorf("the action is %s by %q, want %s", view.Action.State, view.Action.Method, want)
	}
}

func TestAPasskeyIsMadeAndUsedInABrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.equip(webauthn.AuthenticatorTransportInternal)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.onPage("enrol")
	b.press("way-passkey")
	b.onPage("newkey")
	b.press("go")
	b.onPage("offer")
	b.press("go")
	b.see("codes")
	b.press("copy")
	b.press("go")
	b.onPage("done")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodPasskey)

	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.onPage("key")
	b.press("go")
	w.proved(w.back(b), mfa.MethodPasskey)
}

func TestASecurityKeyIsMadeAndUsedInABrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.equip(webauthn.AuthenticatorTransportUsb)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.press("way-security_key")
	b.onPage("newkey")
	b.press("go")
	b.onPage("offer")
	b.press("skip")
	b.onPage("done")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodSecurityKey)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.onPage("key")
	b.press("go")
	w.proved(w.back(b), mfa.MethodSecurityKey)
}

func TestAPasskeyThatIsNotThereIsExplained(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.equip(webauthn.AuthenticatorTransportInternal)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.press("way-passkey")
	b.press("go")
	b.onPage("offer")
	other := newTab(t)
	other.equip(webauthn.AuthenticatorTransportInternal)
	other.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	other.onPage("key")
	other.press("go")
	other.see("key-problem")
	if got := evaluate[string](other, `document.activeElement.id`); got != "key-problem" {
		t.Errorf("the focus is on %q", got)
	}
}

func TestACodeBySMSIsSentByItselfAndTypedInABrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	w.enrolled("ann")
	sent := len(w.messages(shopTenant))
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.onPage("code")
	if got := len(w.messages(shopTenant)); got != sent+1 {
		t.Errorf("%d messages", got-sent)
	}
	b.fill("code", "000000")
	b.press("go")
	b.see("problem")
	if got := evaluate[string](b, `document.activeElement.id`); got != "problem" {
		t.Errorf("the focus is on %q", got)
	}
	b.fill("code", w.sentCode())
	b.press("go")
	w.proved(w.back(b), mfa.MethodSMS)
}

func TestACodeByMailEnrolsInABrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw", func(r *mfa.ActionRequest) { r.Email = "ann@example.com" })))
	b.press("way-email_otp")
	b.onPage("code")
	if text := b.text("body"); !strings.Contains(text, "a••••@example.com") {
		t.Errorf("it says %q", text)
	}
	b.fill("code", w.sentCode())
	b.press("go")
	b.onPage("offer")
	b.press("skip")
	b.onPage("done")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodEmailOTP)
}

func TestALinkOpenedElsewhereMovesTheWaitingPage(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.press("way-email_magic_link")
	b.fill("address", "ann@example.com")
	b.press("go")
	b.onPage("link")
	phone := newTab(t)
	phone.open(w.sentLink())
	phone.onPage("landing")
	phone.press("go")
	phone.onPage("confirmed")
	b.onPage("offer")
	b.press("skip")
	b.onPage("done")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodMagicLink)
}

func TestAnAppIsSetUpAndARecoveryCodeUsedInABrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.press("way-totp")
	b.onPage("setup")
	secret := strings.ReplaceAll(b.text("secret"), " ", "")
	b.fill("code", w.appCode(secret))
	b.press("go")
	b.onPage("offer")
	b.press("go")
	b.see("codes")
	spare := evaluate[string](b, `document.querySelector("[data-codes] code").textContent`)
	b.press("go")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodTOTP)

	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.onPage("totp")
	b.press("to-recovery")
	b.onPage("recovery")
	b.fill("code", spare)
	b.press("go")
	w.proved(w.back(b), mfa.MethodRecovery)
}
