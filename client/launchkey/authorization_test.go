package launchkey_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
)

func ask(user string, a launchkey.NewAuthorization) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
	return onService(func(ctx context.Context, c *launchkey.ServiceClient) (launchkey.AuthorizationRequest, error) {
		made, err := c.CreateAuthorizationRequest(ctx, user, a)
		if err != nil {
			return launchkey.AuthorizationRequest{}, err
		}
		return *made, nil
	})
}

const createdJSON = `{"auth_request":"` + requestID + `","device_ids":["` + deviceID + `"]}`

func TestCreateAuthorizationRequest(t *testing.T) {
	t.Parallel()
	plain := ask("jo", launchkey.NewAuthorization{})
	const request = "POST /service/v3/auths"
	made := launchkey.AuthorizationRequest{ID: requestID, DeviceIDs: []launchkey.DeviceID{deviceID}}
	exchangeAll(t, []exchange{
		{name: "plain", call: plain, request: request, body: `{"username":"jo"}`, status: 201, answer: createdJSON, want: made},
		{
			name: "with everything", request: request, status: 201, answer: createdJSON, want: made,
			call: ask("jo", launchkey.NewAuthorization{
				Context: "Log in", Title: "Shop", TTL: time.Minute, PushTitle: "Hello", PushBody: "Look",
				Policy:        &launchkey.AuthPolicy{Methods: 2, JailbreakProtection: true, Fences: []launchkey.Circle{{Latitude: 1, Longitude: 2, Radius: 3}}},
				DenialReasons: []launchkey.DenialReason{{ID: "a", Reason: "Not now"}, {ID: "b", Reason: "Not me", Fraud: true}},
			}),
			body: `{"username":"jo","context":"Log in","title":"Shop","ttl":60,"push_title":"Hello","push_body":"Look",` +
				`"policy":{"minimum_requirements":[{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}],"factors":[` +
				`{"factor":"geofence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"locations":[{"radius":3,"latitude":1,"longitude":2}]}},` +
				`{"factor":"device integrity","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"factor enabled":1}}]},` +
				`"denial_reasons":[{"id":"a","reason":"Not now","fraud":false},{"id":"b","reason":"Not me","fraud":true}]}`,
		},
		{name: "a push package", call: plain, answer: `{"auth_request":"` + requestID + `","push_package":"blob"}`, want: launchkey.AuthorizationRequest{ID: requestID, PushPackage: "blob"}},
		{name: "a number to show", call: plain, answer: `{"auth_request":"` + requestID + `","number_match":"42"}`, want: launchkey.AuthorizationRequest{ID: requestID, Number: "42"}},
		{name: "a number that is none", call: plain, answer: `{"auth_request":"` + requestID + `","number_match":"<b>"}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "without id", call: plain, answer: `{}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "unknown user", call: plain, status: 404, wantErr: launchkey.ErrNotFound},
		{name: "too often", call: plain, status: 429, wantErr: launchkey.ErrRateLimited},
		{name: "closed", call: plain, status: 400, answer: `{"error_code":"SVC-003","error_detail":"closed"}`, wantErr: launchkey.ErrPolicyFailure},
		{name: "a pending one", call: plain, status: 409, answer: `{"error_code":"SVC-005","error_detail":"x","error_data":{}}`, wantErr: launchkey.ErrAuthorizationInProgress},
	})
}

func TestRequestsThatAreNotSent(t *testing.T) {
	t.Parallel()
	service, err := unreachable(t).ServiceClient(serviceID)
	if err != nil {
		t.Fatal(err)
	}
	reasons := func(r ...launchkey.DenialReason) launchkey.NewAuthorization {
		return launchkey.NewAuthorization{DenialReasons: r}
	}
	yes, no := launchkey.DenialReason{ID: "f", Reason: "fraud", Fraud: true}, launchkey.DenialReason{ID: "n", Reason: "no"}
	for name, a := range map[string]launchkey.NewAuthorization{
		"a long context":           {Context: strings.Repeat("é", 401)},
		"a long title":             {Title: strings.Repeat("é", 201)},
		"a short life":             {TTL: 29 * time.Second},
		"a long life":              {TTL: 601 * time.Second},
		"a negative life":          {TTL: -1},
		"a policy that is wrong":   {Policy: &launchkey.AuthPolicy{Methods: -1}},
		"a place that is wrong":    {Policy: &launchkey.AuthPolicy{Fences: []launchkey.Circle{{}}}},
		"no fraud":                 reasons(no, launchkey.DenialReason{ID: "m", Reason: "no"}),
		"fraud alone":              reasons(yes),
		"a reason without id":      reasons(yes, launchkey.DenialReason{Reason: "no"}),
		"a reason with a long id":  reasons(yes, launchkey.DenialReason{ID: "123456", Reason: "no"}),
		"a reason without a text":  reasons(yes, launchkey.DenialReason{ID: "n"}),
		"two reasons under one id": reasons(yes, launchkey.DenialReason{ID: "f", Reason: "no"}),
	} {
		if _, err := service.CreateAuthorizationRequest(t.Context(), "jo", a); !errors.Is(err, launchkey.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallsRefuseValuesThatNoServerWouldTake(t *testing.T) {
	t.Parallel()
	factory := unreachable(t)
	organization := factory.OrganizationClient()
	directory, _ := factory.DirectoryClient(directoryID)
	service, _ := factory.ServiceClient(serviceID)
	ctx := t.Context()
	first := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"directory without name":   first(organization.CreateDirectory(ctx, "")),
		"directory id":             first(organization.Directory(ctx, "x")),
		"directory update":         organization.UpdateDirectory(ctx, "x", launchkey.DirectoryUpdate{}),
		"directory keys":           first(organization.DirectoryPublicKeys(ctx, "x")),
		"directory key":            first(organization.AddDirectoryPublicKey(ctx, "x", launchkey.NewPublicKey{})),
		"directory key type":       first(organization.AddDirectoryPublicKey(ctx, directoryID, launchkey.NewPublicKey{Type: 3})),
		"directory key update":     organization.UpdateDirectoryPublicKey(ctx, "x", "y", launchkey.PublicKeyUpdate{}),
		"directory key removal":    organization.RemoveDirectoryPublicKey(ctx, "x", "y"),
		"SDK key generation":       first(organization.GenerateDirectorySDKKey(ctx, "x")),
		"SDK keys":                 first(organization.DirectorySDKKeys(ctx, "x")),
		"SDK key":                  organization.RemoveDirectorySDKKey(ctx, directoryID, "x"),
		"service without name":     first(organization.CreateService(ctx, launchkey.NewService{})),
		"service id":               first(organization.Service(ctx, "x")),
		"service update":           organization.UpdateService(ctx, "x", launchkey.ServiceUpdate{}),
		"service keys":             first(organization.ServicePublicKeys(ctx, "x")),
		"service key":              first(organization.AddServicePublicKey(ctx, "x", launchkey.NewPublicKey{})),
		"service key update":       organization.UpdateServicePublicKey(ctx, "x", "y", launchkey.PublicKeyUpdate{}),
		"service key removal":      organization.RemoveServicePublicKey(ctx, "x", "y"),
		"policy":                   first(organization.ServicePolicy(ctx, "x")),
		"policy set":               organization.SetServicePolicy(ctx, "x", launchkey.LegacyPolicy{}),
		"policy removal":           organization.RemoveServicePolicy(ctx, "x"),
		"link for nobody":          first(directory.LinkDevice(ctx, "", launchkey.LinkDeviceOptions{})),
		"link for no time":         first(directory.LinkDevice(ctx, "jo", launchkey.LinkDeviceOptions{TTL: -1})),
		"devices of nobody":        first(directory.LinkedDevices(ctx, "")),
		"unlink for nobody":        directory.UnlinkDevice(ctx, "", deviceID),
		"unlink of no device":      directory.UnlinkDevice(ctx, "jo", "x"),
		"sessions of nobody":       first(directory.AllServiceSessions(ctx, "")),
		"end for nobody":           directory.EndAllServiceSessions(ctx, ""),
		"TOTP for nobody":          first(directory.GenerateUserTOTP(ctx, "")),
		"TOTP removal":             directory.RemoveUserTOTP(ctx, ""),
		"TOTP check":               first(service.VerifyTOTP(ctx, "", "123456")),
		"request to nobody":        first(service.CreateAuthorizationRequest(ctx, "", launchkey.NewAuthorization{})),
		"response id":              first(service.AuthorizationResponse(ctx, "../x")),
		"cancel id":                service.CancelAuthorizationRequest(ctx, "x"),
		"session of nobody":        service.SessionStart(ctx, "", ""),
		"session of no request":    service.SessionStart(ctx, "jo", "x"),
		"end of nobody's session":  service.SessionEnd(ctx, ""),
		"factor that does not fit": first(launchkey.ParseFactor("luck")),
	} {
		if !errors.Is(err, launchkey.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// response is the outer answer around the packages of a device.
func response(t testing.TB, p answerpackage.Package, key testKey, change func(map[string]any)) string {
	t.Helper()
	sealed, err := answerpackage.Seal(p, answerpackage.Recipient{KeyID: key.id, Key: &key.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	outer := map[string]any{
		"auth": sealed.Auth, "auth_jwe": sealed.AuthJWE, "service_user_hash": "service-hash", "org_user_hash": "org-hash",
		"user_push_id": "push-id", "public_key_id": key.id,
	}
	if change != nil {
		change(outer)
	}
	raw, err := json.Marshal(outer)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func approved() answerpackage.Package {
	return answerpackage.New(answerpackage.Answer{
		AuthRequest: requestID, DeviceID: deviceID, ServicePins: []string{"8074", "1234"}, Approved: true,
		Policy: policy.Policy{
			Factors: []policy.Factor{policy.Knowledge},
			Places: [][]policy.Fence{{
				{Kind: policy.Circle, Name: "HQ", Latitude: 36.1, Longitude: -115.1, Radius: 200},
				{Kind: policy.Territory, Name: "Nevada", Country: "US", Area: "US-NV", PostalCode: "89120"},
			}},
		},
		Evidence: policy.Evidence{Methods: []policy.Method{policy.PINCode}},
		Device:   answerpackage.Capabilities{Supported: answerpackage.DefaultSupported(), Configured: []policy.Method{policy.PINCode}},
	})
}

func poll(ctx context.Context, c *launchkey.ServiceClient) (launchkey.AuthorizationResponse, error) {
	got, err := c.AuthorizationResponse(ctx, requestID)
	if err != nil {
		return launchkey.AuthorizationResponse{}, err
	}
	return *got, nil
}

func TestAuthorizationResponseIsOpened(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, approved(), issuerKey(), nil)} }).service())
	if err != nil {
		t.Fatal(err)
	}
	methods := got.Methods
	got.Methods = nil
	want := launchkey.AuthorizationResponse{
		Authorized: true, RequestID: requestID, DeviceID: deviceID, ServicePins: []string{"8074", "1234"},
		ServiceUserHash: "service-hash", OrganizationUserHash: "org-hash", UserPushID: "push-id",
		Type: launchkey.Authorized, Reason: launchkey.ReasonApproved,
		Policy: &launchkey.ResponsePolicy{
			Requirement: launchkey.RequirementTypes, Factors: []launchkey.Factor{launchkey.Knowledge}, Fences: []launchkey.Fence{hq(), nevada()},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if len(methods) != 7 {
		t.Fatalf("%d methods", len(methods))
	}
	pin := launchkey.Method{Name: launchkey.MethodPINCode, Set: &yes, Active: true, Allowed: true, Supported: true, UserRequired: &no, Passed: &yes, Error: &no}
	face := launchkey.Method{Name: launchkey.MethodFace, Set: &no, Allowed: true}
	if !reflect.DeepEqual(methods[3], pin) || !reflect.DeepEqual(methods[5], face) {
		t.Errorf("%+v\n%+v", methods[3], methods[5])
	}
}

func TestOnlyAnAgreeingYesIsAuthorized(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind, reason string
		want         launchkey.AuthorizationResponse
	}{
		{"AUTHORIZED", "APPROVED", launchkey.AuthorizationResponse{Authorized: true, Type: launchkey.Authorized, Reason: launchkey.ReasonApproved}},
		{"AUTHORIZED", "FRAUDULENT", launchkey.AuthorizationResponse{Type: launchkey.Authorized, Reason: launchkey.ReasonFraudulent, Fraud: true}},
		{"authorized", "approved", launchkey.AuthorizationResponse{Type: launchkey.OtherOutcome, Reason: launchkey.ReasonOther}},
		{"DENIED", "APPROVED", launchkey.AuthorizationResponse{Type: launchkey.Denied, Reason: launchkey.ReasonApproved}},
		{"DENIED", "DISAPPROVED", launchkey.AuthorizationResponse{Type: launchkey.Denied, Reason: launchkey.ReasonDisapproved}},
		{"DENIED", "FRAUDULENT", launchkey.AuthorizationResponse{Type: launchkey.Denied, Reason: launchkey.ReasonFraudulent, Fraud: true}},
		{"FAILED", "POLICY", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonPolicy}},
		{"FAILED", "PERMISSION", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonPermission}},
		{"FAILED", "AUTHENTICATION", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonAuthentication}},
		{"FAILED", "CONFIGURATION", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonConfiguration}},
		{"FAILED", "BUSY_LOCAL", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonBusyLocal}},
		{"FAILED", "SENSOR", launchkey.AuthorizationResponse{Type: launchkey.Failed, Reason: launchkey.ReasonSensor}},
		{"ASLEEP", "MOOD", launchkey.AuthorizationResponse{Type: launchkey.OtherOutcome, Reason: launchkey.ReasonOther}},
	}
	for _, c := range cases {
		p := approved()
		p.Type, p.Reason = answerpackage.Type(c.kind), answerpackage.Reason(c.reason)
		got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, p, issuerKey(), nil)} }).service())
		if err != nil || got.Authorized != c.want.Authorized || got.Fraud != c.want.Fraud || got.Type != c.want.Type || got.Reason != c.want.Reason {
			t.Errorf("%s %s: %+v, %v", c.kind, c.reason, got, err)
		}
	}
}

func TestInsightThatIsNotKnownIsCalledOther(t *testing.T) {
	t.Parallel()
	p := approved()
	p.AuthMethods = p.AuthMethods[:1]
	p.AuthMethods[0].Method = "smell"
	mood, reason := "mood", "r1"
	p.AuthPolicy.Requirement, p.AuthPolicy.Types, p.AuthPolicy.Amount = &mood, []policy.Factor{"luck"}, 9
	p.DenialReason = &reason
	got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, p, issuerKey(), nil)} }).service())
	if err != nil {
		t.Fatal(err)
	}
	if got.Methods[0].Name != launchkey.MethodOther || got.Policy.Requirement != launchkey.RequirementOther || got.Policy.Factors != nil || got.Policy.Amount != 0 || got.DenialReason != "r1" {
		t.Errorf("%+v, %+v", got, got.Policy)
	}
}

func TestAnAmountIsToldWithItsNumber(t *testing.T) {
	t.Parallel()
	p := approved()
	two := 2
	p.AuthPolicy = answerpackage.NewAuthPolicy(policy.Policy{Methods: &two})
	p.AuthMethods = nil
	got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, p, issuerKey(), nil)} }).service())
	if err != nil || got.Policy.Requirement != launchkey.RequirementAmount || got.Policy.Amount != 2 || got.Methods != nil {
		t.Errorf("%+v, %v", got.Policy, err)
	}
}

func TestTheOlderPackageDecidesAlone(t *testing.T) {
	t.Parallel()
	legacy := func(outer map[string]any) {
		delete(outer, "auth_jwe")
		text := outer["auth"].(string)
		outer["auth"] = text[:76] + "\n" + text[76:]
		outer["org_user_hash"] = nil
	}
	got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, approved(), issuerKey(), legacy)} }).service())
	want := launchkey.AuthorizationResponse{
		Authorized: true, RequestID: requestID, DeviceID: deviceID, ServicePins: []string{"8074", "1234"}, ServiceUserHash: "service-hash", UserPushID: "push-id",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	p := approved()
	p.Type, p.Reason = answerpackage.Denied, answerpackage.Disapproved
	got, err = poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: response(t, p, issuerKey(), legacy)} }).service())
	if err != nil || got.Authorized {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestResponsesThatDecideNothing(t *testing.T) {
	t.Parallel()
	other, stranger := approved(), encryptionKey()
	other.AuthRequest = unknownID
	nameless := approved()
	nameless.DeviceID = "phone"
	remove := func(names ...string) func(map[string]any) {
		return func(outer map[string]any) {
			for _, name := range names {
				delete(outer, name)
			}
		}
	}
	set := func(name string, value any) func(map[string]any) {
		return func(outer map[string]any) { outer[name] = value }
	}
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"another request":          {response(t, other, issuerKey(), nil), launchkey.ErrUnexpectedAnswer},
		"no device":                {response(t, nameless, issuerKey(), nil), launchkey.ErrUnexpectedAnswer},
		"no older package":         {response(t, approved(), issuerKey(), remove("auth")), launchkey.ErrUnexpectedAnswer},
		"no package":               {response(t, approved(), issuerKey(), remove("auth", "auth_jwe")), launchkey.ErrUnexpectedAnswer},
		"no user":                  {response(t, approved(), issuerKey(), remove("service_user_hash")), launchkey.ErrUnexpectedAnswer},
		"no user to ask again":     {response(t, approved(), issuerKey(), remove("user_push_id")), launchkey.ErrUnexpectedAnswer},
		"no key":                   {response(t, approved(), issuerKey(), remove("public_key_id")), launchkey.ErrUnexpectedAnswer},
		"a number for a package":   {response(t, approved(), issuerKey(), set("auth", 1)), launchkey.ErrUnexpectedAnswer},
		"an older package of mess": {response(t, approved(), issuerKey(), func(o map[string]any) { o["auth"] = "AAAA"; delete(o, "auth_jwe") }), launchkey.ErrUnexpectedAnswer},
		"a newer package of mess":  {response(t, approved(), issuerKey(), set("auth_jwe", "a.b.c.d.e")), launchkey.ErrUnexpectedAnswer},
		"a stranger's package":     {response(t, approved(), stranger, nil), launchkey.ErrEntityKeyNotFound},
		"a stranger's older one":   {response(t, approved(), stranger, remove("auth_jwe")), launchkey.ErrEntityKeyNotFound},
		"no object":                {`[]`, launchkey.ErrUnexpectedAnswer},
	} {
		got, err := poll(t.Context(), newPlatform(t, func(asked) reply { return reply{body: c.body} }).service())
		if !errors.Is(err, c.want) || got.Authorized {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestPollingAndCanceling(t *testing.T) {
	t.Parallel()
	response := onService(poll)
	cancel := onService(func(ctx context.Context, c *launchkey.ServiceClient) (any, error) {
		return nil, c.CancelAuthorizationRequest(ctx, requestID)
	})
	const path = "/service/v3/auths/" + requestID
	exchangeAll(t, []exchange{
		{name: "pending", call: response, request: "GET " + path, wantErr: launchkey.ErrPending},
		{name: "an empty answer", call: response, status: 200, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "expired", call: response, status: 408, wantErr: launchkey.ErrRequestTimedOut},
		{name: "canceled", call: response, status: 409, answer: `{"error_code":"SVC-007"}`, wantErr: launchkey.ErrAuthorizationRequestCanceled},
		{name: "canceled, by the older status", call: response, status: 400, answer: `{"error_code":"SVC-007"}`, wantErr: launchkey.ErrAuthorizationRequestCanceled},
		{name: "cancel", call: cancel, request: "DELETE " + path},
		{name: "cancel none", call: cancel, status: 404, wantErr: launchkey.ErrNotFound},
		{name: "cancel an answered one", call: cancel, status: 409, answer: `{"error_code":"SVC-006"}`, wantErr: launchkey.ErrAuthorizationResponseExists},
	})
}
