package launchkey

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/client/internal/carry"
)

// maxAnswer bounds what is read of an answer. The largest the protocol knows, a
// list of directories with their services, is some KiB.
const maxAnswer = 4 << 20

// transport carries requests to one server.
type transport struct {
	base  string
	http  *http.Client
	agent string
}

// answer is what came back, as it came.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (t *transport) send(ctx context.Context, op, method, path, body string, header http.Header) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.base+path, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("launchkey: %s: %w", op, err)
	}
	if body == "" {
		request.Body, request.GetBody = http.NoBody, nil
	}
	maps.Copy(request.Header, header)
	request.Header.Set("User-Agent", t.agent)
	// The digest in the token is over the bytes as sent, so nobody on the way
	// is invited to compress them.
	request.Header.Set("Accept-Encoding", "identity")
	response, err := t.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("launchkey: %s: %w", op, carry.WithoutURL(err))
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("launchkey: %s: reading the answer: %w", op, err)
	}
	if len(read) > maxAnswer {
		return nil, unexpected(op, fmt.Sprintf("it is longer than %d bytes", maxAnswer))
	}
	return &answer{status: response.StatusCode, header: response.Header, body: read}, nil
}

// public gets what is neither signed nor encrypted.
func (t *transport) public(ctx context.Context, op, path string) (*answer, error) {
	answered, err := t.send(ctx, op, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, err
	}
	if answered.status != http.StatusOK {
		return nil, refusal(op, answered.status, nil)
	}
	if len(answered.body) > maxPublic {
		return nil, unexpected(op, fmt.Sprintf("it is longer than %d bytes", maxPublic))
	}
	return answered, nil
}
