package stepup

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Said is what the events of this package say. It holds no address.
type Said struct {
	Method        mfa.Method          `json:"method,omitempty"`
	Kind          mfa.Kind            `json:"kind,omitempty"`
	Authenticator mfa.AuthenticatorID `json:"authenticator,omitempty"`
	Action        mfa.ActionID        `json:"action,omitempty"`
	Code          string              `json:"code,omitempty"`
	Key           string              `json:"key,omitempty"`
	Prompt        mfa.PromptID        `json:"prompt,omitempty"`
	Device        string              `json:"device,omitempty"`
	// Reason tells refusals apart: invalid_or_expired, max_attempts or rejected.
	Reason string `json:"reason,omitempty"`
}

func (s Said) data() json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		return nil // texts always encode
	}
	return data
}

// tell appends an event about the attempt's user.
func (a *attempt) tell(t mfa.EventType, s Said) error {
	s.Action, s.Code, s.Key = a.action.ID, a.action.Code, a.action.Key
	return a.domain.Append(a.w, a.Caller, mfa.Event{Type: t, UserID: a.UserID, Source: a.Source, At: a.now, Data: s.data()})
}

func (a *attempt) note(t mfa.EventType, m mfa.Method, by mfa.AuthenticatorID) error {
	return a.tell(t, Said{Method: m, Authenticator: by})
}
