package endpoint

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Line is the log line of one request, filled by whoever knows. A nil Line takes everything and keeps
// nothing, so that code runs the same outside of a request.
type Line struct {
	mu    sync.Mutex
	count int
	attrs [maxNotes]slog.Attr
}

// maxNotes bounds what one line can be given; more is dropped. Ids of the nouns are what it is for.
const maxNotes = 10

// Record is the line of the request that ctx belongs to.
func Record(ctx context.Context) *Line {
	line, _ := ctx.Value(lineKey{}).(*Line)
	return line
}

// Set notes an id or a word, never a secret. The same key again replaces the value.
func (l *Line) Set(key, value string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.attrs[:l.count] {
		if l.attrs[i].Key == key {
			l.attrs[i].Value = slog.StringValue(value)
			return
		}
	}
	if l.count < maxNotes {
		l.attrs[l.count] = slog.String(key, value)
		l.count++
	}
}

func (l *Line) appendTo(attrs []slog.Attr) []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(attrs, l.attrs[:l.count]...)
}

// fixedNotes is how many attributes every line has besides those that were noted.
const fixedNotes = 11

func (c *call) log(took time.Duration) {
	log := c.server.Log
	level := slog.LevelInfo
	if c.stack != nil || c.writer.status >= http.StatusInternalServerError && !c.gone() {
		level = slog.LevelError
	}
	if log == nil || !log.Enabled(c, level) {
		return
	}
	attrs := append(make([]slog.Attr, 0, fixedNotes+maxNotes),
		slog.String("request", c.request.ID),
		slog.String("door", c.handler.Door),
		slog.String("route", c.route),
		slog.String("method", c.request.Method),
		slog.Int("status", c.writer.status),
		slog.Int64("bytes", c.writer.bytes),
		slog.Int64("micros", took.Microseconds()),
	)
	if c.request.Client.IsValid() {
		attrs = append(attrs, slog.String("client", c.request.Client.String()))
	}
	attrs = c.line.appendTo(attrs)
	if c.gone() {
		attrs = append(attrs, slog.String("gone", "true"))
	}
	if c.err != nil {
		attrs = append(attrs, slog.String("error", c.err.Error()))
	}
	if c.stack != nil {
		attrs = append(attrs, slog.String("stack", string(c.stack)))
	}
	log.LogAttrs(c, level, "request", attrs...)
}

// gone reports whether the caller hung up, after which no status reaches it.
func (c *call) gone() bool { return c.left || c.request.Request.Context().Err() != nil }
