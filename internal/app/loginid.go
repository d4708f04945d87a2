package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/relying"
)

// Client is an application as clients of the LoginID protocol know it.
type Client struct {
	Owner

	ClientIDs    []string // newest first
	Type         string
	RelyingParty *mfa.RelyingParty // nil: it registers no passkeys
	MovedFrom    string            // the relying party's id before the call that returns it, where that was another
}

// String is how the application is written on command lines, in the words of its protocol.
func (c Client) String() string { return "application:" + c.ID }

// NewClient is what an operator wants of an application for the LoginID protocol. What is "" stays as it is, or is
// made up where there is nothing yet.
type NewClient struct {
	Name, ClientID, Type, URL string
}

// FindDirectory finds a directory by its id; "" means the only one there is.
func (a *App) FindDirectory(ctx context.Context, id string) (Owner, error) {
	if id != "" {
		return a.owner(ctx, mfa.OwnerDirectory, id)
	}
	organizations, err := a.Organizations(ctx)
	if err != nil {
		return Owner{}, err
	}
	var all []Owner
	for _, o := range organizations {
		more, err := a.Directories(ctx, o)
		if err != nil {
			return Owner{}, err
		}
		all = append(all, more...)
	}
	if len(all) == 0 {
		return Owner{}, errors.New("the server has no directory yet, the home of people and applications: \"twinseal keys organization NAME\" and \"twinseal keys directory NAME\" make one, or an apply file")
	}
	if len(all) != 1 {
		return Owner{}, errors.New("the server has not just one directory; name one with --directory UUID (\"twinseal keys directory\" lists them)")
	}
	return all[0], nil
}

// Clients lists the applications of a directory that have a client id.
func (a *App) Clients(ctx context.Context, directory Owner) ([]Client, error) {
	all, err := a.Services(ctx, directory)
	if err != nil {
		return nil, err
	}
	var out []Client
	for _, o := range all {
		c, err := a.client(ctx, o)
		if err != nil {
			return nil, err
		}
		if len(c.ClientIDs) > 0 {
			out = append(out, c)
		}
	}
	return out, nil
}

func (a *App) client(ctx context.Context, o Owner) (Client, error) {
	out := Client{Owner: o}
	c, err := a.Service.CallerForOwner(ctx, o.Owner)
	if err != nil {
		return out, err
	}
	set, err := loginid.ReadSettings(c.Application.Settings.Dialects[loginid.Name])
	if err != nil {
		return out, err
	}
	out.Type, out.RelyingParty = set.Type, c.Application.Settings.RelyingParty
	keys, err := a.keysOf(ctx, o, mfa.KeyLoginIDClient)
	for _, k := range keys {
		out.ClientIDs = append(out.ClientIDs, string(k.Secret.Reveal()))
	}
	return out, err
}

// EnsureClient shows the application of a name, and makes it first, or what it lacks, where that is not there. An
// application of another dialect keeps what it has.
func (a *App) EnsureClient(ctx context.Context, directory Owner, want NewClient) (Client, error) {
	if err := mfa.CheckName(want.Name); err != nil {
		return Client{}, said(err)
	}
	have, err := a.found(ctx, directory, want.Name)
	if err != nil {
		return Client{}, err
	}
	planned, err := a.plannedClient(ctx, have, want)
	if err != nil {
		return Client{}, said(err)
	}
	applied, err := a.applyOne(ctx, directory, planned, loginid.Settle)
	if err != nil {
		return Client{}, said(err)
	}
	made, err := a.found(ctx, directory, want.Name)
	made.Created = applied.Created > 0
	if was, is := have.RelyingParty, made.RelyingParty; was != nil && is != nil && was.ID != is.ID {
		made.MovedFrom = was.ID
	}
	return made, err
}

// found is the directory's application of a name, with nothing in it where there is none.
func (a *App) found(ctx context.Context, directory Owner, name string) (Client, error) {
	have, err := a.serviceNamed(ctx, directory, name)
	if err != nil || have.ID == "" {
		return Client{}, err
	}
	return a.client(ctx, have)
}

// plannedClient is what an application is to be: what it is, and what is wanted beside.
func (a *App) plannedClient(ctx context.Context, have Client, want NewClient) (provision.PlannedApplication, error) {
	out, err := a.plannedAs(ctx, have.Owner, want.Name)
	if err != nil {
		return out, err
	}
	if err := a.wish(&out.Settings, want); err != nil {
		return out, err
	}
	id := want.ClientID
	if id == "" && len(have.ClientIDs) == 0 {
		id = freshClientID()
	}
	if id != "" {
		out.Keys = []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(id), Place: "client_id"}}
	}
	return out, nil
}

// wish writes what is wanted into an application's settings.
func (a *App) wish(settings *mfa.ApplicationSettings, want NewClient) error {
	set, err := loginid.ReadSettings(settings.Dialects[loginid.Name])
	if err != nil {
		return err
	}
	if want.Type != "" {
		set.Type = want.Type
	}
	if want.URL != "" {
		site, err := relying.Of(want.URL)
		if err != nil {
			return fmt.Errorf("--url: %w", err)
		}
		party := site
		if settings.RelyingParty != nil {
			party = *settings.RelyingParty
			party.ID, party.Origins = site.ID, site.Origins
		}
		set.URL, settings.RelyingParty = want.URL, &party
	}
	if settings.RelyingParty == nil && set.Type != loginid.TypeManagement {
		return errors.New("say whose passkeys it registers: --url https://… (a backend without a website has --type management)")
	}
	raw, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	settings.Dialects = maps.Clone(settings.Dialects) // it is shared with the cache
	if settings.Dialects == nil {
		settings.Dialects = map[string]json.RawMessage{}
	}
	settings.Dialects[loginid.Name] = raw
	return nil
}

// clientIDSize is what is drawn for a client id, in bytes: it has 86 characters then, as those of the service had.
const clientIDSize = 64

func freshClientID() string { return fresh(clientIDSize) }

// APIKeys lists an application's management keys of the passkey API, newest first.
func (a *App) APIKeys(ctx context.Context, application Owner) ([]APIKey, error) {
	return a.apiKeys(ctx, application, mfa.KeyLoginIDAPI)
}

// AddAPIKey makes a management key for an application and returns it, once.
func (a *App) AddAPIKey(ctx context.Context, application Owner) (id, key string, err error) {
	return a.addKey(ctx, application, mfa.KeyLoginIDAPI)
}

// RemoveAPIKey ends a management key.
func (a *App) RemoveAPIKey(ctx context.Context, application Owner, id string) error {
	return a.removeKey(ctx, application, id, "api-key", mfa.KeyLoginIDAPI)
}

// RotateTokenKey makes a new key pair of the server, which signs the tokens of the LoginID protocol's users from now
// on, and returns its id. The old ones stay published for what they signed.
func (a *App) RotateTokenKey(ctx context.Context) (string, error) {
	return loginid.RotateKey(ctx, a.Service)
}
