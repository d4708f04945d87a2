package apply

import "encoding/json"

// authsignal is an application's part for that dialect. What may be changed by the dialect's own management calls as
// well is told apart from what the file does not name: absent members leave it as it is.
type authsignal struct {
	TenantID       string
	SecretKeys     []string
	ManagementKeys []string

	Name          string
	Default       string
	RedirectURLs  []string
	FrameOrigins  []string
	CustomDomain  string
	CustomDomains []string
	TokenMinutes  *int
	RememberDays  *int
	WebhookURL    string
	LogWebhookURL string

	SignWithRSA        *bool
	RequireSignedPush  *bool
	RequireAttestation *bool

	DisableRecovery  *bool
	SkipRecovery     *bool
	HideRecovery     *bool
	HideSuccess      *bool
	AllowDeleting    *bool
	AllowDisabling   *bool
	RedirectOnExpiry *bool
	HideLogo         *bool

	Methods    []stepUpMethod
	Actions    []stepUpAction
	ValueLists []valueList
	DataPoints []dataPoint
	Clients    []appClient
}

func (a *authsignal) members() members {
	return members{
		"tenant_id": text(&a.TenantID), "secret_keys": texts(&a.SecretKeys), "management_keys": texts(&a.ManagementKeys),
		"name": text(&a.Name), "default": text(&a.Default), "redirect_urls": texts(&a.RedirectURLs), "frame_origins": texts(&a.FrameOrigins),
		"custom_domain": text(&a.CustomDomain), "token_minutes": number(&a.TokenMinutes), "remember_days": number(&a.RememberDays),
		"custom_domains": texts(&a.CustomDomains), "sign_with_rsa": truth(&a.SignWithRSA),
		"require_signed_push": truth(&a.RequireSignedPush), "require_attestation": truth(&a.RequireAttestation),
		"webhook_url": text(&a.WebhookURL), "log_webhook_url": text(&a.LogWebhookURL),
		"disable_recovery_codes": truth(&a.DisableRecovery), "skip_recovery_codes": truth(&a.SkipRecovery), "hide_recovery_codes": truth(&a.HideRecovery),
		"hide_success": truth(&a.HideSuccess), "allow_deleting": truth(&a.AllowDeleting), "allow_disabling": truth(&a.AllowDisabling),
		"redirect_on_expiry": truth(&a.RedirectOnExpiry), "hide_logo": truth(&a.HideLogo),
		"methods":     byName(&a.Methods, func(m *stepUpMethod) *string { return &m.Name }),
		"actions":     byName(&a.Actions, func(c *stepUpAction) *string { return &c.Code }),
		"value_lists": list(&a.ValueLists), "data_points": list(&a.DataPoints), "clients": list(&a.Clients),
	}
}

// stepUpMethod is what an application sets for one way in which people prove themselves.
type stepUpMethod struct {
	Name           string
	Active         *bool
	Editable       *bool
	Hidden         *bool
	Multiple       *bool
	CodeDigits     *int
	SessionMinutes *int
	Checks         *rate
	Sends          *rate
	Countries      []string
	WebhookURL     string
	Channel        string
	Sender         string
	Issuer         string
	LinkMode       string
}

func (m *stepUpMethod) members() members {
	return members{
		"active": truth(&m.Active), "editable": truth(&m.Editable), "hidden": truth(&m.Hidden), "multiple": truth(&m.Multiple),
		"code_digits": number(&m.CodeDigits), "session_minutes": number(&m.SessionMinutes),
		"checks": optional(&m.Checks), "sends": optional(&m.Sends), "countries": texts(&m.Countries),
		"webhook_url": text(&m.WebhookURL), "channel": text(&m.Channel), "sender": text(&m.Sender), "issuer": text(&m.Issuer), "link_mode": text(&m.LinkMode),
	}
}

// rate is so many times in so many minutes.
type rate struct{ Limit, Minutes int }

func (r *rate) members() members {
	return members{"limit": whole(&r.Limit), "minutes": whole(&r.Minutes)}
}

// stepUpAction is what is decided about one action of people.
type stepUpAction struct {
	Code          string
	Default       string
	Methods       []string
	DefaultMethod string
	Uplift        []string
	Messages      json.RawMessage
	WebhookURL    string
	Rules         []stepUpRule
}

func (a *stepUpAction) members() members {
	return members{
		"default": text(&a.Default), "methods": texts(&a.Methods), "default_method": text(&a.DefaultMethod), "prompt_to_enroll": texts(&a.Uplift),
		"messages": verbatim(&a.Messages), "webhook_url": text(&a.WebhookURL), "rules": list(&a.Rules),
	}
}

// stepUpRule is found by its name in its action.
type stepUpRule struct {
	Name          string
	Description   string
	Active        *bool
	Priority      *int
	Type          string
	Conditions    json.RawMessage
	Methods       []string
	DefaultMethod string
	Uplift        []string
	Tests         json.RawMessage
}

func (r *stepUpRule) members() members {
	return members{
		"name": text(&r.Name), "description": text(&r.Description), "active": truth(&r.Active), "priority": number(&r.Priority),
		"type": text(&r.Type), "conditions": verbatim(&r.Conditions), "methods": texts(&r.Methods), "default_method": text(&r.DefaultMethod),
		"prompt_to_enroll": texts(&r.Uplift), "tests": verbatim(&r.Tests),
	}
}

// valueList is found by its alias.
type valueList struct {
	Name   string
	Alias  string
	Type   string
	Items  json.RawMessage
	Active *bool
}

func (v *valueList) members() members {
	return members{
		"name": text(&v.Name), "alias": text(&v.Alias), "type": text(&v.Type), "items": verbatim(&v.Items), "active": truth(&v.Active),
	}
}

// dataPoint is found by its name and what it is of.
type dataPoint struct {
	Name        string
	Type        string
	Of          string
	Description string
	Public      *bool
}

func (d *dataPoint) members() members {
	return members{
		"name": text(&d.Name), "type": text(&d.Type), "of": text(&d.Of), "description": text(&d.Description), "public": truth(&d.Public),
	}
}

// appClient is what gets sessions of an application's users.
type appClient struct {
	ID             string
	Name           string
	AccessMinutes  int
	RefreshMinutes int
}

func (c *appClient) members() members {
	return members{
		"id": text(&c.ID), "name": text(&c.Name), "access_minutes": whole(&c.AccessMinutes), "refresh_minutes": whole(&c.RefreshMinutes),
	}
}
