package app

import (
	"context"
	"fmt"
	"log"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

// tracing exports spans over OTLP/HTTP where an endpoint is configured; without one nothing is recorded.
func (a *App) openTracing(ctx context.Context) error {
	if a.Config.OTLPEndpoint == "" {
		return nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(a.Config.OTLPEndpoint))
	if err != nil {
		return fmt.Errorf("otlp_endpoint: %w", err)
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter),
		trace.WithResource(resource.NewSchemaless(attribute.String("service.name", "twinseal"))))
	a.tracer = provider.Tracer("github.com/twinseal/twinseal")
	a.closers = append(a.closers, provider.Shutdown)
	return nil
}

// serverLog hands what net/http complains about to the structured log.
func serverLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
