package authsignal

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

type configurationView struct {
	Code          string          `json:"actionCode"`
	TenantID      string          `json:"tenantId,omitempty"`
	Default       string          `json:"defaultUserActionResult,omitempty"`
	Methods       []string        `json:"verificationMethods,omitempty"`
	DefaultMethod string          `json:"defaultVerificationMethod,omitempty"`
	Uplift        []string        `json:"promptToEnrollVerificationMethods,omitempty"`
	Templates     json.RawMessage `json:"messagingTemplates,omitempty"`
	HookURL       string          `json:"verificationWebhookUrl,omitempty"`
	LastActionAt  *wireTime       `json:"lastActionCreatedAt,omitempty"`
}

func (d *Dialect) configurationView(c *call, a *mfa.ActionConfiguration) configurationView {
	outcome := a.Default
	if outcome == "" {
		outcome = c.caller.Application.StepUpSettings().DefaultResult
	}
	return configurationView{
		Code: a.Code, TenantID: d.tenantID(c.caller), Default: outcomeWords[outcome], Methods: managedMethods(a.Methods),
		DefaultMethod: methodWords[a.DefaultMethod], Uplift: managedMethods(a.Uplift), Templates: a.Templates, HookURL: a.HookURL,
		LastActionAt: since(a.LastActionAt),
	}
}

// into writes the edit into a configuration.
func (e *edit) configuration(a *mfa.ActionConfiguration) error {
	outcomeMember(e, "defaultUserActionResult", &a.Default)
	methodList(e, "verificationMethods", &a.Methods)
	methodMember(e, "defaultVerificationMethod", &a.DefaultMethod)
	methodList(e, "promptToEnrollVerificationMethods", &a.Uplift)
	written(e, "messagingTemplates", &a.Templates)
	member(e, "verificationWebhookUrl", &a.HookURL)
	return e.err
}

func (d *Dialect) listConfigurations(ctx context.Context, c *call) (endpoint.Response, error) {
	all, err := d.rulebook.Configurations(ctx, c.caller)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]configurationView, len(all))
	for i := range all {
		out[i] = d.configurationView(c, &all[i])
	}
	return ok(out)
}

func (d *Dialect) createConfiguration(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	var a mfa.ActionConfiguration
	member(e, "actionCode", &a.Code)
	if err := e.configuration(&a); err != nil {
		return endpoint.Response{}, err
	}
	return d.showConfiguration(c)(d.rulebook.CreateConfiguration(ctx, c.caller, a))
}

func (d *Dialect) getConfiguration(ctx context.Context, c *call) (endpoint.Response, error) {
	return d.showConfiguration(c)(d.rulebook.Configuration(ctx, c.caller, c.values[0]))
}

func (d *Dialect) updateConfiguration(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	return d.showConfiguration(c)(d.rulebook.UpdateConfiguration(ctx, c.caller, c.values[0], e.configuration))
}

func (d *Dialect) removeConfiguration(ctx context.Context, c *call) (endpoint.Response, error) {
	if err := d.rulebook.RemoveConfiguration(ctx, c.caller, c.values[0]); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

func (d *Dialect) showConfiguration(c *call) func(mfa.ActionConfiguration, error) (endpoint.Response, error) {
	return func(a mfa.ActionConfiguration, err error) (endpoint.Response, error) {
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(d.configurationView(c, &a))
	}
}
