package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestAskingForATenantAgainChangesNothing(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, _ *running, a *app.App) {
		ctx := t.Context()
		dir, _ := shop(t, a)
		made := must[app.Tenant](t)(a.EnsureTenant(ctx, dir, app.NewTenant{Name: "Till", URL: "https://till.example.com"}))
		if len(made.TenantIDs) != 1 || len(made.TenantIDs[0]) != 36 || !made.Created || made.RelyingParty.ID != "till.example.com" {
			t.Fatalf("made %+v", made)
		}
		again := must[app.Tenant](t)(a.EnsureTenant(ctx, dir, app.NewTenant{Name: "Till"}))
		if again.Created || again.ID != made.ID || !slices.Equal(again.TenantIDs, made.TenantIDs) {
			t.Errorf("again: %+v", again)
		}
		const known = "EC3910E7-AB32-479E-B58B-36A122631D58"
		beside := must[app.Tenant](t)(a.EnsureTenant(ctx, dir, app.NewTenant{Name: "Shop", TenantID: known}))
		if beside.Created || beside.TenantIDs[0] != strings.ToLower(known) || beside.RelyingParty.ID != "shop.example.com" {
			t.Errorf("beside another dialect: %+v", beside)
		}
		if all := must[[]app.Tenant](t)(a.Tenants(ctx, dir)); len(all) != 2 {
			t.Errorf("there are %+v", all)
		}
		if _, err := a.EnsureTenant(ctx, dir, app.NewTenant{Name: "Till", TenantID: "no UUID"}); err == nil || !strings.Contains(err.Error(), "UUID") {
			t.Errorf("an id that is none: %v", err)
		}
	})
}

func TestTwoSecretKeysLiveWhileProgramsMove(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, _ *app.App) {
		ctx, a := t.Context(), server.App
		dir, _ := shop(t, a)
		till := must[app.Tenant](t)(a.EnsureTenant(ctx, dir, app.NewTenant{Name: "Till"}))
		opens := func(kind mfa.KeyKind, key string) bool {
			c, err := a.Service.Authenticate(ctx, kind, mfa.SecretText(key))
			return err == nil && string(c.Application.ID) == till.ID
		}
		old, oldKey, err := a.AddSecretKey(ctx, till.Owner, false)
		if err != nil {
			t.Fatal(err)
		}
		_, newKey, err := a.AddSecretKey(ctx, till.Owner, false)
		if err != nil {
			t.Fatal(err)
		}
		_, manager, err := a.AddSecretKey(ctx, till.Owner, true)
		if err != nil {
			t.Fatal(err)
		}
		if !opens(mfa.KeyAuthsignalSecret, oldKey) || !opens(mfa.KeyAuthsignalSecret, newKey) || !opens(mfa.KeyAuthsignalManagement, manager) || opens(mfa.KeyAuthsignalSecret, manager) {
			t.Error("the keys open something else than they should")
		}
		if err := a.RemoveSecretKey(ctx, till.Owner, old); err != nil {
			t.Fatal(err)
		}
		if opens(mfa.KeyAuthsignalSecret, oldKey) || !opens(mfa.KeyAuthsignalSecret, newKey) {
			t.Error("after the old key was removed, it opens, or the new one does not")
		}
		keys := must[[]app.APIKey](t)(a.SecretKeys(ctx, till.Owner))
		if len(keys) != 2 || !keys[0].Management || keys[1].Management {
			t.Errorf("there are %+v", keys)
		}
		if err := a.RemoveSecretKey(ctx, till.Owner, old); err == nil || !strings.Contains(err.Error(), "lists those it has") {
			t.Errorf("again: %v", err)
		}
	})
}
