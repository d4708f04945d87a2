package stepup

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// StartOTP is how an application's server asks for a code to be sent to an address, whose user it may not know yet.
type StartOTP struct {
	Caller    *mfa.Caller
	PromptID  mfa.PromptID // sends this one again; the rest may be empty then
	Method    mfa.Method   // SMS, WhatsApp or mail
	Address   string
	Code      string // of the action
	Key       string // "": a new one
	UserAlias string // whom Scopes are about
	Scopes    []string
	Locale    string
	DeviceID  string
	IP        string
	UserAgent string
	Custom    json.RawMessage
}

// Start sends the code.
func (s *Service) Start(ctx context.Context, in StartOTP) (mfa.Prompt, error) {
	return mfa.Prompt{}, errLater
}

// OTPResult is how a check of such a code ended.
type OTPResult struct {
	Verified bool
	Failure  Failure
	Prompt   mfa.Prompt
	Address  string // only where it was verified
}

// Verify checks the code of a prompt that [Service.Start] made. It counts for a user once the prompt is claimed.
func (s *Service) Verify(ctx context.Context, c *mfa.Caller, prompt mfa.PromptID, code string) (OTPResult, error) {
	return OTPResult{}, errLater
}

// Claimed says whose a prompt is.
type Claimed struct {
	Caller    *mfa.Caller
	PromptID  mfa.PromptID
	UserAlias string
	// Unverified takes a prompt whose code was not checked yet; the action moves once it is.
	Unverified bool
	DeviceID   string
	IP         string
	UserAgent  string
	Custom     json.RawMessage
}

// Claim gives a prompt to a user of the application's choice, whom it makes where there is none: once. The result's
// pass is what a token stands for.
func (s *Service) Claim(ctx context.Context, in Claimed) (Result, error) { return Result{}, errLater }

// FindOTP names a prompt by its id, or by whose and what for it is.
type FindOTP struct {
	PromptID  mfa.PromptID
	UserAlias string
	Code      string
	Method    mfa.Method
}

// Find looks a prompt up that lives; NotFound where there is none.
func (s *Service) Find(ctx context.Context, c *mfa.Caller, f FindOTP) (mfa.Prompt, error) {
	return mfa.Prompt{}, errLater
}
