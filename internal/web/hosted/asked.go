package hosted

import (
	"net/url"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// step is where in the pages somebody wants to be. Whether they get there is for what is stored to say.
type step string

const (
	stepChoose   step = "choose"   // another way of proving
	stepRecovery step = "recovery" // by a recovery code
	stepAddress  step = "address"  // enrol an address other than the one that is known
	stepAdd      step = "add"      // one more way
	stepProve    step = "prove"    // once more, for the right to change something
	stepUplift   step = "uplift"   // past the recovery codes
	stepDone     step = "done"     // past what is suggested
	stepRename   step = "rename"
	stepRemove   step = "remove"
	stepDisable  step = "disable"
	stepRenew    step = "renew"
)

// The parameters that the protocol's clients know, and our own.
const (
	paramToken   = "token"
	paramMode    = "mode"
	paramForced  = "force_enrollment"
	paramScheme  = "nativeScheme"
	paramStep    = "step"
	paramMethod  = "method"
	paramID      = "id"
	paramNew     = "new"
	paramProblem = "problem"
	paramPrompt  = "prompt"
	paramDevice  = "device"
)

// modePopup is the mode in which pages talk to the page around or behind them.
const modePopup = "popup"

// asked is what an address or a form says.
type asked struct {
	Token   string
	Popup   bool
	Forced  bool   // there is no way out before something is enrolled
	Scheme  string // of the app to which people return
	Step    step
	Method  mfa.Method
	ID      mfa.AuthenticatorID
	New     mfa.Method   // was just enrolled
	Problem string       // name of a text
	Prompt  mfa.PromptID // that is waited for
	Device  string       // code by which the page asks for a picture's answer
}

// maxParam bounds what is read of a parameter besides the token: ids and words.
const maxParam = 128

func readAsked(values url.Values) asked {
	word := func(name string) string {
		text := values.Get(name)
		if len(text) > maxParam {
			return ""
		}
		return text
	}
	return asked{
		Token: values.Get(paramToken), Popup: word(paramMode) == modePopup, Forced: word(paramForced) == "true", Scheme: word(paramScheme),
		Step: step(word(paramStep)), Method: mfa.Method(word(paramMethod)), ID: mfa.AuthenticatorID(word(paramID)),
		New: mfa.Method(word(paramNew)), Problem: word(paramProblem), Prompt: mfa.PromptID(word(paramPrompt)), Device: word(paramDevice),
	}
}

// lasting is what every address and form of one visit carries.
func (a asked) lasting() asked {
	return asked{Token: a.Token, Popup: a.Popup, Forced: a.Forced, Scheme: a.Scheme}
}

// pair is a parameter.
type pair struct{ Name, Value string }

// pairs lists what is set, the token first.
func (a asked) pairs() []pair {
	set := func(on bool, value string) string {
		if on {
			return value
		}
		return ""
	}
	var out []pair
	for _, p := range []pair{
		{paramToken, a.Token},
		{paramMode, set(a.Popup, modePopup)},
		{paramForced, set(a.Forced, "true")},
		{paramScheme, a.Scheme},
		{paramStep, string(a.Step)},
		{paramMethod, string(a.Method)},
		{paramID, string(a.ID)},
		{paramNew, string(a.New)},
		{paramPrompt, string(a.Prompt)},
		{paramDevice, a.Device},
		{paramProblem, a.Problem},
	} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

// address leads to the page.
func (a asked) address() string {
	var query strings.Builder
	for i, p := range a.pairs() {
		if i > 0 {
			query.WriteByte('&')
		}
		query.WriteString(p.Name + "=" + url.QueryEscape(p.Value))
	}
	return root + "?" + query.String()
}

// formOf reads a posted form.
func formOf(r *endpoint.Request) (url.Values, error) {
	body, err := r.Bytes()
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Invalid, Message: "the form cannot be read", Cause: err}
	}
	return form, nil
}
