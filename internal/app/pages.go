package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	client "github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/web/approve"
	"github.com/twinseal/twinseal/internal/web/authenticator"
	"github.com/twinseal/twinseal/internal/web/demo"
	"github.com/twinseal/twinseal/internal/web/hosted"
	"github.com/twinseal/twinseal/internal/web/sandbox"
)

// addPages adds what people look at: the authenticator, the page for passkeys and those of challenges always, the inbox in the sandbox, the sample bank
// in the demo.
func (a *App) addPages(ctx context.Context, server *endpoint.Server, address string, doors map[string]http.Handler) error {
	own, err := authenticator.New(authenticator.Options{
		Sandbox: a.Config.Sandbox, Secure: a.secure(), Version: a.Config.Version, Servers: a.Config.AuthenticatorServers,
	})
	if err != nil {
		return err
	}
	doors["authenticator"] = own.Handler(server)
	approvals, err := approve.New(approve.Options{Sandbox: a.Config.Sandbox})
	if err != nil {
		return err
	}
	doors["approve"] = approvals.Handler(server)
	challenges, err := hosted.New(hosted.Config{Domain: a.Service, StepUp: a.stepup, Tokens: a.authsignal, Templates: a.templates, Sandbox: a.Config.Sandbox})
	if err != nil {
		return err
	}
	doors[hosted.Door] = challenges.Handler(server)
	if a.Config.Sandbox {
		inbox, err := sandbox.New(sandbox.Options{Inbox: a.Service, Clock: movedClock{a.sandbox, a.waker}, Demo: a.Config.Demo, Authenticator: true})
		if err != nil {
			return err
		}
		doors["sandbox"] = inbox.Handler(server)
	}
	if !a.Config.Demo {
		return nil
	}
	bank, err := a.bank(ctx, address)
	if err != nil {
		return err
	}
	doors["demo"] = bank.Handler(server)
	doors[""] = (&endpoint.Handler{Server: server, Door: "none"}).Route("start", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Redirect("/demo"), nil
	})
	return nil
}

// secure says whether people reach the server by https, whatever carries it the last bit.
func (a *App) secure() bool { return strings.HasPrefix(a.Config.PublicURL, "https://") }

// templates are the messages of an action, as its configuration has them.
func (a *App) templates(ctx context.Context, c *mfa.Caller, code string) (json.RawMessage, error) {
	configuration, err := a.rulebook.Configuration(ctx, c, code)
	return configuration.Templates, err
}

// bank is the sample bank: an application in miniature, which reaches the server as any other would.
func (a *App) bank(ctx context.Context, address string) (*demo.Demo, error) {
	key, err := a.furnishDemo(ctx)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c, err := client.New(key, client.WithBaseURL("http://"+net.JoinHostPort("127.0.0.1", port)))
	if err != nil {
		return nil, err
	}
	return demo.New(demo.Options{Client: c, Sandbox: true, Secure: a.secure()})
}
