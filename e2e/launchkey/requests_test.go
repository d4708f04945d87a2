package launchkey

import (
	"crypto/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// requests are made, read, answered and canceled.
func requests(t *testing.T, s *scene) {
	s.nobodyIsAsked(t)
	ctx := t.Context()
	device, link := s.linked(t)
	_, second := s.linked(t)
	asked := must(s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{
		Title: "Log in", Context: "to the shop", TTL: time.Minute, PushTitle: "A question", PushBody: "Is it you?",
	}))(t)
	if want := []launchkey.DeviceID{link.DeviceID, second.DeviceID}; !slices.Equal(asked.DeviceIDs, want) || asked.PushPackage != "" {
		t.Errorf("the request is %+v, want the devices %v", asked, want)
	}
	if shown := device.Show(string(asked.ID)).Question; shown.Message != "to the shop" {
		t.Errorf("the device shows %+v", shown)
	}
	s.onlyOnePending(t, asked.ID)
	_, err := s.svc.AuthorizationResponse(ctx, asked.ID)
	refused(t, "the answer before it is there", err, launchkey.ErrPending)
	device.Approve(string(asked.ID))
	first := must(s.svc.AuthorizationResponse(ctx, asked.ID))(t)
	if again := must(s.svc.AuthorizationResponse(ctx, asked.ID))(t); !reflect.DeepEqual(first, again) {
		t.Errorf("the answer is %+v, then %+v", first, again)
	}
	s.approved(t, first, asked.ID, link.DeviceID)
	refused(t, "cancel what was answered", s.svc.CancelAuthorizationRequest(ctx, asked.ID), launchkey.ErrAuthorizationResponseExists)
	_, err = s.owner.service(t, s.newService(t)).AuthorizationResponse(ctx, asked.ID)
	refused(t, "the answer to another service", err, launchkey.ErrPending)
	s.canceled(t, device)
	s.askedByPushID(t, device, first)
}

// approved holds an approval without policy to what a fresh device says.
func (s *scene) approved(t *testing.T, got *launchkey.AuthorizationResponse, id launchkey.AuthorizationID, device launchkey.DeviceID) {
	t.Helper()
	if !got.Authorized || got.Fraud || got.Type != launchkey.Authorized || got.Reason != launchkey.ReasonApproved || got.DenialReason != "" ||
		got.RequestID != id || got.DeviceID != device || len(got.ServicePins) != 1 || len(got.ServiceUserHash) != 43 || len(got.OrganizationUserHash) != 43 ||
		uuid.Validate(got.UserPushID) != nil {
		t.Errorf("the answer is %+v", got)
	}
	if got.Policy == nil || got.Policy.Requirement != launchkey.RequirementNone || got.Policy.Amount != 0 || len(got.Policy.Factors)+len(got.Policy.Fences) != 0 {
		t.Errorf("the policy is %+v", got.Policy)
	}
	no := false
	want := []launchkey.Method{
		{Name: launchkey.MethodWearables, Set: &no, Allowed: true},
		{Name: launchkey.MethodGeofencing, Active: true, Allowed: true, Supported: true},
		{Name: launchkey.MethodLocations, Set: &no, Allowed: true, Supported: true},
		{Name: launchkey.MethodPINCode, Set: &no, Allowed: true, Supported: true},
		{Name: launchkey.MethodCircleCode, Set: &no, Allowed: true, Supported: true},
		{Name: launchkey.MethodFace, Set: &no, Allowed: true},
		{Name: launchkey.MethodFingerprint, Set: &no, Allowed: true, Supported: true},
	}
	if !reflect.DeepEqual(got.Methods, want) {
		t.Errorf("the methods are\n%+v, want\n%+v", got.Methods, want)
	}
}

// nobodyIsAsked who has no linked device.
func (s *scene) nobodyIsAsked(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	_, err := s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{Context: "Hello"})
	refused(t, "ask nobody", err, launchkey.ErrNotFound)
	must(s.dir.LinkDevice(ctx, s.user, launchkey.LinkDeviceOptions{}))(t)
	_, err = s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "ask somebody whose link is pending", err, launchkey.ErrNotFound)
	for name, policy := range map[string]launchkey.AuthPolicy{
		"three methods": {Methods: 3}, "three kinds": {Factors: everyFactor},
		"two places without names": {Fences: []launchkey.Circle{{Latitude: 30, Longitude: 30, Radius: 3000}, {Latitude: 40, Longitude: -100, Radius: 1}}},
	} {
		_, err := s.svc.CreateAuthorizationRequest(ctx, rand.Text(), launchkey.NewAuthorization{Policy: &policy})
		refused(t, "ask nobody for "+name, err, launchkey.ErrNotFound)
	}
	_, err = s.svc.AuthorizationResponse(ctx, launchkey.AuthorizationID(uuid.NewString()))
	refused(t, "the answer to what nobody asked", err, launchkey.ErrPending)
	refused(t, "cancel what nobody asked", s.svc.CancelAuthorizationRequest(ctx, launchkey.AuthorizationID(uuid.NewString())), launchkey.ErrNotFound)
	_, err = s.svc.AuthorizationResponse(ctx, "not-an-id")
	refused(t, "the answer to no id", err, launchkey.ErrInvalidParameters, launchkey.ErrFormat)
	for name, request := range map[string]launchkey.NewAuthorization{
		"a long context": {Context: strings.Repeat("x", 401)}, "a long title": {Title: strings.Repeat("x", 201)},
		"a short life": {TTL: 29 * time.Second}, "a long life": {TTL: 601 * time.Second},
		"no reason for fraud": {DenialReasons: []launchkey.DenialReason{{ID: "A", Reason: "No"}, {ID: "B", Reason: "Never"}}},
		"one reason":          {DenialReasons: []launchkey.DenialReason{{ID: "A", Reason: "No", Fraud: true}}},
		"one id twice":        {DenialReasons: []launchkey.DenialReason{{ID: "A", Reason: "No"}, {ID: "A", Reason: "Thief", Fraud: true}}},
	} {
		_, err := s.svc.CreateAuthorizationRequest(ctx, s.user, request)
		refused(t, name, err, launchkey.ErrInvalidParameters, launchkey.ErrFormat, launchkey.ErrNotFound)
	}
}

// onlyOnePending: while one request waits, others are refused and told which it is.
func (s *scene) onlyOnePending(t *testing.T, id launchkey.AuthorizationID) {
	t.Helper()
	for same, svc := range map[bool]serviceClient{true: s.svc, false: s.owner.service(t, s.newService(t))} {
		_, err := svc.CreateAuthorizationRequest(t.Context(), s.user, launchkey.NewAuthorization{})
		refused(t, "ask twice", err, launchkey.ErrAuthorizationInProgress)
		got := pendingOf(t, err)
		left := got.ExpiresAt.Sub(s.Now(t))
		if got.ID != id || got.FromSameService != same || left <= 0 || left > time.Minute {
			t.Errorf("in the way is %+v, %s from now", got, left)
		}
	}
}

func (s *scene) canceled(t *testing.T, device *harness.Device) {
	t.Helper()
	ctx := t.Context()
	asked := must(s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}))(t)
	s.good(t, s.svc.CancelAuthorizationRequest(ctx, asked.ID))
	_, err := s.svc.AuthorizationResponse(ctx, asked.ID)
	refused(t, "the answer to what was canceled", err, launchkey.ErrAuthorizationRequestCanceled)
	refused(t, "cancel again", s.svc.CancelAuthorizationRequest(ctx, asked.ID), launchkey.ErrAuthorizationRequestCanceled)
	if _, err := device.Try("approve", string(asked.ID)); err == nil {
		t.Error("a canceled request can be approved")
	}
	if got := device.Requests(); len(got) != 0 {
		t.Errorf("the device shows %+v", got)
	}
}

// askedByPushID: the id that an answer brings names the user in further requests, and the hashes stay.
func (s *scene) askedByPushID(t *testing.T, device *harness.Device, first *launchkey.AuthorizationResponse) {
	t.Helper()
	asked := must(s.svc.CreateAuthorizationRequest(t.Context(), first.UserPushID, launchkey.NewAuthorization{}))(t)
	device.Approve("")
	got := must(s.svc.AuthorizationResponse(t.Context(), asked.ID))(t)
	if got.ServiceUserHash != first.ServiceUserHash || got.OrganizationUserHash != first.OrganizationUserHash || got.UserPushID != first.UserPushID {
		t.Errorf("the second answer is %+v, the first was %+v", got, first)
	}
	// Answers that did not arrive have used pins up too.
	if len(got.ServicePins) < 2 || got.ServicePins[0] != first.ServicePins[0] {
		t.Errorf("the pins are %v, were %v", got.ServicePins, first.ServicePins)
	}
	other := s.newService(t)
	svc := s.owner.service(t, other)
	asked = must(svc.CreateAuthorizationRequest(t.Context(), s.user, launchkey.NewAuthorization{}))(t)
	device.Approve("")
	elsewhere := must(svc.AuthorizationResponse(t.Context(), asked.ID))(t)
	if elsewhere.ServiceUserHash == first.ServiceUserHash || elsewhere.OrganizationUserHash != first.OrganizationUserHash || len(elsewhere.ServicePins) != 1 {
		t.Errorf("to another service the answer is %+v, the first was %+v", elsewhere, first)
	}
}
