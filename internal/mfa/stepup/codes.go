package stepup

import (
	"context"
	"errors"

	"github.com/twinseal/twinseal/internal/mfa"
)

var errLater = errors.New("not yet")

// EnrolAddress sends a code or link to an address that is to become the user's; [Service.CheckCode] or
// [Service.ConfirmLink] make it so. The prompt's AuthenticatorID is that of the authenticator to be. An address that is
// the user's already is challenged as by [Service.SendCode].
func (s *Service) EnrolAddress(ctx context.Context, p Pass, m mfa.Method, address string) (mfa.Prompt, error) {
	return mfa.Prompt{}, errLater
}

// SendCode sends a code or link to the user's address, or the same one again while it is out. Somebody who has enrolled
// nothing is sent one where the application told the address, and enrols it by answering.
func (s *Service) SendCode(ctx context.Context, p Pass, m mfa.Method) (mfa.Prompt, error) {
	return mfa.Prompt{}, errLater
}

// CheckCode burns a code that was sent by SMS, WhatsApp or mail.
func (s *Service) CheckCode(ctx context.Context, p Pass, m mfa.Method, code string) (Result, error) {
	return Result{}, errLater
}
