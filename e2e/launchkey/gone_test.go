package launchkey

import (
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// unlinked: a device that was taken away can do nothing more, whoever took it.
func unlinked(t *testing.T, s *scene) {
	ctx := t.Context()
	device, link := s.linked(t)
	id := s.ask(t, launchkey.NewAuthorization{})
	s.good(t, s.dir.UnlinkDevice(ctx, s.user, link.DeviceID))
	for _, args := range [][]string{{"approve", string(id)}, {"requests"}, {"sessions"}} {
		if out, err := device.Try(args...); err == nil {
			t.Errorf("unlinked, it can still do %v: %s", args, out)
		}
	}
	if got, err := s.svc.AuthorizationResponse(ctx, id); err == nil {
		t.Errorf("the answer is %+v", got)
	}
	second, _ := s.linked(t)
	_ = s.svc.CancelAuthorizationRequest(ctx, id) // it may have gone with the device that it was meant for
	second.Run(nil, "unlink")
	if got := must(s.dir.LinkedDevices(ctx, s.user))(t); len(got) != 0 {
		t.Errorf("the devices are %+v", got)
	}
	_, err := s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "ask somebody whose devices are gone", err, launchkey.ErrNotFound)
}

// keyGone: what an issuer began is told to it even when its key was switched off since.
func keyGone(t *testing.T, s *scene) {
	ctx := t.Context()
	must(s.dir.AddServicePublicKey(ctx, s.svcID, launchkey.NewPublicKey{PEM: keys.service().public}))(t)
	svc := s.sdk.as(t, aService, string(s.svcID), keys.service()).service(t, s.svcID)
	device, link := s.linked(t)
	asked := must(svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}))(t)
	s.good(t, s.dir.UpdateServicePublicKey(ctx, s.svcID, keys.service().id, launchkey.PublicKeyUpdate{Active: new(bool)}))
	device.Approve(string(asked.ID))
	_, err := svc.AuthorizationResponse(ctx, asked.ID)
	refused(t, "poll with a key that is off", err, launchkey.ErrUnauthorized)
	told, ok := must(svc.HandleWebhook(ctx, s.hook(t, string(s.svcID), 1)))(t).(*launchkey.ResponseWebhook)
	if !ok || !told.Authorized || told.RequestID != asked.ID || told.DeviceID != link.DeviceID {
		t.Errorf("the webhook says %+v", told)
	}
}
