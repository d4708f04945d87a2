package stepup

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

const (
	// removalWindow is the stretch of time whose number a key signs to be removed. Neighbours count too, because clocks
	// differ.
	removalWindow = 10 * time.Minute
	// readWindow is how long a message for reading lasts at least; the one before it counts too.
	readWindow = 5 * time.Minute
	// updateLife is how long the message for changing a key lasts. It counts once.
	updateLife = 10 * time.Minute
	// keyLife is how long a key that ends at all lasts from when that is set anew: a year of a phone's use.
	keyLife = 365 * 24 * time.Hour
)

// RemoveAppKey removes a key at its own wish: it has signed the number of the ten minutes that it is.
func (s *Service) RemoveAppKey(ctx context.Context, p Pass, k Signed) (mfa.AuthenticatorID, error) {
	u, e, err := s.signedBy(ctx, p, k, removalMessages(s.domain.Now())...)
	if err != nil {
		return "", err
	}
	p.UserID, p.ActionID = u.ID, ""
	return e.ID, s.attempt(ctx, p, func(a *attempt) error {
		_, err := a.people.RemoveEntry(a.w, p.Caller, a.user, e.ID, p.Source)
		return err
	})
}

// removalMessages are what may have been signed. Phones write the number as a fraction, because that is what their
// languages divide to.
func removalMessages(now time.Time) []string {
	var out []string
	for _, at := range []time.Time{now, now.Add(-removalWindow), now.Add(removalWindow)} {
		number := strconv.FormatInt(at.Unix()/int64(removalWindow/time.Second), 10)
		out = append(out, number+".0", number)
	}
	return out
}

// ReadMessage is what a key signs to see what waits for it; "" where the application demands no signature.
func (s *Service) ReadMessage(ctx context.Context, c *mfa.Caller, k KeyRef) (string, error) {
	if !c.Application.StepUpSettings().RequireSignedPush {
		return "", nil
	}
	messages, err := s.readMessages(ctx, c, k)
	if err != nil {
		return "", err
	}
	return messages[0], nil
}

// readMessages are the one of now and the one before. Nothing of them is kept: the server makes them again.
func (s *Service) readMessages(ctx context.Context, c *mfa.Caller, k KeyRef) ([]string, error) {
	var out []string
	for _, at := range []time.Time{s.domain.Now(), s.domain.Now().Add(-readWindow)} {
		window := strconv.FormatInt(at.Unix()/int64(readWindow/time.Second), 10)
		message, err := s.domain.Pseudonym(ctx, "app_key_read", thumbprintOf(c, k), window)
		if err != nil {
			return nil, err
		}
		out = append(out, message)
	}
	return out, nil
}

// UpdateMessage is what a key signs to change what is known of it, and the id under which that comes. Nothing is kept:
// the id says until when it counts.
func (s *Service) UpdateMessage(ctx context.Context, c *mfa.Caller, k KeyRef) (id, message string, err error) {
	nonce, err := s.draw(nonceBytes)
	if err != nil {
		return "", "", err
	}
	id = fmt.Sprintf("%d.%s", s.domain.Now().Add(updateLife).Unix(), nonce.Reveal())
	message, err = s.domain.Pseudonym(ctx, "app_key_update", thumbprintOf(c, k), id)
	return id, message, err
}

// AppKeyChange is what a key's app says of it.
type AppKeyChange struct {
	PushToken   string // "": the one it has
	ResetExpiry bool
}

// UpdateAppKey changes what is known of a key, which has signed the message of [Service.UpdateMessage].
func (s *Service) UpdateAppKey(ctx context.Context, p Pass, id string, k Signed, in AppKeyChange) (mfa.User, people.Entry, error) {
	until, err := endOf(id)
	if err != nil || !s.domain.Now().Before(until) || len(in.PushToken) > maxPushToken {
		return mfa.User{}, people.Entry{}, errPromptOver
	}
	message, err := s.domain.Pseudonym(ctx, "app_key_update", thumbprintOf(p.Caller, k.KeyRef), id)
	if err != nil {
		return mfa.User{}, people.Entry{}, err
	}
	u, e, err := s.signedBy(ctx, p, k, message)
	if err != nil {
		return u, e, err
	}
	p.UserID, p.ActionID = u.ID, ""
	err = s.attempt(ctx, p, func(a *attempt) error {
		fresh, err := a.w.SpendProof("app_key:"+string(p.Caller.Application.ID), id, until.Add(mfa.ProofWindow))
		if err != nil || !fresh {
			return orElse(err, errPromptOver)
		}
		e, err = a.changeAppKey(e.ID, in)
		return err
	})
	return u, e, err
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// endOf reads until when an id of a change counts.
func endOf(id string) (time.Time, error) {
	at, _, _ := strings.Cut(id, ".")
	seconds, err := strconv.ParseInt(at, 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

func (a *attempt) changeAppKey(id mfa.AuthenticatorID, in AppKeyChange) (people.Entry, error) {
	e, ok := people.EntryOf(a.mine(), id)
	if !ok {
		return e, errNoKey
	}
	var data mfa.AppKeyData
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return e, internal("a key cannot be read", err)
	}
	if in.PushToken != "" {
		data.PushToken = in.PushToken
	}
	if in.ResetExpiry && !data.Expires.IsZero() {
		data.Expires = a.now.Add(keyLife)
	}
	encoded, err := encode(data)
	if err != nil {
		return e, err
	}
	e.Data, e.LastUsedAt = encoded, a.now
	won, err := a.w.UpdateAuthenticator(e.Authenticator)
	if err == nil && !won {
		err = errBusy
	}
	if err != nil {
		return e, err
	}
	return e, a.tell(mfa.EventAuthenticatorUpdated, Said{Method: e.Method, Kind: e.Kind, Authenticator: e.ID})
}
