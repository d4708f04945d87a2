package authsignal

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// edit is the body of a call that makes or changes something, read member by member: what is left out stays as it is,
// and null clears. The first mistake counts.
type edit struct {
	in  map[string]json.RawMessage
	err error
}

// editing makes a method of a function that wants the body as an edit.
func editing(answer func(*Dialect, context.Context, *call, *edit) (endpoint.Response, error)) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		e := &edit{}
		if err := c.decode(&e.in); err != nil {
			return endpoint.Response{}, err
		}
		return answer(d, ctx, c, e)
	}
}

// member puts what the body says into its place.
func member[T any](e *edit, name string, to *T) {
	raw, said := e.in[name]
	if !said || e.err != nil {
		return
	}
	var fresh T
	if !isNull(raw) && json.Unmarshal(raw, &fresh) != nil {
		e.err = invalid(name + " is of the wrong type")
		return
	}
	*to = fresh
}

// written puts a member into its place as it stands in the body.
func written(e *edit, name string, to *json.RawMessage) {
	raw, said := e.in[name]
	if !said || e.err != nil {
		return
	}
	*to = nil
	if !isNull(raw) {
		*to = bytes.Clone(raw)
	}
}

// methodList puts a list of methods into its place.
func methodList(e *edit, name string, to *[]mfa.Method) {
	raw, said := e.in[name]
	if !said || e.err != nil {
		return
	}
	var words []string
	if !isNull(raw) && json.Unmarshal(raw, &words) != nil {
		e.err = invalid(name + " is of the wrong type")
		return
	}
	var methods []mfa.Method
	for _, word := range words {
		m, err := managedMethod(name, word)
		if err != nil {
			e.err = err
			return
		}
		methods = append(methods, m)
	}
	*to = methods
}

// methodMember puts one method into its place.
func methodMember(e *edit, name string, to *mfa.Method) {
	var word string
	if _, said := e.in[name]; !said {
		return
	}
	member(e, name, &word)
	if e.err != nil {
		return
	}
	*to = ""
	if word != "" {
		*to, e.err = managedMethod(name, word)
	}
}

// managedMethod reads a word. Those that the vendor has and this server does not are told from nonsense, because a
// description of a tenant that moves here may name them.
func managedMethod(name, word string) (mfa.Method, error) {
	if m, known := methodOf(word); known {
		return m, nil
	}
	theirs := []string{
		"VERIFF", "IPROOV", "IDVERSE", "ONFIDO", "PALM_BIOMETRICS_RR", "APPLE_ID_TOKEN", "GOOGLE_ID_TOKEN", "DIGITAL_CREDENTIAL", "OIDC_PROVIDER",
	}
	if slices.Contains(theirs, word) {
		return "", refuse(failConfiguration, name+" names "+word+", which this server does not have")
	}
	return "", invalid(name + " names no verification method")
}

// outcomeMember puts an outcome into its place.
func outcomeMember(e *edit, name string, to *mfa.ActionOutcome) {
	var word string
	if _, said := e.in[name]; !said {
		return
	}
	member(e, name, &word)
	if e.err != nil {
		return
	}
	*to = ""
	if word == "" {
		return
	}
	outcome, known := outcomeOf(word)
	if !known {
		e.err = invalid(name + " is ALLOW, CHALLENGE, REVIEW or BLOCK")
		return
	}
	*to = outcome
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// managedMethods are the words of methods, nil for none, which is left out.
func managedMethods(methods []mfa.Method) []string {
	var out []string
	for _, m := range methods {
		out = append(out, methodWords[m])
	}
	return out
}

// reconfigure changes the application's own settings.
func (d *Dialect) reconfigure(ctx context.Context, c *call, change func(*mfa.Application, *mfa.StepUp) error) (mfa.Application, error) {
	own := c.caller.Application
	return d.configuration.UpdateApplication(ctx, own.Under(), own.ID, func(a *mfa.Application) error {
		s := a.StepUpSettings()
		s.Methods = maps.Clone(s.Methods)
		if err := change(a, &s); err != nil {
			return err
		}
		a.Settings.StepUp = &s
		return nil
	})
}

// fresh is the application as it is stored, for calls that show what another has just written.
func (d *Dialect) fresh(ctx context.Context, c *call) (mfa.Application, error) {
	own := c.caller.Application
	return d.configuration.ApplicationIn(ctx, own.Under(), own.ID)
}
