package loginid

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

// patience bounds one step in a browser on a busy machine.
const patience = time.Minute

// tab is a page of the shop on a device of its own: nothing is shared with other tabs, and it has an authenticator.
type tab struct {
	t             *testing.T
	ctx           context.Context
	authenticator webauthn.AuthenticatorID
	called        *calls
}

// calls are the methods that some tab has called as they should end.
type calls struct {
	mu   sync.Mutex
	made map[string]bool
}

func (c *calls) note(library, method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[library+" "+method] = true
}

// open opens the shop's page.
func (w *world) open(browser context.Context, t *testing.T, called *calls) *tab {
	t.Helper()
	b := harness.OpenTab(browser, t, w.site.url)
	return &tab{t, b.Context, b.Authenticator, called}
}

// library is one of the packages for browsers, as an application.
type library struct {
	name  string // under which it is installed
	class string
	made  []any // what it is made with
}

// pageOrder is one call of a package in a page; load.js explains it.
type pageOrder struct {
	Package string `json:"package"`
	Class   string `json:"class,omitempty"`
	Made    []any  `json:"made,omitempty"`
	Call    string `json:"call,omitempty"`
	Args    []any  `json:"args"`
}

// thrown is what a package threw.
type thrown struct {
	Name, Message, Code, Cause string
	Status                     int
	Body                       json.RawMessage
}

func (e *thrown) Error() string {
	return fmt.Sprintf("%s %s (%d): %s %s %s", e.Name, e.Code, e.Status, e.Message, e.Cause, e.Body)
}

// try makes a call in the page and reads what it gives into a value, which may be nil.
func (b *tab) try(into any, l library, call string, args ...any) error {
	b.t.Helper()
	if args == nil {
		args = []any{}
	}
	text := b.evaluate("invoke", pageOrder{l.name, l.class, l.made, call, args})
	var reply struct {
		Result json.RawMessage
		Error  *thrown
	}
	if err := json.Unmarshal([]byte(text), &reply); err != nil {
		b.t.Fatalf("%s: %v: %s", call, err, text)
	}
	if reply.Error != nil {
		return reply.Error
	}
	b.called.note(l.name, call)
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(reply.Result, into); err != nil {
		b.t.Fatalf("%s gives %s: %v", call, reply.Result, err)
	}
	return nil
}

// evaluate calls one of load.js's functions.
func (b *tab) evaluate(function string, order pageOrder) string {
	b.t.Helper()
	encoded, err := json.Marshal(order)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("%s(%s)", function, encoded), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", order.Call, err)
	}
	return text
}

// call makes a call that must succeed.
func (b *tab) call(into any, l library, call string, args ...any) {
	b.t.Helper()
	if err := b.try(into, l, call, args...); err != nil {
		b.t.Fatalf("%s %s: %v", l.name, call, err)
	}
}

// nothingLeftOut fails for public methods of a package that no tab has called as they should end.
func (b *tab) nothingLeftOut(l library, but ...string) {
	b.t.Helper()
	var all []string
	if err := json.Unmarshal([]byte(b.evaluate("methods", pageOrder{Package: l.name, Class: l.class})), &all); err != nil {
		b.t.Fatal(err)
	}
	b.called.mu.Lock()
	defer b.called.mu.Unlock()
	for _, method := range all {
		if !b.called.made[l.name+" "+method] && !slices.Contains(but, method) {
			b.t.Errorf("%s: no story calls %s", l.name, method)
		}
	}
}
