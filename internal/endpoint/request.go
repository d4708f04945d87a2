package endpoint

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/netip"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Request is one request with what the wrapper found out about it.
type Request struct {
	*http.Request
	// ID is in the answer's X-Request-Id and in the log.
	ID string
	// Client is the address of the caller as far as the trusted proxies tell; the zero Addr when unknown.
	Client netip.Addr
	call   *call
}

// DefaultMaxBody bounds a body when the front door sets nothing. Those that take signed statements, which may
// be as large, set a bound of their own.
const DefaultMaxBody = 128 << 10

// ReasonBodyTooLarge tells a front door that knows the status 413 from other invalid requests.
const ReasonBodyTooLarge mfa.Reason = "body_too_large"

// ErrBodyTooLarge is what a function gets, and should hand on, when the body is beyond the limit.
var ErrBodyTooLarge = &mfa.Error{Code: mfa.Invalid, Reason: ReasonBodyTooLarge, Message: "the request body is too large"}

// Context is the one the function was given.
func (r *Request) Context() context.Context {
	if r.call == nil {
		return r.Request.Context()
	}
	return r.call
}

// Bytes reads the whole body. Its errors are ready to be returned.
func (r *Request) Bytes() ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	body, err := r.read()
	if err == nil {
		if r.call != nil {
			r.call.drained = true
		}
		return body, nil
	}
	if tooLarge(err) {
		return nil, ErrBodyTooLarge
	}
	return nil, &mfa.Error{Code: mfa.Invalid, Message: "the request body could not be read", Cause: err}
}

// believed is how much room is made for a body before any of it came. Strangers announce large bodies and send
// nothing; those that do send get room as they go.
const believed = 8 << 10

func (r *Request) read() ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > believed {
		return io.ReadAll(r.Body)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// limitBody makes reading beyond the limit an error. A body that announces to be larger is not read at all.
func (c *call) limitBody() {
	r := c.request.Request
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	limit := c.handler.maxBody()
	if r.ContentLength > limit {
		r.Body = refusedBody{r.Body}
		r.ContentLength = -1
		return
	}
	if r.ContentLength < 0 {
		r.Body = http.MaxBytesReader(c.writer.ResponseWriter, r.Body, limit)
	}
}

// refusedBody is a body that is too large to begin with.
type refusedBody struct{ io.Closer }

func (refusedBody) Read([]byte) (int, error) { return 0, ErrBodyTooLarge }

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit) || errors.Is(err, ErrBodyTooLarge)
}

const (
	headerRequestID = "X-Request-Id"
	// maxRequestID bounds the id that a proxy gives: longer ones only bloat the log.
	maxRequestID = 64
)

// requestID takes the id that a trusted proxy gave, so that both logs say the same, or makes one.
func requestID(r *http.Request, trusted bool) string {
	if trusted {
		if id := r.Header.Get(headerRequestID); plainID(id) {
			return id
		}
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

func plainID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for _, b := range []byte(id) {
		alphanumeric := b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		if !alphanumeric && b != '-' && b != '_' && b != '.' {
			return false
		}
	}
	return true
}
