package app_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/pgtest"
)

const acmeID = "00d744c9-f407-4139-aff2-2713ce91532f"

// besides runs a server on each engine, with an operator's program beside it on the same database.
func besides(t *testing.T, test func(t *testing.T, server *running, operator *app.App)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			c := app.Config{Data: t.TempDir()}
			if engine == "postgres" {
				c.Database = pgtest.Database(t)
			}
			server := run(t, c)
			operator, err := app.Open(t.Context(), c, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := operator.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, server, operator)
		})
	}
}

// must is a value that came without an error.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// keyed gives an owner a fresh key and returns its private half.
func keyed(t *testing.T, a *app.App, o app.Owner) []byte {
	t.Helper()
	private, public, err := app.MakeKeyPair(app.DefaultKeyBits)
	if err != nil {
		t.Fatal(err)
	}
	must[string](t)(a.AddPublicKey(t.Context(), o, app.NewPublicKey{PEM: string(public), Purpose: "both"}))
	return private
}

func TestWhatOperatorsMakeServesAtOnceBesideARunningServer(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, operator *app.App) {
		ctx := t.Context()
		acme := must[app.Owner](t)(operator.EnsureOrganization(ctx, acmeID, "Acme"))
		if !acme.Created || acme.String() != "organization:"+acmeID {
			t.Errorf("made %+v", acme)
		}
		private := keyed(t, operator, acme)
		factory := must[*launchkey.OrganizationFactory](t)(launchkey.NewOrganizationFactory(server.base, acmeID, private, launchkey.WithHTTPClient(server.http)))
		if all := must[[]launchkey.Directory](t)(factory.OrganizationClient().AllDirectories(ctx)); len(all) != 0 {
			t.Errorf("a fresh organization has %+v", all)
		}

		dir := must[app.Owner](t)(operator.EnsureDirectory(ctx, acme, "", "customers"))
		svc := must[app.Owner](t)(operator.EnsureService(ctx, dir, "", "Login"))
		own := must[app.Owner](t)(operator.EnsureService(ctx, acme, "", "Consumers"))
		sdk := must[string](t)(operator.AddSDKKey(ctx, dir, ""))
		all := must[[]launchkey.Directory](t)(factory.OrganizationClient().AllDirectories(ctx))
		if len(all) != 1 || string(all[0].ID) != dir.ID || !slices.Equal(all[0].SDKKeys, []launchkey.SDKKey{launchkey.SDKKey(sdk)}) ||
			!slices.Equal(all[0].ServiceIDs, []launchkey.ServiceID{launchkey.ServiceID(svc.ID)}) {
			t.Errorf("the client sees %+v", all)
		}
		if services := must[[]launchkey.Service](t)(factory.OrganizationClient().AllServices(ctx)); len(services) != 1 || string(services[0].ID) != own.ID {
			t.Errorf("the organization's own are %+v", services)
		}

		first := must[string](t)(operator.RotateAPIKey(ctx))
		second := must[string](t)(operator.RotateAPIKey(ctx))
		if first == second {
			t.Error("rotating gives the same key")
		}
		if _, err := factory.OrganizationClient().AllDirectories(ctx); err != nil {
			t.Errorf("after the server's key was made anew: %v", err)
		}
		for _, id := range []string{first, second} {
			if status, text := server.get(t, "/public/v3/public-key/"+id); status != 200 || !strings.HasPrefix(text, "-----BEGIN PUBLIC KEY-----") {
				t.Errorf("the key %s is %d %s", id, status, text)
			}
		}
	})
}

func TestAskingForAnOwnerAgainShowsIt(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, _ *running, a *app.App) {
		ctx := t.Context()
		acme := must[app.Owner](t)(a.EnsureOrganization(ctx, "", "Acme"))
		keyed(t, a, acme)
		for _, name := range []struct{ id, name string }{{"", "Acme"}, {acme.ID, ""}, {acme.ID, "Acme"}, {strings.ToUpper(acme.ID), ""}} {
			if again := must[app.Owner](t)(a.EnsureOrganization(ctx, name.id, name.name)); again.ID != acme.ID || again.Created || again.Keys != 1 {
				t.Errorf("by %+v: %+v", name, again)
			}
		}
		dir := must[app.Owner](t)(a.EnsureDirectory(ctx, acme, "", "customers"))
		svc := must[app.Owner](t)(a.EnsureService(ctx, dir, "", "Login"))
		must[app.Applied](t)(a.Apply(ctx, "icon.yaml", strings.NewReader(icon)))
		if again := must[app.Owner](t)(a.EnsureService(ctx, dir, "", "Login")); again.ID != svc.ID || again.Created {
			t.Errorf("a service: %+v, want %s", again, svc)
		}
		if set := must[string](t)(logoOf(ctx, a, svc)); set != "https://acme.example.com/icon.png" {
			t.Errorf("showing a service changed its settings: the logo is %q", set)
		}
		if _, err := a.EnsureService(ctx, dir, "", "two\nlines"); err == nil || !strings.Contains(err.Error(), "1 to 200 characters") {
			t.Errorf("a name of two lines: %v", err)
		}
		if _, err := a.EnsureDirectory(ctx, acme, "17", "x"); err == nil || !strings.Contains(err.Error(), "is not a UUID") {
			t.Errorf("no UUID: %v", err)
		}
	})
}

// icon gives the service of the test a picture.
const icon = `organizations:
- name: Acme
  directories:
  - name: customers
    applications:
    - {name: Login, launchkey: {icon: "https://acme.example.com/icon.png"}}
`

func logoOf(ctx context.Context, a *app.App, service app.Owner) (string, error) {
	c, err := a.Service.CallerForOwner(ctx, service.Owner)
	if err != nil {
		return "", err
	}
	return c.Application.Settings.LogoURL, nil
}

func TestAnExpiredKeyOpensNothingAndTakenBackOpensAgain(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, _ *app.App) {
		ctx, a := t.Context(), server.App
		acme := must[app.Owner](t)(a.EnsureOrganization(ctx, acmeID, "Acme"))
		private := keyed(t, a, acme)
		factory := must[*launchkey.OrganizationFactory](t)(launchkey.NewOrganizationFactory(server.base, acmeID, private, launchkey.WithHTTPClient(server.http)))
		id := must[[]app.PublicKey](t)(a.PublicKeys(ctx, acme))[0].ID
		for _, step := range []struct {
			at   time.Time
			want error
		}{{a.Now(), launchkey.ErrUnauthorized}, {time.Time{}, nil}, {a.Now().Add(time.Hour), nil}} {
			if err := a.ExpirePublicKey(ctx, acme, id, step.at); err != nil {
				t.Fatal(err)
			}
			if _, err := factory.OrganizationClient().AllDirectories(ctx); !errors.Is(err, step.want) {
				t.Errorf("a key that ends at %s: %v, want %v", step.at, err, step.want)
			}
		}
	})
}

func TestOperatorsWhoAskForOneNameAtOnceGetOneOrganization(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, operator *app.App) {
		const crowd = 4
		var all sync.WaitGroup
		for i := range crowd {
			a := []*app.App{server.App, operator}[i%2]
			all.Go(func() {
				if _, err := a.EnsureOrganization(t.Context(), "", "Acme"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if list := must[[]app.Owner](t)(operator.Organizations(t.Context())); len(list) != 1 {
			t.Errorf("there are %+v", list)
		}
	})
}
