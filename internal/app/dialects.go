package app

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/logo"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
	"github.com/twinseal/twinseal/receipt"
)

// wireDialects builds the front doors and gives the domain their callbacks and invitations.
func (a *App) wireDialects() error {
	key, err := receipt.NewJWK(a.seal.Public())
	if err != nil {
		return err
	}
	pushKey, err := a.pushKey()
	if err != nil {
		return err
	}
	a.native = native.New(a.Service, native.Options{ServerKey: api.JWK(key), PushKey: pushKey, Passkeys: a.passkeys, Logos: logo.New(logo.Config{AllowLoopback: a.Config.Sandbox})})
	a.authy = authy.New(a.Service, authy.Options{BaseURLs: a.Config.BaseURLs})
	a.launchkey = launchkey.New(a.Service)
	a.loginid = loginid.New(loginid.Config{Domain: a.Service, Passkeys: a.passkeys, Accounts: a.accounts, Handoffs: a.handoffs})
	a.authsignal = authsignal.New(authsignal.Config{
		Domain: a.Service, Actions: a.actions, People: a.people, StepUp: a.stepup, Rulebook: a.rulebook, Grants: a.grants, HTTP: still(worker.NewClient()),
	})
	a.stepup.UseGate(a.authsignal)
	a.Service.Use(a.callbacks(), []mfa.InviteReader{a.authy})
	return nil
}

// callbacks are the dialects' parts in deliveries: the domain queues by them, and the worker renders.
func (a *App) callbacks() []mfa.Callback {
	return []mfa.Callback{a.authy.Callback(), a.launchkey.Callback(), a.authsignal.Callback()}
}

// still is the client without redirects: the address that an application named is the one that is asked.
func still(client *http.Client) *http.Client {
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// pushKey is the public half of the VAPID key as browsers want it, or "" where no Web Push is sent: push
// services demand a contact, which the operator gives; the sandbox has its own.
func (a *App) pushKey() (string, error) {
	if a.Config.Push.Contact == "" && !a.Config.Sandbox {
		return "", nil
	}
	return uncompressed(&a.push.PublicKey)
}

func uncompressed(key *ecdsa.PublicKey) (string, error) {
	point, err := key.Bytes()
	return base64.RawURLEncoding.EncodeToString(point), err
}

// doors are the front doors by the first segment of their paths. The segment decides by itself, because
// some clients double the slash in front of it and none follows a redirect.
func (a *App) doors(server *endpoint.Server) map[string]http.Handler {
	loginidDoor := a.loginid.Handler(server)
	doors := map[string]http.Handler{
		"api":         second("v1", a.native.Handler(server), loginidDoor),
		".well-known": a.native.WellKnown(server),
		"healthz":     healthy(),
		"readyz":      a.ready(),
		"metrics":     a.metrics.handler(),
	}
	authyDoor := a.authy.Handler(server)
	for _, area := range authy.Areas() {
		doors[area] = authyDoor
	}
	launchkeyDoor := a.launchkey.Handler(server)
	for _, area := range launchkey.Areas() {
		doors[area] = launchkeyDoor
	}
	for _, area := range loginid.Areas() {
		doors[area] = loginidDoor
	}
	authsignalDoor := a.authsignal.Handler(server)
	for _, area := range authsignal.Areas() {
		doors[area] = authsignalDoor
	}
	return doors
}

// second gives requests whose second segment has a name to a door of their own. LoginID's clients mount its calls
// below /api, where our own API is too.
func second(name string, own, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, rest, _ := strings.Cut(strings.TrimLeft(r.URL.Path, "/"), "/")
		if segment, _, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/"); segment == name {
			own.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

func healthy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
}

// ready answers for the database: a node that cannot reach it should get no requests.
func (a *App) ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := a.store.Ping(ctx); err != nil {
			a.log.Error("not ready", "error", err)
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
}
