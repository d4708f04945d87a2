package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// NewSeed is a seed to be shown, as a picture of its URI and as text. AuthenticatorID is that of the authenticator to
// be.
type NewSeed struct {
	mfa.Seed

	AuthenticatorID mfa.AuthenticatorID
}

// BeginTOTP makes a seed, or shows again the one that waits for its first code in this action.
func (s *Service) BeginTOTP(ctx context.Context, p Pass) (NewSeed, error) { return NewSeed{}, errLater }

// CheckTOTP burns a code of an authenticator app: of the seed that was shown, which is enrolled by it, or of any that
// the person has, whichever front door gave it.
func (s *Service) CheckTOTP(ctx context.Context, p Pass, code string) (Result, error) {
	return Result{}, errLater
}
