package launchkey_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// setPolicy gives the world's service a policy.
func (w *world) setPolicy(raw string) {
	w.tb.Helper()
	w.ok(by(onDir, http.MethodPut, "/directory/v3/service/policy", object{"service_id": svcID, "policy": json.RawMessage(raw)}), nil)
}

// Places where a person may be.
var (
	vegas  = policy.Location{Latitude: 36.1, Longitude: -115.1, Country: "US", Area: "US-NV", PostalCode: "89120"}
	berlin = policy.Location{Latitude: 52.5, Longitude: 13.4, Country: "DE", Area: "DE-BE"}
)

func TestAnAnswerMustSatisfyThePolicy(t *testing.T) {
	t.Parallel()
	const two = `{"minimum_requirements":[{"requirement":"authenticated","any":2}]}`
	pin, face := policy.PINCode, policy.Face
	cases := map[string]struct {
		service string // its policy
		request string // what the request adds
		facts   policy.Facts
		failure policy.Failure // "" when it is approved
	}{
		"none":                  {facts: policy.Facts{}},
		"a number reached":      {service: two, facts: policy.Facts{Methods: []policy.Method{pin, face}}},
		"too few methods":       {service: two, facts: policy.Facts{Methods: []policy.Method{pin}}, failure: policy.FailedConfiguration},
		"one failed":            {service: two, facts: policy.Facts{Methods: []policy.Method{pin}, Configured: []policy.Method{pin, face}}, failure: policy.FailedAuthentication},
		"a request tightens":    {service: `{"type":"METHOD_AMOUNT","amount":1}`, request: two, facts: policy.Facts{Methods: []policy.Method{pin}}, failure: policy.FailedConfiguration},
		"a request loosens not": {service: two, request: `{"minimum_requirements":[{"requirement":"authenticated","any":1}]}`, facts: policy.Facts{Methods: []policy.Method{pin}}, failure: policy.FailedConfiguration},
		"factors":               {service: `{"type":"FACTORS","factors":["KNOWLEDGE","INHERENCE"]}`, facts: policy.Facts{Methods: []policy.Method{pin, face}}},
		"a factor missing":      {service: `{"type":"FACTORS","factors":["KNOWLEDGE","INHERENCE"]}`, facts: policy.Facts{Methods: []policy.Method{pin}}, failure: policy.FailedConfiguration},
		"inside a circle":       {service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + circleHQ + `]}`, facts: at(vegas)},
		"a geofence left":       {service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + circleHQ + `]}`, facts: at(berlin), failure: policy.FailedPolicy},
		"nobody knows where":    {service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + circleHQ + `]}`, facts: policy.Facts{}, failure: policy.FailedPermission},
		"inside a territory":    {service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + nevada + `]}`, facts: at(vegas)},
		"another territory":     {service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + nevada + `]}`, facts: at(berlin), failure: policy.FailedPolicy},
		"a request's own place": {
			service: `{"type":"METHOD_AMOUNT","amount":0,"fences":[` + nevada + `]}`,
			request: `{"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[{"latitude":52.5,"longitude":13.4,"radius":10}]}}]}`,
			facts:   at(vegas), failure: policy.FailedPolicy,
		},
		"rooted":                   {service: `{"factors":[` + rooted + `]}`, facts: policy.Facts{Rooted: true}, failure: policy.FailedPolicy},
		"rooted, and nobody minds": {service: `{"type":"METHOD_AMOUNT","amount":0}`, facts: policy.Facts{Rooted: true}},
		"an emulator":              {service: `{"type":"METHOD_AMOUNT","amount":0,"deny_emulator_simulator":true}`, facts: policy.Facts{Emulator: true}, failure: policy.FailedPolicy},
		"inside, little asked":     {service: readable["COND_GEO"].in, facts: with(at(vegas), face)},
		"outside, more asked":      {service: readable["COND_GEO"].in, facts: with(at(berlin), face), failure: policy.FailedConfiguration},
		"outside, more given":      {service: readable["COND_GEO"].in, facts: with(at(berlin), pin)},
	}
	engines(t, func(t *testing.T, w *world) {
		d := w.link("ann")
		for name, c := range cases {
			w.setPolicy(orElse(c.service, blank))
			body := object{"username": "ann"}
			if c.request != "" {
				body["policy"] = json.RawMessage(c.request)
			}
			made := w.ask(body)
			c.facts.Time = w.Clock.Now()
			if slices.Equal(c.facts.Configured, nil) {
				c.facts.Configured = c.facts.Methods
			}
			w.attempt(t, d, name, c.facts, c.failure)
			out := w.opened(made.ID)
			if (c.failure == "") != out.Authorized() || c.failure != "" && out.Type != answerpackage.Failed {
				t.Errorf("%s: the service reads %s %s", name, out.Type, out.Reason)
			}
			w.Clock.Advance(time.Second)
		}
	})
}

func at(l policy.Location) policy.Facts { return policy.Facts{Location: &l, LocationAllowed: true} }

func with(f policy.Facts, methods ...policy.Method) policy.Facts {
	f.Methods = methods
	return f
}

// attempt has a device approve; where it may not, that is refused, and it sends its failure instead.
func (w *world) attempt(t *testing.T, d *mfatest.Device, name string, facts policy.Facts, want policy.Failure) {
	t.Helper()
	var failure policy.Failure
	answerWith := func(decision receipt.Decision, lie bool) error {
		return w.respond(d, decision, func(say *answerpackage.Answer, s *receipt.Statement) {
			if s.Question.Policy == nil {
				return
			}
			var evidence policy.Evidence
			evidence, failure = s.Question.Policy.Judge(facts)
			s.Evidence, say.Evidence = &evidence, evidence
			if failure != "" && !lie {
				s.Failure, say.Failure = failure, failure
			}
		})
	}
	err := answerWith(receipt.Approved, true)
	if failure != want || (want == "") != (err == nil) {
		t.Fatalf("%s: judged %q, approved with %v", name, failure, err)
	}
	if want == "" {
		return
	}
	if e, ok := errors.AsType[*mfa.Error](err); !ok || e.Reason != mfa.ReasonPolicyUnmet {
		t.Errorf("%s: an approval is refused with %v", name, err)
	}
	w.must(answerWith(receipt.Denied, false))
}

// opened polls a request and opens what the device said.
func (w *world) opened(id string) answerpackage.Package {
	w.tb.Helper()
	var out response
	w.ok(pollOf(id), &out)
	said, err := answerpackage.Open(out.AuthJWE, holder)
	w.must(err)
	return said
}

func TestAClosedTimeFenceIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.link("ann")
		day := w.Clock.Now().UTC().Weekday().String()
		for _, c := range []struct {
			days string
			code string
		}{{`"` + day + `"`, ""}, {`"` + w.Clock.Now().UTC().Add(48*time.Hour).Weekday().String() + `"`, "SVC-003"}} {
			w.setPolicy(strings.Replace(timed(c.days, 0, "UTC"), `"end hour":1,"end minute":0`, `"end hour":23,"end minute":59`, 1))
			r := by(onSvc, http.MethodPost, auths, object{"username": "ann"})
			if c.code != "" {
				w.refused(r, 400, c.code)
				continue
			}
			var made asked
			w.ok(r, &made)
			w.ok(cancelOf(made.ID), nil)
		}
	})
}

func TestADenialSaysWhy(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		d := w.link("ann")
		offered := []object{{"id": "no", "reason": "Not now", "fraud": false}, {"id": "theft", "reason": "Somebody else", "fraud": true}}
		for _, c := range []struct {
			given  []object
			choose int
			id     string
			reason answerpackage.Reason
		}{{nil, 0, "NOT", answerpackage.Disapproved}, {nil, 3, "FRAUD", answerpackage.Fraudulent}, {offered, 0, "no", answerpackage.Disapproved}, {offered, 1, "theft", answerpackage.Fraudulent}} {
			body := object{"username": "ann"}
			if c.given != nil {
				body["denial_reasons"] = c.given
			}
			made := w.ask(body)
			w.must(w.respond(d, receipt.Denied, func(say *answerpackage.Answer, s *receipt.Statement) {
				chosen := s.Question.Reasons[c.choose]
				s.Reason, s.Fraud = chosen.Text, chosen.Fraud
				say.DenialReason, say.Fraud = chosen.ID, chosen.Fraud
			}))
			out := w.opened(made.ID)
			if out.Type != answerpackage.Denied || out.Reason != c.reason || text(out.DenialReason) != c.id {
				t.Errorf("%s is read as %s %s %s", c.id, out.Type, out.Reason, text(out.DenialReason))
			}
			w.Clock.Advance(time.Second)
		}
	})
}
