package stepup

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// View is where somebody stands: all that a page needs to decide what it shows.
type View struct {
	Action  mfa.Action // zero of a pass that is of none
	User    mfa.User
	Profile mfa.Profile
	// Entries are what the user has, recovery codes left out.
	Entries []people.Entry
	// Usable are the methods that prove the action now. Default is the one to begin with, "" where there is none.
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
func (s *Service) Look(ctx context.Context, p Pass) (View, error) {
	if p.UserID == "" {
		return View{}, errNobody
	}
	var out View
	var held []mfa.Authenticator
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out = View{}
		if out.User, err = r.User(p.Caller.Directory.ID, mfa.UserRef{ID: p.UserID}); err != nil {
			return err
		}
		if p.ActionID != "" {
			if out.Action, err = ownAction(r, p); err != nil {
				return err
			}
		}
		if out.Profile, err = people.ProfileOf(r, out.User); err != nil {
			return err
		}
		if held, err = r.AuthenticatorsOf(p.UserID); err != nil {
			return err
		}
		out.Open, err = promptsOf(r, p, s.domain)
		return err
	})
	if err == nil {
		err = mfa.UsableBy(out.User, p.Caller)
	}
	if err != nil {
		return View{}, err
	}
	out.judge(s, p, held)
	return out, nil
}

// judge works out what may be done.
func (v *View) judge(s *Service, p Pass, held []mfa.Authenticator) {
	app, settings := p.Caller.Application, p.Caller.Application.StepUpSettings()
	now := s.domain.Now()
	v.Entries = people.Entries(p.Caller, held)
	v.Open = slices.DeleteFunc(v.Open, func(o mfa.Prompt) bool { return !o.Live(now) })
	v.Recovery = people.HasRecovery(held)
	v.Provable = p.ActionID == "" || provable(v.Action.State)
	v.CanAdd = p.may(ScopeAdd) || len(v.Entries) == 0
	v.CanUpdate, v.CanRemove = p.may(ScopeUpdate), p.may(ScopeRemove)
	for _, m := range app.ActiveMethods() {
		if m == mfa.MethodRecovery {
			continue
		}
		if v.has(m) && allows(v.Action, m) {
			v.Usable = append(v.Usable, m)
		}
		if v.offers(m, settings.Method(m)) {
			v.Enrollable = append(v.Enrollable, m)
		}
	}
	if v.Recovery && app.MethodActive(mfa.MethodRecovery) {
		v.Usable = append(v.Usable, mfa.MethodRecovery)
	}
	v.Default = v.first(p.Caller, held)
	for _, m := range v.Action.Uplift {
		if app.MethodActive(m) && !v.has(m) {
			v.Uplift = append(v.Uplift, m)
		}
	}
	v.RecoveryDue = app.MethodActive(mfa.MethodRecovery) && !settings.HideRecoveryOnEnrollment && s.owedRecovery(p, v)
}

// has reports whether the user can prove themselves by a method.
func (v *View) has(m mfa.Method) bool {
	if kindOf(m) != "" {
		_, ok := addressOf(v.Entries, m)
		return ok
	}
	return slices.ContainsFunc(v.Entries, func(e people.Entry) bool {
		return e.Method == m || e.Method == mfa.MethodDevice && (m == mfa.MethodQRCode || m == mfa.MethodInApp)
	})
}

// offers reports whether a person is offered to enrol a method. Keys of apps are enrolled by the app alone.
func (v *View) offers(m mfa.Method, settings mfa.MethodSettings) bool {
	switch m {
	case mfa.MethodPush, mfa.MethodQRCode, mfa.MethodInApp, mfa.MethodDevice:
		return false
	}
	hidden := settings.HiddenToUser != nil && *settings.HiddenToUser
	one := settings.AllowMultiple != nil && !*settings.AllowMultiple && v.has(m)
	return v.CanAdd && !hidden && !one && (len(v.Entries) > 0 || allows(v.Action, m))
}

// first is the method to begin with: as the application was told when the action was tracked, or else the strongest.
func (v *View) first(c *mfa.Caller, held []mfa.Authenticator) mfa.Method {
	if _, m := actions.Choices(c, v.Action.Decision, v.Profile, people.Methods(c, held)); slices.Contains(v.Usable, m) {
		return m
	}
	if len(v.Usable) == 0 || v.Usable[0] == mfa.MethodRecovery {
		return ""
	}
	return v.Usable[0]
}
