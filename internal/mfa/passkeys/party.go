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

// partyAt finds the relying party of an id ("" for any) that accepts an origin: that of the application named first
// where it is among them. The applications are those of one directory; what is switched off or does not know the user
// is no door to them.
func partyAt(all []mfa.Application, first mfa.ApplicationID, u mfa.User, rpID, origin string) (mfa.Application, bool) {
	fits := func(a mfa.Application) bool {
		p := a.Settings.RelyingParty
		return p != nil && !a.Settings.Disabled && u.KnownTo(a) && (rpID == "" || p.ID == rpID) && slices.Contains(p.AllOrigins(), origin)
	}
	i := slices.IndexFunc(all, func(a mfa.Application) bool { return a.ID == first && fits(a) })
	if i < 0 {
		i = slices.IndexFunc(all, fits)
	}
	if i < 0 {
		return mfa.Application{}, false
	}
	return all[i], true
}
