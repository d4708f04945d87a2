package authsignal

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// contentType is what Python's client compares the whole header with: a charset makes it fail on every call.
const contentType = "application/json"

// reply is an answer in JSON.
func reply(status int, v any) (endpoint.Response, error) {
	resp, err := endpoint.JSON(status, v)
	resp.ContentType = contentType
	return resp, err
}

// ok is a success: always 200, as phones take nothing else for one.
func ok(v any) (endpoint.Response, error) { return reply(http.StatusOK, v) }

// done is a success that says nothing else. Some clients break on an empty body.
func done() (endpoint.Response, error) {
	return ok(struct {
		Success bool `json:"success"`
	}{true})
}

// wireTime is written in UTC to the millisecond.
type wireTime time.Time

const timeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes it.
func (t wireTime) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, len(timeLayout)+2)
	out = append(out, '"')
	out = time.Time(t).UTC().AppendFormat(out, timeLayout)
	return append(out, '"'), nil
}

// since is a moment, or nil, which is left out, for none.
func since(t time.Time) *wireTime {
	if t.IsZero() {
		return nil
	}
	w := wireTime(t)
	return &w
}

// plainText reports whether a text can be kept: some engines take no U+0000 and nothing but UTF-8.
func plainText(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }
