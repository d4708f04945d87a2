package endpoint_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// quiet is a writer that costs nothing.
type quiet struct{ header http.Header }

func (q quiet) Header() http.Header         { return q.header }
func (q quiet) Write(p []byte) (int, error) { return len(p), nil }
func (q quiet) WriteHeader(int)             {}

// BenchmarkRoute is the price of the wrapper with its log line and a small JSON answer.
func BenchmarkRoute(b *testing.B) {
	answer := struct {
		Message string `json:"message"`
		Success bool   `json:"success"`
	}{"Token is valid.", true}
	for name, log := range map[string]*slog.Logger{"logged": slog.New(slog.NewJSONHandler(discard{}, nil)), "silent": nil} {
		b.Run(name, func(b *testing.B) {
			h := (&endpoint.Handler{Server: &endpoint.Server{Log: log}}).Route("r", func(ctx context.Context, _ *endpoint.Request) (endpoint.Response, error) {
				endpoint.Record(ctx).Set("application", "a")
				return endpoint.JSON(200, answer)
			})
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			w := quiet{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				h.ServeHTTP(w, r)
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
