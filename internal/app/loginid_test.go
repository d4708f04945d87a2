package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/mfa"
)

// shop makes an application of the LoginID protocol in a directory of its own.
func shop(t *testing.T, a *app.App) (app.Owner, app.Client) {
	t.Helper()
	acme := must[app.Owner](t)(a.EnsureOrganization(t.Context(), "", "Acme"))
	dir := must[app.Owner](t)(a.EnsureDirectory(t.Context(), acme, "", "customers"))
	return dir, must[app.Client](t)(a.EnsureClient(t.Context(), dir, app.NewClient{Name: "Shop", URL: "https://shop.example.com"}))
}

func TestAManagementKeyOpensUntilItIsRemoved(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, _ *app.App) {
		ctx, a := t.Context(), server.App
		_, made := shop(t, a)
		id, key, err := a.AddAPIKey(ctx, made.Owner)
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := a.AddAPIKey(ctx, made.Owner)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := a.Service.Authenticate(ctx, mfa.KeyLoginIDAPI, mfa.SecretText(key)); err != nil || string(c.Application.ID) != made.ID {
			t.Errorf("the key opens %+v, %v", c, err)
		}
		if err := a.RemoveAPIKey(ctx, made.Owner, id); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Service.Authenticate(ctx, mfa.KeyLoginIDAPI, mfa.SecretText(key)); !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("the removed key: %v", err)
		}
		if left := must[[]app.APIKey](t)(a.APIKeys(ctx, made.Owner)); len(left) != 1 || left[0].ID != other {
			t.Errorf("there are %+v", left)
		}
		if err := a.RemoveAPIKey(ctx, made.Owner, id); err == nil || !strings.Contains(err.Error(), "lists those it has") {
			t.Errorf("again: %v", err)
		}
	})
}

func TestAskingForAClientAgainChangesNothing(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, _ *running, a *app.App) {
		ctx := t.Context()
		dir, made := shop(t, a)
		if len(made.ClientIDs) != 1 || len(made.ClientIDs[0]) != 86 || !made.Created {
			t.Fatalf("made %+v", made)
		}
		again := must[app.Client](t)(a.EnsureClient(ctx, dir, app.NewClient{Name: "Shop"}))
		if again.Created || again.ID != made.ID || !slices.Equal(again.ClientIDs, made.ClientIDs) || again.RelyingParty.ID != "shop.example.com" || again.MovedFrom != "" {
			t.Errorf("again: %+v", again)
		}
		must[app.Applied](t)(a.Apply(ctx, "f.yaml", strings.NewReader(strict)))
		moved := must[app.Client](t)(a.EnsureClient(ctx, dir, app.NewClient{Name: "Shop", URL: "https://new.example.com", ClientID: "another-client"}))
		if p := moved.RelyingParty; p.ID != "new.example.com" || moved.MovedFrom != "shop.example.com" || p.Origins[0] != "https://new.example.com" || !p.DenySynced || moved.ClientIDs[0] != "another-client" || len(moved.ClientIDs) != 3 {
			t.Errorf("moved: %+v, %+v", moved, p)
		}
		if all := must[[]app.Client](t)(a.Clients(ctx, dir)); len(all) != 1 || all[0].ID != made.ID {
			t.Errorf("there are %+v", all)
		}
	})
}

// strict sets what no command does.
const strict = `organizations:
- name: Acme
  directories:
  - name: customers
    applications:
    - {name: Shop, loginid: {client_id: kept-client-id, url: "https://shop.example.com", deny_synced: true}}
`
