package launchkey

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// olderMethods are those of the package that newer ones have replaced, and that most programs call.
func (w *world) olderMethods(t *testing.T) {
	s := w.newScene(t, pythonSDK{w.python})
	own := must(s.org.CreateService(t.Context(), launchkey.NewService{Name: s.user}))(t)
	olderPolicies(t, s.org.(pythonOrganization).pythonClient, own)
	olderPolicies(t, s.dir.(pythonDirectory).pythonClient, s.svcID)
	s.olderAnswers(t)
	s.olderPackages(t)
}

// olderPolicies: the package's older getter gives the object that its older setter took.
func olderPolicies(t *testing.T, c pythonClient, id launchkey.ServiceID) {
	t.Helper()
	policy := launchkey.LegacyPolicy{
		AuthPolicy: launchkey.AuthPolicy{Factors: everyFactor, JailbreakProtection: true, Fences: namedCircles}, TimeFences: timeFences,
	}
	var got struct {
		Class        string              `json:"class"`
		Requirements []string            `json:"minimum_requirements"`
		Amount       int                 `json:"minimum_amount"`
		Jailbreak    bool                `json:"jailbreak_protection"`
		Circles      []pythonFenceEntity `json:"geofences"`
		Times        []pythonTimeFence   `json:"timefences"`
	}
	if err := errors.Join(c.do(nil, "set_service_policy", nil, id, pythonPolicy(policy)), c.do(&got, "get_service_policy", nil, id)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got.Requirements)
	if got.Class != "ServiceSecurityPolicy" || !slices.Equal(got.Requirements, []string{"inherence", "knowledge", "possession"}) || got.Amount != 0 || !got.Jailbreak {
		t.Errorf("the policy is %+v", got)
	}
	if fences := readFences(got.Circles); !reflect.DeepEqual(fences, fencesOf(namedCircles)) {
		t.Errorf("the places are %+v", fences)
	}
	for i, f := range got.Times {
		if !reflect.DeepEqual(f.read(), timeFences[i]) {
			t.Errorf("time fence %d is %+v, want %+v", i, f.read(), timeFences[i])
		}
	}
	// The youngest class for policies of the older kind writes them in a form of its own.
	youngest := object{"$": "new", "class": "LegacyPolicy", "named": object{"amount": 2, "fences": []object{pythonFence(namedCircles[0])}}}
	if err := c.do(nil, "set_advanced_service_policy", nil, id, youngest); err != nil {
		t.Fatal(err)
	}
	want := launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{Methods: 2, Fences: namedCircles[:1]}}
	if read := must(c.ServicePolicy(t.Context(), id))(t); !reflect.DeepEqual(tidy(read), tidy(want)) {
		t.Errorf("of the youngest class the policy is %+v, want %+v", read, want)
	}
	if err := c.RemoveServicePolicy(t.Context(), id); err != nil {
		t.Error(err)
	}
}

// olderAnswer is an answer as the package gave it before it knew of types and reasons.
type olderAnswer struct {
	Class        string `json:"class"`
	Authorized   bool   `json:"authorized"`
	RequestID    string `json:"authorization_request_id"`
	DenialReason string `json:"denial_reason"`
	Policy       *struct {
		Requirements []string            `json:"minimum_requirements"`
		Amount       int                 `json:"minimum_amount"`
		Fences       []pythonFenceEntity `json:"geofences"`
	} `json:"auth_policy"`
}

// olderAnswers are got by polling and by webhook, and say what a policy demanded.
func (s *scene) olderAnswers(t *testing.T) {
	t.Helper()
	c := s.svc.(pythonService)
	device, _ := s.linked(t)
	policy := legacyObject("AuthPolicy", launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{
		Factors: []launchkey.Factor{launchkey.Inherence, launchkey.Possession}, Fences: namedCircles,
	}})
	var id string
	s.good(t, c.do(&id, "authorize", object{"context": "In the older way", "policy": policy, "ttl": 60}, s.user))
	var pending json.RawMessage
	if s.good(t, c.do(&pending, "get_authorization_response", nil, id)); string(pending) != "null" {
		t.Errorf("before it is there the answer is %s", pending)
	}
	device.Run(nil, "deny", id, "--denial-reason", "NOT")
	var polled, told olderAnswer
	s.good(t, c.do(&polled, "get_authorization_response", nil, id))
	hook := s.hook(t, string(s.svcID), 1)
	s.good(t, c.do(&told, "handle_webhook", nil, hookArguments(hook)...))
	if !reflect.DeepEqual(polled, told) {
		t.Errorf("polling gives %+v, the webhook %+v", polled, told)
	}
	if polled.Class != "AuthorizationResponse" || polled.Authorized || polled.RequestID != id || polled.Policy == nil {
		t.Fatalf("the answer is %+v", polled)
	}
	slices.Sort(polled.Policy.Requirements)
	if !slices.Equal(polled.Policy.Requirements, []string{"inherence", "possession"}) || !reflect.DeepEqual(readFences(polled.Policy.Fences), fencesOf(namedCircles)) {
		t.Errorf("the policy was %+v", polled.Policy)
	}
	s.good(t, c.SessionStart(t.Context(), s.user, launchkey.AuthorizationID(id)))
	device.Run(nil, "logout", string(s.svcID))
	var ended pythonResponse
	// Some programs hand on neither method nor path.
	s.good(t, c.do(&ended, "handle_webhook", nil, hookArguments(s.hook(t, string(s.svcID), 2))[:2]...))
	if ended.Class != "SessionEndRequest" || ended.LogoutRequested == 0 {
		t.Errorf("the end of the session is %+v", ended)
	}
}

// olderPackages are all that SDKs of an earlier generation read of an answer; this one reads them when there is
// nothing else.
func (s *scene) olderPackages(t *testing.T) {
	t.Helper()
	c := s.svc.(pythonService)
	device, link := s.linked(t)
	for _, approve := range []bool{true, false} {
		id := s.ask(t, launchkey.NewAuthorization{})
		if approve {
			device.Approve(string(id))
		} else {
			device.Deny(string(id), "--denial-reason", "FRAUD")
		}
		full := s.answer(t, id)
		var older pythonResponse
		s.good(t, c.obey(&older, order{Call: "get_advanced_authorization_response", Args: []any{id}, Without: "auth_jwe"}))
		if older.Authorized != approve || older.RequestID != id || older.DeviceID != link.DeviceID || !slices.Equal(older.Pins, full.ServicePins) ||
			older.Type != "" || older.Methods != nil || older.ServiceHash != full.ServiceUserHash {
			t.Errorf("of the older package the answer is %+v, want what %+v says", older, full)
		}
	}
}

// algorithms: the package signs and digests as its transport is told to.
func (w *world) algorithms(t *testing.T) {
	for _, transport := range []map[string]any{
		{"jwt_algorithm": "RS256", "content_hash_algorithm": "S256"},
		{"jwt_algorithm": "RS384", "content_hash_algorithm": "S384"},
		{"jwt_algorithm": "RS512", "content_hash_algorithm": "S512"},
	} {
		i := pythonSDK{w.python}.as(t, anOrganization, string(w.orgID), keys.both()).(pythonIssuer)
		i.factory.Transport = transport
		if _, err := i.organization(t).Directories(t.Context()); err != nil {
			t.Errorf("%v: %v", transport, err)
		}
	}
}

// nulls: what only this package sends, because it does not look at what it is given.
func (w *world) nulls(t *testing.T) {
	s := w.newScene(t, pythonSDK{w.python})
	c, d := s.svc.(pythonService), s.dir.(pythonDirectory)
	refused(t, "ask null", c.do(nil, "authorization_request", object{"context": "Hello"}, nil), launchkey.ErrNotFound)
	refused(t, "link null", d.do(nil, "link_device", nil, nil), launchkey.ErrInvalidDirectoryIdentifier)
	// Text for a truth.
	var id launchkey.ServiceID
	s.good(t, d.do(&id, "create_service", object{"active": "True"}, s.user))
	if got := must(s.dir.Service(t.Context(), id))(t); !got.Active {
		t.Errorf("the service is %+v", got)
	}
	var key launchkey.KeyID
	other := object{"public_key": keys.spare().public, "service_id": id, "key_type": enumerated("KeyType", "OTHER")}
	refused(t, "a key of type -1", d.do(&key, "add_service_public_key", other), launchkey.ErrInvalidParameters)
}
