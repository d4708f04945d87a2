package mfa

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/policy"
)

// MaxName bounds a name, in bytes: one line on every screen.
const MaxName = 200

// Configure changes what caches hold: one such change at a time, and this process sees it at once.
func (s *Service) Configure(ctx context.Context, change func(WriteRecords) error) error {
	err := s.store.Write(ctx, func(w WriteRecords) error {
		if err := w.LockConfiguration(); err != nil {
			return err
		}
		w.Announce(TopicConfiguration)
		return change(w)
	})
	s.Forget()
	return err
}

// Forget drops what is cached.
func (s *Service) Forget() {
	s.cache.drop()
	s.keys.drop()
	s.origins.drop()
}

// NoteConfigured writes what was done to what into the log.
func (s *Service) NoteConfigured(w WriteRecords, c *Caller, what, id, did string) error {
	data, err := json.Marshal(map[string]string{"what": what, "id": id, "did": did})
	if err != nil {
		return &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	return s.Append(w, c, Event{Type: EventConfigurationChanged, Data: data})
}

// CheckName refuses names that no screen shows as they are.
func CheckName(name string) error {
	if name == "" || len(name) > MaxName || Showable(name) != name {
		return &Error{Code: Invalid, Field: "name", Message: "a name has 1 to 200 characters that can be shown"}
	}
	return nil
}

// CheckPolicy refuses a policy that cannot be demanded; nil demands nothing.
func CheckPolicy(p *policy.Policy) error {
	if p == nil {
		return nil
	}
	if err := p.Validate(); err != nil {
		return &Error{Code: Invalid, Field: "policy", Message: "the policy cannot be demanded", Cause: err}
	}
	return nil
}
