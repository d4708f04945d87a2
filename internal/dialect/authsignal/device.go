package authsignal

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// deviceView is a browser or phone from which a user acted.
type deviceView struct {
	UserID                 string    `json:"userId"`
	DeviceID               string    `json:"deviceId"`
	CreatedAt              wireTime  `json:"createdAt"`
	AuthenticatedAt        *wireTime `json:"authenticatedAt,omitempty"`
	InvalidatedAt          *wireTime `json:"invalidatedAt,omitempty"`
	RememberedUntil        *wireTime `json:"rememberedUntil,omitempty"`
	LastVerificationMethod string    `json:"lastVerificationMethod,omitempty"`
}

func deviceViewOf(alias string, d mfa.KnownDevice) deviceView {
	return deviceView{
		alias, d.DeviceID, wireTime(d.CreatedAt), since(d.AuthenticatedAt), since(d.InvalidatedAt), since(d.RememberedUntil),
		safeMethod(d.LastMethod),
	}
}

// listDevices lists a user's devices, of an unknown one none.
func (d *Dialect) listDevices(ctx context.Context, c *call) (endpoint.Response, error) {
	known, err := d.people.Devices(ctx, c.caller, c.values[0])
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return endpoint.Response{}, err
	}
	out := make([]deviceView, 0, len(known))
	for _, one := range known {
		out = append(out, deviceViewOf(c.values[0], one))
	}
	return ok(out)
}

// deviceChange says until when a device is remembered. Here null has a meaning of its own: no more.
type deviceChange struct {
	RememberedUntil json.RawMessage `json:"rememberedUntil"`
}

func (in *deviceChange) until(now time.Time) (time.Time, error) {
	if len(in.RememberedUntil) == 0 {
		return time.Time{}, invalid("rememberedUntil is missing; null ends it")
	}
	if bytes.Equal(in.RememberedUntil, []byte("null")) {
		return time.Time{}, nil
	}
	var text string
	if err := json.Unmarshal(in.RememberedUntil, &text); err != nil {
		return time.Time{}, invalid("rememberedUntil is of the wrong type")
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil || !until.After(now) {
		return time.Time{}, invalid("rememberedUntil is not a moment of the future")
	}
	return until.UTC().Truncate(time.Microsecond), nil
}

// updateDevice says until when a device is remembered.
func (d *Dialect) updateDevice(ctx context.Context, c *call, in *deviceChange) (endpoint.Response, error) {
	until, err := in.until(d.service.Now())
	if err != nil {
		return endpoint.Response{}, err
	}
	changed, err := d.people.Remember(ctx, c.caller, c.values[0], c.values[1], until)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(deviceViewOf(c.values[0], changed))
}

// invalidateDevice makes a device new again.
func (d *Dialect) invalidateDevice(ctx context.Context, c *call) (endpoint.Response, error) {
	changed, err := d.people.Invalidate(ctx, c.caller, c.values[0], c.values[1])
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(deviceViewOf(c.values[0], changed))
}
