package passkeys

import (
	"cmp"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// relyingParty is the caller's, its empty fields filled in.
func relyingParty(c *mfa.Caller) (mfa.RelyingParty, error) {
	if err := c.Enabled(); err != nil {
		return mfa.RelyingParty{}, err
	}
	if c.Application.Settings.RelyingParty == nil {
		return mfa.RelyingParty{}, errNoRelyingParty
	}
	return filled(c.Application), nil
}

// filled is the relying party of an application that has one.
func filled(a mfa.Application) mfa.RelyingParty {
	out := *a.Settings.RelyingParty
	out.Name, out.UserVerification = cmp.Or(out.Name, a.Name), cmp.Or(out.UserVerification, Required)
	return out
}

// strengths are the grades of user verification, the weakest first.
var strengths = []string{Discouraged, Preferred, Required}

// stricter is the stronger of two grades; what is no grade counts as none.
func stricter(a, b string) string {
	if slices.Index(strengths, b) > slices.Index(strengths, a) {
		return b
	}
	return a
}

// open lists the applications of a directory whose relying party fits, the one named first. What is switched off or does
// not know the user is no door to them.
func open(all []mfa.Application, first mfa.ApplicationID, u mfa.User, fits func(*mfa.RelyingParty) bool) []mfa.Application {
	var out []mfa.Application
	for _, a := range all {
		if p := a.Settings.RelyingParty; p == nil || a.Settings.Disabled || !u.KnownTo(a) || !fits(p) {
			continue
		}
		if a.ID == first {
			out = slices.Insert(out, 0, a)
		} else {
			out = append(out, a)
		}
	}
	return out
}
