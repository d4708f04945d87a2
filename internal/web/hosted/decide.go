package hosted

import (
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// page is a screen.
type page string

const (
	pageChoose   page = "choose"
	pageEnrol    page = "enrol" // choose what to enrol
	pageNone     page = "none"  // there is nothing to choose from
	pageAddress  page = "address"
	pageSend     page = "send"
	pageCode     page = "code"
	pageLink     page = "link"
	pagePush     page = "push"
	pageQR       page = "qr"
	pageTOTP     page = "totp"
	pageSetup    page = "setup" // of an authenticator app
	pageKey      page = "key"
	pageNewKey   page = "newkey"
	pageRecovery page = "recovery"
	pageOffer    page = "offer" // of recovery codes
	pageUplift   page = "uplift"
	pageSettings page = "settings"
	pageRename   page = "rename"
	pageRemove   page = "remove"
	pageDisable  page = "disable"
	pageRenew    page = "renew"
	pageDone     page = "done"
	pageBlocked  page = "blocked"
	pageReview   page = "review"
	pageFailed   page = "failed"
)

// look is what a decision is made from: where somebody stands, and what works here.
type look struct {
	stepup.View

	Settings mfa.StepUp
	// Passkeys says that browsers may use the application's passkeys on these pages: it named their origin.
	Passkeys bool
}

// shown is a page and what it is about.
type shown struct {
	Page   page
	Method mfa.Method
	Prompt *mfa.Prompt // that is open
	Enrols bool
}

// decide says what is shown. It is pure: the same state and wish give the same page.
func decide(l look, a asked) shown {
	switch l.Action.State {
	case mfa.ActionBlock:
		return shown{Page: pageBlocked}
	case mfa.ActionReviewRequired:
		return shown{Page: pageReview}
	case mfa.ActionReviewFailed, mfa.ActionChallengeFailed:
		return shown{Page: pageFailed}
	case mfa.ActionChallengeRequired:
		if !l.Provable {
			return shown{Page: pageFailed}
		}
		return l.prove(a)
	}
	return l.after(a)
}

// ways are the methods of a list that work here.
func (l look) ways(methods []mfa.Method) []mfa.Method {
	return slices.DeleteFunc(slices.Clone(methods), func(m mfa.Method) bool {
		switch m {
		case mfa.MethodPasskey, mfa.MethodSecurityKey:
			return !l.Passkeys
		case mfa.MethodInApp, mfa.MethodDevice, mfa.MethodRecovery:
			return true // an app answers these by itself; recovery codes have a place of their own
		}
		return false
	})
}

// enrollable are the methods that can be enrolled on a page and are not hidden.
func (l look) enrollable() []mfa.Method {
	return slices.DeleteFunc(l.ways(l.Enrollable), func(m mfa.Method) bool {
		hidden := l.Settings.Method(m).HiddenToUser
		return m == mfa.MethodPush || m == mfa.MethodQRCode || hidden != nil && *hidden
	})
}

// prove is the page of somebody who has not proved the action.
func (l look) prove(a asked) shown {
	usable := l.ways(l.Usable)
	switch {
	case len(l.Entries) == 0 && len(l.enrollable()) > 0:
		return l.enrol(a)
	case a.Step == stepRecovery && l.Recovery, len(usable) == 0 && l.Recovery:
		return shown{Page: pageRecovery, Method: mfa.MethodRecovery}
	case len(usable) == 0:
		return l.enrol(a)
	case a.Step == stepChoose:
		return shown{Page: pageChoose}
	}
	return l.by(l.first(usable, a), a)
}

// first picks the method: the one that was asked for, the one that is under way, the default.
func (l look) first(usable []mfa.Method, a asked) mfa.Method {
	if slices.Contains(usable, a.Method) {
		return a.Method
	}
	for i := range l.Open {
		if p := &l.Open[i]; !p.Enrols && waited(p.Method) && slices.Contains(usable, p.Method) {
			return p.Method
		}
	}
	if slices.Contains(usable, l.Default) {
		return l.Default
	}
	return usable[0]
}

// waited says that a method has a prompt that stays open while its person does something.
func waited(m mfa.Method) bool {
	return texted(m) || mail(m) || m == mfa.MethodPush || m == mfa.MethodQRCode
}

// open finds the newest open prompt of a method.
func (l look) open(m mfa.Method) *mfa.Prompt {
	i := slices.IndexFunc(l.Open, func(p mfa.Prompt) bool { return p.Method == m })
	if i < 0 {
		return nil
	}
	return &l.Open[i]
}

// by is the page of a method that proves.
func (l look) by(m mfa.Method, a asked) shown {
	out := shown{Method: m, Prompt: l.open(m)}
	switch {
	case m == mfa.MethodTOTP:
		out.Page = pageTOTP
	case m == mfa.MethodPasskey || m == mfa.MethodSecurityKey:
		out.Page = pageKey
	case out.Prompt == nil || m == mfa.MethodQRCode && a.Device == "":
		out.Page = pageSend
	default:
		out.Page = waiting(m)
	}
	return out
}

// waiting is the page while a prompt is open.
func waiting(m mfa.Method) page {
	switch m {
	case mfa.MethodMagicLink:
		return pageLink
	case mfa.MethodPush:
		return pagePush
	case mfa.MethodQRCode:
		return pageQR
	}
	return pageCode
}

// enrol is the page of somebody who gets a way to prove themselves, the first or one more.
func (l look) enrol(a asked) shown {
	methods := l.enrollable()
	if len(methods) == 0 {
		return shown{Page: pageNone}
	}
	m := a.Method
	if !slices.Contains(methods, m) {
		m = ""
		if i := slices.IndexFunc(l.Open, func(p mfa.Prompt) bool { return p.Enrols && slices.Contains(methods, p.Method) }); i >= 0 && a.Step != stepChoose {
			m = l.Open[i].Method
		} else if len(methods) == 1 {
			m = methods[0]
		}
	}
	switch m {
	case "":
		return shown{Page: pageEnrol, Enrols: true}
	case mfa.MethodTOTP:
		return shown{Page: pageSetup, Method: m, Enrols: true}
	case mfa.MethodPasskey, mfa.MethodSecurityKey:
		return shown{Page: pageNewKey, Method: m, Enrols: true}
	}
	return l.enrolAddress(m, a)
}

// enrolAddress is the page on which an address becomes one's own: told, sent to, proved.
func (l look) enrolAddress(m mfa.Method, a asked) shown {
	out := shown{Page: pageAddress, Method: m, Enrols: true}
	bare := len(l.Entries) == 0
	switch p := l.open(m); {
	case a.Step == stepAddress:
	case p != nil && (p.Enrols || bare):
		out.Page, out.Prompt = waiting(m), p
	case bare && l.told(m) != "" && !more(l.Settings, m).DontSkipInput:
		out.Page = pageSend
	}
	return out
}

// told is the address that the application knows for a method, "" for none.
func (l look) told(m mfa.Method) string {
	switch {
	case mail(m):
		return l.Profile.Email
	case texted(m):
		return l.Profile.Phone
	}
	return ""
}

// after is the page once the action is allowed or proved: what is left to do, then the way out.
func (l look) after(a asked) shown {
	bare, proved := len(l.Entries) == 0, l.Action.State == mfa.ActionChallengeSucceeded
	switch {
	case bare && l.Action.State == mfa.ActionAllow && a.Step != stepDone && len(l.enrollable()) > 0:
		return l.enrol(a)
	case l.proving(a):
		return l.prove(a)
	case (a.Step == stepAdd || a.Step == stepAddress) && l.CanAdd && len(l.enrollable()) > 0:
		return l.enrol(a)
	case proved && a.New != "" && l.RecoveryDue && a.Step == "":
		return shown{Page: pageOffer}
	case proved && (a.Step == "" || a.Step == stepUplift) && l.upliftable():
		return shown{Page: pageUplift, Method: mfa.MethodPasskey, Enrols: true}
	case l.Action.Request.ToSettings:
		return l.manage(a)
	}
	return shown{Page: pageDone}
}

// proving says that somebody proves once more, for the right to change something.
func (l look) proving(a asked) bool {
	wants := a.Step == stepProve || a.Step == stepChoose || a.Step == stepRecovery
	return wants && l.Action.Request.ToSettings && l.Provable && len(l.ways(l.Usable)) > 0
}

// upliftable says that a passkey is worth suggesting.
func (l look) upliftable() bool {
	return l.CanAdd && slices.Contains(l.Uplift, mfa.MethodPasskey) && slices.Contains(l.enrollable(), mfa.MethodPasskey) && !more(l.Settings, mfa.MethodPasskey).DisablePrompt
}

// manage is a page of the settings.
func (l look) manage(a asked) shown {
	_, owns := l.entry(a.ID)
	switch {
	case a.Step == stepRename && owns && l.CanUpdate:
		return shown{Page: pageRename}
	case a.Step == stepRemove && owns && l.CanRemove && l.Settings.AllowDeleting:
		return shown{Page: pageRemove}
	case a.Step == stepDisable && l.CanRemove && l.Settings.AllowDisabling:
		return shown{Page: pageDisable}
	case a.Step == stepRenew && l.CanUpdate && !l.Settings.DisableRecovery:
		return shown{Page: pageRenew}
	}
	return shown{Page: pageSettings}
}

func (l look) entry(id mfa.AuthenticatorID) (people.Entry, bool) {
	return people.EntryOf(l.Entries, id)
}
