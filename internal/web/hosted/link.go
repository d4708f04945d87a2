package hosted

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// landing is the page behind a link in a mail. It changes nothing by being looked at: programs that check links for
// people open them too. A link that was used, taken back or never made looks the same.
func (h *Hosted) landing(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	link := r.URL.Query().Get(stepup.LinkParam)
	v, found, err := h.byLink(ctx, r, link)
	if err != nil {
		return v.sorry(ctx, err)
	}
	if !found {
		return v.linkGone()
	}
	s := v.landingPage()
	s.LinkSecret = link
	if s.About, err = v.about(ctx); err != nil {
		return v.sorry(ctx, err)
	}
	return v.page(http.StatusOK, s)
}

// byLink is a visit by whoever holds a link.
func (h *Hosted) byLink(ctx context.Context, r *endpoint.Request, link string) (v *visit, open bool, err error) {
	v = &visit{hosted: h, request: r, words: screens.Words{Locale: locale("", r)}}
	page, err := h.StepUp.OpenLink(ctx, mfa.NewSecret([]byte(link)))
	if mfa.IsCode(err, mfa.NotFound) {
		return v, false, nil
	}
	if err != nil {
		return v, false, err
	}
	if !page.Open {
		return v, false, nil // of no application, so that links that were tell no more than links that were not
	}
	v.belong(stepup.Pass{Caller: page.Caller})
	v.look.Action = page.Action
	if page.Prompt.Locale != "" {
		v.words.Locale = locale(page.Prompt.Locale, r)
	}
	return v, true, nil
}

func (v *visit) landingPage() *screen {
	s := v.blank("landing", "landing")
	s.Icon, s.Heading, s.Body = string(mfa.MethodMagicLink), s.say("link-landing.heading"), s.say("link-landing.body")
	return s
}

func (v *visit) linkGone() (endpoint.Response, error) { return v.page(http.StatusGone, v.gonePage()) }

func (v *visit) gonePage() *screen {
	s := v.blank("ended", "gone")
	s.Icon, s.Heading, s.Body = "late", s.say("link-gone.heading"), s.say("link-gone.body")
	return s
}

// confirmLink burns the link.
func (h *Hosted) confirmLink(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	form, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	link := form.Get(stepup.LinkParam)
	v, open, err := h.byLink(ctx, r, link)
	if err != nil {
		return v.sorry(ctx, err)
	}
	if !open {
		return v.linkGone()
	}
	got, err := h.StepUp.ConfirmLink(ctx, mfa.NewSecret([]byte(link)), v.pass.Source, r.UserAgent())
	switch {
	case err != nil && mfa.CodeOf(err) != mfa.NotFound && mfa.CodeOf(err) != mfa.Conflict:
		return v.sorry(ctx, err)
	case err != nil || !got.Verified:
		return v.linkGone()
	}
	s := v.blank("ended", "confirmed")
	s.Icon, s.Heading, s.Body = "good", s.say("link-done.heading"), s.say("link-done.body")
	return v.page(http.StatusOK, s)
}
