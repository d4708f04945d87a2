package endpoint

import (
	"context"
	"maps"
	"net/http"
	"strconv"
)

// Response is a whole answer. It is written in one piece with its length.
type Response struct {
	Status      int // 0 means 200
	ContentType string
	// Header is added to the answer; nil for none. Its keys are canonical, as [http.Header.Set] makes them.
	Header http.Header
	Body   []byte
	// Stream, when set, takes the place of Body: it runs once the headers are out and ends the answer by
	// returning. Its error is logged; nothing else can be done with it by then.
	Stream func(ctx context.Context, s *Stream) error

	// Wait, when set, takes the place of all others: the answer comes later.
	Wait *Wait

	// Upgrade, when set, takes the place of all others: it is given what a handler of net/http is given, takes the
	// connection over and ends by returning. What it answers is its own; its error is logged.
	Upgrade func(ctx context.Context, w http.ResponseWriter, r *http.Request) error

	encoded *encoded // where Body lies, when it comes from the pool
}

// Bytes is an answer of that type.
func Bytes(status int, contentType string, body []byte) Response {
	return Response{Status: status, ContentType: contentType, Body: body}
}

// Text is a plain answer.
func Text(status int, body string) Response {
	return Bytes(status, "text/plain; charset=utf-8", []byte(body))
}

// Redirect sends a browser on, by GET.
func Redirect(url string) Response {
	return Response{Status: http.StatusSeeOther, Header: http.Header{"Location": {url}}}
}

// Headers that never change are made once. Answers are about people's second factors: nobody may keep them
// unless their own header says so.
var (
	valueNoStore = []string{"no-store"}
	valueNoSniff = []string{"nosniff"}
	valueAnyone  = []string{"*"}
	valueExposed = []string{exposed}
)

func (c *call) headers(resp *Response) http.Header { return c.fill(c.writer.Header(), resp) }

// fill adds what every answer has to its headers, however it is sent.
func (c *call) fill(h http.Header, resp *Response) http.Header {
	maps.Copy(h, resp.Header)
	if _, ok := h["Cache-Control"]; !ok {
		h["Cache-Control"] = valueNoStore
	}
	h["X-Content-Type-Options"] = valueNoSniff
	if c.handler.Anyone {
		h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = valueAnyone, valueExposed
	}
	if resp.ContentType != "" {
		c.values[1] = resp.ContentType
		h["Content-Type"] = c.values[1:2:2]
	}
	return h
}

func (c *call) write(resp *Response) {
	status := resp.Status
	if status == 0 {
		status = http.StatusOK
	}
	h := c.headers(resp)
	if bodyAllowed(status) {
		c.values[2] = strconv.Itoa(len(resp.Body))
		h["Content-Length"] = c.values[2:3:3]
	} else {
		resp.Body = nil
	}
	c.writer.WriteHeader(status)
	if len(resp.Body) > 0 {
		_, _ = c.writer.Write(resp.Body) // a caller that has gone needs no answer
	}
	resp.encoded.release()
}

func bodyAllowed(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

// counter remembers what was written.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *counter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *counter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *counter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
