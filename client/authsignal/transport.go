package authsignal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
)

// maxAnswer bounds what is read of an answer. The largest of the protocol, the
// catalogue of messages, is some hundred KiB.
const maxAnswer = 8 << 20

// transport carries requests to one server.
type transport struct {
	base    string
	http    *http.Client // without a time limit of its own
	timeout time.Duration
	agent   string
	retries int
	pause   time.Duration
	key     func() Secret // a function, so that printing an enclosing struct shows an address
}

// call is one request; op names what the caller wanted, for errors.
type call struct {
	op     string
	method string   // POST when empty
	path   []string // segments, escaped here
	query  url.Values
	body   any // nil for none
	// again: the server does the same when the request comes twice, so it may
	// be repeated. GET may always.
	again bool
}

// answer is what came back, as it came.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// do makes a call and reads its answer into the target, which is nil when nothing
// of it matters.
func (t *transport) do(ctx context.Context, c call, into any) error {
	if c.method == "" {
		c.method = http.MethodPost
	}
	body, err := encode(c.body)
	if err != nil {
		return fmt.Errorf("authsignal: %s: %w", c.op, err)
	}
	answered, err := t.insist(ctx, c, body)
	if err != nil {
		return err
	}
	switch {
	case answered.status >= http.StatusBadRequest:
		return refusal(c.op, answered)
	case answered.status != http.StatusOK:
		return unexpected(c.op, fmt.Sprintf("HTTP %d is no success of this protocol", answered.status))
	case into == nil:
		return nil
	}
	// null would leave the target as it is, and no call is answered by it.
	if bytes.Equal(bytes.TrimSpace(answered.body), []byte("null")) || json.Unmarshal(answered.body, into) != nil {
		return unexpected(c.op, "it is not the JSON that the protocol says")
	}
	return nil
}

// ask is do for what is returned as it came.
func ask[T any](ctx context.Context, t *transport, c call) (T, error) {
	var read, none T
	if err := t.do(ctx, c, &read); err != nil {
		return none, err
	}
	return read, nil
}

// encode leaves <, > and & as they are: documents such as the conditions of rules
// are compared as text.
func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// insist sends a request, and again as often as it may be after a failure that may
// pass.
func (t *transport) insist(ctx context.Context, c call, body []byte) (*answer, error) {
	repeatable := c.again || c.method == http.MethodGet
	pause := t.pause
	for left := t.retries; ; left-- {
		answered, err := t.send(ctx, c, body)
		passing := err != nil && !errors.Is(err, ErrUnexpectedAnswer) || err == nil && answered.status >= http.StatusInternalServerError
		if !passing || !repeatable || left <= 0 || ctx.Err() != nil {
			return answered, err
		}
		if answered != nil {
			pause = max(pause, answered.retryAfter)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return answered, err
		case <-timer.C:
		}
		pause *= 2
	}
}

func (t *transport) send(ctx context.Context, c call, body []byte) (*answer, error) {
	if t.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, t.timeout)
		defer cancel()
		ctx = limited
	}
	request, err := t.request(ctx, c, body)
	if err != nil {
		return nil, fmt.Errorf("authsignal: %s: %w", c.op, err)
	}
	response, err := t.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("authsignal: %s: %w", c.op, carry.WithoutURL(err))
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("authsignal: %s: reading the answer: %w", c.op, err)
	}
	if len(text) > maxAnswer {
		return nil, unexpected(c.op, fmt.Sprintf("it is longer than %d bytes", maxAnswer))
	}
	return &answer{status: response.StatusCode, body: text, retryAfter: carry.RetryAfter(response.Header)}, nil
}

func (t *transport) request(ctx context.Context, c call, body []byte) (*http.Request, error) {
	var content io.Reader = http.NoBody
	if body != nil {
		content = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, t.address(c), content)
	if err != nil {
		return nil, carry.WithoutURL(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", t.agent)
	request.SetBasicAuth(string(t.key()), "")
	return request, nil
}

func (t *transport) address(c call) string {
	var address strings.Builder
	address.WriteString(t.base)
	for _, segment := range c.path {
		address.WriteString("/" + url.PathEscape(segment))
	}
	if len(c.query) > 0 {
		address.WriteString("?" + c.query.Encode())
	}
	return address.String()
}
