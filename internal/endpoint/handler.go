package endpoint

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Func answers one request. Its context ends when the caller goes away.
type Func func(ctx context.Context, r *Request) (Response, error)

// Metrics is told about every request when it is over.
type Metrics interface {
	Request(door, route string, status int, took time.Duration)
}

// Server is what all front doors share. The zero value works: no log, no metrics, no spans, no proxies.
type Server struct {
	Log     *slog.Logger
	Metrics Metrics
	Tracer  trace.Tracer
	Proxies Proxies
	// Lot is where answers that come later wait; nil lets them wait in their handlers.
	Lot *Lot
}

// Handler makes the handlers of one front door.
type Handler struct {
	Server *Server
	// Door names the front door in logs, metrics and spans.
	Door string
	// Render words an error; nil means [PlainError]. It sees every error of the door's functions, those of
	// this package included ([ErrBodyTooLarge], and an internal one without detail after a panic).
	Render func(r *Request, err error) Response
	// MaxBody bounds a request's body in bytes; 0 means [DefaultMaxBody].
	MaxBody int64
	// Anyone lets pages of every origin read every answer of the door, errors and streams too: for doors whose
	// requests are signed by themselves, so that a page learns nothing but by a key of its own. Cookies count for
	// nothing there, and none are asked for.
	Anyone bool
}

// exposed are the headers that pages of other origins may read besides those that every page may.
const exposed = "Date, Retry-After"

// Route makes the handler of one route. The name goes to logs, metrics and spans, so it must be one of a
// few: the pattern, never the path.
func (h *Handler) Route(name string, f Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := h.begin(w, r, name)
		defer c.end()
		c.answer(f)
	})
}

// Plain gives a handler that writes by itself, such as a file server, the same log line, metrics, span and
// protection from panics.
func (h *Handler) Plain(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := h.begin(w, r, name)
		defer c.end()
		c.pass(next)
	})
}

func (h *Handler) server() *Server {
	if h.Server == nil {
		return &Server{}
	}
	return h.Server
}

func (h *Handler) maxBody() int64 {
	if h.MaxBody > 0 {
		return h.MaxBody
	}
	return DefaultMaxBody
}

func (h *Handler) render(r *Request, err error) Response {
	if h.Render == nil {
		return PlainError(r, err)
	}
	return h.Render(r, err)
}

// allowed is what a stream's head says to pages of other origins.
func (h *Handler) allowed() string {
	if !h.Anyone {
		return ""
	}
	return "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: " + exposed + "\r\n"
}
