package endpoint

import (
	"errors"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// startSpan continues the caller's trace (W3C traceparent) or begins one.
func (c *call) startSpan(r *http.Request) {
	parent := propagation.TraceContext{}.Extract(c.Context, propagation.HeaderCarrier(r.Header))
	c.Context, c.span = c.server.Tracer.Start(parent, c.route, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(
			attribute.String("http.request.method", r.Method),
			attribute.String("http.route", c.route),
			attribute.String("twinseal.door", c.handler.Door),
			attribute.String("twinseal.request", c.request.ID),
		))
	if id := c.span.SpanContext().TraceID(); id.IsValid() {
		c.line.Set("trace", id.String())
	}
}

func (c *call) endSpan() {
	c.span.SetAttributes(attribute.Int("http.response.status_code", c.writer.status))
	if c.writer.status >= http.StatusInternalServerError {
		c.span.SetStatus(codes.Error, "")
	}
	c.span.End()
}

func isUnsupported(err error) bool { return errors.Is(err, http.ErrNotSupported) }
