package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// certs gives the public key that a token names, or the newest. It is plain text: clients pass it on as it is.
func (d *Dialect) certs(ctx context.Context, c *call) (endpoint.Response, error) {
	kid := c.request.URL.Query().Get("kid")
	key, err := d.ring.Current(ctx)
	if kid != "" && len(kid) <= maxKeyID {
		key, err = d.ring.Find(ctx, kid)
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	if key == nil || len(kid) > maxKeyID {
		return endpoint.Response{}, refuse(failMissing, "there is no key of that id")
	}
	return endpoint.Text(http.StatusOK, key.pem), nil
}

// maxKeyID bounds a kid that is looked up, in bytes: ours have 36.
const maxKeyID = 128

// keySet is all keys of the server, as a set that programs read.
type keySet struct {
	Keys []jwk `json:"keys"`
}

func (d *Dialect) keySet(ctx context.Context) (keySet, error) {
	held, err := d.ring.All(ctx)
	if err != nil {
		return keySet{}, err
	}
	set := keySet{Keys: make([]jwk, 0, len(held))}
	for _, key := range held {
		set.Keys = append(set.Keys, key.jwk)
	}
	return set, nil
}
