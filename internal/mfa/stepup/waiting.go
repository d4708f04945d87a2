package stepup

import (
	"context"
	"encoding/base64"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	// hookPatience is how long a request waits for the application's own hook to take a message.
	hookPatience = 10 * time.Second
	// hookLook is how often it looks whether that was done; the hook itself takes longer than one look.
	hookLook = 50 * time.Millisecond
)

// await waits until the application's hook has taken a message. What the server sends itself is not waited for: the
// outbox tries until it is gone.
func (s *Service) await(ctx context.Context, id mfa.DeliveryID) error {
	if id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, hookPatience)
	defer cancel()
	tick := time.NewTicker(hookLook)
	defer tick.Stop()
	for {
		done, err := s.taken(ctx, id)
		if err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return errNotSent
		case <-tick.C:
		}
	}
}

// taken reports whether a hook has taken a message, or that none has to. One failure fails the challenge: the person is
// there and asks again.
func (s *Service) taken(ctx context.Context, id mfa.DeliveryID) (bool, error) {
	var d mfa.Delivery
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		d, err = r.Delivery(id)
		return err
	})
	switch {
	case err != nil:
		return false, err
	case d.Kind != mfa.DeliveryCallback, d.State == mfa.DeliverySent:
		return true, nil
	case d.State == mfa.DeliveryFailed, d.LastError != "":
		return false, errNotSent
	}
	return false, nil
}

// Sizes of what is drawn, in bytes; none is guessed over a network.
const (
	linkBytes  = 32
	nonceBytes = 24
)

// draw makes a random text.
func (s *Service) draw(n int) (mfa.Secret, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return mfa.Secret{}, internal("no randomness", err)
	}
	return mfa.SecretText(base64.RawURLEncoding.EncodeToString(raw)), nil
}

// minDigits is the shortest code that is sent, whatever an application asks for.
const minDigits = 4
