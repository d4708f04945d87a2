package hosted

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// deed is one step: it gives the page that comes next.
type deed func(v *visit, ctx context.Context) (endpoint.Response, error)

// deeds are the steps by the word of their form.
var deeds = map[string]deed{
	"send":           (*visit).doSend,
	"enrol":          (*visit).doEnrol,
	"code":           (*visit).doCode,
	"totp":           (*visit).doTOTP,
	"recovery":       (*visit).doRecovery,
	"key-use":        (*visit).doUseKey,
	"key-create":     (*visit).doCreateKey,
	"recovery-codes": (*visit).doMakeCodes,
	"default":        (*visit).doDefault,
	"rename":         (*visit).doRename,
	"remove":         (*visit).doRemove,
	"disable":        (*visit).doDisable,
}

// act takes a step. Whether it counts is for what is stored to say: a form that was open for long, or in two windows,
// meets the same rules as a new one.
func (h *Hosted) act(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	form, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	v, err := h.enter(ctx, r, form)
	if err != nil {
		return v.sorry(ctx, err)
	}
	v.form = form
	do, known := deeds[form.Get("do")]
	if !known {
		return v.next(v.asked.lasting()), nil
	}
	resp, err := do(v, ctx)
	if err != nil {
		return v.stumble(ctx, err)
	}
	return resp, nil
}

// stumble goes back to the page that a step came from, which says what was wrong.
func (v *visit) stumble(ctx context.Context, err error) (endpoint.Response, error) {
	if mfa.CodeOf(err) == mfa.Internal {
		return v.sorry(ctx, err)
	}
	a := v.here()
	a.Problem = problemOf(err)
	return v.next(a), nil
}

// here is the page that a form was on.
func (v *visit) here() asked {
	a := v.asked.lasting()
	a.Method, a.ID = v.asked.Method, v.asked.ID
	switch v.form.Get("do") {
	case "recovery":
		a.Step = stepRecovery
	case "rename", "remove", "disable":
		a.Step = step(v.form.Get("do"))
	default:
		a.Step = v.asked.Step
	}
	return a
}

// problemOf names the text for a refusal.
func problemOf(err error) string {
	refusal, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return "unavailable"
	}
	switch refusal.Reason {
	case mfa.ReasonPhoneInvalid, mfa.ReasonNoPhone, mfa.ReasonLandline:
		return "phone"
	case mfa.ReasonCountryInvalid:
		return "country"
	case mfa.ReasonEmailInvalid, mfa.ReasonNoEmail:
		return "email"
	case mfa.ReasonNotAuthorized:
		return "stale"
	}
	switch refusal.Code {
	case mfa.Limited:
		return "limited"
	case mfa.Expired:
		return "expired"
	case mfa.Unavailable:
		return "sending"
	}
	return "refused"
}

// doSend sends a code or a link, asks phones, or shows a picture.
func (v *visit) doSend(ctx context.Context) (endpoint.Response, error) {
	rules := v.hosted.StepUp
	a := v.asked.lasting()
	a.Step, a.Method = v.asked.Step, v.asked.Method
	switch v.asked.Method {
	case mfa.MethodPush:
		sent, err := rules.StartPush(ctx, v.pass, "", mfa.MatchingAfterDenial)
		if err != nil {
			return endpoint.Response{}, err
		}
		a.Prompt = sent.Prompt.ID
	case mfa.MethodQRCode:
		made, err := rules.StartQR(ctx, v.pass, v.look.Action.Code, nil)
		if err != nil {
			return endpoint.Response{}, err
		}
		a.Prompt, a.Device = made.Prompt.ID, string(made.DeviceCode.Reveal())
	default:
		sent, err := v.sendAgain(ctx)
		if err != nil {
			return endpoint.Response{}, err
		}
		a.Prompt = sent.ID
	}
	return v.next(a), nil
}

// sendAgain sends to the address that is being enrolled, if that is under way, else to the one that is.
func (v *visit) sendAgain(ctx context.Context) (mfa.Prompt, error) {
	m := v.asked.Method
	if p := v.look.open(m); p != nil && p.Enrols {
		return v.hosted.StepUp.EnrolAddress(ctx, v.pass, m, string(p.To.Reveal()))
	}
	return v.hosted.StepUp.SendCode(ctx, v.pass, m)
}

// doEnrol sends a code or link to an address that is to become one's own. One that cannot be is shown again, to be put
// right.
func (v *visit) doEnrol(ctx context.Context) (endpoint.Response, error) {
	typed := clean(v.form.Get("address"), maxMail)
	sent, err := v.hosted.StepUp.EnrolAddress(ctx, v.pass, v.asked.Method, typed)
	if mfa.IsCode(err, mfa.Invalid) {
		return v.retype(ctx, typed, err)
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	a := v.asked.lasting()
	a.Step, a.Method, a.Prompt = v.asked.Step, v.asked.Method, sent.ID
	return v.next(a), nil
}

// retype shows what was typed with what is wrong. It is the one page that answers a form, because no address may hold
// what people type.
func (v *visit) retype(ctx context.Context, typed string, err error) (endpoint.Response, error) {
	is := shown{Page: pageAddress, Method: v.asked.Method, Enrols: true}
	v.asked.Problem = problemOf(err)
	if v.asked.Problem == "refused" {
		v.asked.Problem = map[bool]string{true: "email", false: "phone"}[mail(v.asked.Method)]
	}
	s, err := v.finish(ctx, v.addressPage(is, typed), is)
	if err != nil {
		return v.sorry(ctx, err)
	}
	return v.page(http.StatusUnprocessableEntity, s)
}

func (v *visit) doCode(ctx context.Context) (endpoint.Response, error) {
	return v.byCode(ctx, func(code string) (stepup.Result, error) {
		return v.hosted.StepUp.CheckCode(ctx, v.pass, v.asked.Method, code)
	})
}

func (v *visit) doTOTP(ctx context.Context) (endpoint.Response, error) {
	return v.byCode(ctx, func(code string) (stepup.Result, error) { return v.hosted.StepUp.CheckTOTP(ctx, v.pass, code) })
}

func (v *visit) doRecovery(ctx context.Context) (endpoint.Response, error) {
	return v.byCode(ctx, func(code string) (stepup.Result, error) { return v.hosted.StepUp.CheckRecovery(ctx, v.pass, code) })
}

// byCode checks what was typed. Nothing typed is no attempt.
func (v *visit) byCode(ctx context.Context, check func(code string) (stepup.Result, error)) (endpoint.Response, error) {
	a := v.here()
	code := clean(v.form.Get("code"), maxCode)
	if code == "" {
		a.Problem = "empty"
		return v.next(a), nil
	}
	return v.prove(ctx, func() (stepup.Result, error) { return check(code) })
}

// prove lets a proof count for the browser that it comes from, and remembers that if its person wants it.
func (v *visit) prove(ctx context.Context, check func() (stepup.Result, error)) (endpoint.Response, error) {
	if err := v.recognise(ctx); err != nil {
		return endpoint.Response{}, err
	}
	wanted := v.consent()
	got, err := check()
	if err != nil {
		return endpoint.Response{}, err
	}
	if !got.Verified {
		a := v.here()
		a.Problem = failureOf(got, v.form.Get("do"))
		return v.next(a), nil
	}
	if wanted {
		p := got.Pass
		p.Source, p.UserAgent, p.DeviceID = v.pass.Source, v.pass.UserAgent, v.pass.DeviceID
		if err := v.trust(ctx, p); err != nil && mfa.CodeOf(err) == mfa.Internal {
			return endpoint.Response{}, err // the proof counted; being asked again next time is no harm
		}
	}
	return v.proved(ctx, got)
}

func failureOf(got stepup.Result, do string) string {
	switch {
	case got.Failure == stepup.FailureMaxAttempts:
		return "attempts"
	case strings.HasPrefix(do, "key-"):
		return "passkey"
	}
	return "code"
}

// proved goes on with a token that stands for what the proof earned.
func (v *visit) proved(ctx context.Context, got stepup.Result) (endpoint.Response, error) {
	token, err := v.hosted.Tokens.Mint(ctx, got.Pass)
	if err != nil {
		return endpoint.Response{}, err
	}
	a := v.asked.lasting()
	a.Token = token
	if got.Enrolled {
		a.New = got.Method
	}
	switch {
	case v.asked.Step == stepProve || v.asked.Step == stepRecovery && v.look.Action.State != mfa.ActionChallengeRequired:
		a.Step = stepDone // back to the settings
	case got.Enrolled && v.asked.Step == stepAdd:
		a.Step = stepDone
	}
	return v.next(a), nil
}

// doMakeCodes makes recovery codes and shows them, this once.
func (v *visit) doMakeCodes(ctx context.Context) (endpoint.Response, error) {
	made, err := v.hosted.StepUp.MakeRecovery(ctx, v.pass)
	if err != nil {
		return endpoint.Response{}, err
	}
	return v.page(http.StatusOK, v.codes(made))
}

func (v *visit) doDefault(ctx context.Context) (endpoint.Response, error) {
	return v.managed(v.hosted.StepUp.SetDefault(ctx, v.pass, v.asked.Method))
}

func (v *visit) doRename(ctx context.Context) (endpoint.Response, error) {
	name := clean(v.form.Get("name"), maxName)
	if name == "" {
		a := v.here()
		a.Problem = "name"
		return v.next(a), nil
	}
	return v.managed(v.hosted.StepUp.Rename(ctx, v.pass, v.asked.ID, name))
}

func (v *visit) doRemove(ctx context.Context) (endpoint.Response, error) {
	return v.managed(v.hosted.StepUp.Remove(ctx, v.pass, v.asked.ID))
}

func (v *visit) doDisable(ctx context.Context) (endpoint.Response, error) {
	return v.managed(v.hosted.StepUp.DisableMFA(ctx, v.pass))
}

// managed goes back to the settings.
func (v *visit) managed(err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	return v.next(asked{Token: v.asked.Token, Popup: v.asked.Popup, Forced: v.asked.Forced, Scheme: v.asked.Scheme, Step: stepDone}), nil
}

// clean gives a typed value as it is meant: one line, no longer than the field.
func clean(text string, most int) string {
	text = strings.TrimSpace(mfa.Showable(strings.ToValidUTF8(text, "")))
	if utf8.RuneCountInString(text) > most {
		return string([]rune(text)[:most])
	}
	return text
}
