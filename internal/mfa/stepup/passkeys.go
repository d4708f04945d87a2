package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// SignInCode is the code of the action that a sign-in makes which named none.
const SignInCode = "signInWithPasskey"

// NewPasskey asks for creation options.
type NewPasskey struct {
	Method      mfa.Method // passkey or security key
	Username    string     // shown by the authenticator; "" for what is known of the user
	DisplayName string
	Attachment  string // "": either
}

// MadePasskey brings what a browser made.
type MadePasskey struct {
	Method       mfa.Method
	ID           mfa.CeremonyID // "": found by the challenge that was signed
	Registration mfa.PasskeyRegistration
	Attachment   string // as the browser tells it
	Name         string
	// Conditional takes one that a password manager made by itself, with nobody there.
	Conditional bool
}

// BeginPasskey begins to register a passkey or security key.
func (s *Service) BeginPasskey(ctx context.Context, p Pass, in NewPasskey) (passkeys.Registration, error) {
	return passkeys.Registration{}, errLater
}

// FinishPasskey registers it.
func (s *Service) FinishPasskey(ctx context.Context, p Pass, in MadePasskey) (Result, error) {
	return Result{}, errLater
}

// Asked are request options and the id under which the answer comes.
type Asked struct {
	passkeys.SignIn

	ID mfa.PromptID
}

// BeginAssertion asks for request options: of the pass's user for the pass's action or, of an anonymous pass, of whoever
// answers for the prompt, which may be "".
func (s *Service) BeginAssertion(ctx context.Context, p Pass, m mfa.Method, prompt mfa.PromptID) (Asked, error) {
	return Asked{}, errLater
}

// FinishAssertion burns a signature. An anonymous one makes an action of the credential's owner, of the prompt's code
// or [SignInCode]. A credential that nobody has is NotFound with [mfa.ReasonPasskeyCredential]; one that is somebody
// else's, or does not count any more, Invalid or Forbidden.
func (s *Service) FinishAssertion(ctx context.Context, p Pass, m mfa.Method, prompt mfa.PromptID, a mfa.PasskeyAssertion) (Result, error) {
	return Result{}, errLater
}

// PasskeyAmong finds the first of the credentials that counts at the application.
func (s *Service) PasskeyAmong(ctx context.Context, c *mfa.Caller, credentials [][]byte) (people.Entry, error) {
	return people.Entry{}, errLater
}
