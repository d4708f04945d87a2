package app

import (
	"context"
	"errors"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/relying"
)

// Tenant is an application as clients of the Authsignal protocol know it.
type Tenant struct {
	Owner

	TenantIDs    []string // newest first
	SecretKeys   int      // how many live
	RelyingParty *mfa.RelyingParty
}

// String is how the application is written on command lines.
func (t Tenant) String() string { return "application:" + t.ID }

// NewTenant is what an operator wants of an application for the Authsignal protocol. What is "" stays as it is, or is
// made up where there is nothing yet.
type NewTenant struct {
	Name, TenantID, URL string
}

// Tenants lists the applications of a directory that have a tenant id.
func (a *App) Tenants(ctx context.Context, directory Owner) ([]Tenant, error) {
	all, err := a.Services(ctx, directory)
	if err != nil {
		return nil, err
	}
	var out []Tenant
	for _, o := range all {
		t, err := a.tenant(ctx, o)
		if err != nil {
			return nil, err
		}
		if len(t.TenantIDs) > 0 {
			out = append(out, t)
		}
	}
	return out, nil
}

func (a *App) tenant(ctx context.Context, o Owner) (Tenant, error) {
	out := Tenant{Owner: o}
	c, err := a.Service.CallerForOwner(ctx, o.Owner)
	if err != nil {
		return out, err
	}
	out.RelyingParty = c.Application.Settings.RelyingParty
	keys, err := a.keysOf(ctx, o, mfa.KeyAuthsignalTenant, mfa.KeyAuthsignalSecret)
	for _, k := range keys {
		if k.Kind == mfa.KeyAuthsignalTenant {
			out.TenantIDs = append(out.TenantIDs, string(k.Secret.Reveal()))
		} else {
			out.SecretKeys++
		}
	}
	return out, err
}

// EnsureTenant shows the application of a name, and makes it first, or what it lacks, where that is not there. An
// application of another dialect keeps what it has.
func (a *App) EnsureTenant(ctx context.Context, directory Owner, want NewTenant) (Tenant, error) {
	if err := mfa.CheckName(want.Name); err != nil {
		return Tenant{}, said(err)
	}
	have, err := a.tenantNamed(ctx, directory, want.Name)
	if err != nil {
		return Tenant{}, err
	}
	planned, err := a.plannedTenant(ctx, have, want)
	if err != nil {
		return Tenant{}, said(err)
	}
	applied, err := a.applyOne(ctx, directory, planned, authsignal.Settle)
	if err != nil {
		return Tenant{}, said(err)
	}
	made, err := a.tenantNamed(ctx, directory, want.Name)
	made.Created = applied.Created > 0
	return made, err
}

// tenantNamed is the directory's application of a name, with nothing in it where there is none.
func (a *App) tenantNamed(ctx context.Context, directory Owner, name string) (Tenant, error) {
	have, err := a.serviceNamed(ctx, directory, name)
	if err != nil || have.ID == "" {
		return Tenant{}, err
	}
	return a.tenant(ctx, have)
}

// plannedTenant is what an application is to be: what it is, and what is wanted beside.
func (a *App) plannedTenant(ctx context.Context, have Tenant, want NewTenant) (provision.PlannedApplication, error) {
	out, err := a.plannedAs(ctx, have.Owner, want.Name)
	if err != nil {
		return out, err
	}
	if want.URL != "" {
		site, err := relying.Of(want.URL)
		if err != nil {
			return out, errors.Join(errors.New("--url"), err)
		}
		out.Settings.RelyingParty = &site
	}
	id := want.TenantID
	if id == "" && len(have.TenantIDs) == 0 {
		id = string(mfa.NewID[mfa.ApplicationID]())
	}
	if id != "" {
		out.Keys = []provision.PlannedKey{{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(id), Place: "tenant_id"}}
	}
	return out, nil
}

// SecretKeys lists an application's keys of the Authsignal protocol, secret and management ones, newest first.
func (a *App) SecretKeys(ctx context.Context, application Owner) ([]APIKey, error) {
	return a.apiKeys(ctx, application, mfa.KeyAuthsignalSecret, mfa.KeyAuthsignalManagement)
}

// AddSecretKey makes a secret key, or one for the management API, and returns it, once. The newest secret key signs.
func (a *App) AddSecretKey(ctx context.Context, application Owner, management bool) (id, key string, err error) {
	kind := mfa.KeyAuthsignalSecret
	if management {
		kind = mfa.KeyAuthsignalManagement
	}
	return a.addKey(ctx, application, kind)
}

// RemoveSecretKey ends a key of the Authsignal protocol. What it signed is believed no more.
func (a *App) RemoveSecretKey(ctx context.Context, application Owner, id string) error {
	return a.removeKey(ctx, application, id, "authsignal-key", mfa.KeyAuthsignalSecret, mfa.KeyAuthsignalManagement)
}
