package authsignal

import (
	"github.com/twinseal/twinseal/internal/mfa"
)

// Kinds of keys, by which the three APIs find their callers.
const (
	keyTenant     = mfa.KeyAuthsignalTenant
	keySecret     = mfa.KeyAuthsignalSecret
	keyManagement = mfa.KeyAuthsignalManagement
)

// secrets are the tenant's live secret keys, newest first.
func (d *Dialect) secrets(caller *mfa.Caller) []mfa.Key {
	return caller.LiveKeys(keySecret, d.service.Now())
}

// tenantID is the tenant's public name, "" for an application that is no tenant.
func (d *Dialect) tenantID(caller *mfa.Caller) string {
	for i := range caller.Keys {
		if k := &caller.Keys[i]; k.Kind == keyTenant && k.Live(d.service.Now()) {
			return string(k.Secret.Reveal())
		}
	}
	return ""
}
