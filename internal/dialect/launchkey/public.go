package launchkey

import (
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// headerKeyID names the key that an answer holds.
const headerKeyID = "X-Iov-Key-Id"

type pong struct {
	Time wireTime `json:"api_time"`
}

// ping tells the time by which tokens are judged.
func (d *Dialect) ping(_ context.Context, _ string) (endpoint.Response, error) {
	resp, err := endpoint.JSON(http.StatusOK, pong{wireTime(d.service.Now())})
	resp.ContentType = "application/json"
	return resp, err
}

// publicKey gives the newest public key of the API, or the one that is named.
func (d *Dialect) publicKey(ctx context.Context, name string) (endpoint.Response, error) {
	key, err := d.namedKey(ctx, name)
	if err != nil {
		return endpoint.Response{}, err
	}
	resp := endpoint.Bytes(http.StatusOK, "text/plain", []byte(key.pem))
	resp.Header = http.Header{headerKeyID: {key.id}}
	return resp, nil
}

func (d *Dialect) namedKey(ctx context.Context, name string) (*apiKey, error) {
	if name == "" {
		return d.ring.Current(ctx)
	}
	key, err := d.ring.Find(ctx, strings.NewReplacer("%3A", ":", "%3a", ":").Replace(name))
	if err == nil && key == nil {
		err = mfa.Missing("key")
	}
	return key, err
}
