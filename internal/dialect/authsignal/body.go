package authsignal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// firstRead is how much room is made for a body before any of it came; nearly all fit.
const firstRead = 4 << 10

// read reads the body until its first JSON value is whole, and not an octet longer: Python's client announces more than
// it sends when one of its attributes is None, and would wait for its answer for ever.
func (c *call) read() error {
	r := c.request
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		c.unread = false
		return nil
	}
	size := int64(firstRead)
	if r.ContentLength > 0 && r.ContentLength < size {
		size = r.ContentLength
	}
	body, seen := make([]byte, 0, size), value{}
	for {
		n, err := r.Body.Read(body[len(body):cap(body)])
		fresh := body[len(body) : len(body)+n]
		body = body[:len(body)+n]
		end, whole := seen.end(fresh)
		c.unread = err == nil && int64(len(body)) != r.ContentLength
		switch {
		case whole && r.ContentLength > 0:
			c.body = body[:len(body)-n+end]
			return nil
		case errors.Is(err, io.EOF) || err == nil && !c.unread:
			c.body = body
			return nil
		case err != nil:
			return unreadable(err)
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

func unreadable(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) || errors.Is(err, endpoint.ErrBodyTooLarge) {
		return endpoint.ErrBodyTooLarge
	}
	return &mfa.Error{Code: mfa.Invalid, Message: "The request body could not be read.", Cause: err}
}

// value finds the end of the first JSON object or list of a text that comes in pieces. It judges no more than brackets
// and strings.
type value struct {
	depth   int
	text    bool // inside a string
	escaped bool // after a backslash there
}

// end is how much of the piece belongs to the value, and whether the value ends there.
func (v *value) end(piece []byte) (n int, whole bool) {
	for i, b := range piece {
		if v.step(b) {
			return i + 1, true
		}
	}
	return len(piece), false
}

func (v *value) step(b byte) (ended bool) {
	switch {
	case v.escaped:
		v.escaped = false
	case v.text:
		v.escaped, v.text = b == '\\', b != '"'
	case b == '"':
		v.text = true
	case b == '{' || b == '[':
		v.depth++
	case b == '}' || b == ']':
		v.depth--
		return v.depth <= 0
	}
	return false
}

// decode reads the body. Clients leave out members, send null for them and add others: all of that is taken, and no body
// at all where every member may be left out; a value of another type is not.
func (c *call) decode(into any) error { return decode(c.body, into) }

func decode(body []byte, into any) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil
	}
	if endpoint.HoldsNull(body) {
		return invalid("the body holds a character that no text has")
	}
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return invalid(wrong.Field + " is of the wrong type")
	}
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	if err != nil {
		return invalid("the body is not a JSON object")
	}
	return nil
}

// object is a member that holds a JSON object, or nil: some clients send null for one that they leave out.
func object(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return raw
}
