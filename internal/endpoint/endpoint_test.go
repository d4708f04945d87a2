package endpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// desk is a front door whose log can be read.
type desk struct {
	*endpoint.Handler
	log bytes.Buffer
}

func newDesk() *desk {
	d := &desk{}
	d.Handler = &endpoint.Handler{Door: "test", Server: &endpoint.Server{Log: slog.New(slog.NewJSONHandler(&d.log, nil))}}
	return d
}

func (d *desk) line(t *testing.T) map[string]any {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal(d.log.Bytes(), &line); err != nil {
		t.Fatalf("log is not one line of JSON: %v: %s", err, d.log.String())
	}
	return line
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnAnswerIsWrittenWithItsLengthAndKeptByNobody(t *testing.T) {
	t.Parallel()
	h := newDesk().Route("GET /x", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.JSON(http.StatusCreated, struct {
			B string `json:"b"`
			A int    `json:"a"`
		}{"<é>", 1})
	})
	w := serve(h, httptest.NewRequest(http.MethodGet, "/x", nil))
	if w.Code != http.StatusCreated || w.Body.String() != `{"b":"<é>","a":1}` {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Content-Length": "18",
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestTheRequestIDIsInHeaderAndLog(t *testing.T) {
	t.Parallel()
	d := newDesk()
	var seen string
	h := d.Route("GET /x", func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		endpoint.Record(ctx).Set("application", "a")
		endpoint.Record(ctx).Set("application", "b")
		seen = r.ID
		return endpoint.Text(http.StatusOK, "ok"), nil
	})
	w := serve(h, httptest.NewRequest(http.MethodGet, "/x/token-123456?api_key=topsecret", nil))
	line := d.line(t)
	if len(seen) != 32 || w.Header().Get("X-Request-Id") != seen || line["request"] != seen {
		t.Errorf("id %q, header %q, log %v", seen, w.Header().Get("X-Request-Id"), line["request"])
	}
	if line["application"] != "b" || line["route"] != "GET /x" || line["status"] != float64(200) || line["bytes"] != float64(2) {
		t.Errorf("log line %v", line)
	}
	for _, secret := range []string{"topsecret", "123456", "api_key"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestAPanicIsAnInternalErrorWithoutDetail(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func(*desk) http.Handler{
		"route": func(d *desk) http.Handler {
			return d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) { panic("the inside") })
		},
		"plain": func(d *desk) http.Handler {
			return d.Plain("r", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the inside") }))
		},
		"render": func(d *desk) http.Handler {
			d.Render = func(*endpoint.Request, error) endpoint.Response { panic("the inside") }
			return d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
				return endpoint.Response{}, errors.New("x")
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			w := serve(build(d), httptest.NewRequest(http.MethodGet, "/", nil))
			if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "inside") {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			line := d.line(t)
			if line["level"] != "ERROR" || !strings.Contains(line["error"].(string), "the inside") || line["stack"] == nil {
				t.Errorf("log line %v", line)
			}
		})
	}
}

func TestErrorsAreWordedByTheFrontDoor(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.Render = func(r *endpoint.Request, err error) endpoint.Response {
		return endpoint.Text(418, r.URL.Path+" "+string(mfa.CodeOf(err)))
	}
	w := serve(d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{}, &mfa.Error{Code: mfa.Limited, Message: "slow down", Cause: errors.New("counter")}
	}), httptest.NewRequest(http.MethodGet, "/p", nil))
	if w.Code != 418 || w.Body.String() != "/p limited" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if line := d.line(t); line["error"] != "limited: slow down: counter" {
		t.Errorf("log line %v", line)
	}
}

func TestPlainErrorsSayTheSentenceAndNeverTheCause(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		&mfa.Error{Code: mfa.Invalid, Message: "sentence", Cause: errors.New("inside")}:         400,
		&mfa.Error{Code: mfa.Unauthenticated, Message: "sentence", Cause: errors.New("inside")}: 401,
		&mfa.Error{Code: mfa.Forbidden, Message: "sentence", Cause: errors.New("inside")}:       403,
		&mfa.Error{Code: mfa.NotFound, Message: "sentence", Cause: errors.New("inside")}:        404,
		&mfa.Error{Code: mfa.Conflict, Message: "sentence", Cause: errors.New("inside")}:        409,
		&mfa.Error{Code: mfa.Replayed, Message: "sentence", Cause: errors.New("inside")}:        409,
		&mfa.Error{Code: mfa.Expired, Message: "sentence", Cause: errors.New("inside")}:         410,
		&mfa.Error{Code: mfa.Limited, Message: "sentence", Cause: errors.New("inside")}:         429,
		&mfa.Error{Code: mfa.Unavailable, Message: "sentence", Cause: errors.New("inside")}:     503,
		&mfa.Error{Code: mfa.Internal, Message: "inside"}:                                       500,
		errors.New("inside"): 500,
	} {
		resp := endpoint.PlainError(nil, err)
		if resp.Status != want || strings.Contains(string(resp.Body), "inside") {
			t.Errorf("%v: %d %s", err, resp.Status, resp.Body)
		}
		if want != 500 && string(resp.Body) != "sentence\n" {
			t.Errorf("%v: %s", err, resp.Body)
		}
	}
}

func TestABodyBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	reads := map[string]endpoint.Func{
		"bytes": func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
			body, err := r.Bytes()
			return endpoint.Bytes(200, "", body), err
		},
		"form": func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
			err := r.ParseForm()
			return endpoint.Text(200, "form"), err
		},
	}
	for name, read := range reads {
		for _, chunked := range []bool{false, true} {
			d := newDesk()
			d.MaxBody = 10
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("a=0123456789"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if chunked {
				r.ContentLength = -1
			}
			if w := serve(d.Route("r", read), r); w.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, chunked %v: got %d %s", name, chunked, w.Code, w.Body)
			}
		}
	}
}

func TestABodyWithinTheLimitArrivesWhole(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.MaxBody = 10
	echo := d.Route("r", func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
		body, err := r.Bytes()
		return endpoint.Bytes(200, "text/plain", body), err
	})
	for _, length := range []int64{10, -1} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("0123456789"))
		r.ContentLength = length
		if w := serve(echo, r); w.Body.String() != "0123456789" {
			t.Errorf("got %d %q", w.Code, w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", iotestShort{})
	r.ContentLength = 5
	if w := serve(echo, r); w.Code != http.StatusBadRequest {
		t.Errorf("a body that ends too soon got %d", w.Code)
	}
}

type iotestShort struct{}

func (iotestShort) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// stingy is a body that never comes, and remembers how much room was made for it.
type stingy struct{ room int }

func (s *stingy) Read(p []byte) (int, error) {
	s.room = max(s.room, len(p))
	return 0, io.ErrUnexpectedEOF
}

func TestNoRoomIsMadeForALargeBodyBeforeItComes(t *testing.T) {
	t.Parallel()
	d, body := newDesk(), &stingy{}
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.ContentLength = endpoint.DefaultMaxBody
	w := serve(d.Route("r", func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
		_, err := r.Bytes()
		return endpoint.Response{}, err
	}), r)
	if w.Code != http.StatusBadRequest || body.room == 0 || body.room > 8<<10 {
		t.Errorf("got %d with room for %d bytes", w.Code, body.room)
	}
}

func TestAStatusWithoutBodyHasNone(t *testing.T) {
	t.Parallel()
	w := serve(newDesk().Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Text(http.StatusNoContent, "x"), nil
	}), httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Body.Len() != 0 || w.Header().Get("Content-Length") != "" {
		t.Errorf("got %q, length %q", w.Body, w.Header().Get("Content-Length"))
	}
}

func TestACallerThatHangsUpIsNotOurFault(t *testing.T) {
	t.Parallel()
	d := newDesk()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := serve(d.Route("r", func(ctx context.Context, _ *endpoint.Request) (endpoint.Response, error) {
		<-ctx.Done()
		return endpoint.Response{}, ctx.Err()
	}), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	if line := d.line(t); w.Code != http.StatusServiceUnavailable || line["gone"] != "true" || line["level"] != "INFO" {
		t.Errorf("got %d, log %v", w.Code, line)
	}
}

type seenMetrics struct {
	door, route string
	status      int
}

func (m *seenMetrics) Request(door, route string, status int, _ time.Duration) {
	*m = seenMetrics{door, route, status}
}

func TestMetricsSeeRouteAndStatus(t *testing.T) {
	t.Parallel()
	var seen seenMetrics
	h := &endpoint.Handler{Door: "native", Server: &endpoint.Server{Metrics: &seen}}
	serve(h.Plain("files", http.NotFoundHandler()), httptest.NewRequest(http.MethodGet, "/", nil))
	if seen != (seenMetrics{"native", "files", 404}) {
		t.Errorf("got %+v", seen)
	}
}

func TestRecordOutsideOfARequestDoesNothing(t *testing.T) {
	t.Parallel()
	endpoint.Record(t.Context()).Set("a", "b")
}
