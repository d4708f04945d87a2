package launchkey

import (
	"bytes"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// webhooks tell a service about answers and ended sessions, and a directory about linked devices.
func webhooks(t *testing.T, s *scene) {
	device, link := s.linked(t)
	s.linkIsTold(t, link)
	first := s.answerIsTold(t, 1, func(id string) { device.Approve(id) })
	s.answerIsTold(t, 2, func(id string) { device.Run(nil, "deny", id, "--denial-reason", "FRAUD") })
	s.demand(t, launchkey.MethodAmountPolicy{Amount: 2})
	s.answerIsTold(t, 3, func(id string) {
		if _, err := device.Try("approve", id); err == nil {
			t.Error("an approval without methods is taken")
		}
	})
	s.endIsTold(t, device, first)
}

func (s *scene) linkIsTold(t *testing.T, link *launchkey.DeviceLink) {
	t.Helper()
	hook := s.hook(t, string(s.dirID), 1)
	got := must(s.dir.HandleWebhook(t.Context(), hook))(t)
	if got.DeviceID != link.DeviceID || !strings.HasPrefix(got.PublicKey, "-----BEGIN PUBLIC KEY-----") || len(got.PublicKeyID) != len(unknownKey) {
		t.Errorf("the webhook says %+v, want %s", got, link.DeviceID)
	}
	for name, forged := range forgeries(hook) {
		if got, err := s.dir.HandleWebhook(t.Context(), forged); err == nil {
			t.Errorf("%s: the package reads %+v", name, got)
		}
	}
	elsewhere := s.owner.directory(t, unknownID)
	if got, err := elsewhere.HandleWebhook(t.Context(), hook); err == nil {
		t.Errorf("another directory reads %+v", got)
	}
}

// answerIsTold asks, has it answered, and holds the count-th webhook to what polling gives.
func (s *scene) answerIsTold(t *testing.T, count int, answer func(id string)) *launchkey.AuthorizationResponse {
	t.Helper()
	id := s.ask(t, launchkey.NewAuthorization{})
	answer(string(id))
	hook := s.hook(t, string(s.svcID), count)
	told, ok := must(s.svc.HandleWebhook(t.Context(), hook))(t).(*launchkey.ResponseWebhook)
	if !ok {
		t.Fatalf("webhook %d is of another kind", count)
	}
	if polled := s.answer(t, id); !reflect.DeepEqual(told.AuthorizationResponse, polled) {
		t.Errorf("the webhook says\n%+v, polling\n%+v", told, polled)
	}
	for name, forged := range forgeries(hook) {
		_, err := s.svc.HandleWebhook(t.Context(), forged)
		refused(t, name, err, launchkey.ErrUnverified)
	}
	_, err := s.owner.service(t, unknownID).HandleWebhook(t.Context(), hook)
	refused(t, "the webhook of another service", err, launchkey.ErrUnverified)
	stranger := s.sdk.as(t, anOrganization, string(s.elsewhere), keys.other(), keys.both()).service(t, s.svcID)
	_, err = stranger.HandleWebhook(t.Context(), hook)
	refused(t, "the webhook for another issuer", err, launchkey.ErrUnverified)
	return told.AuthorizationResponse
}

// forgeries are a webhook with one thing changed.
func forgeries(hook launchkey.Webhook) map[string]launchkey.Webhook {
	changed := func(change func(h *launchkey.Webhook)) launchkey.Webhook {
		h := hook
		h.Header, h.Body = maps.Clone(hook.Header), bytes.Clone(hook.Body)
		change(&h)
		return h
	}
	return map[string]launchkey.Webhook{
		"another body":   changed(func(h *launchkey.Webhook) { h.Body[len(h.Body)-2] ^= 1 }),
		"another path":   changed(func(h *launchkey.Webhook) { h.Path += "/more" }),
		"another method": changed(func(h *launchkey.Webhook) { h.Method = "PUT" }),
		"no signature":   changed(func(h *launchkey.Webhook) { h.Header.Del("X-IOV-JWT") }),
		"another signature": changed(func(h *launchkey.Webhook) {
			token := []byte(h.Header.Get("X-IOV-JWT"))
			token[len(token)-10] ^= 1
			h.Header.Set("X-IOV-JWT", string(token))
		}),
	}
}

// endIsTold: the person logs out on the device, and then the directory logs out everywhere.
func (s *scene) endIsTold(t *testing.T, device *harness.Device, answered *launchkey.AuthorizationResponse) {
	t.Helper()
	ctx := t.Context()
	s.good(t, s.svc.SessionStart(ctx, s.user, answered.RequestID))
	device.Run(nil, "logout", string(s.svcID))
	s.sessionEnds(t, 4, answered.ServiceUserHash)
	if got := must(s.dir.AllServiceSessions(ctx, s.user))(t); len(got) != 0 {
		t.Errorf("after the person logged out the sessions are %+v", got)
	}
	s.good(t, s.svc.SessionEnd(ctx, s.user)) // as programs do then
	s.good(t, s.svc.SessionStart(ctx, s.user, ""))
	s.good(t, s.svc.SessionEnd(ctx, s.user)) // which is told to nobody
	s.good(t, s.svc.SessionStart(ctx, s.user, ""))
	s.good(t, s.dir.EndAllServiceSessions(ctx, s.user))
	s.sessionEnds(t, 5, answered.ServiceUserHash)
	if got := s.callbacks.Count(func(got harness.Callback) bool { return strings.HasSuffix(got.Path, string(s.svcID)) }); got != 5 {
		t.Errorf("the service was told %d times", got)
	}
}

func (s *scene) sessionEnds(t *testing.T, count int, hash string) {
	t.Helper()
	hook := s.hook(t, string(s.svcID), count)
	if got := hook.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("the end of a session is %s", got)
	}
	told, ok := must(s.svc.HandleWebhook(t.Context(), hook))(t).(*launchkey.SessionEndWebhook)
	if !ok || told.ServiceUserHash != hash || told.RequestedAt.Sub(s.Now(t)).Abs() > time.Minute {
		t.Errorf("webhook %d says %+v", count, told)
	}
	for name, forged := range forgeries(hook) {
		_, err := s.svc.HandleWebhook(t.Context(), forged)
		refused(t, name, err, launchkey.ErrUnverified)
	}
}
