package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Pushed is a question on its way to phones.
type Pushed struct {
	Prompt mfa.Prompt
	Asked  []mfa.AuthenticatorID
}

// StartPush asks the user's phones, linked through whatever front door, and keys of the application's own app: all of
// them, or the one named. The first answer counts.
func (s *Service) StartPush(ctx context.Context, p Pass, only mfa.AuthenticatorID) (Pushed, error) {
	return Pushed{}, errLater
}

// CheckPush says where a question stands, and lets the answer of a phone count.
func (s *Service) CheckPush(ctx context.Context, p Pass, prompt mfa.PromptID) (Result, error) {
	return Result{}, errLater
}

// Settle lets the answers count that phones have given meanwhile, for whoever looks at an action without having asked
// [Service.CheckPush].
func (s *Service) Settle(ctx context.Context, c *mfa.Caller, a mfa.Action) (mfa.Action, error) {
	return a, errLater
}
