package launchkey

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// broughtIn: ids and keys that an organization had before are good from the start.
func broughtIn(t *testing.T, s *scene) {
	ctx, b := t.Context(), s.brought
	read := must(s.org.Directory(ctx, b.directory))(t)
	if want := (launchkey.Directory{
		ID: b.directory, Name: "customers", Active: true, DenialContextInquiry: true, SDKKeys: []launchkey.SDKKey{b.sdkKey},
		ServiceIDs: []launchkey.ServiceID{b.service}, WebhookURL: s.callbacks.URL + "/linked/" + string(b.directory),
	}); !same(*read, want) {
		t.Errorf("the directory is %+v, want %+v", read, want)
	}
	dir := s.sdk.as(t, aDirectory, string(b.directory), keys.directory()).directory(t, b.directory)
	if got := must(dir.Service(ctx, b.service))(t); *got != (launchkey.Service{
		ID: b.service, Name: "Login", Description: "Where customers log in", Icon: "https://acme.example.com/icon.png",
		CallbackURL: s.callbacks.URL + "/told/" + string(b.service), Active: true,
	}) {
		t.Errorf("the service is %+v", got)
	}
	if got := must(s.org.Service(ctx, b.own))(t); *got != (launchkey.Service{ID: b.own, Name: "Consumers", Description: "Without people", Active: true}) {
		t.Errorf("the organization's own service is %+v", got)
	}
	policy := launchkey.MethodAmountPolicy{Amount: 1, Fences: []launchkey.Fence{launchkey.Territory{Name: "Home", Country: "US", AdministrativeArea: "US-NV"}}}
	if got := must(dir.ServicePolicy(ctx, b.service))(t); !reflect.DeepEqual(tidy(got), tidy(policy)) {
		t.Errorf("the policy is %+v", got)
	}
	held := must(dir.ServicePublicKeys(ctx, b.service))(t)
	if len(held) != 2 || held[0].ID != keys.service().id || held[0].PEM != keys.service().public || !held[0].Active ||
		held[1].Active || !held[1].ExpiresAt.Equal(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the keys are %+v", held)
	}

	brought := *s
	brought.dir, brought.dirID, brought.svcID = dir, b.directory, b.service
	brought.svc = s.sdk.as(t, aService, string(b.service), keys.service()).service(t, b.service)
	device, _ := brought.linked(t)
	id := brought.ask(t, launchkey.NewAuthorization{})
	device.Run(nil, slices.Concat([]string{"approve", string(id), "--methods", "pin_code"}, inVegas)...)
	if got := brought.answer(t, id); !got.Authorized {
		t.Errorf("the answer is %+v", got)
	}
}
