package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Rename calls an authenticator of the user's something else; it needs [ScopeUpdate].
func (s *Service) Rename(ctx context.Context, p Pass, id mfa.AuthenticatorID, name string) error {
	return errLater
}

// Remove takes an authenticator of the user's away; it needs [ScopeRemove].
func (s *Service) Remove(ctx context.Context, p Pass, id mfa.AuthenticatorID) error { return errLater }

// SetDefault offers a method of the user's first from now on; it needs [ScopeUpdate].
func (s *Service) SetDefault(ctx context.Context, p Pass, m mfa.Method) error { return errLater }

// DisableMFA takes all of the user's authenticators away, where the application lets people do so; it needs
// [ScopeRemove].
func (s *Service) DisableMFA(ctx context.Context, p Pass) error { return errLater }
