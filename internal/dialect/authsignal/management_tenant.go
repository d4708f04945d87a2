package authsignal

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// tenantView are the settings of the whole application. What hides the success screen is left out until it was set:
// absent and false are two things there.
type tenantView struct {
	ID               string `json:"tenantId"`
	Name             string `json:"name"`
	AllowDisabling   bool   `json:"allowDisablingMfa"`
	HideLogo         bool   `json:"hideAuthsignalLogo"`
	CustomDomain     string `json:"customDomain,omitempty"`
	RedirectOnExpiry bool   `json:"redirectOnSessionExpiry"`
	AllowDeleting    bool   `json:"allowDeletingUserAuthenticators"`
	DisableRecovery  bool   `json:"disableRecoveryCodes"`
	SkipRecovery     bool   `json:"skipRecoveryCodesOnProgrammaticEnrollment"`
	HideRecovery     bool   `json:"hideRecoveryCodesOnEnrollment"`
	HideSuccess      *bool  `json:"hideSuccessScreenOnEnrollment,omitempty"`
	TokenMinutes     int    `json:"tokenDurationInMinutes"`
}

func (d *Dialect) tenantView(c *call, a *mfa.Application) tenantView {
	s := a.StepUpSettings()
	name := s.Name
	if name == "" {
		name = a.Name
	}
	return tenantView{
		ID: d.tenantID(c.caller), Name: name, AllowDisabling: s.AllowDisabling, HideLogo: s.HideLogo, CustomDomain: s.CustomDomain,
		RedirectOnExpiry: s.RedirectOnExpiry, AllowDeleting: s.AllowDeleting, DisableRecovery: s.DisableRecovery,
		SkipRecovery: s.SkipRecoveryOnProgrammatic, HideRecovery: s.HideRecoveryOnEnrollment, HideSuccess: s.HideSuccess,
		TokenMinutes: int(s.TokenLife() / time.Minute),
	}
}

// tenant writes the edit into the settings.
func (e *edit) tenant(s *mfa.StepUp) error {
	member(e, "name", &s.Name)
	member(e, "allowDisablingMfa", &s.AllowDisabling)
	member(e, "hideAuthsignalLogo", &s.HideLogo)
	member(e, "customDomain", &s.CustomDomain)
	member(e, "redirectOnSessionExpiry", &s.RedirectOnExpiry)
	member(e, "allowDeletingUserAuthenticators", &s.AllowDeleting)
	member(e, "disableRecoveryCodes", &s.DisableRecovery)
	member(e, "skipRecoveryCodesOnProgrammaticEnrollment", &s.SkipRecoveryOnProgrammatic)
	member(e, "hideRecoveryCodesOnEnrollment", &s.HideRecoveryOnEnrollment)
	member(e, "hideSuccessScreenOnEnrollment", &s.HideSuccess)
	member(e, "tokenDurationInMinutes", &s.TokenMinutes)
	switch {
	case e.err != nil:
		return e.err
	case s.TokenMinutes < 0 || s.TokenMinutes > maxTokenMinutes:
		return invalid("tokenDurationInMinutes is from 1 to 1440")
	case len(s.Name) > mfa.MaxName || mfa.Showable(s.Name) != s.Name:
		return invalid("name has at most 200 characters that can be shown")
	case s.CustomDomain != "" && checkOrigin(s.CustomDomain) != nil:
		return invalid("customDomain is a scheme and a host, such as https://mfa.shop.example")
	}
	return nil
}

func (d *Dialect) getTenant(ctx context.Context, c *call) (endpoint.Response, error) {
	a, err := d.fresh(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(d.tenantView(c, &a))
}

func (d *Dialect) updateTenant(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	a, err := d.reconfigure(ctx, c, func(_ *mfa.Application, s *mfa.StepUp) error { return e.tenant(s) })
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(d.tenantView(c, &a))
}
