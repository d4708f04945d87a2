package loginid

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
)

const (
	// maxAnswer bounds what is read of an answer. The largest of the protocol,
	// the credentials of a user, is some KiB.
	maxAnswer = 1 << 20
)

// transport carries requests to one server.
type transport struct {
	base    string
	http    *http.Client // without a time limit of its own
	timeout time.Duration
	agent   string
}

// answer is what came back, as it came.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// send makes a request that may take so long; zero is without limit.
func (t *transport) send(ctx context.Context, op string, request *http.Request, within time.Duration) (*answer, error) {
	if within > 0 {
		limited, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		ctx = limited
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", t.agent)
	response, err := t.http.Do(request.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("loginid: %s: %w", op, carry.WithoutURL(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("loginid: %s: reading the answer: %w", op, err)
	}
	if len(body) > maxAnswer {
		return nil, unexpected(op, fmt.Sprintf("it is longer than %d bytes", maxAnswer))
	}
	return &answer{status: response.StatusCode, body: body, retryAfter: carry.RetryAfter(response.Header)}, nil
}

func (t *transport) request(method, path string, body []byte) (*http.Request, error) {
	var content io.Reader = http.NoBody
	if body != nil {
		content = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, t.base+path, content)
	if err != nil {
		return nil, carry.WithoutURL(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}
