package stepup

import "context"

// CheckRecovery burns a recovery code, in the place of any method.
func (s *Service) CheckRecovery(ctx context.Context, p Pass, code string) (Result, error) {
	return Result{}, errLater
}

// MakeRecovery gives the user fresh recovery codes, shown once; older ones stop working. It needs [ScopeUpdate] or, of
// somebody who has none yet and has proved the action, nothing.
func (s *Service) MakeRecovery(ctx context.Context, p Pass) ([]string, error) { return nil, errLater }
