package stepup

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// added is a new authenticator with what it is called.
type added struct {
	mfa.Authenticator

	method  mfa.Method
	address string
	// written says that the row is there already.
	written bool
	// replaces is whose place it takes, under that one's id.
	replaces mfa.AuthenticatorID
}

// enrol writes a new authenticator whose proof burn lets count. The first one proves the action; one that is added to
// others proves nothing, or whoever may add could let themselves in by it.
func (a *attempt) enrol(in added, burn func() (bool, error)) (Result, error) {
	first := len(a.mine()) == 0
	if in.replaces == "" {
		if err := a.enrollable(in.method); err != nil {
			return Result{}, err
		}
	} else if !a.may(ScopeUpdate) {
		return Result{}, errMayNotUpdate
	}
	if first {
		if err := a.clear(in.method, in.ID); err != nil {
			return Result{}, err
		}
	}
	if won, err := burn(); err != nil || !won {
		return Result{Failure: FailureInvalid}, err
	}
	entry, err := a.add(in)
	if err != nil {
		return Result{}, err
	}
	if first {
		out, err := a.moved(in.method, entry)
		out.Enrolled = true
		return out, err
	}
	return Result{
		Verified: true, Consumed: true, Enrolled: true, Method: in.method, Entry: &entry, User: a.user, Action: a.action, Pass: a.Pass,
	}, nil
}

// add writes the row.
func (a *attempt) add(in added) (people.Entry, error) {
	entry := people.Entry{Authenticator: in.Authenticator, Method: in.method, Address: in.address}
	event := mfa.EventAuthenticatorAdded
	switch {
	case in.written:
		return entry, nil
	case in.replaces != "":
		event = mfa.EventAuthenticatorUpdated
		if err := a.readdress(&entry, in); err != nil {
			return entry, err
		}
	default:
		if err := people.RoomFor(a.held, in.Kind, a.domain.Limits()); err != nil {
			return entry, err
		}
		entry.UserID, entry.DirectoryID, entry.State = a.UserID, a.user.DirectoryID, mfa.AuthenticatorActive
		entry.ApplicationID, entry.CreatedAt, entry.LastUsedAt = a.Caller.Application.ID, a.now, a.now
		var err error
		if entry.Authenticator, err = a.w.AddAuthenticator(entry.Authenticator); err != nil {
			if mfa.IsCode(err, mfa.Conflict) {
				err = errKeyElsewhere // nothing else that is added here is unique
			}
			return entry, err
		}
	}
	return entry, a.tell(event, Said{Method: in.method, Kind: in.Kind, Authenticator: entry.ID})
}

// readdress gives a phone or address that the user has a new number or address.
func (a *attempt) readdress(entry *people.Entry, in added) error {
	old, ok := people.EntryOf(a.mine(), in.replaces)
	if !ok || old.Kind != in.Kind {
		return errNoKey
	}
	old.Secret, old.LastUsedAt, old.Address = in.Secret, a.now, in.address
	won, err := a.w.UpdateAuthenticator(old.Authenticator)
	if err == nil && !won {
		err = errBusy
	}
	*entry = old
	return err
}

func encode(v any) (json.RawMessage, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, internal("an authenticator could not be written", err)
	}
	return data, nil
}

// used remembers when a means was last used. Of two proofs at the same moment one may go unnoted; both count.
func (a *attempt) used(e *people.Entry) error {
	e.LastUsedAt = a.now
	return a.w.NoteUse(e.Authenticator)
}

// maxName bounds what people call their authenticators, in characters.
const maxName = 100

func tidyName(text string) string {
	text = strings.TrimSpace(mfa.Showable(text))
	if utf8.RuneCountInString(text) > maxName {
		text = string([]rune(text)[:maxName])
	}
	return text
}

// life is how long a prompt of a method is open.
func life(c *mfa.Caller, m mfa.Method) time.Duration {
	return c.Application.StepUpSettings().Method(m).PromptLife()
}
