package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

// TestTheTill plays the example till: sellers prove large withdrawals on the server's page and in a frame.
func TestTheTill(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	program := filepath.Join(t.TempDir(), "authsignal-shop")
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", program, "./examples/authsignal-shop")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the till: %v\n%s", err, out)
	}
	for _, engine := range []harness.Engine{harness.SQLite, harness.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			home := openTill(t, program, engine)
			proveOnAPage(newCustomer(browser, t, home))
			proveInAFrame(newCustomer(browser, t, home))
		})
	}
}

// openTill sets a server up with what the till says of itself, as its README does, and starts both at localhost, where
// passkeys work.
func openTill(t *testing.T, program string, engine harness.Engine) (home string) {
	t.Helper()
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().String()
	reserved.Close() // the till takes it over
	home = atLocalhost(address)
	public := atLocalhost(front.Addr().String())
	flags := []string{"--key", filepath.Join(t.TempDir(), "till.key"), "--public-url", home, "--url", public + "/v1"}
	apply, err := exec.Command(program, append([]string{"setup"}, flags...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	server := harness.Start(t, harness.Options{Engine: engine, Apply: string(apply), PublicURL: public})
	behind, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &http.Server{Handler: httputil.NewSingleHostReverseProxy(behind)} //nolint:gosec // it serves a browser of ours
	go func() { _ = proxy.Serve(front) }()
	t.Cleanup(func() { _ = proxy.Close() }) // nobody waits for it any more
	runTill(t, exec.Command(program, append([]string{"--listen", address}, flags...)...), home)
	return home
}

func atLocalhost(address string) string {
	return "http://localhost" + address[strings.LastIndex(address, ":"):]
}

func runTill(t *testing.T, till *exec.Cmd, home string) {
	t.Helper()
	var said bytes.Buffer
	till.Stdout, till.Stderr = &said, &said
	if err := till.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = till.Process.Signal(syscall.SIGTERM)
		if err := till.Wait(); err != nil || t.Failed() {
			t.Logf("the till ended: %v\n%s", err, &said)
		}
	})
	harness.Until(t, "the till", func() (bool, bool) {
		answer, err := http.Get(home)
		if err != nil {
			return false, false
		}
		answer.Body.Close()
		return true, answer.StatusCode == http.StatusOK
	})
}

const (
	enteringTill = `form[action="/session"]`
	withdrawing  = `form[data-withdraw]`
)

func (c *customer) enterTill(name string) {
	c.t.Helper()
	c.open("/")
	c.write("#name", name)
	c.submit(enteringTill)
	c.reads("In your till")
}

// withdraw asks for an amount, to be proved in a frame or on a page.
func (c *customer) withdraw(amount, how string) {
	c.t.Helper()
	c.open("/")
	c.write("#amount", amount)
	c.script(`document.querySelector("[name=how][value=` + how + `]").checked = true`)
	c.submit(withdrawing)
}

// proveOnAPage: little at once, much by an authenticator app that is enrolled on the way, and nothing for who goes back.
func proveOnAPage(c *customer) {
	c.t.Helper()
	c.open("/")
	c.looks("till-door")
	c.enterTill("jo")
	c.looks("till")
	c.withdraw("100", "frame")
	c.reads("100.00 € is on its way")
	c.looks("till-paid-at-once")
	c.withdraw("250", "page")
	c.press("exit")
	c.reads("250.00 € waits for you")
	c.looks("till-open")
	c.script(`document.querySelector("[name=how][value=page]").checked = true`)
	c.submit(withdrawing)
	c.press("way-totp")
	secret := strings.Join(strings.Fields(c.text("secret")), "")
	c.fill("code", harness.Code(c.t, secret, time.Now()))
	c.press("go")
	c.see("skip") // of the recovery codes
	c.press("go")
	c.see("codes")
	c.press("go")
	c.finish("250.00 € is on its way")
	c.reads("with your authenticator app")
	c.looks("till-paid")
	c.open("/")
	c.reads("1,490.00 €")
	c.looks("till-list")
}

// goOn declines what the pages offer after a proof, and leaves them.
const goOn = `document.querySelector("[data-testid=skip],[data-testid=leave]")?.click()`

// finish leaves the pages of the challenge, where they do not leave by themselves.
func (c *customer) finish(words string) {
	c.t.Helper()
	harness.Until(c.t, words, func() (bool, bool) {
		text := c.page()
		if strings.Contains(text, words) {
			return true, true
		}
		c.script(goOn)
		return false, false
	})
}

// proveInAFrame: a passkey made in the frame and used in the next one, and a frame that is closed.
func proveInAFrame(c *customer) {
	c.t.Helper()
	c.enterTill("ann")
	c.withdraw("300", "frame")
	c.reads("In your till")
	c.inFrame("see", "way-passkey")
	c.looksFramed("till-frame")
	c.inFrame("press", "way-passkey")
	c.inFrame("press", "go")
	c.leaveFrame("300.00 € is on its way")
	c.reads("with your passkey")

	c.withdraw("400", "frame")
	c.inFrame("see", "page")
	c.inFrame("press", "exit")
	c.reads("400.00 € waits for you")
	c.submit(withdrawing)
	c.inFrame("press", "go")
	c.leaveFrame("400.00 € is on its way")
	c.open("/")
	c.reads("1,140.00 €")
}

// leaveFrame ends the challenge in the frame, where it does not end by itself.
func (c *customer) leaveFrame(words string) {
	c.t.Helper()
	harness.Until(c.t, words, func() (bool, bool) {
		if strings.Contains(c.page(), words) {
			return true, true
		}
		_, _ = c.evaluateInFrame(goOn)
		return false, false
	})
}

// framed are what can be done in the frame, as expressions that become true once they are done.
var framed = map[string]string{
	"see": `(name => !!document.querySelector('[data-testid="' + name + '"]')?.checkVisibility())`,
	"press": `(name => {
		const it = document.querySelector('[data-testid="' + name + '"]');
		if (!it || it.disabled || !it.checkVisibility()) return false;
		it.focus();
		it.click();
		return true;
	})`,
}

// inFrame does something in the challenge's frame as soon as it can be done.
func (c *customer) inFrame(verb, testID string) {
	c.t.Helper()
	harness.Until(c.t, verb+" "+testID+" in the frame", func() (bool, bool) {
		said, err := c.evaluateInFrame(framed[verb] + `("` + testID + `")`)
		return said == "true", err == nil && said == "true"
	})
}

// evaluateInFrame runs an expression in the frame as if the person had just touched it, and gives its JSON.
func (c *customer) evaluateInFrame(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(c.ctx, lastLook)
	defer cancel()
	tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil || len(tree.FrameTree.ChildFrames) == 0 {
		return "", err
	}
	world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.ChildFrames[0].Frame.ID})
	if err != nil {
		return "", err
	}
	yes := true
	got, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &yes, UserGesture: &yes,
	})
	if err != nil || got.Result == nil {
		return "", err
	}
	return string(json.RawMessage(got.Result.Value)), nil
}

// looksFramed is looks for a page with the frame over it, whose size follows what it shows.
func (c *customer) looksFramed(name string) {
	c.t.Helper()
	c.do(chromedp.WaitVisible(chromedp.CSS("dialog.challenge.ready")))
	c.looks(name)
}
