package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// NewAppKey is a key that the application's own app made. Use is what it is for: push, QR codes, in the app, or
// [mfa.MethodDevice] for the last two.
type NewAppKey struct {
	Use       mfa.Method
	Key       []byte // DER of the SubjectPublicKeyInfo, P-256
	Name      string
	Platform  string // ios or android
	PushToken string
}

// KeyRef names an app's key: by what it is, and what for.
type KeyRef struct {
	Use mfa.Method
	Key []byte
}

// Signed is a message signed by an app's key: ECDSA with SHA-256, the signature in ASN.1.
type Signed struct {
	KeyRef

	Signature []byte
}

// AddAppKey enrols a key of the app.
func (s *Service) AddAppKey(ctx context.Context, p Pass, in NewAppKey) (Result, error) {
	return Result{}, errLater
}

// AppKey finds whose key it is. Keys of other applications are as unknown as those that never were.
func (s *Service) AppKey(ctx context.Context, c *mfa.Caller, k KeyRef) (mfa.User, people.Entry, error) {
	return mfa.User{}, people.Entry{}, errLater
}

// RemoveAppKey removes a key at its own wish: it has signed the number of the ten minutes that it is.
func (s *Service) RemoveAppKey(ctx context.Context, p Pass, k Signed) (mfa.AuthenticatorID, error) {
	return "", errLater
}

// ReadMessage is what a key signs to see what waits for it; "" where the application demands no signature.
func (s *Service) ReadMessage(ctx context.Context, c *mfa.Caller, k KeyRef) (string, error) {
	return "", errLater
}

// Waiting is what an app shows before it is answered. Prompt.ID is "" where nothing waits.
type Waiting struct {
	Entry   people.Entry
	User    mfa.User
	Profile mfa.Profile
	Prompt  mfa.Prompt
}

// WaitingFor finds the newest prompt that waits for a key's answer. Without a signature it is refused where the
// application demands one.
func (s *Service) WaitingFor(ctx context.Context, p Pass, k Signed) (Waiting, error) {
	return Waiting{}, errLater
}

// AnswerByKey approves or rejects a prompt that is asked of the key, or was claimed by it. What was signed is the
// prompt's id.
func (s *Service) AnswerByKey(ctx context.Context, p Pass, prompt mfa.PromptID, k Signed, approve bool) (Result, error) {
	return Result{}, errLater
}

// ClaimByKey binds a prompt that was shown as a picture to the key that read it, and says what it is about.
func (s *Service) ClaimByKey(ctx context.Context, p Pass, prompt mfa.PromptID, k Signed) (Waiting, error) {
	return Waiting{}, errLater
}

// VerifyInApp burns an anonymous prompt, or one of the pass's action, by a key of the app that runs.
func (s *Service) VerifyInApp(ctx context.Context, p Pass, prompt mfa.PromptID, k Signed) (Result, error) {
	return Result{}, errLater
}

// UpdateMessage is what a key signs to change what is known of it, and the id under which that comes.
func (s *Service) UpdateMessage(ctx context.Context, c *mfa.Caller, k KeyRef) (id, message string, err error) {
	return "", "", errLater
}

// AppKeyChange is what a key's app says of it.
type AppKeyChange struct {
	PushToken   string // "": the one it has
	ResetExpiry bool
}

// UpdateAppKey changes what is known of a key, which has signed the message of [Service.UpdateMessage].
func (s *Service) UpdateAppKey(ctx context.Context, p Pass, id string, k Signed, in AppKeyChange) (mfa.User, people.Entry, error) {
	return mfa.User{}, people.Entry{}, errLater
}
