package endpoint

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// streamWrite bounds one write to a caller that may have stopped reading.
const streamWrite = 15 * time.Second

// Stream sends server-sent events. It is for the goroutine of its function alone.
type Stream struct {
	writer     http.ResponseWriter
	controller *http.ResponseController
}

// Event sends one event at once; see [Event].
func (s *Stream) Event(name string, data []byte) error { return s.raw(Event(name, data)) }

// Event is a server-sent event. Lines of data arrive as they are; a name of "" is the default one.
func Event(name string, data []byte) []byte {
	var out bytes.Buffer
	if name != "" {
		out.WriteString("event: " + oneLine(name) + "\n")
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		out.WriteString("data: ")
		out.Write(bytes.ReplaceAll(line, []byte("\r"), nil))
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Comment sends what clients skip; see [Comment].
func (s *Stream) Comment(text string) error { return s.raw(Comment(text)) }

// Comment is a part of a stream that clients skip: it keeps the connection open and shows whether somebody
// is there.
func Comment(text string) []byte { return []byte(": " + oneLine(text) + "\n\n") }

func (s *Stream) raw(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := s.extend(); err != nil {
		return err
	}
	if _, err := s.writer.Write(data); err != nil {
		return err
	}
	return s.controller.Flush()
}

// extend replaces the server's write timeout, which is meant for answers of one piece. A writer without
// deadlines, as tests use, has none to extend.
func (s *Stream) extend() error {
	err := s.controller.SetWriteDeadline(time.Now().Add(streamWrite))
	if isUnsupported(err) {
		return nil
	}
	return err
}

func oneLine(text string) string {
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
}

// stream writes the headers and lets the response's function go on. A panic in it ends the connection.
func (c *call) stream(resp Response) {
	if resp.ContentType == "" {
		resp.ContentType = "text/event-stream; charset=utf-8"
	}
	h := c.headers(&resp)
	h.Set("X-Accel-Buffering", "no") // tells nginx to hand events on at once
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	s := &Stream{writer: &c.writer, controller: http.NewResponseController(c.writer.ResponseWriter)}
	defer func() {
		if p := recover(); p != nil {
			c.err = c.panicked(p)
			panic(http.ErrAbortHandler)
		}
	}()
	c.err = s.extend()
	c.writer.WriteHeader(resp.Status)
	if c.err == nil {
		c.err = s.controller.Flush()
	}
	if c.err == nil || isUnsupported(c.err) {
		c.err = resp.Stream(c, s)
	}
}
