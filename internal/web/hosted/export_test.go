package hosted

import (
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// Drawn is a page as a browser gets it.
type Drawn struct {
	Name   string
	HTML   []byte
	Header http.Header
}

// Gallery draws every page of an application once, as somebody would see it in a language.
func Gallery(h *Hosted, c *mfa.Caller, locale text.Locale, popup bool) ([]Drawn, error) {
	r := &endpoint.Request{Request: &http.Request{Header: http.Header{}, URL: &url.URL{}}}
	v := &visit{hosted: h, request: r, words: screens.Words{Locale: locale}, asked: asked{Token: "token", Popup: popup}}
	v.belong(stepup.Pass{Caller: c, UserID: "user", ActionID: "action"})
	v.look = sampleLook(h.Domain.Now(), v.settings)
	var out []Drawn
	for _, one := range v.samples() {
		s := one.drawn()
		if !one.about {
			s.Recovery = ""
		}
		if s.About == "" && one.about {
			s.About = "Transfer 1,250.00 € to Konstantinopolitanische Handelsgesellschaft, Sankt-Petersburg"
		}
		resp, err := v.page(http.StatusOK, s)
		if err != nil {
			return nil, err
		}
		out = append(out, Drawn{one.name, resp.Body, resp.Header})
	}
	return out, nil
}

func sampleLook(now time.Time, settings mfa.StepUp) look {
	at := now.Add(-90 * 24 * time.Hour)
	entry := func(id string, m mfa.Method, name, address string) people.Entry {
		return people.Entry{Authenticator: mfa.Authenticator{ID: mfa.AuthenticatorID(id), Name: name, CreatedAt: at}, Method: m, Address: address}
	}
	methods := mfa.Methods()
	return look{
		Passkeys: true, Settings: settings,
		View: stepup.View{
			Action: mfa.Action{ID: "action", State: mfa.ActionChallengeRequired, Request: mfa.ActionRequest{RedirectURL: "https://shop.example/back", ToSettings: true}},
			Usable: methods, Enrollable: methods, CanAdd: true, CanUpdate: true, CanRemove: true, Recovery: true, Provable: true, Default: mfa.MethodPasskey,
			Profile: mfa.Profile{Email: "annemarie.konstantinopoulos@example.com", Phone: "+447700900123"},
			Entries: []people.Entry{
				entry("1", mfa.MethodPasskey, "Annemarie's telephone in the kitchen", ""), entry("2", mfa.MethodSMS, "", "+447700900123"),
				entry("3", mfa.MethodTOTP, "", ""), entry("4", mfa.MethodEmailOTP, "", "annemarie.konstantinopoulos@example.com"),
			},
		},
	}
}

type sample struct {
	name  string
	about bool
	drawn func() *screen
}

// samples are all pages, and what may go wrong on them.
func (v *visit) samples() []sample {
	with := func(problem string, drawn func() *screen) func() *screen {
		return func() *screen {
			v.asked.Problem = problem
			s := drawn()
			v.asked.Problem = ""
			return v.around(s)
		}
	}
	plain := func(drawn func() *screen) func() *screen { return with("", drawn) }
	prompt := &mfa.Prompt{ID: "0195f3c6-5d0c-7000-8000-000000000000", To: mfa.NewSecret([]byte("+447700900123")), SentAt: v.now()}
	is := func(p page, m mfa.Method) shown { return shown{Page: p, Method: m, Prompt: prompt} }
	enrols := func(p page, m mfa.Method) shown { return shown{Page: p, Method: m, Prompt: prompt, Enrols: true} }
	wait := func(p page, m mfa.Method) func() *screen {
		return plain(func() *screen { s, _ := v.waiting(is(p, m)); return s })
	}
	refused := func(err error) func() *screen { return func() *screen { s, _ := v.refusal(err); return s } }
	return []sample{
		{"choose", true, plain(func() *screen { return v.choose(is(pageChoose, "")) })},
		{"enrol", false, plain(func() *screen { v.look.Entries, v.look.Usable = nil, nil; return v.choose(enrols(pageEnrol, "")) })},
		{"phone", false, plain(func() *screen { return v.addressPage(enrols(pageAddress, mfa.MethodSMS), "") })},
		{"phone-wrong", false, with("phone", func() *screen { return v.addressPage(enrols(pageAddress, mfa.MethodSMS), "0123") })},
		{"email", false, plain(func() *screen { return v.addressPage(enrols(pageAddress, mfa.MethodEmailOTP), "") })},
		{"send", true, with("sending", func() *screen { return v.send(is(pageSend, mfa.MethodSMS)) })},
		{"send-link", false, with("limited", func() *screen { return v.send(enrols(pageSend, mfa.MethodMagicLink)) })},
		{"code-sms", true, plain(func() *screen { v.look.Usable = mfa.Methods(); return v.code(is(pageCode, mfa.MethodSMS)) })},
		{"code-wrong", true, with("code", func() *screen { return v.code(is(pageCode, mfa.MethodSMS)) })},
		{"code-email", false, plain(func() *screen { return v.code(is(pageCode, mfa.MethodEmailOTP)) })},
		{"link", true, wait(pageLink, mfa.MethodMagicLink)},
		{"push", true, wait(pagePush, mfa.MethodPush)},
		{"push-number", true, plain(func() *screen {
			v.number = "42"
			s, _ := v.waiting(is(pagePush, mfa.MethodPush))
			v.number = ""
			return s
		})},
		{"qr", true, wait(pageQR, mfa.MethodQRCode)},
		{"totp", true, plain(func() *screen { return v.typed(is(pageTOTP, mfa.MethodTOTP)) })},
		{"setup", false, plain(v.sampleSetup)},
		{"passkey", true, plain(func() *screen { return v.keyPage(is(pageKey, mfa.MethodPasskey)) })},
		{"passkey-new", false, plain(func() *screen { return v.keyPage(enrols(pageNewKey, mfa.MethodPasskey)) })},
		{"security-key", true, with("passkey", func() *screen { return v.keyPage(is(pageKey, mfa.MethodSecurityKey)) })},
		{"uplift", false, func() *screen { return v.keyPage(enrols(pageUplift, mfa.MethodPasskey)) }},
		{"recovery", true, plain(func() *screen { return v.typed(is(pageRecovery, mfa.MethodRecovery)) })},
		{"offer", false, v.offer},
		{"codes", false, func() *screen {
			return v.codes([]string{"abcde-fghjk", "lmnop-qrstu", "vwxyz-23456", "789ab-cdefg", "hjkmn-pqrst", "uvwxy-z2345", "6789a-bcdef", "ghjkm-npqrs"})
		}},
		{"done", false, v.done},
		{"enrolled", false, func() *screen { v.asked.New = mfa.MethodPasskey; s := v.done(); v.asked.New = ""; return s }},
		{"settings", false, func() *screen { v.look = sampleLook(v.now(), v.settings); return v.settingsPage() }},
		{"settings-stale", false, func() *screen {
			v.look.CanAdd, v.look.CanUpdate, v.look.CanRemove = false, false, false
			return v.settingsPage()
		}},
		{"settings-empty", false, func() *screen {
			v.look = sampleLook(v.now(), v.settings)
			v.look.Entries = nil
			return v.settingsPage()
		}},
		{"rename", false, func() *screen {
			v.look = sampleLook(v.now(), v.settings)
			v.asked.ID = "1"
			return v.sure(is(pageRename, ""))
		}},
		{"remove", false, func() *screen { return v.sure(is(pageRemove, "")) }},
		{"disable", false, func() *screen { return v.sure(is(pageDisable, "")) }},
		{"renew", false, func() *screen { return v.sure(is(pageRenew, "")) }},
		{"blocked", false, func() *screen { return v.ended(is(pageBlocked, "")) }},
		{"review", false, func() *screen { return v.ended(is(pageReview, "")) }},
		{"failed", false, func() *screen { return v.ended(is(pageFailed, "")) }},
		{"expired", false, refused(&mfa.Error{Code: mfa.Expired})},
		{"invalid", false, refused(&mfa.Error{Code: mfa.Unauthenticated})},
		{"broken", false, refused(&mfa.Error{Code: mfa.Internal})},
		{"landing", true, v.landingPage},
		{"gone", false, v.gonePage},
	}
}

// around adds the ways elsewhere that a page of proving has.
func (v *visit) around(s *screen) *screen {
	s.Another, s.Recovery, s.Exit = "/challenge?token=token&step=choose", "/challenge?token=token&step=recovery", v.exit(shown{})
	return s
}

func (v *visit) sampleSetup() *screen {
	s := v.blank("totp", pageSetup)
	s.Heading, s.Body = s.say("totp-setup.heading"), s.say("totp-setup.body")
	data := mfa.TOTPData{Issuer: "Linden Bank", Label: "annemarie.konstantinopoulos@example.com", Algorithm: "SHA1", Digits: 6, Period: 30}
	made := mfa.Seed{TOTPData: data, Secret: mfa.NewSecret([]byte("12345678901234567890"))}
	s.Seed, _ = seedOf(made)
	return s
}
