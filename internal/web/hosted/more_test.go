package hosted_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/text/screens"
	"github.com/twinseal/twinseal/receipt"
)

// configured sets what becomes of the actions of a code.
func (w *world) configured(code string, change func(*mfa.ActionConfiguration)) {
	w.t.Helper()
	c := mfa.ActionConfiguration{ApplicationID: w.tenants[shopTenant].Application.ID, Code: code, Default: mfa.OutcomeChallenge}
	change(&c)
	_, err := w.Rules.CreateConfiguration(w.t.Context(), w.tenants[shopTenant], c)
	w.must(err)
}

func TestAPageSaysWhatIsConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	w.configured("pay", func(c *mfa.ActionConfiguration) {
		c.Templates = json.RawMessage(`{"en":{"defaultTemplate":"Pay {{custom.amount}} to {{custom.payee}}"},"fr":{"defaultTemplate":"Payer {{custom.amount}} à {{custom.payee}}"}}`)
	})
	about := func(r *mfa.ActionRequest) { r.Custom = json.RawMessage(`{"amount":"12.50 €","payee":"<Bob>"}`) }
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "pay", about)))
	r.has("Pay 12.50 € to &lt;Bob&gt;", `<html lang="en">`)
	r.open(w.address(w.track(shopTenant, "ann", "pay", about, func(r *mfa.ActionRequest) { r.Locale = "fr-CA" })))
	r.has("Payer 12.50 € à &lt;Bob&gt;", `<html lang="fr">`)
}

func TestTheBrowsersLanguageIsSpokenWhereNoOtherIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := w.address(w.track(shopTenant, "ann", "withdraw"))
	for accepted, want := range map[string]text.Locale{
		"": text.English, "nl, de-AT;q=0.8, fr;q=0.5": text.German, "ja": text.English, "pt-BR": text.Portuguese, strings.Repeat("it,", 400): text.English, "!!": text.English,
	} {
		r := w.reader()
		r.language = accepted
		r.open(address)
		r.has(`<html lang="` + string(want) + `">`)
	}
}

func TestAnApplicationsOwnWordsAndNameAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) {
		s.StepUp.Name, s.StepUp.HideLogo = "Linden & Sons", true
		s.StepUp.Words = json.RawMessage(`{"en":{"enroll-choose.heading":"Guard your {app} account <now>"}}`)
	})
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	r.has("Guard your Linden &amp; Sons account &lt;now&gt;")
	ours, err := screens.Words{Locale: text.English}.Say("common.secured")
	w.must(err)
	r.lacks(ours)
}

func TestAThemesStyleSheetIsServedFromHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.Theme = json.RawMessage(`{"primaryColor":"#0b5fff"}`) })
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	_, rest, found := strings.Cut(r.body, `href="/challenge/theme/`)
	path, _, _ := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("the page has no theme")
	}
	r.open(w.home + "/challenge/theme/" + path)
	r.has("--button: #0b5fff;")
	if r.header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(r.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%v", r.header)
	}
	for _, address := range []string{"nobody/x.css", strings.Split(path, "/")[0] + "/old.css"} {
		if r.open(w.home + "/challenge/theme/" + address); strings.Contains(r.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is kept for good", address)
		}
	}
}

func TestAnAppIsOpenedWhereTheApplicationWantsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	for _, listed := range []bool{true, false} {
		w.change(shopTenant, func(s *mfa.ApplicationSettings) {
			if s.StepUp.RedirectURLs = []string{w.shop + "/"}; listed {
				s.StepUp.RedirectURLs = append(s.StepUp.RedirectURLs, "authsignal://auth")
			}
		})
		p := w.track(shopTenant, "ann", "withdraw")
		r := w.reader()
		r.open(w.address(p) + "&nativeScheme=authsignal")
		r.submit("go")
		r.on("code")
		r.submit("go", "code", w.sentCode())
		r.on("done")
		if got := strings.HasPrefix(r.link("leave"), "authsignal://auth?token="); got != listed {
			t.Errorf("listed %v: leads to %q", listed, r.link("leave"))
		}
	}
}

func TestWhoeverMustEnrolHasNoWayAround(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.reader()
	address := w.address(w.track(shopTenant, "ann", "withdraw"))
	r.open(address + "&force_enrollment=true")
	if r.on("enrol"); r.link("exit") != "" {
		t.Error("there is a way out")
	}
	r.follow("way-sms")
	r.has("force_enrollment")
	if r.open(address); !strings.HasPrefix(r.link("exit"), w.shop+"/back") {
		t.Errorf("without force the way out is %q", r.link("exit"))
	}
}

func TestAPasskeyIsSuggestedAfterAProof(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	w.configured("pay", func(c *mfa.ActionConfiguration) { c.Uplift = []mfa.Method{mfa.MethodPasskey} })
	w.enrolled("ann")
	b.equip(webauthn.AuthenticatorTransportInternal)
	b.open(w.address(w.track(shopTenant, "ann", "pay")))
	b.onPage("code")
	b.fill("code", w.sentCode())
	b.press("go")
	b.onPage("uplift")
	b.press("go")
	b.onPage("done")
	b.press("leave")
	w.proved(w.back(b), mfa.MethodSMS)
	if got := len(w.entries("ann")); got != 2 {
		t.Errorf("%d authenticators", got)
	}
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "bob", "pay")))
	r.on("enrol")
}

func TestAPhoneIsAskedAndThePageWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.linked("ann")
	for _, approve := range []bool{false, true} {
		p := w.track(shopTenant, "ann", "withdraw")
		r := w.reader()
		r.open(w.address(p))
		r.on("send")
		r.submit("go")
		r.on("push")
		r.has(`http-equiv="refresh"`)
		r.open(r.at)
		r.on("push")
		if approve { // after a denial the page shows the number that the phone asks for
			r.has(`data-testid="number"`, "<strong>"+w.number(p)+"</strong>")
		} else {
			r.lacks(`data-testid="number"`)
		}
		w.answer(phone, p, approve)
		r.open(r.at)
		if approve {
			r.on("done")
			continue
		}
		if got := w.state(p); got == mfa.ActionChallengeSucceeded || r.page() == "done" {
			t.Errorf("denied, and the action is %s", got)
		}
	}
}

func TestAWrongNumberIsSaidOnThePageThatShowedTheRightOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.linked("ann")
	w.must(w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
		u, err := r.LockUser(w.tenants[shopTenant].Directory.ID, mfa.UserRef{Alias: "ann"})
		if err != nil {
			return err
		}
		u.MatchUntil = w.Clock.Now().Add(time.Hour)
		return r.UpdateUser(u)
	}))
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	r.open(w.address(p))
	r.submit("go")
	r.on("push")
	asked := w.asked(p)
	wrong := func(s *receipt.Statement) {
		s.Match = slices.DeleteFunc(slices.Clone(s.Question.Match.Choices), func(n string) bool { return n == string(asked.Number.Reveal()) })[0]
	}
	if _, err := w.Domain.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, wrong), nil); !mfa.IsCode(err, mfa.Invalid) {
		t.Fatalf("a wrong number: %v", err)
	}
	r.open(r.at)
	r.has("The number was not the right one")
	r.open(r.at) // and says so once more
	r.has("The number was not the right one")
	if got := w.state(p); got == mfa.ActionChallengeSucceeded {
		t.Errorf("the action is %s", got)
	}
}

// linked is a phone of somebody's, linked as other front doors do.
func (w *world) linked(alias string) *mfatest.Device {
	w.t.Helper()
	p := w.track(shopTenant, alias, "link")
	started, err := w.Domain.StartLink(w.t.Context(), w.tenants[shopTenant], mfa.UserRef{ID: p.UserID})
	w.must(err)
	return w.LinkWith(started.Code)
}

// number is the one that the phone asks for.
func (w *world) number(p stepup.Pass) string {
	w.t.Helper()
	asked := w.asked(p)
	if asked.Number.Empty() {
		w.t.Fatal("it asks for none")
	}
	return string(asked.Number.Reveal())
}

// asked is what a phone is asked for an action.
func (w *world) asked(p stepup.Pass) mfa.Challenge {
	w.t.Helper()
	view, err := w.StepUp.Look(w.t.Context(), p)
	w.must(err)
	for i := range view.Open {
		if id := view.Open[i].ChallengeID; id != "" {
			return w.challenge(id)
		}
	}
	w.t.Fatal("no phone is asked")
	return mfa.Challenge{}
}

func (w *world) challenge(id mfa.ChallengeID) (asked mfa.Challenge) {
	w.t.Helper()
	w.must(w.Store.Read(w.t.Context(), func(r mfa.Records) (err error) {
		asked, err = r.Challenge(id)
		return err
	}))
	return asked
}

// answer is what a person does on their phone.
func (w *world) answer(d *mfatest.Device, p stepup.Pass, approve bool) {
	w.t.Helper()
	view, err := w.StepUp.Look(w.t.Context(), p)
	w.must(err)
	for i := range view.Open {
		if id := view.Open[i].ChallengeID; id != "" {
			w.decide(d, id, map[bool]receipt.Decision{true: receipt.Approved, false: receipt.Denied}[approve])
			return
		}
	}
	w.t.Fatal("no phone is asked")
}

func (w *world) decide(d *mfatest.Device, id mfa.ChallengeID, decision receipt.Decision) {
	w.t.Helper()
	asked := w.challenge(id)
	bring := func(s *receipt.Statement) {
		if decision == receipt.Approved {
			s.Match = string(asked.Number.Reveal())
		}
	}
	_, err := w.Domain.Answer(w.t.Context(), d.Caller, id, d.Statement(asked, decision, bring), nil)
	w.must(err)
}
