package authenticator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

var waking = []tale{
	{rule: "a push shows what waits, once, and as the person wants it", tell: aPushShowsWhatWaits},
	{rule: "many requests make one notification", tell: manyMakeOneNotification},
	{rule: "a notification goes when its request is over", tell: aNotificationGoesWithItsRequest},
	{rule: "a notification leads to its request", tell: aNotificationLeadsToItsRequest},
	{rule: "a browser that changes its address says so", tell: aChangedAddressIsHandedOver},
	{rule: "switched off, nothing is pushed", tell: switchedOffNothingIsPushed},
	{rule: "one tab holds the streams for all", tell: oneTabHoldsTheStreams},
}

// close leaves the app for a page of the same server that is none of its own.
func (p *phone) close() { p.s.t.Helper(); p.Go(p.s.Home() + "/healthz") }

// wake delivers the newest push of a subscription, of which so many have come, and waits until the worker has shown what
// it has to. Who asks the browser for notifications in between makes it forget those that it is about to show.
func (p *phone) wake(to harness.Subscription, came int) {
	p.s.t.Helper()
	push := p.s.pushes.Await(p.s.t, to, came)[came-1]
	p.Evaluate(hearing)
	p.Deliver(p.s.Home(), push.Text)
	p.Evaluate(`told.then(() => "")`)
}

// hearing has the page wait for what the worker says once it has shown something.
const hearing = `(() => {
	globalThis.told = new Promise((heard) => navigator.serviceWorker.addEventListener("message", heard, { once: true }));
	navigator.serviceWorker.startMessages();
	return "";
})()`

// notified waits until the app's notifications are those, whatever their order. Browsers take them away after a while.
func (p *phone) notified(want ...string) {
	p.s.t.Helper()
	slices.Sort(want)
	var seen []string
	harness.Until(p.s.t, fmt.Sprintf("the notifications %q", want), func() (bool, bool) {
		got := slices.DeleteFunc(strings.Split(p.Evaluate(shown), "\n"), func(line string) bool { return line == "" })
		slices.Sort(got)
		if now := fmt.Sprintf("%q", got); !slices.Contains(seen, now) {
			seen = append(seen, now)
			p.s.t.Logf("shown is %s", now)
		}
		return true, slices.Equal(got, want)
	})
}

// inWorker evaluates an expression in the app's worker.
func (p *phone) inWorker(expression string) string {
	p.s.t.Helper()
	return harness.Until(p.s.t, "the worker to run", func() (string, bool) {
		all, err := chromedp.Targets(p.Context)
		if err != nil {
			p.s.t.Fatal(err)
		}
		for _, one := range all {
			if one.Type != "service_worker" || !strings.HasPrefix(one.URL, p.s.Home()) || one.BrowserContextID != chromedp.FromContext(p.Context).BrowserContextID {
				continue
			}
			ctx, cancel := chromedp.NewContext(p.Context, chromedp.WithTargetID(one.TargetID))
			p.s.t.Cleanup(cancel)
			got, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
			if err != nil {
				p.s.t.Fatal(err)
			}
			return got, true
		}
		return "", false
	})
}

// wokenPhone is a subscribed phone with the app closed, which a first request has just woken.
func (c *customer) wokenPhone() (*phone, harness.Subscription, *request) {
	c.s.t.Helper()
	p, to := c.subscribedPhone()
	p.close()
	first := c.asked("Log in from Vaduz?")
	p.wake(to, 1)
	p.notified("Linden Bank: Log in from Vaduz?")
	return p, to, first
}

func aPushShowsWhatWaits(s *story) {
	ann := s.newCustomer(s.bank)
	p, to, _ := ann.wokenPhone()
	p.wake(to, 1) // push services may deliver twice
	p.notified("Linden Bank: Log in from Vaduz?")
	p.Offline(true)
	ann.asked("Log in from Oslo?")
	p.wake(to, 2)
	p.notified("Linden Bank: Log in from Vaduz?", "Linden Bank: Log in from Oslo?")
	p.Offline(false)
	p.open()
	p.says("badge", "2")
	p.notified()
	p.goTo("#/settings")
	p.press("notifications-hide")
	p.Evaluate(stored + `.then(() => "")`) // which waits for what is being written
	p.close()
	ann.asked("Log in from Rome?")
	p.wake(to, 3)
	p.notified("Linden Bank: Open the app to see what is asked.")
}

func manyMakeOneNotification(s *story) {
	ann := s.newCustomer(s.bank)
	p, to := ann.subscribedPhone()
	p.close()
	ann.asked("Log in 1?")
	p.wake(to, 1)
	p.notified("Linden Bank: Log in 1?")
	for n := 2; n <= 5; n++ {
		ann.asked(fmt.Sprintf("Log in %d?", n))
	}
	for n := 2; n <= 5; n++ {
		p.wake(to, n)
		p.notified("Requests waiting: 5: Look at each of them. Deny what you did not start.")
	}
	p.open()
	p.notified()
}

func aNotificationGoesWithItsRequest(s *story) {
	ann := s.newCustomer(s.bank)
	other := ann.linkedPhone()
	p, to, first := ann.wokenPhone()
	other.press("request")
	other.hold()
	first.stands("approved")
	second := ann.asked("Log in from Oslo?")
	p.wake(to, 2)
	p.notified("Linden Bank: Log in from Oslo?")
	other.press("done")
	other.press("request")
	other.hold()
	second.stands("approved")
	p.wake(to, 2)
	p.notified("Nothing to decide any more: The request was answered elsewhere, withdrawn, or ran out.")
}

func aNotificationLeadsToItsRequest(s *story) {
	ann := s.newCustomer(s.bank)
	p, _, _ := ann.wokenPhone()
	link := p.Evaluate(`navigator.serviceWorker.getRegistration("/authenticator").then((r) => r.getNotifications()).then(([one]) => one.data.hash)`)
	p.Go(s.Home() + "/authenticator" + link)
	p.says("request-detail", "Log in from Vaduz?")
	p.press("tab-codes")
	p.inWorker(fmt.Sprintf(`(async () => {
		await registration.showNotification("Linden Bank", { tag: "pressed", data: { hash: %q } });
		const [notification] = await registration.getNotifications({ tag: "pressed" });
		dispatchEvent(new NotificationEvent("notificationclick", { notification }));
		return "";
	})()`, link))
	p.says("request-detail", "Log in from Vaduz?")
}

func aChangedAddressIsHandedOver(s *story) {
	ann := s.newCustomer(s.bank)
	p, _ := ann.subscribedPhone()
	p.close()
	to := s.pushes.Subscribe()
	p.inWorker(harness.SubscribingTo(to) + `; dispatchEvent(new ExtendableEvent("pushsubscriptionchange")); ""`)
	harness.Until(s.t, "a push at the new address", func() (bool, bool) {
		ann.asked("Log in at " + time.Now().Format(time.RFC3339Nano) + "?")
		return true, len(s.pushes.Await(s.t, to, 0)) > 0
	})
}

func switchedOffNothingIsPushed(s *story) {
	ann := s.newCustomer(s.bank)
	p, to := ann.subscribedPhone()
	p.press("notifications-switch")
	p.Wait("the switch", `!document.querySelector('[data-testid="push-on"]')`)
	p.Wait("no subscription", `window.subscribedWith === ""`)
	ann.asked("Log in?")
	p.says("badge", "1")
	if got := s.pushes.Await(s.t, to, 0); len(got) > 0 {
		s.t.Errorf("pushed was %+v", got)
	}
}

// oneTabHoldsTheStreams, and another takes over when it closes.
func oneTabHoldsTheStreams(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	second := &phone{Tab: harness.OpenHomeTab(p.Context, s.t, s.Home()+"/authenticator"), s: s}
	second.attribute("connection", "data-state", "live")
	const seats = `navigator.locks.query().then((all) => [all.held, all.pending].map((list) => list.filter(({ name }) => name === "twinseal-live").length).join(" "))`
	harness.Until(s.t, "one seat to be held, and the other waited for", func() (bool, bool) { return true, p.Evaluate(seats) == "1 1" })
	ann.asked("Log in from Vaduz?")
	p.says("badge", "1")
	second.says("badge", "1")
	p.Go("about:blank")
	harness.Until(s.t, "the other tab to take over", func() (bool, bool) { return true, second.Evaluate(seats) == "1 0" })
	ann.asked("Log in from Oslo?")
	second.says("badge", "2")
}
