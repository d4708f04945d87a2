package authsignal

import (
	"context"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// methodView is what is told of a method, whose id is the word that the management API knows it by.
type methodView struct {
	ID                 string `json:"authenticatorId"`
	VerificationMethod string `json:"verificationMethod"`
	IsActive           bool   `json:"isActive"`
	IsEditableByUser   bool   `json:"isEditableByUser"`
	IsHiddenToUser     bool   `json:"isHiddenToUser"`
	SMSChannel         string `json:"smsChannel,omitempty"`
}

// listMethods lists the tenant's methods. Those that have one word together in this API are told once.
func (d *Dialect) listMethods(_ context.Context, c *call) (endpoint.Response, error) {
	settings, out := c.caller.Application.StepUpSettings(), []methodView{}
	for _, m := range mfa.Methods() {
		if safeMethod(m) != methodWords[m] {
			continue
		}
		set := settings.Method(m)
		one := methodView{
			ID: methodWords[m], VerificationMethod: safeMethod(m), IsActive: c.caller.Application.MethodActive(m),
			IsEditableByUser: set.EditableByUser == nil || *set.EditableByUser, IsHiddenToUser: set.HiddenToUser != nil && *set.HiddenToUser,
		}
		if m == mfa.MethodSMS {
			if one.SMSChannel = set.Channel; one.SMSChannel == "" {
				one.SMSChannel = "DEFAULT"
			}
		}
		out = append(out, one)
	}
	return ok(out)
}
