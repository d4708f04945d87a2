package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/client/loginid"
	dialect "github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/receipt"
)

// backendClient authorizes codes, by signed tokens.
const backendClient = "bench-backend-0123456789abcdef0123"

// fillShop makes two applications beside the other one: pages that anybody sees, and their server.
func (w *world) fillShop(ctx context.Context, made *provision.Service) error {
	key, err := receipt.NewKey()
	if err != nil {
		return err
	}
	private, public, err := encodePair(key)
	if err != nil {
		return err
	}
	w.backend = private
	settings := mfa.DefaultSettings()
	settings.RelyingParty = &mfa.RelyingParty{ID: "shop.example", Name: "Shop", Origins: []string{shopOrigin}}
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Bench", Directories: []provision.PlannedDirectory{{
		Name: "people", Applications: []provision.PlannedApplication{
			{Name: "Shop", Settings: loginIDType(settings, "web"), Keys: []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(shopClient)}}},
			{
				Name: "Backend", Settings: loginIDType(settings, "management"), Keys: []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(backendClient)}},
				PublicKeys: []provision.PlannedPublicKey{{Dialect: dialect.Name, Place: "public_keys[0]", Purpose: mfa.PurposeSignature, PEM: public, Active: true}},
			},
		},
	}}}}}
	if err := dialect.Settle(&plan); err != nil {
		return err
	}
	_, err = made.Apply(ctx, plan)
	return err
}

func loginIDType(s mfa.ApplicationSettings, kind string) mfa.ApplicationSettings {
	s.Dialects = map[string]json.RawMessage{dialect.Name: fmt.Appendf(nil, `{"type":%q}`, kind)}
	return s
}

func encodePair(key *ecdsa.PrivateKey) (private []byte, public string, err error) {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", err
	}
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open})), err
}

// fillCodes gives everybody who will wait a code that lives for a day.
func (w *world) fillCodes(ctx context.Context, s *handoffs.Service, shop *mfa.Caller) error {
	w.codes = make([]string, min(w.waiters, len(w.persons)))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.clients)
	for i := range w.codes {
		group.Go(func() error {
			made, err := s.Generate(ctx, handoffs.Generate{Caller: shop, User: mfa.UserRef{ID: w.persons[i].id}, Form: mfa.HandoffLong, Purpose: mfa.HandoffSignIn})
			w.codes[i] = made.Code
			return err
		})
	}
	return group.Wait()
}

// codeWait measures devices that wait for a code to be authorized elsewhere: their memory in the server, and how long
// after the backend began to authorize a code its one device is signed in.
func (w *world) codeWait(ctx context.Context, _, server *process) error {
	backend, err := loginid.NewManagement("http://"+server.address, backendClient, w.backend)
	if err != nil {
		return err
	}
	return w.crowded(ctx, server, crowd{
		who: "%d devices wait for a code", after: "a backend began to authorize it", woken: answered,
		request: func(i int) ([]byte, error) {
			return post(server, "/authenticate/code/wait", map[string]any{
				"client_id": shopClient, "user_id": w.persons[i].id, "authentication_code": map[string]string{"code": w.codes[i], "type": "long"},
			})
		},
		wake: func(i int) error {
			_, err := backend.AuthorizeCode(ctx, loginid.ByID(loginid.UserID(w.persons[i].id)), loginid.TemporaryAuthentication,
				loginid.TypedCode{Type: loginid.Long, Text: w.codes[i]})
			return err
		},
	})
}
