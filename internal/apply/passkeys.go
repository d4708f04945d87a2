package apply

import (
	"errors"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/relying"
)

// passkeysName is the part of an application of any dialect that says whose passkeys it registers and accepts.
const passkeysName = "passkeys"

// into makes the application's relying party of the part.
func (p *relyingParty) into(path string, out *provision.PlannedApplication) (err error) {
	if p == nil {
		return nil
	}
	out.Settings.RelyingParty, err = p.plan(path + "." + passkeysName)
	return err
}

// plan takes from the url what is not written out.
func (p *relyingParty) plan(path string) (*mfa.RelyingParty, error) {
	var out mfa.RelyingParty
	if p.URL != "" {
		site, err := relying.Of(p.URL)
		if err != nil {
			return nil, refuse(path+".url", err.Error())
		}
		out = site
	}
	if p.RPID != "" {
		out.ID = p.RPID
	}
	if len(p.Origins) > 0 {
		out.Origins = p.Origins
	}
	out.Name, out.RelatedOrigins = p.Name, p.RelatedOrigins
	out.UserVerification, out.Attestation, out.Formats = p.UserVerification, p.Attestation, p.Formats
	out.AllowAAGUIDs, out.DenyAAGUIDs, out.DenySynced = p.AllowAAGUIDs, p.DenyAAGUIDs, p.DenySynced != nil && *p.DenySynced
	if out.ID == "" || len(out.Origins) == 0 {
		return nil, refuse(path, "passkeys need the url of the website, or an rp_id and its origins")
	}
	err := relying.Check(&out)
	if refusal, ok := errors.AsType[*mfa.Error](err); ok {
		return nil, refuse(path+"."+refusal.Field, refusal.Message)
	}
	return &out, err
}

// empty reports whether nothing of it is written but perhaps the url.
func (p *relyingParty) empty() bool {
	return p.RPID == "" && p.Name == "" && len(p.Origins) == 0 && len(p.RelatedOrigins) == 0 && p.UserVerification == "" &&
		p.Attestation == "" && len(p.Formats) == 0 && len(p.AllowAAGUIDs) == 0 && len(p.DenyAAGUIDs) == 0 && p.DenySynced == nil
}
