package mfa

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// SetPush subscribes the device to pushes, or ends that with nil.
func (s *Service) SetPush(ctx context.Context, d *DeviceCaller, target *PushTarget) error {
	if err := s.checkPush(target); err != nil {
		return err
	}
	return s.changePush(ctx, d.Device.ID, func(*PushTarget) *PushTarget { return target })
}

// ForgetPush ends a subscription that its push service has ended, unless the device has another by now.
func (s *Service) ForgetPush(ctx context.Context, id AuthenticatorID, ended PushTarget) error {
	err := s.changePush(ctx, id, func(now *PushTarget) *PushTarget {
		if now != nil && *now == ended {
			return nil
		}
		return now
	})
	if IsCode(err, NotFound) {
		return nil // the device is gone too
	}
	return err
}

func (s *Service) changePush(ctx context.Context, id AuthenticatorID, change func(*PushTarget) *PushTarget) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		a, err := w.Authenticator(id)
		if err != nil {
			return err
		}
		var data DeviceData
		if err := json.Unmarshal(a.Data, &data); err != nil {
			return &Error{Code: Internal, Message: "a device's data cannot be read", Cause: err}
		}
		next := change(data.Push)
		if next == data.Push {
			return nil
		}
		data.Push = next
		if a.Data, err = json.Marshal(data); err != nil {
			return &Error{Code: Internal, Message: "a device could not be written", Cause: err}
		}
		won, err := w.UpdateAuthenticator(a)
		if err == nil && !won {
			err = refuse(Unavailable, "", "the device was changed at the same time; try again")
		}
		return err
	})
}

// maxPushEndpoint bounds a push service's address; the longest in use are a third of it.
const maxPushEndpoint = 2048

// checkPush refuses subscriptions that no browser makes. The sender checks the address again when it
// connects, because names change.
func (s *Service) checkPush(target *PushTarget) error {
	if target == nil {
		return nil
	}
	at, err := url.Parse(target.Endpoint)
	if err != nil || at.Host == "" || len(target.Endpoint) > maxPushEndpoint || at.Scheme != "https" && (at.Scheme != "http" || !s.options.Sandbox) {
		return &Error{Code: Invalid, Field: "endpoint", Message: "a push endpoint is an https address"}
	}
	point, errPoint := base64.RawURLEncoding.DecodeString(strings.TrimRight(target.P256DH, "="))
	auth, errAuth := base64.RawURLEncoding.DecodeString(strings.TrimRight(target.Auth, "="))
	if errPoint != nil || errAuth != nil || len(point) != 65 || len(auth) != 16 {
		return &Error{Code: Invalid, Field: "keys", Message: "a push subscription has a P-256 point and 16 bytes of secret, base64url"}
	}
	return nil
}
