package launchkey

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// ask makes a request of the scene's user.
func (s *scene) ask(t *testing.T, request launchkey.NewAuthorization) launchkey.AuthorizationID {
	t.Helper()
	return must(s.svc.CreateAuthorizationRequest(t.Context(), s.user, request))(t).ID
}

func (s *scene) answer(t *testing.T, id launchkey.AuthorizationID) *launchkey.AuthorizationResponse {
	t.Helper()
	return must(s.svc.AuthorizationResponse(t.Context(), id))(t)
}

// denials say why, when the person was asked why.
func denials(t *testing.T, s *scene) {
	device, _ := s.linked(t)
	own := []launchkey.DenialReason{{ID: "LATER", Reason: "Not now"}, {ID: "THIEF", Reason: "Somebody else asks", Fraud: true}}
	for name, c := range map[string]struct {
		offered []launchkey.DenialReason
		chosen  string
		fraud   bool
	}{
		"one that is always offered": {nil, "NOT", false},
		"fraud":                      {nil, "FRAUD", true},
		"one of the service's":       {own, "LATER", false},
		"fraud as the service calls": {own, "THIEF", true},
	} {
		id := s.ask(t, launchkey.NewAuthorization{DenialReasons: c.offered})
		device.Run(nil, "deny", string(id), "--denial-reason", c.chosen)
		s.denied(t, name, id, c.chosen, c.fraud)
	}
	ctx := t.Context()
	s.good(t, s.org.UpdateDirectory(ctx, s.dirID, launchkey.DirectoryUpdate{DenialContextInquiry: new(bool)}))
	id := s.ask(t, launchkey.NewAuthorization{})
	device.Deny(string(id))
	s.denied(t, "without being asked why", id, "", false)
	_, err := s.svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{DenialReasons: own})
	refused(t, "offer reasons that nobody asks for", err, launchkey.ErrInvalidParameters)
}

func (s *scene) denied(t *testing.T, what string, id launchkey.AuthorizationID, chosen string, fraud bool) {
	t.Helper()
	want := map[bool]launchkey.ResponseReason{false: launchkey.ReasonDisapproved, true: launchkey.ReasonFraudulent}[fraud]
	if got := s.answer(t, id); got.Authorized || got.Type != launchkey.Denied || got.Reason != want || got.Fraud != fraud || got.DenialReason != chosen {
		t.Errorf("%s: the answer is %+v", what, got)
	}
}

// insights: the policy that the device judged by comes back with the answer, also with a denial.
func insights(t *testing.T, s *scene) {
	device, _ := s.linked(t)
	unnamed := []launchkey.Circle{{Latitude: 30, Longitude: 30, Radius: 3000}, {Latitude: 40, Longitude: -100, Radius: 1.5}}
	territory := launchkey.Territory{Name: "Town", Country: "US", AdministrativeArea: "US-NV", PostalCode: "89120"}
	circle := namedCircles[0]
	both := []launchkey.Fence{circle, territory}
	inner := launchkey.MethodAmountPolicy{Amount: 1}
	for name, c := range map[string]struct {
		service launchkey.Policy
		request *launchkey.AuthPolicy
		want    launchkey.ResponsePolicy
	}{
		"places without names": {nil, &launchkey.AuthPolicy{Fences: unnamed}, launchkey.ResponsePolicy{Fences: fencesOf(unnamed)}},
		"places with names":    {nil, &launchkey.AuthPolicy{Fences: namedCircles}, launchkey.ResponsePolicy{Fences: fencesOf(namedCircles)}},
		"three methods":        {nil, &launchkey.AuthPolicy{Methods: 3}, launchkey.ResponsePolicy{Requirement: launchkey.RequirementAmount, Amount: 3}},
		"kinds":                {nil, &launchkey.AuthPolicy{Factors: everyFactor[:2]}, launchkey.ResponsePolicy{Requirement: launchkey.RequirementTypes, Factors: everyFactor[:2]}},
		"a kind of the service": {
			launchkey.FactorsPolicy{Factors: everyFactor[:1], Fences: both},
			nil,
			launchkey.ResponsePolicy{Requirement: launchkey.RequirementTypes, Factors: everyFactor[:1], Fences: both},
		},
		"a number of the service": {
			launchkey.MethodAmountPolicy{Amount: 2}, nil, launchkey.ResponsePolicy{Requirement: launchkey.RequirementAmount, Amount: 2},
		},
		"no number, and places": {
			launchkey.MethodAmountPolicy{Fences: both}, nil, launchkey.ResponsePolicy{Requirement: launchkey.RequirementAmount, Fences: both},
		},
		"a condition": {
			launchkey.ConditionalPolicy{Fences: both, Inside: inner, Outside: inner},
			nil,
			launchkey.ResponsePolicy{Requirement: launchkey.RequirementConditional, Fences: both},
		},
	} {
		s.demand(t, c.service)
		id := s.ask(t, launchkey.NewAuthorization{Policy: c.request})
		device.Run(nil, "deny", string(id), "--denial-reason", "NOT")
		got := s.answer(t, id)
		if got.Authorized || got.Policy == nil || !reflect.DeepEqual(orEmpty(*got.Policy), orEmpty(c.want)) {
			t.Errorf("%s: the policy is\n%+v, want\n%+v", name, got.Policy, c.want)
		}
	}
}

// demand gives the scene's service a policy, or takes it away.
func (s *scene) demand(t *testing.T, policy launchkey.Policy) {
	t.Helper()
	if policy == nil {
		s.good(t, s.dir.RemoveServicePolicy(t.Context(), s.svcID))
		return
	}
	s.good(t, s.dir.SetServicePolicy(t.Context(), s.svcID, policy))
}

func fencesOf(circles []launchkey.Circle) []launchkey.Fence {
	var out []launchkey.Fence
	for _, c := range circles {
		out = append(out, c)
	}
	return out
}

func orEmpty(p launchkey.ResponsePolicy) launchkey.ResponsePolicy {
	p.Factors, p.Fences = orNil(p.Factors), orNil(p.Fences)
	return p
}

// judged is one request under a policy, approved by a person on a device with these facts.
type judged struct {
	service launchkey.Policy
	request *launchkey.AuthPolicy
	facts   []string                 // flags of the device
	reason  launchkey.ResponseReason // of the failure, "" when it is approved
}

// Where the person is.
var (
	inVegas  = []string{"--location", "36.1,-115.2,US,US-NV,89120"}
	inReno   = []string{"--location", "39.5,-119.8,US,US-NV,89501"}
	inBerlin = []string{"--location", "52.5,13.4,DE,DE-BE,10115"}
)

// verdicts are a request under each kind of policy: approved, and refused for each of its demands.
func verdicts() map[string]judged {
	legacy := func(p launchkey.AuthPolicy) launchkey.Policy { return launchkey.LegacyPolicy{AuthPolicy: p} }
	methods := func(names string) []string { return []string{"--methods", names} }
	nevada := launchkey.Territory{Country: "US", AdministrativeArea: "US-NV"}
	here := launchkey.MethodAmountPolicy{Fences: fencesOf(namedCircles[:1])}
	there := func(t launchkey.Territory) launchkey.Policy {
		return launchkey.MethodAmountPolicy{Fences: []launchkey.Fence{t}}
	}
	two, knows := launchkey.MethodAmountPolicy{Amount: 2}, launchkey.FactorsPolicy{Factors: everyFactor[:2]}
	home := launchkey.ConditionalPolicy{
		Fences: []launchkey.Fence{nevada}, Inside: launchkey.MethodAmountPolicy{Amount: 1}, Outside: launchkey.FactorsPolicy{Factors: everyFactor[:2]},
	}
	always := launchkey.TimeFence{Name: "Always", Days: slices.Concat(weekdays, weekend), End: wholeDay, Zone: "UTC"}
	out := map[string]judged{
		"places of the older kind":       {legacy(launchkey.AuthPolicy{Fences: namedCircles}), nil, inVegas, ""},
		"the geofence was left":          {legacy(launchkey.AuthPolicy{Fences: namedCircles}), nil, inBerlin, launchkey.ReasonPolicy},
		"an unbroken device":             {legacy(launchkey.AuthPolicy{JailbreakProtection: true}), nil, nil, ""},
		"a rooted device":                {legacy(launchkey.AuthPolicy{JailbreakProtection: true}), nil, []string{"--rooted"}, launchkey.ReasonPolicy},
		"an open time fence":             {launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{always}}, nil, nil, ""},
		"enough methods, older kind":     {legacy(launchkey.AuthPolicy{Methods: 2}), nil, methods("pin_code,circle_code"), ""},
		"too few methods, older kind":    {legacy(launchkey.AuthPolicy{Methods: 2}), nil, methods("pin_code"), launchkey.ReasonConfiguration},
		"all kinds":                      {legacy(launchkey.AuthPolicy{Factors: everyFactor}), nil, methods("face,pin_code,wearables"), ""},
		"two kinds of three":             {legacy(launchkey.AuthPolicy{Factors: everyFactor}), nil, methods("face,pin_code"), launchkey.ReasonConfiguration},
		"no demand":                      {launchkey.MethodAmountPolicy{}, nil, nil, ""},
		"enough methods":                 {two, nil, methods("pin_code,fingerprint"), ""},
		"too few methods":                {two, nil, methods("fingerprint"), launchkey.ReasonConfiguration},
		"a method that was not passed":   {two, nil, append(methods("fingerprint"), "--configured", "pin_code"), launchkey.ReasonAuthentication},
		"kinds":                          {knows, nil, methods("circle_code,fingerprint"), ""},
		"a kind too few":                 {knows, nil, methods("fingerprint,face"), launchkey.ReasonConfiguration},
		"inside of a circle":             {here, nil, inVegas, ""},
		"outside of a circle":            {here, nil, inReno, launchkey.ReasonPolicy},
		"nobody may know where":          {here, nil, nil, launchkey.ReasonPermission},
		"in a territory":                 {there(nevada), nil, inReno, ""},
		"outside of a territory":         {there(nevada), nil, inBerlin, launchkey.ReasonPolicy},
		"by postal code":                 {there(launchkey.Territory{Country: "US", PostalCode: "89120"}), nil, inVegas, ""},
		"by another postal code":         {there(launchkey.Territory{Country: "US", PostalCode: "89120"}), nil, inReno, launchkey.ReasonPolicy},
		"an emulator":                    {launchkey.MethodAmountPolicy{DenyEmulator: true}, nil, []string{"--emulator"}, launchkey.ReasonPolicy},
		"an emulator that may":           {launchkey.MethodAmountPolicy{DenyRooted: true}, nil, []string{"--emulator"}, ""},
		"rooted, newer kind":             {launchkey.FactorsPolicy{Factors: everyFactor[:1], DenyRooted: true}, nil, append(methods("face"), "--rooted"), launchkey.ReasonPolicy},
		"at home, little is asked":       {home, nil, append(methods("wearables"), inVegas...), ""},
		"at home, even that is missing":  {home, nil, inVegas, launchkey.ReasonConfiguration},
		"away, more is asked":            {home, nil, append(methods("wearables"), inBerlin...), launchkey.ReasonConfiguration},
		"away, more is given":            {home, nil, append(methods("face,pin_code"), inBerlin...), ""},
		"a request that tightens":        {here, &launchkey.AuthPolicy{Methods: 1}, inVegas, launchkey.ReasonConfiguration},
		"a request that loosens nothing": {two, &launchkey.AuthPolicy{Methods: 1}, methods("pin_code"), launchkey.ReasonConfiguration},
		"places of both":                 {there(nevada), &launchkey.AuthPolicy{Fences: namedCircles[:1]}, inReno, launchkey.ReasonPolicy},
		"inside of both":                 {there(nevada), &launchkey.AuthPolicy{Fences: namedCircles[:1]}, inVegas, ""},
		"a number and kinds":             {knows, &launchkey.AuthPolicy{Methods: 3}, methods("pin_code,face"), launchkey.ReasonConfiguration},
		"a number and kinds, both met":   {knows, &launchkey.AuthPolicy{Methods: 3}, methods("pin_code,face,wearables"), ""},
	}
	return out
}

// judgments plays all of them.
func judgments(t *testing.T, s *scene) {
	device, _ := s.linked(t)
	for name, c := range verdicts() {
		s.demand(t, c.service)
		id := s.ask(t, launchkey.NewAuthorization{Policy: c.request})
		_, err := device.Try(append([]string{"approve", string(id)}, c.facts...)...)
		got := s.answer(t, id)
		if c.reason == "" {
			if err != nil || !got.Authorized || got.Type != launchkey.Authorized || got.Reason != launchkey.ReasonApproved {
				t.Errorf("%s: %v, the answer is %+v", name, err, got)
			}
			continue
		}
		if err == nil || got.Authorized || got.Type != launchkey.Failed || got.Reason != c.reason {
			t.Errorf("%s: %v, the answer is %+v, want %s", name, err, got, c.reason)
		}
	}
	s.demand(t, nil)
	for failure, want := range map[string]launchkey.ResponseReason{
		"busy": launchkey.ReasonBusyLocal, "sensor": launchkey.ReasonSensor, "authentication": launchkey.ReasonAuthentication,
	} {
		id := s.ask(t, launchkey.NewAuthorization{})
		_, _ = device.Try("deny", string(id), "--failure", failure)
		if got := s.answer(t, id); got.Authorized || got.Type != launchkey.Failed || got.Reason != want {
			t.Errorf("%s: the answer is %+v", failure, got)
		}
	}
	s.closedDay(t, device)
}

// closedDay: nobody is asked at a time that the policy does not allow.
func (s *scene) closedDay(t *testing.T, device *harness.Device) {
	t.Helper()
	another := s.Now(t).UTC().AddDate(0, 0, 3).Weekday()
	s.demand(t, launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{{Name: "Another day", Days: []time.Weekday{another}, End: wholeDay, Zone: "UTC"}}})
	_, err := s.svc.CreateAuthorizationRequest(t.Context(), s.user, launchkey.NewAuthorization{})
	refused(t, "ask on another day", err, launchkey.ErrPolicyFailure)
	if errors.Is(err, launchkey.ErrAuthorizationInProgress) || len(device.Requests()) != 0 {
		t.Errorf("the device shows %+v", device.Requests())
	}
}
