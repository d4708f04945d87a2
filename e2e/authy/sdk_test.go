package authy

import (
	"errors"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// answer is what a program learns from a call, whichever package it uses. The members a call has no word for stay
// empty.
type answer struct {
	ok         bool
	code       string // error_code
	message    string
	ignored    bool
	id         int64  // of a user
	uuid       string // of an approval request
	state      string // of an approval request
	raised     string // what the package refused by itself
	confirmed  bool
	devices    int
	registered bool
	body       map[string]any // the answer as the package shows it; nil where it shows none
}

// question is an approval request to make.
type question struct {
	message string
	details authy.Details
	hidden  authy.Details
	logos   []authy.Logo
	expiry  int // seconds; 0 for the default
}

// sdk is what all the packages can do.
type sdk interface {
	create(t *testing.T, p harness.Person) answer
	status(t *testing.T, id int64) answer
	remove(t *testing.T, id int64) answer
	verify(t *testing.T, id int64, token string, force bool) answer
	sms(t *testing.T, id int64, force bool) answer
	call(t *testing.T, id int64, force bool) answer
	startPhone(t *testing.T, p harness.Person, via, locale string) answer
	checkPhone(t *testing.T, p harness.Person, code string) answer
	phoneInfo(t *testing.T, p harness.Person) answer
	ask(t *testing.T, id int64, q question) answer
	approval(t *testing.T, uuid string) answer
}

// sdks are the packages, each with the key of an application.
func (w *world) sdks(t *testing.T, a application) map[string]sdk {
	t.Helper()
	return map[string]sdk{
		"python":       pythonSDK{w.python, a.key},
		"npm authy":    nodeSDK{w.node, a.key},
		"authy-client": clientSDK{w.client, a.key},
		"go":           goSDK{w.goClient(t, a)},
	}
}

// each tells a story once with every package.
func (w *world) each(t *testing.T, a application, story func(t *testing.T, c sdk)) {
	t.Helper()
	for name, c := range w.sdks(t, a) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, c)
		})
	}
}

// fromBody fills an answer from the server's body.
func fromBody(ok bool, body map[string]any) answer {
	a := answer{ok: ok, body: body}
	a.code, _ = body["error_code"].(string)
	a.message, _ = body["message"].(string)
	_, a.ignored = body["ignored"]
	if user, is := body["user"].(map[string]any); is {
		a.id = integer(user["id"])
	}
	if request, is := body["approval_request"].(map[string]any); is {
		a.uuid, _ = request["uuid"].(string)
		a.state, _ = request["status"].(string)
	}
	if status, is := body["status"].(map[string]any); is {
		a.confirmed, _ = status["confirmed"].(bool)
		a.registered, _ = status["registered"].(bool)
		devices, _ := status["detailed_devices"].([]any)
		a.devices = len(devices)
		a.id = integer(status["authy_id"])
	}
	return a
}

func integer(v any) int64 {
	n, _ := v.(float64)
	return int64(n)
}

// fromError fills an answer of the Go port that is an error.
func fromError(err error) answer {
	if refusal, ok := errors.AsType[*authy.Error](err); ok {
		return answer{code: string(refusal.Code), message: refusal.Message}
	}
	return answer{raised: err.Error()}
}

// mustCreate registers a person and returns the id.
func mustCreate(t *testing.T, c sdk, p harness.Person) int64 {
	t.Helper()
	a := c.create(t, p)
	if !a.ok || a.id == 0 {
		t.Fatalf("create: %+v", a)
	}
	return a.id
}

// want fails the test unless a call was refused with a code.
func (a answer) want(t *testing.T, what, code string) {
	t.Helper()
	if a.ok || a.code != code {
		t.Errorf("%s: ok %v, code %q (%s), want code %s; %+v", what, a.ok, a.code, a.message, code, a)
	}
}

// good fails the test unless a call succeeded.
func (a answer) good(t *testing.T, what string) {
	t.Helper()
	if !a.ok {
		t.Fatalf("%s: refused: %+v", what, a)
	}
}
