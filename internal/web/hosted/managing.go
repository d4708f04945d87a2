package hosted

import (
	"encoding/base32"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// settingsPage lists what somebody proves themselves with. What the token has no right to is not offered; a fresh proof
// gives it.
func (v *visit) settingsPage() *screen {
	s := v.blank("settings", pageSettings)
	s.Heading, s.Body = s.say("settings.heading"), s.say("settings.body")
	l := v.look
	for i := range l.Entries {
		s.Owned = append(s.Owned, v.owned(s, &l.Entries[i]))
	}
	if !l.Settings.DisableRecovery && len(l.Entries) > 0 {
		s.Spare = &spare{Hint: s.say("settings.recovery-warning")}
		if l.CanUpdate {
			s.Spare.Address = v.step(stepRenew)
		}
	}
	if l.CanAdd && len(l.enrollable()) > 0 {
		s.Add = v.step(stepAdd)
	}
	if l.CanRemove && l.Settings.AllowDisabling && len(l.Entries) > 0 {
		s.Disable = v.step(stepDisable)
	}
	if !l.CanUpdate && l.Provable && len(l.ways(l.Usable)) > 0 {
		s.Fresh = v.step(stepProve)
	}
	if s.Leave = v.leave(s); s.Leave != nil {
		s.Leave.Label = s.say("settings.exit")
	}
	if s.Popup != nil {
		s.Popup.Token = v.asked.Token
	}
	return s
}

func (v *visit) owned(s *screen, e *people.Entry) owned {
	l := v.look
	method := s.say("method." + string(e.Method))
	out := owned{ID: string(e.ID), Icon: e.Method, Method: e.Method, Name: method}
	var hints []string
	switch {
	case e.Address != "":
		hints = append(hints, mask(e.Address))
	case e.Name != "":
		out.Name = e.Name
		hints = append(hints, method)
	}
	hints = append(hints, s.say("settings.added", "date", e.CreatedAt.Format(s.say("common.date"))))
	out.Hint = strings.Join(hints, " · ")
	out.Default = l.Default == e.Method && len(l.Entries) > 1
	editable := l.Settings.Method(e.Method).EditableByUser
	free := editable == nil || *editable
	if l.CanUpdate {
		out.MakeDefault = !out.Default && len(l.Entries) > 1 && slices.Contains(l.Usable, e.Method)
		if e.Address == "" && free {
			out.Rename = v.to(func(a *asked) { a.Step, a.ID = stepRename, e.ID })
		}
	}
	if l.CanRemove && l.Settings.AllowDeleting && free {
		out.Remove = v.to(func(a *asked) { a.Step, a.ID = stepRemove, e.ID })
	}
	return out
}

// maxName bounds what people call their authenticators, in characters.
const maxName = 100

// sure asks once more, or for a name.
func (v *visit) sure(is shown) *screen {
	s := v.blank("sure", is.Page)
	s.Do, s.ID, s.Back = string(is.Page), v.asked.ID, v.step(stepDone)
	e, _ := v.look.entry(v.asked.ID)
	called := e.Name
	if called == "" {
		called = s.say("method." + string(e.Method))
	}
	switch is.Page {
	case pageRename:
		s.Icon, s.Heading, s.Button = string(e.Method), s.say("rename.heading"), s.say("common.save")
		s.Field = &field{Label: s.say("rename.label"), Value: called, Most: maxName}
	case pageRemove:
		s.Icon, s.Danger = "remove", true
		s.Heading, s.Body, s.Button = s.say("remove.heading", "name", called), s.say("remove.body"), s.say("remove.button")
		if len(v.look.Entries) == 1 {
			s.Warning = s.say("remove.last")
		}
	case pageDisable:
		s.Icon, s.Danger = "stop", true
		s.Heading, s.Body, s.Button = s.say("disable.heading"), s.say("disable.body"), s.say("disable.button")
	default:
		s.Icon, s.Do = string(mfa.MethodRecovery), "recovery-codes"
		s.Heading, s.Body, s.Button = s.say("renewed.heading"), s.say("renewed.body"), s.say("settings.recovery-new")
	}
	return s
}

// mask hides most of an address: enough is left to tell one's own apart.
func mask(address string) string {
	const dots = "••••"
	if at := strings.LastIndexByte(address, '@'); at > 0 {
		first, _ := utf8.DecodeRuneInString(address)
		return string(first) + dots + address[at:]
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, address)
	const shown = 3
	if len(digits) <= 2*shown {
		return dots
	}
	return dots + " " + digits[len(digits)-shown:]
}

func base32Of(secret mfa.Secret) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret.Reveal())
}
