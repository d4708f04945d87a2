package launchkey

import (
	"encoding/json"
	"fmt"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
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

// forDevices is the key as devices are given it.
func (r *recipient) forDevices() (*mfa.Recipient, error) {
	key, err := receipt.NewRSAJWK(r.public)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(key)
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	return &mfa.Recipient{Format: receipt.FormatLaunchKey, KeyID: r.id, Key: encoded}, nil
}
