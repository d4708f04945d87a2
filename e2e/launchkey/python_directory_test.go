package launchkey

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// pythonDirectory is the package's DirectoryClient.
type pythonDirectory struct{ pythonClient }

func (c pythonDirectory) LinkDevice(_ context.Context, user string, options launchkey.LinkDeviceOptions) (*launchkey.DeviceLink, error) {
	named := object{}
	if options.TTL != 0 {
		named["ttl"] = int(options.TTL / time.Second)
	}
	var made struct {
		Code     string             `json:"code"`
		QRCode   string             `json:"qrcode"`
		DeviceID launchkey.DeviceID `json:"device_id"`
	}
	if err := c.do(&made, "link_device", named, user); err != nil {
		return nil, err
	}
	return &launchkey.DeviceLink{Code: made.Code, QRCodeURL: made.QRCode, DeviceID: made.DeviceID}, nil
}

// deviceStatuses are the package's names.
var deviceStatuses = map[string]launchkey.DeviceStatus{
	"LINK_PENDING": launchkey.LinkPending, "LINKED": launchkey.Linked, "UNLINK_PENDING": launchkey.UnlinkPending,
}

// LinkedDevices lists devices without times, which the package drops.
func (c pythonDirectory) LinkedDevices(_ context.Context, user string) ([]launchkey.Device, error) {
	var found []struct {
		ID     launchkey.DeviceID `json:"id"`
		Name   string             `json:"name"`
		Type   string             `json:"type"`
		Status struct {
			Code   string `json:"status_code"`
			Active bool   `json:"is_active"`
		} `json:"status"`
	}
	err := c.do(&found, "get_linked_devices", nil, user)
	var out []launchkey.Device
	for _, d := range found {
		out = append(out, launchkey.Device{ID: d.ID, Name: d.Name, Type: d.Type, Status: deviceStatuses[d.Status.Code]})
	}
	return out, err
}

func (c pythonDirectory) UnlinkDevice(_ context.Context, user string, device launchkey.DeviceID) error {
	return c.do(nil, "unlink_device", nil, user, device)
}

func (c pythonDirectory) AllServiceSessions(_ context.Context, user string) ([]launchkey.Session, error) {
	var found []struct {
		ServiceID   launchkey.ServiceID       `json:"service_id"`
		ServiceName string                    `json:"service_name"`
		ServiceIcon string                    `json:"service_icon"`
		RequestID   launchkey.AuthorizationID `json:"auth_request"`
		Created     string                    `json:"created"`
	}
	err := c.do(&found, "get_all_service_sessions", nil, user)
	var out []launchkey.Session
	for _, s := range found {
		out = append(out, launchkey.Session{ServiceID: s.ServiceID, ServiceName: s.ServiceName, ServiceIcon: s.ServiceIcon, RequestID: s.RequestID, StartedAt: instant(s.Created)})
	}
	return out, err
}

func (c pythonDirectory) EndAllServiceSessions(_ context.Context, user string) error {
	return c.do(nil, "end_all_service_sessions", nil, user)
}

func (c pythonDirectory) GenerateUserTOTP(_ context.Context, user string) (*launchkey.TOTP, error) {
	var made struct {
		Secret    string `json:"secret"`
		Algorithm string `json:"algorithm"`
		Period    int    `json:"period"`
		Digits    int    `json:"digits"`
	}
	if err := c.do(&made, "generate_user_totp", nil, user); err != nil {
		return nil, err
	}
	return &launchkey.TOTP{
		Secret: launchkey.Secret(made.Secret), Algorithm: made.Algorithm, Period: time.Duration(made.Period) * time.Second, Digits: made.Digits,
	}, nil
}

func (c pythonDirectory) RemoveUserTOTP(_ context.Context, user string) error {
	return c.do(nil, "remove_user_totp", nil, user)
}

// hookArguments are a webhook as web frameworks for Python hand it on.
func hookArguments(hook launchkey.Webhook) []any {
	headers := object{}
	for name, values := range hook.Header {
		headers[name] = values[0]
	}
	return []any{bytesOf(hook.Body), headers, hook.Method, hook.Path}
}

func (c pythonDirectory) HandleWebhook(_ context.Context, hook launchkey.Webhook) (*launchkey.DeviceLinkWebhook, error) {
	var told struct {
		DeviceID    launchkey.DeviceID `json:"device_id"`
		PublicKey   string             `json:"device_public_key"`
		PublicKeyID launchkey.KeyID    `json:"device_public_key_id"`
	}
	if err := c.do(&told, "handle_webhook", nil, hookArguments(hook)...); err != nil {
		return nil, err
	}
	return &launchkey.DeviceLinkWebhook{DeviceID: told.DeviceID, PublicKey: told.PublicKey, PublicKeyID: told.PublicKeyID}, nil
}
