package launchkey

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/twinseal/twinseal/internal/mfa"
)

// origin is who began something, and the key that whatever comes of it is sealed to. It is kept with what was
// begun, because the key may be switched off before it ends.
type origin struct {
	Issuer string `json:"issuer"`
	PEM    string `json:"pem"`
}

// origin is that of a call.
func (c *call) origin() (json.RawMessage, error) {
	raw, err := json.Marshal(origin{c.claims.Issuer, c.to.pem})
	if err != nil {
		return nil, fmt.Errorf("write an origin: %w", err)
	}
	return raw, nil
}

func originOf(raw json.RawMessage) (origin, error) {
	var out origin
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, &mfa.Error{Code: mfa.Internal, Message: "an origin cannot be read", Cause: err}
	}
	return out, nil
}

// jwk is an RSA public key (RFC 7517) as questions carry it.
type jwk struct {
	E   string `json:"e"`
	Kty string `json:"kty"`
	N   string `json:"n"`
}

// forDevices is the key as devices are given it.
func (r *recipient) forDevices() (*mfa.Recipient, error) {
	encode := base64.RawURLEncoding.EncodeToString
	key, err := json.Marshal(jwk{encode(big.NewInt(int64(r.public.E)).Bytes()), "RSA", encode(r.public.N.Bytes())})
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	return &mfa.Recipient{Format: Name, KeyID: r.id, Key: key}, nil
}
