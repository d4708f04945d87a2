package endpoint_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func TestASpanContinuesTheCallersTrace(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	d := newDesk()
	d.Server.Tracer = provider.Tracer("test")
	var inside trace.TraceID
	h := d.Route("GET /x", func(ctx context.Context, _ *endpoint.Request) (endpoint.Response, error) {
		inside = trace.SpanContextFromContext(ctx).TraceID()
		panic("x")
	})
	r := httptest.NewRequest(http.MethodGet, "/x", nil)
	r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	serve(h, r)
	spans := recorder.Ended()
	if len(spans) != 1 || spans[0].Name() != "GET /x" || spans[0].SpanContext().TraceID() != inside {
		t.Fatalf("spans %v", spans)
	}
	if got := d.line(t)["trace"]; got != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("trace in the log: %v", got)
	}
}
