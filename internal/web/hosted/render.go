package hosted

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// blank is a screen with what every page of the visit has.
func (v *visit) blank(file string, p page) *screen {
	s := &screen{
		words: v.words, app: v.name(), Template: file, Page: p, Locale: string(v.words.Locale), App: v.name(),
		Logo: v.theme.logo(), Mark: !v.settings.HideLogo, Framed: v.asked.Popup, Carry: v.carry(),
	}
	if v.pass.Caller != nil {
		s.Theme = v.hosted.themeAddress(v.pass.Caller.Application, v.theme)
		if v.asked.Popup {
			s.Popup = &popup{Targets: strings.Join(frames(v.pass.Caller.Application), " ")}
		}
	}
	if v.asked.Problem != "" {
		s.Problem = s.say(problemName(v.asked.Problem))
	}
	return s
}

// problemName keeps an address from choosing words that are no problem.
func problemName(asked string) string { return "problem." + asked }

// name is the application's as its people know it.
func (v *visit) name() string {
	if v.pass.Caller == nil {
		return "Twinseal"
	}
	if v.settings.Name != "" {
		return v.settings.Name
	}
	return v.pass.Caller.Application.Name
}

// carry is what forms send along: the visit, and the step that they are of.
func (v *visit) carry() []pair {
	a := v.asked.lasting()
	if v.asked.Step == stepAdd || v.asked.Step == stepProve {
		a.Step = v.asked.Step
	}
	return a.pairs()
}

// to is the address of another page of the visit.
func (v *visit) to(change func(*asked)) string {
	a := v.asked.lasting()
	change(&a)
	return a.address()
}

func (v *visit) step(s step) string { return v.to(func(a *asked) { a.Step = s }) }

// page fills a screen in and gives it the application's headers.
func (v *visit) page(status int, s *screen) (endpoint.Response, error) {
	resp, err := v.hosted.site.Page(status, s.Template, s)
	if err != nil {
		return resp, err
	}
	if v.pass.Caller != nil {
		resp.Header = header(v.pass.Caller.Application, v.theme)
	}
	v.keep(&resp)
	return resp, nil
}

// draw makes the screen of what was decided.
func (v *visit) draw(ctx context.Context, is shown) (*screen, error) {
	switch is.Page {
	case pageBlocked, pageReview, pageFailed, pageNone:
		return v.ended(is), nil
	case pageOffer:
		return v.offer(), nil
	case pageSettings:
		return v.settingsPage(), nil
	case pageRename, pageRemove, pageDisable, pageRenew:
		return v.sure(is), nil
	case pageDone:
		return v.done(), nil
	case pageChoose, pageEnrol:
		return v.finish(ctx, v.choose(is), is)
	case pageAddress:
		return v.finish(ctx, v.addressPage(is, ""), is)
	case pageSend:
		return v.finish(ctx, v.send(is), is)
	case pageCode:
		return v.finish(ctx, v.code(is), is)
	case pageTOTP, pageRecovery:
		return v.finish(ctx, v.typed(is), is)
	case pageSetup:
		s, err := v.setup(ctx, is)
		if err != nil {
			return nil, err
		}
		return v.finish(ctx, s, is)
	case pageKey, pageNewKey, pageUplift:
		return v.finish(ctx, v.keyPage(is), is)
	}
	s, err := v.waiting(is)
	if err != nil {
		return nil, err
	}
	return v.finish(ctx, s, is)
}

// finish adds to a page of proving or enrolling what is confirmed and where else to go.
func (v *visit) finish(ctx context.Context, s *screen, is shown) (*screen, error) {
	about, err := v.about(ctx)
	if err != nil {
		return nil, err
	}
	s.About = about
	again := v.look.Action.State != mfa.ActionChallengeRequired
	usable := v.look.ways(v.look.Usable)
	switch {
	case is.Page == pageUplift:
		return s, nil
	case is.Enrols:
		if is.Page != pageEnrol && len(v.look.enrollable()) > 1 {
			s.Another = v.to(func(a *asked) {
				a.Step = stepChoose
				if again && len(v.look.Entries) > 0 {
					a.Step = stepAdd
				}
			})
		}
	case is.Page == pageRecovery:
		if len(usable) > 0 {
			s.Back = v.to(func(a *asked) { a.Step = v.proveStep() })
		}
	default:
		if is.Page != pageChoose && len(usable) > 1 {
			s.Another = v.step(stepChoose)
		}
		if v.look.Recovery && is.Page != pageChoose {
			s.Recovery = v.step(stepRecovery)
		}
	}
	if again && len(v.look.Entries) > 0 && v.look.Action.Request.ToSettings {
		s.Back = v.step(stepDone)
	}
	s.Exit = v.exit(is)
	return s, nil
}

// proveStep is the step of proving: none while it is what the visit is for.
func (v *visit) proveStep() step {
	if v.look.Action.State == mfa.ActionChallengeRequired {
		return ""
	}
	return stepProve
}

// exit is the way out of a page that is not the last. Whoever must enrol something first has none.
func (v *visit) exit(is shown) *exit {
	if is.Enrols && v.asked.Forced {
		return nil
	}
	if is.Enrols && v.look.Action.State == mfa.ActionAllow && len(v.look.Entries) == 0 {
		return &exit{Address: template.URL(v.step(stepDone)), Word: "common.not-now"} //nolint:gosec // our own address
	}
	if v.asked.Popup {
		return &exit{Close: true, Word: "common.exit"}
	}
	if address := v.destination(); address != "" {
		return &exit{Address: address, Word: "common.exit"}
	}
	return nil
}

// destination is where the visit leads back to. Its scheme was looked at, so templates need not.
func (v *visit) destination() template.URL {
	return template.URL(destination(v.settings, v.look.Action, v.asked)) //nolint:gosec // see there
}

// leave is the way out of a last page, or nil where there is none.
func (v *visit) leave(s *screen) *link {
	if address := v.destination(); address != "" && !v.asked.Popup {
		return &link{address, s.say("success.go")}
	}
	return nil
}

// ended is a page on which nothing can be done.
func (v *visit) ended(is shown) *screen {
	s := v.blank("ended", is.Page)
	name := string(is.Page)
	s.Icon = map[page]string{pageBlocked: "stop", pageReview: "look", pageFailed: "stop", pageNone: "stop"}[is.Page]
	if is.Page == pageNone {
		s.Heading, s.Body = s.say("choose.heading"), s.say("enroll-choose.none")
	} else {
		s.Heading, s.Body = s.say(name+".heading"), s.say(name+".body")
	}
	s.Leave = v.leave(s)
	if s.Popup != nil {
		s.Popup.Token = v.asked.Token
	}
	return s
}

// done is the last page. Unless something was enrolled, which people should read, it goes on by itself.
func (v *visit) done() *screen {
	s := v.blank("done", pageDone)
	s.Icon, s.Heading = "good", s.say("success.heading")
	s.Leave = v.leave(s)
	if s.Popup != nil {
		s.Popup.Token = v.asked.Token
	}
	switch {
	case v.staying():
		s.Heading, s.Body = s.say("enrolled.heading"), s.say("enrolled.body", "method", s.say("method."+string(v.asked.New)))
		return s
	case v.asked.Popup:
		s.Body, s.Popup.Over = s.say("success.close"), true
	case s.Leave != nil:
		s.Body = s.say("success.leaving")
	default:
		s.Body = s.say("success.close")
	}
	return s
}

// staying says that the last page is read before it is left.
func (v *visit) staying() bool {
	hidden := v.settings.HideSuccess != nil && *v.settings.HideSuccess
	return v.asked.New != "" && !hidden
}

// refused is a page for an error that ends the visit, or keeps it from beginning.
func (v *visit) refused(err error) (endpoint.Response, error) {
	s, status := v.refusal(err)
	return v.page(status, s)
}

func (v *visit) refusal(err error) (s *screen, status int) {
	f, name, icon := &fault{"server_error", http.StatusInternalServerError}, "broken", "stop"
	switch mfa.CodeOf(err) {
	case mfa.Expired:
		f, name, icon = &fault{"expired_token", http.StatusUnauthorized}, "expired", "late"
	case mfa.Unauthenticated, mfa.NotFound, mfa.Invalid:
		f, name = &fault{"invalid_token", http.StatusUnauthorized}, "invalid"
	case mfa.Forbidden, mfa.Conflict, mfa.Replayed:
		f, name = &fault{"invalid_request", http.StatusBadRequest}, "blocked"
	case mfa.Limited:
		f = &fault{"too_many_requests", http.StatusTooManyRequests}
	case mfa.Unavailable:
		f = &fault{"server_error", http.StatusServiceUnavailable}
	case mfa.Internal:
	}
	s = v.blank("ended", page(name))
	s.Fault, s.Icon, s.Problem = f, icon, ""
	s.Heading, s.Body = s.say(name+".heading"), s.say(name+".body")
	if f.Status == http.StatusTooManyRequests {
		s.Body = s.say("problem.limited")
	}
	s.Leave = v.leave(s)
	return s, endpoint.Status(err)
}
