package main

import (
	"context"
	"log/slog"

	"github.com/twinseal/twinseal/client/launchkey"
)

// told is what the server tells the service, after it was proved to come from it.
// An error makes the server tell it again.
func (a *app) told(ctx context.Context, hook launchkey.ServiceWebhook) error {
	switch hook := hook.(type) {
	case *launchkey.ResponseWebhook:
		slog.Info("a phone was answered", "request", hook.RequestID, "authorized", hook.Authorized, "fraud", hook.Fraud)
		a.store.answer(hook.AuthorizationResponse)
	case *launchkey.SessionEndWebhook:
		for user := range a.store.leaveAll(hook.ServiceUserHash, hook.RequestedAt) {
			slog.Info("a person logged out on the phone")
			if err := a.service.SessionEnd(ctx, user); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) toldLink(_ context.Context, hook *launchkey.DeviceLinkWebhook) error {
	slog.Info("a phone was linked", "device", hook.DeviceID)
	a.store.linked(hook.DeviceID)
	return nil
}
