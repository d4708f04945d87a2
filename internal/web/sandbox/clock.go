package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// change is one wish about the clock: exactly one member counts.
type change struct {
	Now     string `json:"now"`     // RFC 3339
	Advance string `json:"advance"` // such as 10m, or -1h30m
	Reset   bool   `json:"reset"`
}

// Bounds of the clock: databases and signatures hold such times for certain.
var (
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func (s *Sandbox) clockNow() (endpoint.Response, error) {
	return endpoint.JSON(http.StatusOK, struct {
		Now string `json:"now"`
	}{s.options.Clock.Now().UTC().Format(time.RFC3339Nano)})
}

func (s *Sandbox) showClock(context.Context, *endpoint.Request) (endpoint.Response, error) {
	return s.clockNow()
}

// changeClock takes JSON from programs and forms from the page. Programs get
// JSON back, people the page.
func (s *Sandbox) changeClock(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	body, err := r.Bytes()
	if err != nil {
		return endpoint.Response{}, err
	}
	wish, form, err := readChange(body)
	if err == nil {
		err = s.apply(wish)
	}
	switch {
	case form && err == nil:
		return endpoint.Redirect("/sandbox"), nil
	case form:
		return endpoint.Response{}, err
	case err != nil:
		return refusal(err)
	}
	return s.clockNow()
}

func refusal(err error) (endpoint.Response, error) {
	out := struct {
		Error string `json:"error"`
	}{"the clock cannot be set"}
	if known, ok := errors.AsType[*mfa.Error](err); ok {
		out.Error = known.Message
	}
	return endpoint.JSON(http.StatusBadRequest, out)
}

func unusable(message string, cause error) error {
	return &mfa.Error{Code: mfa.Invalid, Message: message, Cause: cause}
}

// readChange reads a body by its first character, because people who type
// JSON on a command line seldom say that it is.
func readChange(body []byte) (wish change, form bool, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&wish); err != nil {
			return change{}, false, unusable(`send {"now":"2026-03-01T09:30:00Z"}, {"advance":"10m"} or {"reset":true}`, err)
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return change{}, false, unusable("something follows the JSON in the body", err)
		}
		return wish, false, nil
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return change{}, true, unusable("the form cannot be read", err)
	}
	wish = change{
		Now: strings.TrimSpace(values.Get("now")), Advance: strings.TrimSpace(values.Get("advance")),
		Reset: values.Get("reset") != "",
	}
	return wish, true, nil
}

func (s *Sandbox) apply(wish change) error {
	switch {
	case wish.Reset && wish.Now == "" && wish.Advance == "":
		s.options.Clock.Reset()
		return nil
	case wish.Now != "" && wish.Advance == "" && !wish.Reset:
		at, err := parseMoment(wish.Now)
		if err != nil {
			return unusable("now is a time such as 2026-03-01T09:30:00Z", err)
		}
		return s.set(at, func() { s.options.Clock.Set(at) })
	case wish.Advance != "" && wish.Now == "" && !wish.Reset:
		by, err := time.ParseDuration(wish.Advance)
		if err != nil {
			return unusable("advance is a duration such as 10m, 36h or -90s", err)
		}
		return s.set(s.options.Clock.Now().Add(by), func() { s.options.Clock.Advance(by) })
	}
	return unusable("give exactly one of now, advance and reset", nil)
}

// parseMoment reads RFC 3339, and what a browser's field for date and time
// gives, which is in UTC here.
func parseMoment(text string) (time.Time, error) {
	if at, err := time.Parse("2006-01-02T15:04", text); err == nil {
		return at, nil
	}
	return time.Parse(time.RFC3339, text)
}

func (s *Sandbox) set(at time.Time, move func()) error {
	if at.Before(earliest) || at.After(latest) {
		return unusable("the clock goes from the year 2000 to 2199", nil)
	}
	move()
	return nil
}
