package authy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// TestStories tells everything that shares one server: people are strangers to each other, so that all stories
// are told at once.
func TestStories(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		for name, story := range map[string]func(*world, *testing.T){
			"people":                (*world).people,
			"tokens":                (*world).tokens,
			"sent codes":            (*world).sentCodes,
			"phone verification":    (*world).phoneVerification,
			"approved":              (*world).approved,
			"denied":                (*world).denied,
			"callbacks by POST":     (*world).callbacksByPost,
			"callbacks by GET":      (*world).callbacksByGet,
			"plain callback by GET": (*world).plainCallbackByGet,
			"registration":          (*world).registration,
			"picture":               (*world).picture,
			"device tokens":         (*world).deviceTokens,
			"imported":              (*world).imported,
			"guessing":              (*world).guessing,
			"repeated":              (*world).repeated,
			"mixed":                 (*world).mixed,
			"receipts":              (*world).receipts,
			"races":                 (*world).races,
			"applies":               (*world).applies,
			"Python package":        (*world).pythonPackage,
			"npm authy":             (*world).npmAuthy,
			"authy-client":          (*world).authyClient,
			"Go port":               (*world).goPort,
			"webhooks":              (*world).webhooks,
			"workshop":              (*world).workshop,
			"forms":                 (*world).forms,
			"XML":                   (*world).xmlSamples,
			"deletions":             (*world).deletions,
			"rolled out":            (*world).rolledOut,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(w, t)
			})
		}
	})
}

// people come, are looked up and go.
func (w *world) people(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		if again := mustCreate(t, c, p); again != id {
			t.Errorf("the same phone gets id %d and then %d", id, again)
		}
		got := c.status(t, id)
		got.good(t, "status")
		if got.id != id || got.confirmed || got.registered {
			t.Errorf("a fresh user is %+v", got)
		}
		c.remove(t, id).good(t, "delete")
		c.status(t, id).want(t, "status of somebody deleted", "60026")
		c.remove(t, id).want(t, "a second delete", "60026")
		c.sms(t, id, true).want(t, "a code for somebody deleted", "60016")
		c.verify(t, id, "123456", true).want(t, "a token of somebody deleted", "60016")
	})
}

// tokens count once, whoever checks them.
func (w *world) tokens(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		c.verify(t, id, "1234567", true).want(t, "a made-up token", "60020")
		c.verify(t, id, "1234567", false).want(t, "a made-up token, not forced", "60020")
		c.sms(t, id, false).good(t, "sms")
		code := w.Code(t, p.Phone, 1).Code()
		if len(code) != 7 {
			t.Errorf("the code is %q, want seven digits", code)
		}
		c.verify(t, id, wrong(code), true).want(t, "a wrong token", "60020")
		c.verify(t, id, code, true).good(t, "the right token")
		c.verify(t, id, code, true).want(t, "the same token again", "60020")
		if got := c.status(t, id); !got.confirmed {
			t.Errorf("after a right token the user is not confirmed: %+v", got)
		}
	})
}

// wrong changes a code in its last digit.
func wrong(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

// sentCodes go out to people without an app; those with one are spared unless it is forced.
func (w *world) sentCodes(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		sent := c.call(t, id, false)
		sent.good(t, "call")
		if sent.ignored {
			t.Errorf("the call is ignored: %+v", sent)
		}
		if m := w.Code(t, p.Phone, 1); m.Channel != "voice" {
			t.Errorf("the call came by %q", m.Channel)
		}
		w.NewDevice(t).LinkTo(id, "--app", fmt.Sprint(w.bank.number))
		for what, send := range map[string]func(*testing.T, int64, bool) answer{"sms": c.sms, "call": c.call} {
			got := send(t, id, false)
			got.good(t, what+" to an app user")
			if !got.ignored {
				t.Errorf("%s to an app user is not ignored: %+v", what, got)
			}
		}
		forced := c.sms(t, id, true)
		forced.good(t, "forced sms")
		if forced.ignored {
			t.Errorf("the forced sms is ignored: %+v", forced)
		}
		c.verify(t, id, w.Code(t, p.Phone, 2).Code(), true).good(t, "the forced code")
		if got := c.status(t, id); !got.registered || got.devices != 1 {
			t.Errorf("a user with an app is %+v", got)
		}
	})
}

// phoneVerification proves numbers of people who are no users.
func (w *world) phoneVerification(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		c.checkPhone(t, p, "1234").want(t, "a code that nobody sent", "60023")
		c.startPhone(t, p, "sms", "es").good(t, "start")
		m := w.Code(t, p.Phone, 1)
		if m.Channel != "sms" || !strings.Contains(m.Text, "Bank") || len(m.Code()) != 4 {
			t.Errorf("the message is %+v", m)
		}
		c.checkPhone(t, p, wrong(m.Code())).want(t, "a wrong code", "60022")
		c.checkPhone(t, p, m.Code()).good(t, "the right code")
		c.checkPhone(t, p, m.Code()).want(t, "the right code again", "60023")
		c.phoneInfo(t, p).good(t, "info")
		other := w.NewPerson()
		c.startPhone(t, other, "call", "en").good(t, "start by call")
		c.checkPhone(t, other, w.Code(t, other.Phone, 1).Code()).good(t, "the code of the call")
	})
}

// transfer is the question of the workshop, with everything a question may have.
func transfer(about string) question {
	return question{
		message: "Transfer Money to " + about,
		details: authy.Details{{Key: "From", Value: "ann@example.com"}, {Key: "To", Value: about}, {Key: "Account Number", Value: "12345"}, {Key: "Zoë & Co", Value: "a+b=c/d?"}},
		hidden:  authy.Details{{Key: "ip_address", Value: "10.10.3.203"}},
		logos:   []authy.Logo{{Resolution: authy.LogoDefault, URL: "https://example.com/default.png"}, {Resolution: "low", URL: "https://example.com/low.png"}},
		expiry:  600,
	}
}

// approved: a question is asked, seen on the device as it was asked, and approved.
func (w *world) approved(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		q := transfer(p.Email)
		c.ask(t, id, q).want(t, "a question to somebody without a device", "60051")
		device := w.NewDevice(t)
		device.LinkByPhone(p.Phone, 1)
		asked := c.ask(t, id, q)
		asked.good(t, "ask")
		if got := c.approval(t, asked.uuid); got.state != "pending" || got.uuid != asked.uuid {
			t.Errorf("before the answer it is %+v", got)
		}
		shown := device.Show(asked.uuid).Question
		if shown.Message != q.message || len(shown.Details) != len(q.details) {
			t.Errorf("the device shows %+v", shown)
		}
		for i, d := range shown.Details {
			if d.Label != q.details[i].Key || d.Value != q.details[i].Value {
				t.Errorf("line %d is %+v, want %+v", i, d, q.details[i])
			}
		}
		device.Approve(asked.uuid)
		if got := c.approval(t, asked.uuid); got.state != "approved" {
			t.Errorf("after the answer it is %+v", got)
		}
		if _, err := device.Try("deny", asked.uuid); err == nil {
			t.Error("an answered question can be answered again")
		}
	})
}

// denied: the device says no.
func (w *world) denied(t *testing.T) {
	w.each(t, w.shop, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		device := w.NewDevice(t)
		device.LinkTo(id, "--app", fmt.Sprint(w.shop.number))
		asked := c.ask(t, id, question{message: "Log in?"})
		asked.good(t, "ask")
		device.Deny("", "--reason", "not me", "--fraud")
		if got := c.approval(t, asked.uuid); got.state != "denied" {
			t.Errorf("after the answer it is %+v", got)
		}
	})
}

// TestTimePasses moves the clock, which stories that share a server must not.
func TestTimePasses(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		for name, c := range w.sdks(t, w.bank) {
			t.Run(name, func(t *testing.T) { w.time(t, c) })
		}
		t.Run("refused callbacks", w.refusedCallbacks)
	})
}

// time ends what was not answered or used.
func (w *world) time(t *testing.T, c sdk) {
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkByPhone(p.Phone, 1) // codes of commands beside the server follow the real time
	asked := c.ask(t, id, question{message: "Soon over", expiry: 60})
	asked.good(t, "ask")
	c.sms(t, id, true).good(t, "sms")
	c.startPhone(t, p, "sms", "en").good(t, "start")
	code := ""
	for _, m := range w.AllCodes(t, p.Phone, 3) {
		if len(m.Code()) == 7 {
			code = m.Code()
		}
	}
	w.Advance(t, 61*time.Second)
	if got := c.approval(t, asked.uuid); got.state != "expired" {
		t.Errorf("after its time the question is %+v", got)
	}
	if _, err := device.Try("approve", asked.uuid); err == nil {
		t.Error("an expired question can be approved")
	}
	w.Advance(t, 10*time.Minute)
	c.verify(t, id, code, true).want(t, "an old code", "60020")
	c.checkPhone(t, p, "1234").want(t, "a code for an old verification", "60023")
}
