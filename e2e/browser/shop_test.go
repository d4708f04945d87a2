package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

// envShots names a directory for pictures of every page of the shop; none are made without it.
const envShots = "TWINSEAL_E2E_SHOTS"

// TestTheShop plays the example shop: customers have passkeys, in a virtual authenticator of the browser.
func TestTheShop(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	program := filepath.Join(t.TempDir(), "loginid-shop")
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", program, "./examples/loginid-shop")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the shop: %v\n%s", err, out)
	}
	for _, engine := range []harness.Engine{harness.SQLite, harness.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			home := openShop(t, program, engine)
			laptop, phone := newCustomer(browser, t, home), newCustomer(browser, t, home)
			shopping(laptop)
			arriving(laptop, phone)
			tidying(laptop, phone)
		})
	}
}

// openShop sets a server up with what the shop says of itself, as its README does, and starts both.
func openShop(t *testing.T, program string, engine harness.Engine) (home string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // the shop takes it over
	home = "http://localhost" + address[strings.LastIndex(address, ":"):]
	flags := []string{"--key", filepath.Join(t.TempDir(), "shop.pem"), "--public-url", home}
	apply, err := exec.Command(program, append([]string{"setup"}, flags...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	server := harness.Start(t, harness.Options{Engine: engine, Apply: string(apply), Real: true})
	var said bytes.Buffer
	shop := exec.Command(program, append([]string{"--listen", address, "--url", server.URL}, flags...)...)
	shop.Stdout, shop.Stderr = &said, &said
	if err := shop.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = shop.Process.Signal(syscall.SIGTERM)
		if err := shop.Wait(); err != nil || t.Failed() {
			t.Logf("the shop ended: %v\n%s", err, &said)
		}
	})
	harness.Until(t, "the shop", func() (bool, bool) {
		answer, err := http.Get(home)
		if err != nil {
			return false, false
		}
		answer.Body.Close()
		return true, answer.StatusCode == http.StatusOK
	})
	return home
}

// customer is a profile whose device has passkeys.
type customer struct {
	*screen

	authenticator webauthn.AuthenticatorID
}

func newCustomer(browser context.Context, t *testing.T, home string) *customer {
	t.Helper()
	c := &customer{screen: newScreen(browser, t, home)}
	made, err := chromedp.Run(c.ctx, func(ctx context.Context, target *chromedp.Target) (webauthn.AddVirtualAuthenticatorResult, error) {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return webauthn.AddVirtualAuthenticatorResult{}, err
		}
		return cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	c.authenticator = made.AuthenticatorID
	return c
}

// recognized says whether the device knows its owner from now on.
func (c *customer) recognized(yes bool) {
	c.t.Helper()
	c.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: c.authenticator, IsUserVerified: yes})
		return err
	}))
}

// write fills in a field.
func (c *customer) write(selector, text string) {
	c.t.Helper()
	field := chromedp.CSS(selector)
	c.do(chromedp.WaitVisible(field), chromedp.SetValue(field, text))
}

// submit activates the button of a form, when it is ready.
func (c *customer) submit(form string) {
	c.t.Helper()
	c.do(chromedp.WaitVisible(chromedp.CSS(form + " button:enabled")))
	c.script(`document.querySelector(` + "`" + form + " button`" + `).click()`)
}

// script runs something on the page that may lead away from it.
func (c *customer) script(code string) {
	c.t.Helper()
	if _, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool]("setTimeout(() => {"+code+"}), true")); err != nil {
		c.t.Fatal(err)
	}
}

// reads waits until the page is all there and says something.
func (c *customer) reads(words string) {
	c.t.Helper()
	const look = `document.readyState === "complete" && document.body.innerText.includes(`
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	quoted, err := json.Marshal(words)
	if err != nil {
		c.t.Fatal(err)
	}
	for {
		// A page that is just going away gives an error.
		if found, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look+string(quoted)+")")); err == nil && found {
			return
		}
		select {
		case <-ctx.Done():
			c.t.Fatalf("waited in vain for %q on\n%s", words, c.page())
		case <-time.After(pause):
		}
	}
}

// pause is the time between two looks at a page.
const pause = 20 * time.Millisecond

// looks holds the page to a phone and a desktop, by day and by night: nothing is wider than the screen.
func (c *customer) looks(name string) {
	c.t.Helper()
	for _, view := range []struct {
		name, scheme  string
		width, height int64
	}{{"desktop", "light", 1280, 900}, {"phone-dark", "dark", 360, 780}} {
		c.do(chromedp.EmulateViewport(view.width, view.height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			feature := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: view.scheme}
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{feature}})
			return err
		}))
		over, err := chromedp.Run(c.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		if err != nil || over > 0 {
			c.t.Errorf("%s on a %s is %d pixels too wide: %v", name, view.name, over, err)
		}
		c.picture(name + "-" + view.name)
	}
}

func (c *customer) picture(name string) {
	c.t.Helper()
	dir := os.Getenv(envShots)
	if dir == "" {
		return
	}
	const best = 100 // percent, which is a PNG
	picture, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(best))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600)
	}
	if err != nil {
		c.t.Error(err)
	}
}

const (
	customerName = "jörg von und zu Drachenberg"
	registering  = `form[data-ceremony=register]`
	signingIn    = `form[data-ceremony=signIn]`
	paying       = `form[data-tx]`
	addingKey    = `form[data-add]`
	lettingIn    = `form[action="/account/devices"]`
	leaving      = `header form`
)

func (c *customer) signIn() {
	c.t.Helper()
	c.write("#sign-in-name", customerName)
	c.submit(signingIn)
	c.reads("Good to see you, " + customerName)
}

// shopping: an account, a payment that is refused by the device first, and the list of what was paid.
func shopping(c *customer) {
	c.t.Helper()
	c.open("/")
	c.looks("door")
	c.write("#sign-in-name", "nobody")
	c.submit(signingIn)
	c.reads("There is no account of that name")
	c.looks("door-refused")
	c.write("#register-name", customerName)
	c.submit(registering)
	c.reads("Good to see you, " + customerName)
	c.looks("shop")
	c.open("/orders")
	c.reads("Nothing in the air yet")
	c.looks("orders-empty")
	c.open("/")
	c.submit(".good:nth-child(3)")
	c.reads("Pay 119.90 € to Sailmakers of the North Quay for one Night Delta.")
	c.looks("order")
	c.recognized(false)
	c.submit(paying)
	c.reads("did not confirm it")
	c.looks("order-refused")
	c.recognized(true)
	c.submit(paying)
	c.reads("Thank you")
	c.reads("What you signed")
	c.looks("order-paid")
	c.open("/orders")
	c.reads("paid")
	c.looks("orders")
	c.submit(leaving)
	c.reads("There is no password")
	c.write("#register-name", customerName)
	c.submit(registering)
	c.reads("Somebody has that name already")
	c.signIn()
}

var sixDigits = regexp.MustCompile(`(?m)^[0-9]{6}$`)

// arriving: the phone shows a code and waits, the laptop lets it in, and it gets a passkey of its own.
func arriving(laptop, phone *customer) {
	laptop.t.Helper()
	phone.open("/")
	phone.write("#device-name", customerName)
	phone.submit(`form[action="/device"]`)
	phone.reads("Type this where you are signed in")
	code := sixDigits.FindString(phone.page())
	phone.looks("device")

	laptop.open("/account")
	laptop.looks("account")
	laptop.write("#code", strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code))
	laptop.submit(lettingIn)
	laptop.reads("not the code")
	laptop.looks("problem")
	laptop.open("/account")
	laptop.write("#code", code[:3]+" "+code[3:])
	laptop.submit(lettingIn)
	laptop.reads("The other device is signed in")

	phone.reads("by a code from another device")
	phone.looks("account-arrived")
	phone.submit(addingKey)
	phone.do(chromedp.WaitVisible(chromedp.CSS(".keys li:nth-child(2)")))
	phone.submit(addingKey)
	phone.reads("has a passkey of your account already")
	phone.submit(leaving)
	phone.reads("There is no password")
	phone.signIn()
}

// tidying: passkeys get names, one of them is removed, and the device that had it stays outside.
func tidying(laptop, phone *customer) {
	laptop.t.Helper()
	// A name as long as the shop takes it, in one word.
	long := strings.Repeat("Drachen", 9)
	for i, name := range []string{long, "The phone"} {
		laptop.open("/account")
		laptop.script(fmt.Sprintf("document.querySelectorAll('.keys li')[%d].querySelector('details').open = true", i))
		laptop.write(fmt.Sprintf(".keys li:nth-child(%d) input[name=name]", i+1), name)
		laptop.submit(fmt.Sprintf(".keys li:nth-child(%d) form[action$=name]", i+1))
		laptop.reads("has its new name")
	}
	laptop.script("document.querySelectorAll('details').forEach((it) => { it.open = true })")
	laptop.looks("account-open")
	laptop.submit(".keys li:nth-child(2) form[action$=remove]")
	laptop.reads("does not open your account any more")
	laptop.reads(long)
	laptop.script("document.querySelectorAll('details').forEach((it) => { it.open = true })")
	laptop.reads("This is your only passkey")
	laptop.looks("account-only")

	phone.submit(leaving)
	phone.reads("There is no password")
	phone.write("#sign-in-name", customerName)
	phone.submit(signingIn)
	phone.reads("did not confirm it")
}
