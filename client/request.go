package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// maxResponse bounds what is read of a successful answer: a page of history
// at its largest.
const maxResponse = 16 << 20

// request is one call before it is signed. A target is the path and query
// below the server's base URL.
type request struct {
	method string
	target string
	body   []byte
	accept string
}

// call sends in as JSON (nil for no body) and reads the answer into out (nil
// to ignore it).
func (d *Device) call(ctx context.Context, method, target string, in, out any) error {
	r := request{method: method, target: target, accept: "application/json"}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		r.body = body
	}
	data, err := d.fetch(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the server's answer is not what the protocol says: %w", err)
	}
	return nil
}

// fetch sends r and reads the whole answer.
func (d *Device) fetch(ctx context.Context, r request) ([]byte, error) {
	resp, err := d.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("read the server's answer: %w", err)
	}
	if len(data) > maxResponse {
		return nil, errors.New("the server's answer is too large")
	}
	return data, nil
}

// send signs and sends r. A refusal about the clock corrects it, and one about
// a repeated proof (a connection that broke and was retried underneath) makes
// a new proof; either is tried once more.
func (d *Device) send(ctx context.Context, r request) (*http.Response, error) {
	resp, err := d.once(ctx, r)
	var refusal *Error
	if !errors.As(err, &refusal) {
		return resp, err
	}
	switch {
	case refusal.Code == api.CodeProofTime && !refusal.serverTime.IsZero():
		d.correctClock(refusal.serverTime)
	case refusal.Code == api.CodeProofReplayed:
	default:
		return nil, err
	}
	return d.once(ctx, r)
}

// once makes one attempt; any status but a 2xx is an [*Error].
func (d *Device) once(ctx context.Context, r request) (*http.Response, error) {
	req, err := d.signed(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := d.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("reach the server: %w", err)
	}
	if resp.StatusCode >= http.StatusOK && resp.StatusCode < http.StatusMultipleChoices {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, newError(resp)
}

func (d *Device) signed(ctx context.Context, r request) (*http.Request, error) {
	account := d.Account()
	proof, err := receipt.NewProof(account.Key, r.method, r.target, r.body, d.Now())
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method, account.Server+r.target, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set(api.HeaderProof, proof)
	req.Header.Set("Accept", r.accept)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}
