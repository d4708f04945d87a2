package native

import (
	"context"
	"errors"
	"net/http"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
)

func (d *Dialect) listDevices(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	held, err := d.devices.List(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := api.DeviceList{Devices: make([]api.LinkedDevice, 0, len(held))}
	for _, a := range held {
		out.Devices = append(out.Devices, api.LinkedDevice{
			ID: string(a.ID), Name: a.Name, Platform: a.Platform, CreatedAt: stamp(a.CreatedAt), LastSeenAt: stamp(a.LastUsedAt),
			This: a.ID == c.Device.ID,
		})
	}
	return endpoint.JSON(0, out)
}

func (d *Dialect) unlinkOther(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	err := d.devices.Unlink(ctx, c, mfa.AuthenticatorID(r.PathValue("id")))
	return endpoint.Response{Status: http.StatusNoContent}, missing(api.CodeDeviceMissing, err)
}

func (d *Dialect) rename(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error) {
	var in api.Rename
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	name, err := deviceName(in.Name)
	if err != nil {
		return endpoint.Response{}, err
	}
	renamed, err := d.devices.Rename(ctx, c, name)
	if err != nil {
		return endpoint.Response{}, missing(api.CodeDeviceUnknown, err)
	}
	return endpoint.JSON(0, wireDevice(renamed, c.Data))
}

func (d *Dialect) recoveryLeft(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	left, err := d.devices.Left(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.RecoveryLeft{Left: left})
}

func (d *Dialect) renewRecovery(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	codes, err := d.devices.Renew(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.RecoveryCodes{Codes: codes})
}

func (d *Dialect) recover(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	var in api.RecoveryLinkRequest
	proof, err := d.announced(ctx, r, &in, &in.Key)
	if err != nil {
		return endpoint.Response{}, err
	}
	device, err := d.newDevice(ctx, r, proof.Key, described{in.Name, in.Platform, in.Attestation})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.linked(d.devices.Recover(ctx, devices.Recover{User: in.User, Code: in.Code, Directory: mfa.DirectoryID(in.Directory), Device: device}))
}

// Pictures are named by what they hold, or belong to a question that never changes, so that a device may keep them.
const (
	contentPNG   = "image/png"
	keepForever  = "private, max-age=31536000, immutable"
	keepForToday = "private, max-age=86400"
)

func picture(png []byte, keep string) endpoint.Response {
	out := endpoint.Bytes(0, contentPNG, png)
	out.Header = http.Header{"Cache-Control": {keep}}
	return out
}

func (d *Dialect) brandingLogo(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	png, err := d.devices.Logo(ctx, c, r.PathValue("digest"))
	if err != nil {
		return endpoint.Response{}, missing(api.CodeLogoUnknown, err)
	}
	return picture(png, keepForever), nil
}

// challengeLogo fetches what the application named, in the device's place: devices ask no third party.
func (d *Dialect) challengeLogo(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	asked, err := d.service.ChallengeFor(ctx, c, mfa.ChallengeID(r.PathValue("id")))
	if err != nil {
		return endpoint.Response{}, missing(api.CodeChallengeUnknown, err)
	}
	address, err := d.devices.LogoAddress(ctx, asked)
	if err != nil {
		return endpoint.Response{}, missing(api.CodeLogoUnknown, err)
	}
	if address == "" || d.options.Logos == nil {
		return endpoint.Response{}, problem(api.CodeLogoUnknown, "the application has no logo")
	}
	png, err := d.options.Logos.Logo(ctx, address)
	if err != nil {
		if ctx.Err() != nil {
			return endpoint.Response{}, errors.Join(ctx.Err(), err)
		}
		return endpoint.Response{}, &problemError{code: api.CodeLogoUnknown, detail: "the application's logo cannot be had", cause: err}
	}
	return picture(png, keepForToday), nil
}
