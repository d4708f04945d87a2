package authsignal

import (
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// socket answers browsers that wait for a phone over a WebSocket.
func (d *Dialect) socket(*endpoint.Server) http.Handler { return http.NotFoundHandler() }
