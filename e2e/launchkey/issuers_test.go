package launchkey

import (
	"crypto/rand"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// purposes: an organization whose keys have one purpose each.
func purposes(t *testing.T, s *scene) {
	ctx := t.Context()
	id := string(s.orgID)
	apart := s.sdk.as(t, anOrganization, id, keys.signature(), keys.encryption(), keys.spare()).organization(t)
	name := rand.Text()
	made := must(apart.CreateDirectory(ctx, name))(t)
	if got := must(apart.Directory(ctx, made))(t); got.Name != name {
		t.Errorf("the directory is %+v", got)
	}
	_, err := s.sdk.as(t, anOrganization, id, keys.encryption()).organization(t).CreateDirectory(ctx, rand.Text())
	refused(t, "an encryption key signs", err, launchkey.ErrUnauthorized)
	_, err = s.sdk.as(t, anOrganization, id, keys.signature()).organization(t).CreateDirectory(ctx, rand.Text())
	refused(t, "what was not encrypted for the signature key", err, launchkey.ErrEntityKeyNotFound)
	_, err = s.sdk.as(t, anOrganization, id, keys.spare()).organization(t).AllDirectories(ctx)
	refused(t, "a key of nobody's signs", err, launchkey.ErrUnauthorized)
	_, err = s.sdk.as(t, anOrganization, unknownID, keys.both()).organization(t).AllDirectories(ctx)
	refused(t, "nobody signs", err, launchkey.ErrUnauthorized)

	// The device encrypts for the key that its asker's answers are encrypted for.
	device, _ := s.linked(t)
	svc := s.sdk.as(t, anOrganization, id, keys.signature(), keys.encryption()).service(t, s.svcID)
	asked := must(svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}))(t)
	device.Approve("")
	if got := must(svc.AuthorizationResponse(ctx, asked.ID))(t); !got.Authorized {
		t.Errorf("the answer is %+v", got)
	}
	if hook, ok := must(svc.HandleWebhook(ctx, s.hook(t, string(s.svcID), 1)))(t).(*launchkey.ResponseWebhook); !ok || !hook.Authorized {
		t.Errorf("the webhook says %+v", hook)
	}
}

// issuers: directories and services act by keys of their own, and on nothing above and beside them.
func issuers(t *testing.T, s *scene) {
	ctx := t.Context()
	must(s.org.AddDirectoryPublicKey(ctx, s.dirID, launchkey.NewPublicKey{PEM: keys.directory().public}))(t)
	must(s.dir.AddServicePublicKey(ctx, s.svcID, launchkey.NewPublicKey{PEM: keys.service().public}))(t)
	directory := s.sdk.as(t, aDirectory, string(s.dirID), keys.directory(), keys.spare(), keys.other())
	service := s.sdk.as(t, aService, string(s.svcID), keys.service(), keys.spare(), keys.other())

	// A story of three: the directory links, the service asks, all read what is theirs.
	own := *s
	own.dir, own.svc = directory.directory(t, s.dirID), service.service(t, s.svcID)
	device, link := own.linked(t)
	if got := must(own.dir.HandleWebhook(ctx, s.hook(t, string(s.dirID), 1)))(t); got.DeviceID != link.DeviceID {
		t.Errorf("the directory is told %+v", got)
	}
	asked := own.ask(t, launchkey.NewAuthorization{Context: "By the service's own key"})
	device.Approve(string(asked))
	if got := own.answer(t, asked); !got.Authorized || got.DeviceID != link.DeviceID {
		t.Errorf("the service reads %+v", got)
	}
	hook := s.hook(t, string(s.svcID), 1)
	if told, ok := must(own.svc.HandleWebhook(ctx, hook))(t).(*launchkey.ResponseWebhook); !ok || !told.Authorized {
		t.Errorf("the service is told %+v", told)
	}
	if got, err := s.svc.HandleWebhook(ctx, hook); err == nil {
		t.Errorf("the organization reads what the service was told: %+v", got)
	}
	if got, err := s.svc.AuthorizationResponse(ctx, asked); err == nil {
		t.Errorf("the organization reads what the service asked: %+v", got)
	}
	s.good(t, own.svc.SessionStart(ctx, s.user, asked))
	device.Run(nil, "logout", string(s.svcID))
	if told, ok := must(own.svc.HandleWebhook(ctx, s.hook(t, string(s.svcID), 2)))(t).(*launchkey.SessionEndWebhook); !ok || told.ServiceUserHash == "" {
		t.Errorf("the service is told %+v", told)
	}
	through := directory.service(t, s.svcID)
	second := must(through.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}))(t)
	device.Deny("", "--denial-reason", "NOT")
	if got := must(through.AuthorizationResponse(ctx, second.ID))(t); got.Authorized || got.Type != launchkey.Denied {
		t.Errorf("the directory reads %+v", got)
	}
	s.beyond(t, directory)
}

// beyond: what an issuer may not act on.
func (s *scene) beyond(t *testing.T, directory issuer) {
	t.Helper()
	ctx := t.Context()
	other := s.newScene(t, s.sdk)
	_, err := directory.service(t, other.svcID).CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "a directory asks for another's service", err, launchkey.ErrForbidden)
	_, err = directory.directory(t, "").Services(ctx, other.svcID)
	refused(t, "a directory reads another's service", err, launchkey.ErrForbidden)
	stranger := s.sdk.as(t, anOrganization, string(s.elsewhere), keys.other())
	_, err = stranger.organization(t).Directory(ctx, s.dirID)
	refused(t, "an organization reads another's directory", err, launchkey.ErrForbidden)
	_, err = stranger.directory(t, s.dirID).LinkedDevices(ctx, s.user)
	refused(t, "an organization acts on another's directory", err, launchkey.ErrForbidden)
	_, err = stranger.service(t, s.svcID).CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "an organization asks for another's service", err, launchkey.ErrForbidden)
	own := must(s.org.CreateService(ctx, launchkey.NewService{Name: rand.Text()}))(t)
	_, err = s.owner.service(t, own).CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "a service of the organization itself asks", err, launchkey.ErrNotFound)
	s.switchedOff(t)
}

// switchedOff: directories and services that are not active, and keys that are not live.
func (s *scene) switchedOff(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	no, yes := false, true
	s.good(t, s.dir.UpdateService(ctx, s.svcID, launchkey.ServiceUpdate{Active: &no}))
	_, err := s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "a service that is off asks", err, launchkey.ErrForbidden)
	s.good(t, s.dir.UpdateService(ctx, s.svcID, launchkey.ServiceUpdate{Active: &yes}))
	s.good(t, s.org.UpdateDirectory(ctx, s.dirID, launchkey.DirectoryUpdate{Active: &no}))
	_, err = s.dir.LinkDevice(ctx, s.user, launchkey.LinkDeviceOptions{})
	refused(t, "link in a directory that is off", err, launchkey.ErrForbidden)
	s.good(t, s.org.UpdateDirectory(ctx, s.dirID, launchkey.DirectoryUpdate{Active: &yes}))

	key := launchkey.NewPublicKey{PEM: keys.spare().public}
	must(s.dir.AddServicePublicKey(ctx, s.svcID, key))(t)
	svc := s.sdk.as(t, aService, string(s.svcID), keys.spare()).service(t, s.svcID)
	s.good(t, svc.SessionEnd(ctx, s.user))
	s.good(t, s.dir.UpdateServicePublicKey(ctx, s.svcID, keys.spare().id, launchkey.PublicKeyUpdate{Active: &no}))
	refused(t, "a key that is off signs", svc.SessionEnd(ctx, s.user), launchkey.ErrUnauthorized)
	s.good(t, s.dir.UpdateServicePublicKey(ctx, s.svcID, keys.spare().id, launchkey.PublicKeyUpdate{Active: &yes}))
	s.good(t, svc.SessionEnd(ctx, s.user))
	s.good(t, s.dir.RemoveServicePublicKey(ctx, s.svcID, keys.spare().id))
	refused(t, "a key that was removed signs", svc.SessionEnd(ctx, s.user), launchkey.ErrUnauthorized)
}
