package authsignal

import (
	"context"
	"net/http"
	"time"
)

// UserDevice is a browser or an app with which a user has passed a challenge.
type UserDevice struct {
	ID              DeviceID  `json:"deviceId"`
	UserID          UserID    `json:"userId"`
	CreatedAt       time.Time `json:"createdAt"`
	AuthenticatedAt time.Time `json:"authenticatedAt"`
	InvalidatedAt   time.Time `json:"invalidatedAt"`
	RememberedUntil time.Time `json:"rememberedUntil"`
	LastMethod      Method    `json:"lastVerificationMethod"`
}

// GetDevices lists a user's devices.
func (a *Authsignal) GetDevices(ctx context.Context, user UserID) ([]UserDevice, error) {
	if err := user.check(); err != nil {
		return nil, err
	}
	return ask[[]UserDevice](ctx, &a.transport, call{op: "get devices", method: http.MethodGet, path: []string{"users", string(user), "devices"}})
}

// RememberDevice lets rules know a device as remembered until then. The zero time
// forgets it.
func (a *Authsignal) RememberDevice(ctx context.Context, user UserID, id DeviceID, until time.Time) (*UserDevice, error) {
	body := map[string]any{"rememberedUntil": nil}
	if !until.IsZero() {
		body["rememberedUntil"] = until.UTC().Format(wireTime)
	}
	return a.device(ctx, call{op: "remember device", method: http.MethodPatch, body: body}, user, id)
}

// InvalidateDevice makes a device as good as new to the rules.
func (a *Authsignal) InvalidateDevice(ctx context.Context, user UserID, id DeviceID) (*UserDevice, error) {
	return a.device(ctx, call{op: "invalidate device"}, user, id, "invalidate")
}

func (a *Authsignal) device(ctx context.Context, c call, user UserID, id DeviceID, verb ...string) (*UserDevice, error) {
	if err := first(user.check(), id.check()); err != nil {
		return nil, err
	}
	c.path = append([]string{"users", string(user), "devices", string(id)}, verb...)
	var read UserDevice
	if err := a.transport.do(ctx, c, &read); err != nil {
		return nil, err
	}
	if read.ID != id || read.UserID != user {
		return nil, unexpected(c.op, "it is about another device")
	}
	return &read, nil
}
