package launchkey_test

import (
	"context"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

const (
	serviceJSON     = `{"id":"` + serviceID + `","name":"Login","description":"The shop","icon":"https://a.test/i.png","callback_url":"https://a.test/cb","active":true}`
	bareServiceJSON = `{"id":"` + unknownID + `","name":"Bare","description":null,"icon":null,"callback_url":null,"active":false}`
)

func login() launchkey.Service {
	return launchkey.Service{
		ID: serviceID, Name: "Login", Description: "The shop", Icon: "https://a.test/i.png", CallbackURL: "https://a.test/cb", Active: true,
	}
}

// manager makes the calls that organizations and directories have in common, on
// both.
func manager[T any](call func(context.Context, *launchkey.ServiceManager) (T, error)) map[string]func(context.Context, *launchkey.OrganizationFactory) (any, error) {
	return map[string]func(context.Context, *launchkey.OrganizationFactory) (any, error){
		"organization": onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (T, error) {
			return call(ctx, &c.ServiceManager)
		}),
		"directory": onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (T, error) {
			return call(ctx, &c.ServiceManager)
		}),
	}
}

// onBoth runs an exchange on both clients; its request is without the base.
func onBoth[T any](e exchange, method, path string, call func(context.Context, *launchkey.ServiceManager) (T, error)) []exchange {
	var both []exchange
	for kind, made := range manager(call) {
		of := e
		of.name, of.call = kind+": "+e.name, made
		if method != "" {
			of.request = method + " /" + kind + "/v3" + path
		}
		both = append(both, of)
	}
	return both
}

func TestServicesAreMadeReadAndChanged(t *testing.T) {
	t.Parallel()
	create := func(s launchkey.NewService) func(context.Context, *launchkey.ServiceManager) (launchkey.ServiceID, error) {
		return func(ctx context.Context, m *launchkey.ServiceManager) (launchkey.ServiceID, error) {
			return m.CreateService(ctx, s)
		}
	}
	all := func(ctx context.Context, m *launchkey.ServiceManager) ([]launchkey.Service, error) {
		return m.AllServices(ctx)
	}
	some := func(ctx context.Context, m *launchkey.ServiceManager) ([]launchkey.Service, error) {
		return m.Services(ctx, serviceID)
	}
	one := func(ctx context.Context, m *launchkey.ServiceManager) (launchkey.Service, error) {
		found, err := m.Service(ctx, serviceID)
		if err != nil {
			return launchkey.Service{}, err
		}
		return *found, nil
	}
	both := []launchkey.Service{login(), {ID: unknownID, Name: "Bare"}}
	full := launchkey.NewService{Name: "Login", Description: "The shop", Icon: "https://a.test/i.png", CallbackURL: "https://a.test/cb", Inactive: true}
	var table []exchange
	table = append(table, onBoth(exchange{
		name: "create", status: 201, answer: `{"id":"` + serviceID + `"}`, want: launchkey.ServiceID(serviceID),
		body: `{"name":"Login","description":null,"icon":null,"callback_url":null,"active":true}`,
	}, "POST", "/services", create(launchkey.NewService{Name: "Login"}))...)
	table = append(table, onBoth(exchange{
		name: "create with everything", status: 201, answer: `{"id":"` + serviceID + `"}`, want: launchkey.ServiceID(serviceID),
		body: `{"name":"Login","description":"The shop","icon":"https://a.test/i.png","callback_url":"https://a.test/cb","active":false}`,
	}, "POST", "/services", create(full))...)
	table = append(table, onBoth(exchange{name: "create, name taken", status: 400, answer: `{"error_code":"SVC-001"}`, wantErr: launchkey.ErrServiceNameTaken}, "", "", create(full))...)
	table = append(table, onBoth(exchange{name: "create without id", answer: `{}`, wantErr: launchkey.ErrUnexpectedAnswer}, "", "", create(full))...)
	table = append(table, onBoth(exchange{name: "all", answer: "[" + serviceJSON + "," + bareServiceJSON + "]", want: both}, "GET", "/services", all)...)
	table = append(table, onBoth(exchange{name: "all without id", answer: `[{"name":"x"}]`, wantErr: launchkey.ErrUnexpectedAnswer}, "", "", all)...)
	table = append(table, onBoth(exchange{name: "some", body: `{"service_ids":["` + serviceID + `"]}`, answer: "[" + serviceJSON + "]", want: both[:1]}, "POST", "/services/list", some)...)
	table = append(table, onBoth(exchange{name: "one", body: `{"service_ids":["` + serviceID + `"]}`, answer: "[" + serviceJSON + "]", want: both[0]}, "POST", "/services/list", one)...)
	table = append(table, onBoth(exchange{name: "one that is none", answer: "[]", wantErr: launchkey.ErrUnexpectedAnswer}, "", "", one)...)
	table = append(table, onBoth(exchange{name: "one of another", status: 403, wantErr: launchkey.ErrForbidden}, "", "", one)...)
	exchangeAll(t, table)
}

func TestUpdateServiceSendsWhatIsToChange(t *testing.T) {
	t.Parallel()
	update := func(u launchkey.ServiceUpdate) func(context.Context, *launchkey.ServiceManager) (any, error) {
		return func(ctx context.Context, m *launchkey.ServiceManager) (any, error) {
			return nil, m.UpdateService(ctx, serviceID, u)
		}
	}
	const id = `{"service_id":"` + serviceID + `"`
	name, yes := "New", true
	table := onBoth(exchange{name: "nothing", body: id + `}`}, "PATCH", "/services", update(launchkey.ServiceUpdate{}))
	table = append(table, onBoth(exchange{
		name: "all", body: id + `,"name":"New","description":"d","icon":"https://a.test","callback_url":"https://b.test","active":true}`,
	}, "PATCH", "/services", update(launchkey.ServiceUpdate{
		Name: &name, Active: &yes, Description: launchkey.To("d"), Icon: launchkey.To("https://a.test"), CallbackURL: launchkey.To("https://b.test"),
	}))...)
	table = append(table, onBoth(exchange{
		name: "to none", body: id + `,"description":null,"icon":null,"callback_url":null}`,
	}, "PATCH", "/services", update(launchkey.ServiceUpdate{
		Description: launchkey.Clear[string](), Icon: launchkey.Clear[string](), CallbackURL: launchkey.Clear[string](),
	}))...)
	exchangeAll(t, table)
}

func TestServiceKeys(t *testing.T) {
	t.Parallel()
	list := func(ctx context.Context, m *launchkey.ServiceManager) ([]launchkey.PublicKey, error) {
		return m.ServicePublicKeys(ctx, serviceID)
	}
	add := func(ctx context.Context, m *launchkey.ServiceManager) (launchkey.KeyID, error) {
		return m.AddServicePublicKey(ctx, serviceID, launchkey.NewPublicKey{PEM: "PEM", Type: launchkey.KeySignature})
	}
	update := func(ctx context.Context, m *launchkey.ServiceManager) (any, error) {
		return nil, m.UpdateServicePublicKey(ctx, serviceID, keyIDOfTests, launchkey.PublicKeyUpdate{ExpiresAt: launchkey.To(time.Unix(0, 0))})
	}
	remove := func(ctx context.Context, m *launchkey.ServiceManager) (any, error) {
		return nil, m.RemoveServicePublicKey(ctx, serviceID, keyIDOfTests)
	}
	const path, id = "/service/keys", `{"service_id":"` + serviceID + `"`
	table := onBoth(exchange{name: "list", body: id + `}`, answer: keysJSON, want: keysOfTests()}, "POST", path+"/list", list)
	table = append(table, onBoth(exchange{
		name: "add", body: id + `,"public_key":"PEM","active":true,"key_type":2}`, status: 201, answer: `{"key_id":"` + keyIDOfTests + `"}`, want: launchkey.KeyID(keyIDOfTests),
	}, "POST", path, add)...)
	table = append(table, onBoth(exchange{name: "update", body: id + `,"key_id":"` + keyIDOfTests + `","date_expires":"1970-01-01T00:00:00Z"}`}, "PATCH", path, update)...)
	table = append(table, onBoth(exchange{name: "remove", body: id + `,"key_id":"` + keyIDOfTests + `"}`}, "DELETE", path, remove)...)
	table = append(table, onBoth(exchange{name: "remove the last", status: 400, answer: `{"error_code":"KEY-004"}`, wantErr: launchkey.ErrLastRemainingKey}, "", "", remove)...)
	exchangeAll(t, table)
}
