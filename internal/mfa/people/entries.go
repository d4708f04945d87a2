package people

import (
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Entry is one means by which a user proves themselves, in the way in which people speak of it.
type Entry struct {
	mfa.Authenticator

	Method  mfa.Method
	Address string // of a phone or e-mail address, as it was written
}

// marks are what tells the method of an authenticator that serves several.
type marks struct {
	Method      mfa.Method `json:"method"`
	Use         mfa.Method `json:"use"`
	RPID        string     `json:"rp_id"`
	SecurityKey bool       `json:"security_key"`
}

// Entries are what counts of a user's authenticators at an application: those of the directory and its own, and of
// passkeys those of its relying party. Whoever linked a phone at another front door can be asked on it. Recovery codes
// are none, because they stand in for others.
func Entries(c *mfa.Caller, held []mfa.Authenticator) []Entry {
	var out []Entry
	for i := range held {
		if m := methodOf(c, &held[i]); m != "" {
			e := Entry{Authenticator: held[i], Method: m}
			if e.Kind == mfa.KindPhone || e.Kind == mfa.KindEmail {
				e.Address = string(e.Secret.Reveal())
			}
			out = append(out, e)
		}
	}
	return out
}

// methodOf is how an authenticator proves something at the application, "" where it does not.
func methodOf(c *mfa.Caller, a *mfa.Authenticator) mfa.Method {
	if a.State != mfa.AuthenticatorActive || a.ApplicationID != "" && a.ApplicationID != c.Application.ID {
		return ""
	}
	switch a.Kind {
	case mfa.KindTOTP:
		return mfa.MethodTOTP
	case mfa.KindDevice:
		return mfa.MethodPush
	case mfa.KindPhone, mfa.KindEmail, mfa.KindAppKey, mfa.KindPasskey:
	default:
		return ""
	}
	var say marks
	if json.Unmarshal(a.Data, &say) != nil {
		return "" // nothing that these rules wrote
	}
	switch a.Kind {
	case mfa.KindPasskey:
		return passkeyMethod(c, say)
	case mfa.KindAppKey:
		return say.Use
	}
	return say.Method
}

func passkeyMethod(c *mfa.Caller, say marks) mfa.Method {
	switch party := c.Application.Settings.RelyingParty; {
	case party == nil || party.ID != say.RPID:
		return ""
	case say.SecurityKey:
		return mfa.MethodSecurityKey
	}
	return mfa.MethodPasskey
}

// Methods are what a user can prove themselves with at the application, each once, in the order of enrollment: of what
// they have, what the application has switched on.
func Methods(c *mfa.Caller, held []mfa.Authenticator) []mfa.Method {
	var out []mfa.Method
	for i := range held {
		m := methodOf(c, &held[i])
		if m != "" && !slices.Contains(out, m) && c.Application.MethodActive(m) {
			out = append(out, m)
		}
	}
	return out
}

// EntryOf finds one by its id.
func EntryOf(entries []Entry, id mfa.AuthenticatorID) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

// HasRecovery reports whether a user has recovery codes left.
func HasRecovery(held []mfa.Authenticator) bool {
	return slices.ContainsFunc(held, func(a mfa.Authenticator) bool {
		return a.Kind == mfa.KindRecovery && a.State == mfa.AuthenticatorActive
	})
}

// SameAddress compares an address, as it was written, with one in its one form.
func SameAddress(written, address string) bool {
	if written == address {
		return true
	}
	if phone, err := mfa.ParseE164(written); err == nil {
		return phone.E164() == address
	}
	mail, err := mfa.ParseEmail(written)
	return err == nil && mail == address
}
