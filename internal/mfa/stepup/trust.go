package stepup

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Remembered is a device that was just proved to be the user's, with the token by which it shows itself next.
type Remembered struct {
	Device mfa.KnownDevice
	User   mfa.User
	Token  mfa.Secret
	Until  time.Time
}

// Remember trusts the pass's device for as long as the application allows, by its person's consent, after the action
// was proved.
func (s *Service) Remember(ctx context.Context, p Pass) (Remembered, error) {
	return Remembered{}, errLater
}

// Recognise finds the device of a token, which counts once: the next one comes with the answer. One that counted before
// was copied, so it ends the trust. Every token that does not count is refused alike.
func (s *Service) Recognise(ctx context.Context, c *mfa.Caller, token mfa.Secret, source string) (Remembered, error) {
	return Remembered{}, errLater
}
