package hosted

import (
	"context"
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// show answers with the page of where somebody stands.
func (h *Hosted) show(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	v, err := h.enter(ctx, r, r.URL.Query())
	if err != nil {
		return v.sorry(ctx, err)
	}
	if !screens.Has(problemName(v.asked.Problem)) {
		v.asked.Problem = ""
	}
	resp, over, err := v.settle(ctx)
	if over || err != nil {
		return v.orSorry(ctx, resp, err)
	}
	is := decide(v.look, v.asked)
	if waits(is.Page) && v.asked.Method != is.Method { // so that a reload finds what it is waiting for
		a := v.asked
		a.Method = is.Method
		return v.next(a), nil
	}
	s, err := v.draw(ctx, is)
	if err != nil {
		return v.sorry(ctx, err)
	}
	resp, err = v.page(http.StatusOK, s)
	if err == nil && is.Page == pageDone && !v.asked.Popup && !v.staying() && s.Leave != nil {
		resp.Header.Set("Refresh", "0;url="+string(s.Leave.Address))
	}
	return v.orSorry(ctx, resp, err)
}

// waits says that a page goes on by itself.
func waits(p page) bool { return p == pageLink || p == pagePush || p == pageQR }

// settle lets an answer count that was given elsewhere. Over is true where the answer to the request is another page.
func (v *visit) settle(ctx context.Context) (resp endpoint.Response, over bool, err error) {
	got, asked, err := v.poll(ctx)
	if err != nil || !asked {
		return resp, false, err
	}
	v.number = string(got.Number.Reveal())
	switch {
	case got.Verified && !full(v.pass) && full(got.Pass), got.Verified && got.Enrolled:
		resp, err = v.proved(ctx, got)
		return resp, true, err
	case got.Consumed && !got.Verified:
		a := v.asked.lasting()
		a.Step, a.Problem = stepChoose, "denied"
		if got.Mismatched {
			a.Problem = "mismatched"
		}
		return v.next(a), true, nil
	case got.Verified:
		return resp, false, v.lookAgain(ctx)
	}
	return resp, false, nil
}

// full reports whether a pass has every right over the user's authenticators.
func full(p stepup.Pass) bool {
	return !slices.ContainsFunc(stepup.AllScopes(), func(scope string) bool { return !slices.Contains(p.Scopes, scope) })
}

func (v *visit) lookAgain(ctx context.Context) (err error) {
	v.look.View, err = v.hosted.StepUp.Look(ctx, v.pass)
	return err
}

// poll asks how a proof stands that is given elsewhere; asked is false where the visit waits for none.
func (v *visit) poll(ctx context.Context) (got stepup.Result, asked bool, err error) {
	rules := v.hosted.StepUp
	switch v.asked.Method {
	case mfa.MethodMagicLink:
		got, err = rules.PollLink(ctx, v.pass)
	case mfa.MethodPush:
		p := v.waitedFor(mfa.MethodPush)
		if p == "" {
			return got, false, nil
		}
		got, err = rules.CheckPush(ctx, v.pass, p)
	case mfa.MethodQRCode:
		if v.asked.Prompt == "" || v.asked.Device == "" {
			return got, false, nil
		}
		got, err = rules.CheckQR(ctx, v.pass, v.asked.Prompt, mfa.NewSecret([]byte(v.asked.Device)))
	default:
		return got, false, nil
	}
	if mfa.IsCode(err, mfa.NotFound) || mfa.IsCode(err, mfa.Conflict) {
		return stepup.Result{}, false, nil
	}
	return got, err == nil, err
}

// waitedFor is the prompt of a method that the page waits for: the one that it names, else the open one.
func (v *visit) waitedFor(m mfa.Method) mfa.PromptID {
	if v.asked.Prompt != "" {
		return v.asked.Prompt
	}
	if p := v.look.open(m); p != nil {
		return p.ID
	}
	return ""
}

// standing is what a waiting page is told.
type standing struct {
	State string `json:"state"`
}

// state says how far a proof is that is given elsewhere. Once it says over, the page shows itself anew.
func (h *Hosted) state(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	form, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	v, err := h.enter(ctx, r, form)
	if err != nil {
		return unlessOurs(err, standing{"over"})
	}
	got, asked, err := v.poll(ctx)
	switch {
	case err != nil:
		return unlessOurs(err, standing{"waiting"})
	case asked && (got.Verified || got.Consumed || got.Failure != ""), !asked && v.look.Action.State != mfa.ActionChallengeRequired:
		return endpoint.JSON(http.StatusOK, standing{"over"})
	case got.Claimed:
		return endpoint.JSON(http.StatusOK, standing{"claimed"})
	}
	return endpoint.JSON(http.StatusOK, standing{"waiting"})
}

// unlessOurs answers with a standing to refusals; what is our fault goes to the log.
func unlessOurs(err error, s standing) (endpoint.Response, error) {
	if mfa.CodeOf(err) == mfa.Internal {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(endpoint.Status(err), s)
}

// sorry shows an error as a page in the frame of the application, and notes it for the log.
func (v *visit) sorry(ctx context.Context, err error) (endpoint.Response, error) {
	if mfa.IsCode(err, mfa.Expired) && v.settings.RedirectOnExpiry {
		if back := v.back(ctx); back != "" {
			return endpoint.Redirect(back), nil
		}
	}
	if mfa.CodeOf(err) == mfa.Internal {
		endpoint.Record(ctx).Set("cause", err.Error())
	}
	return v.refused(err)
}

func (v *visit) orSorry(ctx context.Context, resp endpoint.Response, err error) (endpoint.Response, error) {
	if err != nil {
		return v.sorry(ctx, err)
	}
	return resp, nil
}

// back is where a token that expired leads: where its action was to return to. Only in redirect mode, because another
// window cannot follow.
func (v *visit) back(ctx context.Context) string {
	if v.asked.Popup || v.pass.Anonymous() {
		return ""
	}
	view, err := v.hosted.StepUp.Look(ctx, v.pass)
	if err != nil {
		return ""
	}
	return destination(v.settings, view.Action, v.asked)
}
