package stepup

import (
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// kept is what a prompt keeps in its data.
type kept struct {
	Scopes   []string            `json:"scopes,omitempty"`   // of whoever began to enrol
	Replaces mfa.AuthenticatorID `json:"replaces,omitempty"` // by what is enrolled
	TOTP     *mfa.TOTPData       `json:"totp,omitempty"`     // of the seed that is shown
	Custom   json.RawMessage     `json:"custom,omitempty"`   // what an app shows
	Nonce    string              `json:"nonce,omitempty"`
	// Full says that the answer earned every right, Linked that it enrolled something.
	Full     bool `json:"full,omitempty"`
	Enrolled bool `json:"enrolled,omitempty"`
}

// keptOf reads a prompt's data, which this package alone writes.
func keptOf(p mfa.Prompt) kept {
	var k kept
	_ = json.Unmarshal(p.Data, &k) // a prompt without data has kept nothing
	return k
}

// Custom is what an app shows with a prompt, as whoever made it told.
func Custom(p mfa.Prompt) json.RawMessage { return keptOf(p).Custom }

// Nonce is the random text of a prompt, for attestations of apps.
func Nonce(p mfa.Prompt) string { return keptOf(p).Nonce }

// prompt is a new one of the attempt's action.
func (a *attempt) prompt(m mfa.Method, k kept) (mfa.Prompt, error) {
	p, err := newPrompt(a.Pass, m, k)
	p.UserID, p.ActionID, p.ActionCode, p.ActionKey = a.UserID, a.ActionID, a.action.Code, a.action.Key
	p.CreatedAt, p.ExpiresAt = a.now, a.now.Add(life(a.Caller, m))
	return p, err
}

// newPrompt is a prompt of an application.
func newPrompt(p Pass, m mfa.Method, k kept) (mfa.Prompt, error) {
	data, err := json.Marshal(k)
	if err != nil {
		return mfa.Prompt{}, internal("a challenge could not be written", err)
	}
	return mfa.Prompt{
		ID: mfa.NewID[mfa.PromptID](), OrganizationID: p.Caller.Organization.ID, DirectoryID: p.Caller.Directory.ID,
		ApplicationID: p.Caller.Application.ID, Method: m, State: mfa.PromptPending, Data: data, DeviceID: p.DeviceID, IP: p.Source,
		UserAgent: p.UserAgent, Locale: p.Locale,
	}, nil
}

// prompts lists those of the attempt's action, or of a pass without one, newest first.
func (a *attempt) prompts() ([]mfa.Prompt, error) { return promptsOf(a.w, a.Pass, a.domain) }

func promptsOf(r mfa.Records, p Pass, d *mfa.Service) ([]mfa.Prompt, error) {
	if p.ActionID != "" {
		return r.PromptsOf(p.ActionID)
	}
	all, err := r.PendingPrompts(p.Caller.Application.ID, p.UserID, d.Now())
	return slices.DeleteFunc(all, func(p mfa.Prompt) bool { return p.ActionID != "" }), err
}

// pending finds the newest prompt of a method that waits for an answer.
func (a *attempt) pending(m mfa.Method) (mfa.Prompt, bool, error) {
	all, err := a.prompts()
	for _, p := range all {
		if p.Method == m && p.State == mfa.PromptPending && a.now.Before(p.ExpiresAt) {
			return p, true, err
		}
	}
	return mfa.Prompt{}, false, err
}

// ownPrompt finds one that an application made; others are as unknown as those that never were.
func ownPrompt(r mfa.Records, c *mfa.Caller, id mfa.PromptID) (mfa.Prompt, error) {
	p, err := r.Prompt(id)
	if mfa.IsCode(err, mfa.NotFound) || err == nil && p.ApplicationID != c.Application.ID {
		err = errNoPrompt
	}
	return p, err
}
