package native

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

func (d *Dialect) account(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	l, err := d.service.DeviceAccount(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, d.wireAccount(l, c.Data))
}

func (d *Dialect) unlink(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	return endpoint.Response{Status: http.StatusNoContent}, d.service.UnlinkDevice(ctx, c)
}

func (d *Dialect) pushKey(context.Context, *endpoint.Request, *mfa.DeviceCaller, []byte) (endpoint.Response, error) {
	if d.options.PushKey == "" {
		return endpoint.Response{}, problem(api.CodePushUnavailable, "this server sends no pushes; poll or hold a stream")
	}
	return endpoint.JSON(0, api.PushKey{PublicKey: d.options.PushKey})
}

func (d *Dialect) subscribe(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error) {
	if d.options.PushKey == "" {
		return endpoint.Response{}, problem(api.CodePushUnavailable, "this server sends no pushes; poll or hold a stream")
	}
	var in api.PushSubscription
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	target := &mfa.PushTarget{Endpoint: in.Endpoint, P256DH: in.Keys.P256DH, Auth: in.Keys.Auth}
	return endpoint.Response{Status: http.StatusNoContent}, d.service.SetPush(ctx, c, target)
}

func (d *Dialect) unsubscribe(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	return endpoint.Response{Status: http.StatusNoContent}, d.service.SetPush(ctx, c, nil)
}
