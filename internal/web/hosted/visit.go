package hosted

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// visit is one request by the holder of a token.
type visit struct {
	hosted   *Hosted
	request  *endpoint.Request
	asked    asked
	form     url.Values // of a POST
	pass     stepup.Pass
	settings mfa.StepUp
	theme    theme
	look     look
	words    screens.Words
	cookie   *http.Cookie // to be set with the answer
	number   string       // that a phone asks for, while the visit waits for it
}

// enter reads a token and where its holder stands. Its errors carry the visit as far as it came.
func (h *Hosted) enter(ctx context.Context, r *endpoint.Request, values url.Values) (*visit, error) {
	v := &visit{hosted: h, request: r, asked: readAsked(values), words: screens.Words{Locale: locale("", r)}}
	if v.asked.Token == "" || len(v.asked.Token) > maxToken {
		return v, errToken
	}
	pass, _, err := h.Tokens.Open(ctx, v.asked.Token)
	if pass.Caller != nil {
		v.belong(pass)
	}
	if err != nil {
		return v, err
	}
	if pass.Anonymous() {
		return v, errToken
	}
	if v.look.View, err = h.StepUp.Look(ctx, v.pass); err != nil {
		return v, err
	}
	v.speak()
	return v, nil
}

// maxToken bounds a token that is read, in bytes: those that the dialect makes have about 1,000.
const maxToken = 8 << 10

var errToken = &mfa.Error{Code: mfa.Unauthenticated, Message: "the address holds no token of an action"}

// belong takes what the token's application wants.
func (v *visit) belong(pass stepup.Pass) {
	v.pass = pass
	v.pass.UserAgent = v.request.UserAgent()
	if v.request.Client.IsValid() {
		v.pass.Source = v.request.Client.String()
	}
	app := pass.Caller.Application
	v.settings, v.theme = app.StepUpSettings(), themeOf(app)
	v.look.Settings = v.settings
	v.look.Passkeys = slices.Contains(app.Settings.RelyingParty.AllOrigins(), v.origin())
	v.words.Own = screens.ReadOverrides(v.settings.Words)
}

// speak chooses the language: that of the action, of its person, of the browser.
func (v *visit) speak() {
	tag := v.look.Action.Request.Locale
	if tag == "" {
		tag = v.look.Profile.Locale
	}
	v.words.Locale = locale(tag, v.request)
	v.pass.Locale = string(v.words.Locale)
	if v.pass.DeviceID == "" {
		v.pass.DeviceID = v.look.Action.Request.DeviceID
	}
}

// maxLanguages bounds what a browser may say of its languages, in bytes.
const maxLanguages = 500

// locale is that of a tag or, without one, the first of the browser's that is spoken here.
func locale(tag string, r *endpoint.Request) text.Locale {
	if tag != "" {
		return text.For(tag, text.Hints{}).Locale()
	}
	accepted := r.Header.Get("Accept-Language")
	if len(accepted) > maxLanguages {
		return text.English
	}
	tags, _, err := language.ParseAcceptLanguage(accepted)
	if err != nil {
		return text.English
	}
	for _, t := range tags {
		base, _ := t.Base()
		if slices.Contains(text.Locales(), text.Locale(base.String())) {
			return text.Locale(base.String())
		}
	}
	return text.English
}

// origin is that of the page as the browser sees it: one of the addresses that the server is known by, told apart by
// the host that was asked. A host that is none of them has no passkeys.
func (v *visit) origin() string {
	known := append([]string{v.hosted.Domain.Options().PublicURL, v.settings.CustomDomain}, v.settings.CustomDomains...)
	for _, address := range known {
		if origin := webOrigin(address); origin != "" && strings.EqualFold(strings.SplitN(origin, "://", 2)[1], v.request.Host) {
			return origin
		}
	}
	return ""
}

// secure says that the page came by https, as far as the server's address tells.
func (v *visit) secure() bool {
	return strings.HasPrefix(v.hosted.Domain.Options().PublicURL, "https://")
}

func (v *visit) now() time.Time { return v.hosted.Domain.Now() }

// next is a redirect to the page that comes after a step.
func (v *visit) next(a asked) endpoint.Response {
	resp := endpoint.Redirect(a.address())
	resp.Header.Set("Referrer-Policy", "no-referrer")
	v.keep(&resp)
	return resp
}

// keep adds the cookie, if there is one.
func (v *visit) keep(resp *endpoint.Response) {
	if v.cookie != nil {
		resp.Header.Add("Set-Cookie", v.cookie.String())
	}
}
