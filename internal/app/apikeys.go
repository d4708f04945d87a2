package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// APIKey is a key of an application that its programs send, without its secret.
type APIKey struct {
	ID         string
	Management bool // for an API of managers, not for the one beside it
	CreatedAt  time.Time
}

func (a *App) keysOf(ctx context.Context, o Owner, kinds ...mfa.KeyKind) ([]mfa.Key, error) {
	keys, err := a.Service.LiveKeys(ctx, mfa.ApplicationID(o.ID))
	return slices.DeleteFunc(keys, func(k mfa.Key) bool { return !slices.Contains(kinds, k.Kind) }), err
}

func (a *App) apiKeys(ctx context.Context, application Owner, kinds ...mfa.KeyKind) ([]APIKey, error) {
	keys, err := a.keysOf(ctx, application, kinds...)
	out := make([]APIKey, 0, len(keys))
	for _, k := range keys {
		out = append(out, APIKey{string(k.ID), k.Kind != mfa.KeyAuthsignalSecret, k.CreatedAt})
	}
	return out, err
}

// apiKeySize is what is drawn for a key, in bytes: nobody guesses half of it.
const apiKeySize = 24

func fresh(size int) string {
	random := make([]byte, size)
	_, _ = rand.Read(random) // never fails
	return base64.RawURLEncoding.EncodeToString(random)
}

// addKey makes a key for an application and returns it, once.
func (a *App) addKey(ctx context.Context, application Owner, kind mfa.KeyKind) (id, key string, err error) {
	c, err := a.Service.CallerForOwner(ctx, application.Owner)
	if err != nil {
		return "", "", err
	}
	if c.Directory.ID == "" {
		return "", "", fmt.Errorf("%s is in no directory, so it has no users to manage", application)
	}
	key = fresh(apiKeySize)
	_, err = a.applyOne(ctx, Owner{Owner: c.Directory.ID.Owner()}, provision.PlannedApplication{
		ID: c.Application.ID, Name: c.Application.Name, Settings: c.Application.Settings,
		Keys: []provision.PlannedKey{{Kind: kind, Secret: mfa.SecretText(key)}},
	})
	if err != nil {
		return "", "", said(err)
	}
	held, err := a.Service.LiveKeys(ctx, c.Application.ID)
	at := slices.IndexFunc(held, func(k mfa.Key) bool { return k.Kind == kind && k.Secret.Equal(mfa.SecretText(key)) })
	if err != nil || at < 0 {
		return "", "", errors.Join(err, errors.New("it was made, and is gone; try again"))
	}
	return string(held[at].ID), key, nil
}

// removeKey ends a key of one of the kinds, which the command lists.
func (a *App) removeKey(ctx context.Context, application Owner, id, command string, kinds ...mfa.KeyKind) error {
	keys, err := a.keysOf(ctx, application, kinds...)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(keys, func(k mfa.Key) bool { return string(k.ID) == id }) {
		return fmt.Errorf("%s has no such key %q; \"twinseal keys %s --owner %s\" lists those it has", application, id, command, application)
	}
	return said(a.configuration.RemoveKey(ctx, mfa.ApplicationID(application.ID), mfa.KeyID(id)))
}

// applyOne makes one application of a directory what is planned, once the dialects have judged it.
func (a *App) applyOne(ctx context.Context, directory Owner, planned provision.PlannedApplication, judges ...func(*provision.Plan) error) (Applied, error) {
	c, err := a.Service.CallerForOwner(ctx, directory.Owner)
	if err != nil {
		return Applied{}, err
	}
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{
		ID: c.Organization.ID, Name: c.Organization.Name,
		Directories: []provision.PlannedDirectory{{ID: c.Directory.ID, Name: c.Directory.Name, Applications: []provision.PlannedApplication{planned}}},
	}}}
	for _, judge := range judges {
		if err := judge(&plan); err != nil {
			return Applied{}, err
		}
	}
	return a.Provision.Apply(ctx, plan)
}
