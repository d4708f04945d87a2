package native_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/mfa"
)

// inside is what no answer may tell.
const inside = `sqlite: no such table "users" at /var/lib/twinseal: Secret{JBSWY3DPEHPK3PXP}`

// brokenStore fails every transaction.
type brokenStore struct{ err error }

func (s brokenStore) Read(context.Context, func(mfa.Records) error) error       { return s.err }
func (s brokenStore) Write(context.Context, func(mfa.WriteRecords) error) error { return s.err }
func (s brokenStore) WriteTogether(context.Context, time.Duration, func(mfa.WriteRecords) error) error {
	return s.err
}

// failing asks a server whose database fails in that way.
func (d *desk) failing(err error) answer {
	d.tb.Helper()
	return d.through(d.broken(err), request{method: http.MethodGet, target: api.PathDevice, sign: strange(d)})
}

func (d *desk) broken(err error) http.Handler {
	d.tb.Helper()
	kept := d.Store
	d.Store = brokenStore{err}
	defer func() { d.Store = kept }()
	return d.doorTo(d.Beside(mfa.Options{}), nil, "push-key")
}

// everyRoute is a well-formed request for each route.
func everyRoute(d *desk) []request {
	key, public := d.newKey()
	link := d.json(api.LinkRequest{Code: "ZZZZZZZZ", Name: "phone", Platform: "cli", Key: public})
	return []request{
		{method: http.MethodPost, target: api.PathLinks, sign: key, body: link},
		{method: http.MethodPost, target: api.PathPhoneLinks, sign: key, body: `{"phone":"+14155550400","name":"x","platform":"cli"}`},
		{method: http.MethodPost, target: api.PathPhoneLinks + "/x", sign: key, body: `{"code":"123456"}`},
		{method: http.MethodGet, target: api.PathDevice, sign: key},
		{method: http.MethodDelete, target: api.PathDevice, sign: key},
		{method: http.MethodGet, target: api.PathPushKey, sign: key},
		{method: http.MethodPut, target: api.PathPush, sign: key, body: `{"endpoint":"https://push.example.test/1","keys":{}}`},
		{method: http.MethodDelete, target: api.PathPush, sign: key},
		{method: http.MethodGet, target: api.PathChallenges, sign: key},
		{method: http.MethodGet, target: api.PathChallenges + "?state=all", sign: key},
		{method: http.MethodGet, target: api.PathChallenges + "/x", sign: key},
		{method: http.MethodPost, target: api.PathChallenges + "/x/answer", sign: key, body: `{"statement":"x"}`},
		{method: http.MethodGet, target: api.DevicePrefix + "/receipts/x", sign: key},
		{method: http.MethodGet, target: api.PathStream, sign: key},
		{method: http.MethodGet, target: api.PathDevices, sign: key},
		{method: http.MethodDelete, target: api.PathDevices + "/x", sign: key},
		{method: http.MethodPost, target: api.PathJoins, sign: key, body: `{"purpose":"add"}`},
		{method: http.MethodGet, target: api.PathJoins + "/x", sign: key},
		{method: http.MethodPost, target: api.PathJoins + "/x/answer", sign: key, body: `{"approve":true,"number":"10"}`},
		{method: http.MethodGet, target: api.PathRecovery, sign: key},
		{method: http.MethodPost, target: api.PathRecoveryLink, sign: key, body: d.json(api.RecoveryLinkRequest{User: "x", Code: "x", Name: "x", Platform: "cli", Key: public})},
		{method: http.MethodGet, target: native.Prefix + "receipts/x", header: http.Header{"Authorization": {"Bearer wrong-key-000001"}}},
		{method: http.MethodPost, target: api.PathPasskeyLinks, body: `{"code":"ZZZZZZZZ"}`},
		{method: http.MethodPost, target: api.PathPasskeyLinks + "/x", body: `{"credential":{"type":"public-key"}}`},
		{method: http.MethodGet, target: api.PasskeyPrefix + "/approvals/x"},
		{method: http.MethodPost, target: api.PasskeyPrefix + "/approvals/x", body: `{"decision":"approved"}`},
		{method: http.MethodPost, target: api.PasskeyPrefix + "/approvals/x/answer", body: `{"statement":"x","credential":{"type":"public-key"}}`},
		{method: http.MethodGet, target: api.PathRelatedOrigins},
		{method: http.MethodGet, target: native.Prefix + "nothing"},
		{method: http.MethodPatch, target: api.PathDevice},
	}
}

// innerWords belong to the inside of the program.
var innerWords = []string{
	"sqlite", "postgres", "pgx", "sql", "table", "/var/", "secret", "JBSWY3DP", "panic", "goroutine", ".go", "internal/", "mfa.", "json:", "unmarshal",
	"github", "<nil>", "0x", "runtime", "strconv", "context ",
}

func TestRefusalsTellNothingOfTheInside(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var answers []answer
	for _, err := range []error{
		errors.New(inside), //nolint:err113 // whatever a library says
		&mfa.Error{Code: mfa.Internal, Message: inside},
		&mfa.Error{Code: mfa.Internal, Message: "something", Cause: errors.New(inside)}, //nolint:err113 // the same
		&mfa.Error{Code: "strange", Message: inside},
	} {
		door := d.broken(err)
		for _, r := range everyRoute(d) {
			answers = append(answers, d.through(door, r))
		}
	}
	for _, r := range slices.Concat(deviceRefusals, refusals) {
		answers = append(answers, r.play(t, d))
	}
	for _, a := range answers {
		problem(t, a)
		for _, word := range innerWords {
			if strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(word)) {
				t.Errorf("%q stands in %s", word, a.body)
			}
		}
	}
	if !strings.Contains(d.log.String(), "no such table") {
		t.Error("the log does not say what failed")
	}
}

func TestTheLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550401")
	code := d.linkCode(ann)
	key, public := d.newKey()
	proof := d.proof(key, http.MethodPost, api.PathLinks, d.json(api.LinkRequest{Code: code, Name: "phone", Platform: "cli", Key: public}), d.Clock.Now())
	a := d.do(request{method: http.MethodPost, target: api.PathLinks, body: d.json(api.LinkRequest{Code: code, Name: "phone", Platform: "cli", Key: public}), header: http.Header{"Dpop": {proof}}})
	linked := read[api.LinkedAccount](t, a)
	d.link("WR0NGC0D", nil)
	d.do(request{method: http.MethodGet, target: "/api/v1/receipts/x", header: http.Header{"Authorization": {"Bearer " + bankKey}}})
	d.do(request{method: http.MethodGet, target: "/api/v1/receipts/x", header: http.Header{"Authorization": {"Bearer wrong-key-000001"}}})
	for what, secret := range map[string]string{
		"the linking code": code, "a wrong code": "WR0NGC0D", "the proof": proof, "the seed": linked.TOTP.Secret, "the key": bankKey, "a wrong key": "wrong-key-000001",
	} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("%s stands in the log", what)
		}
	}
}
