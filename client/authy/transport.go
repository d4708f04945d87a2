package authy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
)

// maxAnswer bounds what is read of an answer. The largest the protocol knows, a
// list of webhooks or years of statistics, is a few KiB.
const maxAnswer = 1 << 20

// transport carries requests to one server.
type transport struct {
	base  string
	http  *http.Client
	agent string
}

// call is one request. Its path is escaped; op names what the caller wanted, for
// errors.
type call struct {
	op          string
	method      string
	path        string
	query       url.Values
	body        []byte
	contentType string
	header      http.Header
}

// answer is what came back.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

func (t *transport) send(ctx context.Context, c call) (*answer, error) {
	request, err := t.request(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("authy: %s: %w", c.op, err)
	}
	response, err := t.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("authy: %s: %w", c.op, carry.WithoutURL(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("authy: %s: reading the answer: %w", c.op, err)
	}
	if len(body) > maxAnswer {
		return nil, unexpected(c.op, fmt.Sprintf("it is longer than %d bytes", maxAnswer))
	}
	return &answer{status: response.StatusCode, body: body, retryAfter: carry.RetryAfter(response.Header)}, nil
}

func (t *transport) request(ctx context.Context, c call) (*http.Request, error) {
	target := t.base + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, target, body)
	if err != nil {
		return nil, carry.WithoutURL(err)
	}
	maps.Copy(request.Header, c.header)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", t.agent)
	if c.body != nil {
		request.Header.Set("Content-Type", c.contentType)
	}
	return request, nil
}

// get asks for a resource and decodes the success into the target.
func (c *Client) get(ctx context.Context, op, path string, query url.Values, into any) error {
	return c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query}, into)
}

// post sends a JSON document and decodes the success into the target.
func (c *Client) post(ctx context.Context, op, path string, document, into any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("authy: %s: %w", op, err)
	}
	return c.do(ctx, call{op: op, method: http.MethodPost, path: path, body: body, contentType: "application/json"}, into)
}

func (c *Client) do(ctx context.Context, request call, into any) error {
	request.header = http.Header{"X-Authy-Api-Key": {string(c.key())}}
	answer, err := c.transport.send(ctx, request)
	if err != nil {
		return err
	}
	return answer.decode(request.op, into)
}
