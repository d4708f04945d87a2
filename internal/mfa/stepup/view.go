package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// View is where somebody stands: all that a page needs to decide what it shows.
type View struct {
	Action  mfa.Action
	User    mfa.User
	Profile mfa.Profile
	// Entries are what the user has, recovery codes left out.
	Entries []Entry
	// Usable are the methods that prove the action now, the one to begin with first in Default.
	Usable  []mfa.Method
	Default mfa.Method
	// Enrollable are the methods that may be enrolled now: by anybody who has none yet, and by whoever may add more.
	Enrollable []mfa.Method
	CanAdd     bool
	CanUpdate  bool
	CanRemove  bool
	Uplift     []mfa.Method // not enrolled yet, to be suggested afterwards
	Recovery   bool         // there are recovery codes
	// RecoveryDue says that the user should be given some, by [Service.MakeRecovery].
	RecoveryDue bool
	// Open are the prompts that wait for an answer, newest first.
	Open []mfa.Prompt
	// Provable says that a proof would count: the action is neither blocked nor under review, nor has it failed.
	Provable bool
}

// Look reads where somebody stands. It changes nothing.
func (s *Service) Look(ctx context.Context, p Pass) (View, error) { return View{}, errLater }
