package native_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// refusal is a way to get an error, with what the protocol says of it.
type refusal struct {
	code   string
	status int
	play   func(t *testing.T, d *desk) answer
}

var refusals = []refusal{
	{api.CodeInvalidRequest, 400, func(t *testing.T, d *desk) answer { return d.post(strange(d), api.PathLinks, "{") }},
	{api.CodeKeyMismatch, 400, func(t *testing.T, d *desk) answer {
		_, other := d.newKey()
		return d.post(strange(d), api.PathLinks, api.LinkRequest{Code: "X", Name: "x", Platform: "cli", Key: other})
	}},
	{api.CodeStatementInvalid, 400, func(t *testing.T, d *desk) answer {
		return answering(d, "4155550301", func(phone *mfatest.Device, asked mfa.Challenge) string {
			return phone.Statement(asked, receipt.Approved, nil) + "A"
		})
	}},
	{api.CodeProofMissing, 401, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodGet, target: api.PathDevice})
	}},
	{api.CodeProofInvalid, 401, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodGet, target: api.PathDevice, header: http.Header{"Dpop": {"x"}}})
	}},
	{api.CodeProofTime, 401, func(t *testing.T, d *desk) answer {
		proof := d.proof(strange(d), http.MethodGet, api.PathDevice, "", d.Clock.Now().Add(-time.Hour))
		return d.do(request{method: http.MethodGet, target: api.PathDevice, header: http.Header{"Dpop": {proof}}})
	}},
	{api.CodeProofReplayed, 401, func(t *testing.T, d *desk) answer {
		phone := d.Register("4155550302").Link()
		r := request{method: http.MethodGet, target: api.PathDevice, header: http.Header{
			"Dpop": {d.proof(phone.Key, http.MethodGet, api.PathDevice, "", d.Clock.Now())},
		}}
		d.do(r)
		return d.do(r)
	}},
	{api.CodeDeviceUnknown, 401, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodGet, target: api.PathDevice, sign: strange(d)})
	}},
	{api.CodeLinkRefused, 403, func(t *testing.T, d *desk) answer { return d.link("ZZZZ ZZZZ", nil) }},
	{api.CodeUserDisabled, 403, func(t *testing.T, d *desk) answer {
		ann := d.Register("4155550303")
		code := d.linkCode(ann)
		ann.Suspend()
		return d.link(code, nil)
	}},
	{api.CodeDisabled, 403, func(t *testing.T, d *desk) answer {
		own := newDesk(t)
		return answering(own, "4155550317", func(phone *mfatest.Device, asked mfa.Challenge) string {
			_, err := own.Configuration.UpdateApplication(t.Context(), own.Caller.Directory.ID.Owner(), own.Caller.Application.ID, func(a *mfa.Application) error {
				a.Settings.Disabled = true
				return nil
			})
			own.check(err)
			return phone.Statement(asked, receipt.Approved, nil)
		})
	}},
	{api.CodeNotFound, 404, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodGet, target: "/api/v1/nothing"})
	}},
	{api.CodeChallengeUnknown, 404, func(t *testing.T, d *desk) answer {
		return d.get(d.Register("4155550304").Link(), path(api.PathChallenge, "{id}", "x"))
	}},
	{api.CodeReceiptUnknown, 404, func(t *testing.T, d *desk) answer {
		return d.get(d.Register("4155550305").Link(), path(api.PathReceipt, "{challenge}", "x"))
	}},
	{api.CodeSessionUnknown, 404, func(t *testing.T, d *desk) answer {
		return d.endSession(d.Register("4155550318").Link(), "x")
	}},
	{api.CodePushUnavailable, 404, func(t *testing.T, d *desk) answer {
		phone := d.Register("4155550306").Link()
		return d.through(d.doorTo(d.Service, nil, ""), request{method: http.MethodGet, target: api.PathPushKey, sign: phone.Key})
	}},
	{api.CodeOriginUnknown, 403, func(t *testing.T, _ *desk) answer {
		own := newShop(t)
		return own.page(http.MethodPost, "https://evil.example", api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: own.linkCode(own.Register("4155550319"))})
	}},
	{api.CodeRegistration, 404, func(_ *testing.T, d *desk) answer {
		return d.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", "x"), `{"credential":{"type":"public-key"}}`)
	}},
	{api.CodeNoPasskey, 404, func(t *testing.T, _ *desk) answer {
		own := newShop(t)
		bob := own.Register("4155550320")
		bob.Link()
		return own.page(http.MethodPost, shop, approvalPath(bob.Ask("Log in?").ID), api.ApprovalDecision{Decision: "approved"})
	}},
	{api.CodePasskeyTaken, 409, func(t *testing.T, _ *desk) answer {
		own := newShop(t)
		own.passkeyOf(t, own.Register("4155550321"), passkeytest.New(passkeytest.Options{Seed: "twin"}))
		begun := read[api.PasskeyLinkStarted](t, own.page(http.MethodPost, shop, api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: own.linkCode(own.Register("4155550322"))}))
		made, err := passkeytest.New(passkeytest.Options{Seed: "twin"}).Create(shop, []byte(own.json(begun.Options)))
		own.check(err)
		return own.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", begun.ID), api.PasskeyMade{Credential: made.JSON()})
	}},
	{api.CodePasskeyRefused, 422, func(t *testing.T, _ *desk) answer {
		own := newShop(t)
		begun := read[api.PasskeyLinkStarted](t, own.page(http.MethodPost, shop, api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: own.linkCode(own.Register("4155550323"))}))
		made, err := passkeytest.New(passkeytest.Options{NotVerified: true}).Create(shop, []byte(own.json(begun.Options)))
		own.check(err)
		return own.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", begun.ID), api.PasskeyMade{Credential: made.JSON()})
	}},
	{api.CodeMethodNotAllowed, 405, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodTrace, target: api.PathDevice})
	}},
	{api.CodeKeyInUse, 409, func(t *testing.T, d *desk) answer {
		ann := d.Register("4155550307")
		phone := ann.Link()
		return d.link(d.linkCode(ann), phone.Key)
	}},
	{api.CodeDirectoryRequired, 409, directoryRequired},
	{api.CodeAlreadyAnswered, 409, func(t *testing.T, d *desk) answer {
		ann := d.Register("4155550308")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		d.answer(phone, asked, phone.Statement(asked, receipt.Denied, nil))
		return d.answer(phone, asked, phone.Statement(asked, receipt.Approved, nil))
	}},
	{api.CodeExpired, 410, func(t *testing.T, d *desk) answer {
		return answering(d, "4155550309", func(phone *mfatest.Device, asked mfa.Challenge) string {
			d.Clock.Advance(d.Service.Limits().ApprovalLife)
			return phone.Statement(asked, receipt.Approved, nil)
		})
	}},
	{api.CodeCancelled, 410, func(t *testing.T, d *desk) answer {
		return answering(d, "4155550310", func(phone *mfatest.Device, asked mfa.Challenge) string {
			d.check(d.Store.Write(t.Context(), func(w mfa.WriteRecords) error {
				_, err := w.AnswerChallenge(asked.ID, mfa.ChallengeAnswer{State: mfa.ChallengeCancelled, At: d.Clock.Now()})
				return err
			}))
			return phone.Statement(asked, receipt.Approved, nil)
		})
	}},
	{api.CodeTooLarge, 413, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodPost, target: api.PathLinks, body: strings.Repeat(" ", api.MaxDeviceBody+1), header: http.Header{"Dpop": {"x"}}})
	}},
	{api.CodeMediaType, 415, func(t *testing.T, d *desk) answer {
		return d.do(request{method: http.MethodPost, target: api.PathLinks, sign: strange(d), body: "{}", header: http.Header{"Content-Type": {"text/plain"}}})
	}},
	{api.CodeMismatch, 422, func(t *testing.T, d *desk) answer {
		return answering(d, "4155550311", func(phone *mfatest.Device, asked mfa.Challenge) string {
			return phone.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.Question.Message = "Pay 1?" })
		})
	}},
	{api.CodePolicyUnmet, 422, func(t *testing.T, d *desk) answer {
		phone, asked := d.demand("4155550319", func(in *mfa.AskApproval) { in.Policy = &policy.Policy{DenyRooted: true} })
		return d.answer(phone, asked, phone.Statement(asked, receipt.Approved, found(policy.Evidence{Rooted: true})))
	}},
	{api.CodeMatchWrong, 422, func(t *testing.T, d *desk) answer {
		phone, asked := d.demand("4155550321", func(in *mfa.AskApproval) { in.Matching = mfa.MatchingPick })
		return d.answer(phone, asked, phone.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.Match = wrongNumber(asked, s) }))
	}},
	{api.CodePackagesInvalid, 422, func(t *testing.T, d *desk) answer {
		phone, asked := d.demand("4155550320", d.toRecipient)
		return d.answerWith(phone, asked, phone.Statement(asked, receipt.Approved, carrying(packages)), `{"auth":"AAAA","auth_jwe":"x.y.z"}`)
	}},
	{api.CodeStatementTime, 422, func(t *testing.T, d *desk) answer {
		return answering(d, "4155550312", func(phone *mfatest.Device, asked mfa.Challenge) string {
			return phone.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.DeviceTime = "2020-01-01T00:00:00.000Z" })
		})
	}},
	{api.CodeRateLimited, 429, func(t *testing.T, d *desk) answer {
		for range d.Service.Limits().WrongLinks.Burst {
			d.link("ZZZZ ZZZZ", nil)
		}
		return d.link("ZZZZ ZZZZ", nil)
	}},
	{api.CodeInternal, 500, func(t *testing.T, d *desk) answer { return d.failing(&mfa.Error{Code: mfa.Internal, Message: inside}) }},
	{api.CodeUnavailable, 503, func(t *testing.T, d *desk) answer {
		return d.failing(&mfa.Error{Code: mfa.Unavailable, Message: "the database does not answer, try again"})
	}},
}

func directoryRequired(t *testing.T, d *desk) answer {
	ann := d.Register("4155550313")
	_, err := d.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Other", Directories: []provision.PlannedDirectory{{Name: "staff", Users: []provision.PlannedUser{{Phone: ann.User.Phone}}}},
	}}})
	d.check(err)
	key, _ := d.newKey()
	started := read[api.PhoneLinkStarted](t, d.post(key, api.PathPhoneLinks, api.PhoneLinkRequest{Phone: "+14155550313", Name: "x", Platform: "cli"}))
	a := d.post(key, strings.Replace(api.PathPhoneLink, "{enrollment}", started.EnrollmentID, 1), api.PhoneLinkCode{Code: d.sentCode("+14155550313")})
	if p := problem(t, a); len(p.Directories) != 2 || p.Directories[0].ID == "" || p.Directories[0].Name == p.Directories[1].Name {
		t.Errorf("the directories are %+v", p.Directories)
	}
	return a
}

// link tries a linking code with a key, a new one where none is given.
func (d *desk) link(code string, key *ecdsa.PrivateKey) answer {
	d.tb.Helper()
	if key == nil {
		key = strange(d)
	}
	public, err := receipt.NewJWK(key.Public())
	d.check(err)
	return d.post(key, api.PathLinks, api.LinkRequest{Code: code, Name: "phone", Platform: "cli", Key: api.JWK(public)})
}

func (d *desk) answer(phone *mfatest.Device, asked mfa.Challenge, statement string) answer {
	d.tb.Helper()
	return d.post(phone.Key, path(api.PathChallengeAnswer, "{id}", asked.ID), api.Answer{Statement: statement})
}

// answering asks a new person something and answers with what say makes.
func answering(d *desk, national string, say func(*mfatest.Device, mfa.Challenge) string) answer {
	d.tb.Helper()
	ann := d.Register(national)
	phone := ann.Link()
	asked := ann.Ask("Pay 100?")
	return d.answer(phone, asked, say(phone, asked))
}

// documented are the codes of the protocol's table with their status.
func documented(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/authenticator-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d{3}) \\|").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	return out
}

func TestEveryDocumentedErrorIsGivenAsDocumented(t *testing.T) {
	t.Parallel()
	left := documented(t)
	if len(left) < 20 {
		t.Fatalf("the document's table has only %d codes", len(left))
	}
	d := newDesk(t)
	for _, r := range slices.Concat(deviceRefusals, refusals) {
		t.Run(r.code, func(t *testing.T) {
			a := r.play(t, d)
			p := refused(t, "it", a, r.status, r.code)
			if r.code == api.CodeRateLimited && a.header.Get("Retry-After") == "" {
				t.Error("it does not say when to try again")
			}
			if (r.code == api.CodeStatementTime || r.code == api.CodeProofTime) != (p.ServerTime != "") {
				t.Errorf("the server's time is given as %q", p.ServerTime)
			}
			if status, ok := left[r.code]; !ok || status != jsonNumber(r.status) {
				t.Errorf("the document says %q of it", status)
			}
			delete(left, r.code)
		})
	}
	for code := range left {
		t.Errorf("%s is documented and was not given", code)
	}
}

func jsonNumber(n int) string {
	encoded, _ := json.Marshal(n)
	return string(encoded)
}

func TestMoreDevicesThanAllowedAreRefusedAsALink(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550314")
	for range d.Service.Limits().DevicesPerUser {
		ann.Link()
	}
	p := refused(t, "one more", d.link(d.linkCode(ann), nil), http.StatusForbidden, api.CodeLinkRefused)
	if !strings.Contains(p.Detail, "unlink one") {
		t.Errorf("it does not say why: %s", p.Detail)
	}
}

func TestASuspendedPersonAnswersNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550315")
	phone := ann.Link()
	asked := ann.Ask("Pay 100?")
	ann.Suspend()
	refused(t, "the answer", d.answer(phone, asked, phone.Statement(asked, receipt.Approved, nil)), http.StatusForbidden, api.CodeUserDisabled)
}

func TestBodiesAreWhatTheProtocolSays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key, public := d.newKey()
	good := d.json(api.LinkRequest{Code: "ZZZZZZZZ", Name: "phone", Platform: "cli", Key: public})
	jwk := d.json(public)
	for what, body := range map[string]string{
		"nothing":             "",
		"no object":           `[]`,
		"an unknown member":   strings.Replace(good, `"name"`, `"nom":"x","name"`, 1),
		"more after it":       good + `{}`,
		"a number for a text": strings.Replace(good, `"phone"`, `1`, 1),
		"an object for text":  strings.Replace(good, `"phone"`, `{}`, 1),
		"no code":             strings.Replace(good, `"ZZZZZZZZ"`, `""`, 1),
		"code and token":      strings.Replace(good, `"name"`, `"token":"x","name"`, 1),
		"no name":             strings.Replace(good, `"phone"`, `"  "`, 1),
		"an invisible name":   strings.Replace(good, `"phone"`, `"\u200b\u202e"`, 1),
		"a long name":         strings.Replace(good, `"phone"`, `"`+strings.Repeat("é", 101)+`"`, 1),
		"no platform":         strings.Replace(good, `"cli"`, `""`, 1),
		"a strange platform":  strings.Replace(good, `"cli"`, `"<b>"`, 1),
		"a long platform":     strings.Replace(good, `"cli"`, `"`+strings.Repeat("x", 33)+`"`, 1),
		"a private key":       strings.Replace(good, jwk, strings.TrimSuffix(jwk, "}")+`,"d":"AA"}`, 1),
	} {
		a := d.do(request{method: http.MethodPost, target: api.PathLinks, sign: key, body: body, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}})
		refused(t, what, a, http.StatusBadRequest, api.CodeInvalidRequest)
	}
	long := strings.Replace(good, `"phone"`, `"`+strings.Repeat("é", 100)+`"`, 1)
	refused(t, "a name of 100 characters", d.post(key, api.PathLinks, long), http.StatusForbidden, api.CodeLinkRefused)
	for what, body := range map[string]string{"no number": `{"phone":"","name":"x","platform":"cli"}`, "half a number": `{"phone":"+1","name":"x","platform":"cli"}`} {
		refused(t, what, d.post(key, api.PathPhoneLinks, body), http.StatusBadRequest, api.CodeInvalidRequest)
	}
}

func TestQueriesAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550316").Link()
	for _, query := range []string{"state=other", "wait=61", "wait=-1", "wait=x", "wait=1.5", "wait=99999999999999999999", "state=all&limit=101", "state=all&limit=-1"} {
		refused(t, query, d.get(phone, api.PathChallenges+"?"+query), http.StatusBadRequest, api.CodeInvalidRequest)
	}
	for _, query := range []string{"", "state=pending", "state=all", "wait=0", "after=nonsense", "state=all&limit=0", "state=all&after=nonsense", "other=x"} {
		if a := d.get(phone, api.PathChallenges+"?"+query); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

func TestWrongMethodsAndPathsAreToldApart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for target, allow := range map[string]string{
		api.PathDevice: "GET, PATCH, DELETE", api.PathLinks: "POST", api.PathPush: "PUT, DELETE", api.PathChallenges: "GET", api.PathRecovery: "GET, POST", "/api/v1/device/joins/x": "GET, DELETE", "/api/v1/receipts/x": "GET",
		"/api/v1/device/sessions": "GET", "/api/v1/device/sessions/x": "DELETE", "/api/v1/device/challenges/x/answer": "POST", "/api/v1/device/links/phone/x": "POST",
	} {
		for _, method := range []string{http.MethodTrace, "BREW"} {
			a := d.do(request{method: method, target: target})
			refused(t, method+" "+target, a, http.StatusMethodNotAllowed, api.CodeMethodNotAllowed)
			if got := strings.Split(a.header.Get("Allow"), ", "); !slices.Equal(got, strings.Split(allow, ", ")) {
				t.Errorf("%s %s: allowed are %v, want %s", method, target, got, allow)
			}
		}
	}
	for _, target := range []string{
		"/", "/api", "/api/v1/", "/api/v1/device/", "//api/v1/device", "/api/v1//device", "/api/v1/device/../device", "/api/v1/device/challenges/",
		"/api/v1/device/challenges/x/y", "/api/v2/device", "/api/v1/receipts/", "/API/V1/DEVICE",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch} {
			a := d.do(request{method: method, target: target})
			refused(t, method+" "+target, a, http.StatusNotFound, api.CodeNotFound)
			if a.header.Get("Location") != "" {
				t.Errorf("%s is redirected to %s", target, a.header.Get("Location"))
			}
		}
	}
}
