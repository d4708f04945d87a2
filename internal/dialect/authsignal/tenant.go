package authsignal

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Kinds of keys, by which the three APIs find their callers.
const (
	keyTenant     = mfa.KeyAuthsignalTenant
	keySecret     = mfa.KeyAuthsignalSecret
	keyManagement = mfa.KeyAuthsignalManagement
)

// secrets are the tenant's live secret keys, newest first.
func (d *Dialect) secrets(ctx context.Context, caller *mfa.Caller) ([]mfa.Key, error) {
	keys, err := d.service.LiveKeys(ctx, caller.Application.ID)
	return slices.DeleteFunc(keys, func(k mfa.Key) bool { return k.Kind != keySecret }), err
}
