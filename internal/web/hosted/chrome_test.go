package hosted_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	// chromium is where Debian has its browser.
	chromium = "/usr/bin/chromium"
	// patience bounds one step in a browser on a busy machine.
	patience = time.Minute
	// envShots names a directory for pictures of the pages; none are made without it.
	envShots = "TWINSEAL_E2E_SHOTS"
	// axePath is where scripts/setup puts the judge of accessibility.
	axePath = "../../../.cache/node-axe/node_modules/axe-core/axe.min.js"
)

// chrome is the one process that all tests of this package share; each test has a profile of its own in it.
type chrome struct {
	ctx    context.Context
	cancel func()
	err    error
}

var (
	browser = sync.OnceValue(startBrowser)
	running atomic.Pointer[chrome]
)

func TestMain(m *testing.M) {
	code := m.Run()
	if c := running.Load(); c != nil {
		c.cancel()
	}
	os.Exit(code)
}

func startBrowser() *chrome {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		// a frame of another site is run with the page around it, where tests can reach into it
		chromedp.Flag("disable-site-isolation-trials", true), chromedp.Flag("disable-features", "IsolateOrigins,site-per-process,Translate"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	c := &chrome{ctx: ctx, cancel: func() { cancel(); stop() }}
	c.err = chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	running.Store(c)
	return c
}

// tab is a browser of somebody's own.
type tab struct {
	*testing.T

	ctx context.Context
	// framed is the page in the frame of the one that is open.
	framed bool
}

func newTab(t *testing.T) *tab {
	t.Helper()
	b := newQuietTab(t)
	b.watch()
	return b
}

// newQuietTab is one whose browser is expected to complain.
func newQuietTab(t *testing.T) *tab {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Fatal("needs a browser: " + chromium + " is not installed; run scripts/setup")
	}
	shared := browser()
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	ctx, cancel := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	b.check(chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	return b
}

func (b *tab) check(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// watch collects exceptions and violations of the pages' policy.
func (b *tab) watch() {
	var mu sync.Mutex
	var found []string
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if text := m.String(); m.IsException() || strings.Contains(text, "Content Security Policy") {
				mu.Lock()
				found = append(found, text)
				mu.Unlock()
			}
		}
	}()
	b.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range found {
			b.Errorf("the page says: %s", text)
		}
	})
}

// do runs steps in the browser, and shows the page when one of them fails.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		short, stop := context.WithTimeout(b.ctx, patience/6)
		defer stop()
		html, _ := chromedp.Run(short, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
		b.Fatalf("%v in:\n%s", err, html)
	}
}

func id(name string) chromedp.CSS { return chromedp.CSS(`[data-testid="` + name + `"]`) }

func (b *tab) open(address string) { b.Helper(); b.do(chromedp.Navigate(address)) }

func (b *tab) see(name string) { b.Helper(); b.await(`[data-testid="` + name + `"]`) }

// at says where things are looked for: in the page or in its frame.
func (b *tab) at() []chromedp.QueryOption {
	b.Helper()
	if !b.framed {
		return nil
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	frames, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS("iframe")))
	b.check(err)
	return []chromedp.QueryOption{chromedp.FromNode(frames[0])}
}

// await waits until something can be seen.
func (b *tab) await(selector string) {
	b.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector), b.at()...))
}

func (b *tab) press(name string) {
	b.Helper()
	b.see(name)
	b.do(chromedp.Click(id(name), b.at()...))
}

func (b *tab) fill(name, value string) {
	b.Helper()
	b.see(name)
	b.do(chromedp.SetValue(id(name), value, b.at()...))
}

// onPage waits for a page by its name.
func (b *tab) onPage(name string) { b.Helper(); b.await(`[data-page="` + name + `"]`) }

func (b *tab) text(name string) string {
	b.Helper()
	b.see(name)
	text, err := chromedp.Run(b.ctx, chromedp.TextContent(id(name)))
	b.check(err)
	return text
}

func evaluate[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	b.check(err)
	return got
}

// look is a size of window and a scheme of colours.
type look struct {
	name, scheme  string
	width, height int64
}

var looks = []look{
	{"desktop-light", "light", 1280, 860},
	{"desktop-dark", "dark", 1280, 860},
	{"phone-light", "light", 360, 740},
	{"phone-dark", "dark", 360, 740},
}

func (b *tab) use(l look) {
	b.Helper()
	b.do(chromedp.EmulateViewport(l.width, l.height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return err
	}))
}

// fits holds the page to its window: nothing is wider.
func (b *tab) fits(name string) {
	b.Helper()
	if over := evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.Errorf("%s is %d pixels too wide", name, over)
	}
}

var axe = sync.OnceValues(func() (string, error) {
	script, err := os.ReadFile(axePath)
	return string(script), err
})

// judge lets axe look at the page: by all its rules, or by those named. Whatever it calls serious fails the test.
func (b *tab) judge(name string, rules ...string) {
	b.Helper()
	script, err := axe()
	if err != nil {
		b.Fatalf("needs axe-core: run scripts/setup test (%v)", err)
	}
	if !evaluate[bool](b, `"axe" in window`) {
		evaluate[bool](b, script+"\n;true")
	}
	options := map[string]any{"resultTypes": []string{"violations"}}
	if len(rules) > 0 {
		options["runOnly"] = rules
	}
	chosen, err := json.Marshal(options)
	b.check(err)
	found := evaluate[string](b, `axe.run(document, `+string(chosen)+`).then((r) => JSON.stringify(r.violations
		.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " " + n.any.map((a) => a.message).join(" ")) }))))`)
	var violations []struct {
		ID, Impact string
		Nodes      []string
	}
	b.check(json.Unmarshal([]byte(found), &violations))
	for _, v := range violations {
		say := fmt.Sprintf("%s: axe finds %s (%s): %s", name, v.ID, v.Impact, strings.Join(v.Nodes, "\n\t"))
		if v.Impact == "serious" || v.Impact == "critical" {
			b.Error(say)
		} else {
			b.Log(say)
		}
	}
}

// picture looks at the page in both widths and both schemes. What differs between the schemes are colours alone.
func (b *tab) picture(name string) {
	b.Helper()
	wide, narrow := looks[0], looks[3]
	b.use(wide)
	b.fits(name + " " + wide.name)
	b.judge(name + " " + wide.name)
	b.shoot(name + "-" + wide.name)
	b.use(narrow)
	b.fits(name + " " + narrow.name)
	b.judge(name+" "+narrow.name, "color-contrast", "target-size", "link-in-text-block")
	b.shoot(name + "-" + narrow.name)
	if os.Getenv(envShots) != "" {
		b.use(looks[1])
		b.shoot(name + "-" + looks[1].name)
		b.use(looks[2])
		b.shoot(name + "-" + looks[2].name)
	}
	b.use(wide)
}

func (b *tab) shoot(name string) {
	b.Helper()
	directory := os.Getenv(envShots)
	if directory == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.check(err)
	b.check(os.WriteFile(filepath.Join(directory, "challenge-"+name+".png"), picture, 0o600))
}
