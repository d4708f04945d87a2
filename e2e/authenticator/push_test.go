package authenticator

import (
	"fmt"

	"github.com/twinseal/twinseal/e2e/harness"
)

// subscribedPhone is a linked phone with notifications on.
func (c *customer) subscribedPhone() (*phone, harness.Subscription) {
	c.s.t.Helper()
	p, to := c.s.blankPhone(), c.s.pushes.Subscribe()
	p.SubscribeTo(to)
	p.Permit(c.s.Home(), "notifications")
	p.linkBy(c.link().Code)
	p.goTo("#/settings")
	p.press("notifications-switch")
	p.see("push-on")
	return p, to
}

// shown are the notifications of the app: titles and texts.
const shown = `navigator.serviceWorker.getRegistration("/authenticator").then((r) => r.getNotifications()).then((all) => all.map((n) => n.title + ": " + n.body).join("\n"))`

func pushesAreShownWhenTheAppIsClosed(s *story) {
	ann := s.newCustomer(s.bank)
	p, to := ann.subscribedPhone()
	key := p.Evaluate(`window.subscribedWith`)
	p.Go(s.Home() + "/healthz") // the app is closed
	asked := ann.asked("Log in from Vaduz?")
	push := s.pushes.Await(s.t, to, 1)[0]
	if push.VAPID != key {
		s.t.Errorf("pushed with the key %s, subscribed with %s", push.VAPID, key)
	}
	p.wake(to, 1)
	p.notified("Linden Bank: Log in from Vaduz?")
	p.open()
	p.press("request")
	p.hold()
	p.outcome("approved")
	asked.stands("approved")
	harness.Until(s.t, "the notification to go", func() (bool, bool) { return true, p.Evaluate(shown) == "" })
}

// floodOf is more than a device is woken for within five minutes.
const (
	floodOf  = 15
	mostWake = 12
)

func floodsAreDamped(s *story) {
	ann := s.newCustomer(s.bank)
	p, to := ann.subscribedPhone()
	for i := range floodOf {
		ann.asked(fmt.Sprintf("Log in for the %d. time?", i+1))
	}
	s.pushes.Await(s.t, to, mostWake)
	// What is sent afterwards comes after any further push.
	s.call(ann.app, "GET", "/protected/json/sms/"+fmt.Sprint(ann.id)+"?force=true")
	s.Code(s.t, ann.Phone, 1)
	if got := s.pushes.Await(s.t, to, mostWake); len(got) != mostWake {
		s.t.Errorf("%d requests wake the phone %d times", floodOf, len(got))
	}
	p.press("tab-requests")
	p.see("flood")
	p.press("deny-all")
	p.press("deny-all-not-me")
	p.see("no-requests")
}
