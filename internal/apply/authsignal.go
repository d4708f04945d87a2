package apply

import (
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// authsignalName is the dialect's name in files and plans. The dialect judges what stands under it and knows the words
// for methods and outcomes; this file only says where the format's members go.
const authsignalName = "authsignal"

// into writes an application's part into the plan.
func (a *authsignal) into(path string, out *provision.PlannedApplication) error {
	if a == nil {
		return nil
	}
	at := path + "." + authsignalName
	if err := a.keys(at, out); err != nil {
		return err
	}
	plan := &provision.PlannedStepUp{Default: mfa.ActionOutcome(a.Default), Change: a.change}
	for _, m := range a.Methods {
		plan.Methods = append(plan.Methods, provision.PlannedMethod{
			Place: place("methods.%s", m.Name), Method: mfa.Method(m.Name), Change: m.change,
		})
	}
	for _, c := range a.Actions {
		plan.Actions = append(plan.Actions, c.plan())
	}
	for i, v := range a.ValueLists {
		plan.Lists = append(plan.Lists, provision.PlannedList{
			Place: place("value_lists[%d]", i), Active: v.Active,
			ValueList: mfa.ValueList{Alias: v.Alias, Name: v.Name, ItemType: mfa.ItemType(v.Type), Items: v.Items},
		})
	}
	for i, d := range a.DataPoints {
		plan.Points = append(plan.Points, provision.PlannedPoint{
			Place: place("data_points[%d]", i), Public: d.Public,
			DataPoint: mfa.DataPoint{Name: d.Name, Type: mfa.DataType(d.Type), Model: mfa.DataModel(d.Of), Description: d.Description},
		})
	}
	out.StepUp = plan
	return nil
}

// place is where something stands in the application.
func place(format string, args ...any) string {
	return authsignalName + "." + fmt.Sprintf(format, args...)
}

// keys hands on what opens the application: its tenant's id, the secret keys and the management keys. The first secret
// key of a file is to sign, and the newest one does, so they come in from behind.
func (a *authsignal) keys(at string, out *provision.PlannedApplication) error {
	if a.TenantID == "" {
		return refuse(at, "the authsignal part needs the tenant_id that your pages and apps know; \"twinseal keys authsignal NAME\" makes one")
	}
	out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(a.TenantID), Place: place("tenant_id")})
	for _, group := range []struct {
		kind mfa.KeyKind
		name string
		keys []string
	}{
		{mfa.KeyAuthsignalSecret, "secret_keys", a.SecretKeys},
		{mfa.KeyAuthsignalManagement, "management_keys", a.ManagementKeys},
	} {
		for i, key := range slices.Backward(group.keys) {
			where := fmt.Sprintf("%s[%d]", group.name, i)
			if len(key) < minAPIKey || len(key) > maxAPIKey || !isBasic(key) {
				return refuse(at+"."+where, "a key has 16 to 200 characters, none of them a space, a colon or beyond ASCII")
			}
			out.Keys = append(out.Keys, provision.PlannedKey{Kind: group.kind, Secret: mfa.SecretText(key), Place: place("%s", where)})
		}
	}
	return nil
}

// isBasic reports whether a text comes through HTTP Basic as a user without a password.
func isBasic(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool { return r <= ' ' || r > '~' || r == ':' })
}

// change writes what the file names into the settings; the rest stays.
func (a *authsignal) change(s *mfa.StepUp) {
	set(&s.Name, a.Name)
	set(&s.CustomDomain, a.CustomDomain)
	set(&s.EventsURL, a.WebhookURL)
	set(&s.LogsURL, a.LogWebhookURL)
	some(&s.RedirectURLs, a.RedirectURLs)
	some(&s.FrameOrigins, a.FrameOrigins)
	some(&s.CustomDomains, a.CustomDomains)
	take(&s.TokenMinutes, a.TokenMinutes)
	take(&s.RememberDays, a.RememberDays)
	take(&s.SignWithRSA, a.SignWithRSA)
	take(&s.RequireSignedPush, a.RequireSignedPush)
	take(&s.RequireAttestation, a.RequireAttestation)
	take(&s.DisableRecovery, a.DisableRecovery)
	take(&s.SkipRecoveryOnProgrammatic, a.SkipRecovery)
	take(&s.HideRecoveryOnEnrollment, a.HideRecovery)
	take(&s.AllowDeleting, a.AllowDeleting)
	take(&s.AllowDisabling, a.AllowDisabling)
	take(&s.RedirectOnExpiry, a.RedirectOnExpiry)
	take(&s.HideLogo, a.HideLogo)
	if a.HideSuccess != nil {
		s.HideSuccess = a.HideSuccess
	}
	if a.Clients != nil {
		s.Clients = make([]mfa.AppClient, 0, len(a.Clients))
		for _, c := range a.Clients {
			s.Clients = append(s.Clients, mfa.AppClient(c))
		}
	}
}

func (m stepUpMethod) change(s *mfa.MethodSettings) {
	for _, one := range []struct{ to, from **bool }{
		{&s.Active, &m.Active},
		{&s.EditableByUser, &m.Editable},
		{&s.HiddenToUser, &m.Hidden},
		{&s.AllowMultiple, &m.Multiple},
	} {
		if *one.from != nil {
			*one.to = *one.from
		}
	}
	take(&s.CodeDigits, m.CodeDigits)
	take(&s.SessionMinutes, m.SessionMinutes)
	if m.Checks != nil {
		s.Verify = &mfa.Rate{Limit: m.Checks.Limit, Minutes: m.Checks.Minutes}
	}
	if m.Sends != nil {
		s.Send = &mfa.Rate{Limit: m.Sends.Limit, Minutes: m.Sends.Minutes}
	}
	some(&s.Countries, m.Countries)
	set(&s.HookURL, m.WebhookURL)
	set(&s.Channel, m.Channel)
	set(&s.Sender, m.Sender)
	set(&s.Issuer, m.Issuer)
	set(&s.LinkMode, m.LinkMode)
}

func (c stepUpAction) plan() provision.PlannedAction {
	out := provision.PlannedAction{Place: place("actions.%s", c.Code), ActionConfiguration: mfa.ActionConfiguration{
		Code: c.Code, Default: mfa.ActionOutcome(c.Default), Methods: methods(c.Methods), DefaultMethod: mfa.Method(c.DefaultMethod),
		Uplift: methods(c.Uplift), Templates: c.Messages, HookURL: c.WebhookURL,
	}}
	for i, r := range c.Rules {
		out.Rules = append(out.Rules, provision.PlannedRule{
			Place: fmt.Sprintf("%s.rules[%d]", out.Place, i), Active: r.Active, Priority: r.Priority, Rule: mfa.Rule{
				Name: r.Name, Description: r.Description, Outcome: mfa.ActionOutcome(r.Type), Conditions: r.Conditions, Methods: methods(r.Methods),
				DefaultMethod: mfa.Method(r.DefaultMethod), Uplift: methods(r.Uplift), Tests: r.Tests,
			},
		})
	}
	return out
}

// methods are the file's words, which the dialect makes ours of; nil stays nil.
func methods(words []string) []mfa.Method {
	if words == nil {
		return nil
	}
	out := make([]mfa.Method, len(words))
	for i, word := range words {
		out[i] = mfa.Method(word)
	}
	return out
}

// set takes a text that stands in the file.
func set(to *string, written string) {
	if written != "" {
		*to = written
	}
}

// some takes a list that stands in the file, be it empty.
func some(to *[]string, written []string) {
	if written != nil {
		*to = written
	}
}

// take takes a value that stands in the file.
func take[T any](to, written *T) {
	if written != nil {
		*to = *written
	}
}

// authsignalKeys are the names that no two applications may have.
func authsignalKeys(path string, a *authsignal) []named {
	if a == nil {
		return nil
	}
	keys := []named{{"", path + ".authsignal.tenant_id", "tenant id", a.TenantID}}
	for i, key := range a.SecretKeys {
		keys = append(keys, named{"", fmt.Sprintf("%s.authsignal.secret_keys[%d]", path, i), "secret key", key})
	}
	for i, key := range a.ManagementKeys {
		keys = append(keys, named{"", fmt.Sprintf("%s.authsignal.management_keys[%d]", path, i), "management key", key})
	}
	return keys
}
