package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/api"
)

// Devices lists the person's devices, oldest first.
func (d *Device) Devices(ctx context.Context) ([]api.LinkedDevice, error) {
	var list api.DeviceList
	err := d.call(ctx, http.MethodGet, api.PathDevices, nil, &list)
	return list.Devices, err
}

// UnlinkOther removes another device of the person, such as one that was lost.
func (d *Device) UnlinkOther(ctx context.Context, id string) error {
	return d.call(ctx, http.MethodDelete, api.PathDevices+"/"+url.PathEscape(id), nil, nil)
}

// Rename gives this device another name. Afterwards [Device.Account] is worth
// keeping.
func (d *Device) Rename(ctx context.Context, name string) error {
	var renamed api.Device
	if err := d.call(ctx, http.MethodPatch, api.PathDevice, api.Rename{Name: name}, &renamed); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.account.Linked.Device = renamed
	return nil
}

// RecoveryLeft counts the recovery codes that are left.
func (d *Device) RecoveryLeft(ctx context.Context) (int, error) {
	var left api.RecoveryLeft
	err := d.call(ctx, http.MethodGet, api.PathRecovery, nil, &left)
	return left.Left, err
}

// RenewRecovery gives fresh recovery codes, this once; older ones are dead.
func (d *Device) RenewRecovery(ctx context.Context) ([]string, error) {
	var codes api.RecoveryCodes
	err := d.call(ctx, http.MethodPost, api.PathRecovery, nil, &codes)
	return codes.Codes, err
}

// Recover links the device by a recovery code, which is spent. User is a phone
// number (E.164), an e-mail address or the application's name for the person.
func (d *Device) Recover(ctx context.Context, user, code, name, platform string) error {
	key, err := d.publicKey()
	if err != nil {
		return err
	}
	return d.finishLink(ctx, api.PathRecoveryLink, api.RecoveryLinkRequest{
		User: user, Code: code, Name: name, Platform: platform, Key: api.JWK(key),
	})
}
