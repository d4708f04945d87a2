package native_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

// The shop whose passkeys these are.
const (
	shopID  = "shop.example"
	shop    = "https://shop.example"
	related = "https://shop.other.example"
)

// newShop is a desk whose directory has a relying party, in an application beside the one that asks.
func newShop(tb testing.TB) *desk {
	tb.Helper()
	d := newDesk(tb)
	d.check(d.Store.Write(d.Context(), func(w mfa.WriteRecords) error {
		settings := mfa.DefaultSettings()
		settings.RelyingParty = &mfa.RelyingParty{ID: shopID, Origins: []string{shop}, RelatedOrigins: []string{related}}
		_, err := w.PutApplication(mfa.Application{
			ID: mfa.NewID[mfa.ApplicationID](), OrganizationID: d.Caller.Organization.ID, DirectoryID: d.Caller.Directory.ID, Name: "Shop", Settings: settings,
		})
		return err
	}))
	return d
}

// page calls from a page of an origin.
func (d *desk) page(method, origin, target string, body any) answer {
	d.tb.Helper()
	r := request{method: method, target: target, header: http.Header{}}
	if body != nil {
		r.body = d.json(body)
	}
	if origin != "" {
		r.header.Set("Origin", origin)
	}
	return d.do(r)
}

// passkeyOf gives the person a passkey by a linking code.
func (d *desk) passkeyOf(t *testing.T, p *mfatest.Person, key *passkeytest.Authenticator) api.Passkey {
	t.Helper()
	begun := read[api.PasskeyLinkStarted](t, d.page(http.MethodPost, shop, api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: d.linkCode(p), Name: "Ann's key"}))
	made, err := key.Create(shop, []byte(d.json(begun.Options)))
	d.check(err)
	return read[api.Passkey](t, d.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", begun.ID), api.PasskeyMade{Credential: made.JSON()}))
}

func approvalPath(id mfa.ChallengeID) string { return path(api.PathApproval, "{challenge}", id) }

func TestAPageLinksAPasskeyAndAnswersWithIt(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	ann, key := d.Register("4155550801"), passkeytest.New(passkeytest.Options{BackupEligible: true})
	linked := d.passkeyOf(t, ann, key)
	if linked.Name != "Ann's key" || !linked.Synced || linked.ID == "" || linked.CreatedAt == "" {
		t.Errorf("linked %+v", linked)
	}
	asked := ann.Ask("Transfer <money>?", mfa.Detail{Label: "To", Value: "Zoë & Co"})
	shown := read[api.Approval](t, d.page(http.MethodGet, shop, approvalPath(asked.ID), nil))
	if shown.State != api.StatePending || shown.Question == nil || shown.Question.Message != "Transfer <money>?" || shown.ServerTime == "" {
		t.Errorf("the page shows %+v", shown)
	}
	begun := read[api.ApprovalStarted](t, d.page(http.MethodPost, shop, approvalPath(asked.ID), api.ApprovalDecision{Decision: "approved"}))
	signed, err := key.Get(shop, []byte(d.json(begun.Options)))
	d.check(err)
	answer := api.ApprovalAnswer{Statement: begun.Statement, Credential: signed.JSON()}
	target := path(api.PathApprovalAnswer, "{challenge}", asked.ID)
	first := d.page(http.MethodPost, shop, target, answer)
	proved, err := receipt.Verify(first.body, receipt.Options{})
	if err != nil || proved.Passkey == nil || proved.Statement.Question.Challenge != string(asked.ID) {
		t.Fatalf("%d %s: %v", first.status, first.body, err)
	}
	if again := d.page(http.MethodPost, shop, target, answer); string(again.body) != string(first.body) {
		t.Errorf("sent again: %d %s", again.status, again.body)
	}
	if over := read[api.Approval](t, d.page(http.MethodGet, "", approvalPath(asked.ID), nil)); over.State != api.StateApproved || over.Question != nil {
		t.Errorf("afterwards the page shows %+v", over)
	}
	refused(t, "deciding again", d.page(http.MethodPost, shop, approvalPath(asked.ID), api.ApprovalDecision{Decision: "denied"}), http.StatusConflict, api.CodeAlreadyAnswered)
}

func TestOptionsAreWhatBrowsersParse(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	a := d.page(http.MethodPost, shop, api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: d.linkCode(d.Register("4155550802"))})
	begun := read[api.PasskeyLinkStarted](t, a)
	o := begun.Options
	if strings.Contains(string(a.body), "null") {
		t.Errorf("browsers choke on null: %s", a.body)
	}
	handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil || len(handle) != 27 || o.RP.ID != shopID || o.RP.Name != "Shop" || o.Timeout < 30000 || o.AuthenticatorSelection.UserVerification != "required" {
		t.Errorf("%+v, %v", o, err)
	}
	if !slices.ContainsFunc(o.PubKeyCredParams, func(p api.CredentialParameters) bool { return p.Alg == -7 && p.Type == "public-key" }) {
		t.Errorf("offered are %+v", o.PubKeyCredParams)
	}
}

func TestPagesOfKnownOriginsReadAnswersAndRefusals(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	asked := func() string { return approvalPath(mfa.NewID[mfa.ChallengeID]()) }
	for origin, want := range map[string]string{shop: shop, related: related, "https://evil.example": "", "": ""} {
		pre := d.page(http.MethodOptions, origin, api.PathPasskeyLinks, nil)
		get := d.page(http.MethodGet, origin, asked(), nil)
		for what, a := range map[string]answer{"a preflight": pre, "a refusal": get} {
			if a.header.Get("Access-Control-Allow-Origin") != want || !slices.Contains(a.header.Values("Vary"), "Origin") {
				t.Errorf("%s of %q: %d %v", what, origin, a.status, a.header)
			}
		}
		if pre.status != http.StatusNoContent || (pre.header.Get("Access-Control-Allow-Methods") != "") != (want != "") || pre.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("a preflight of %q: %d %v", origin, pre.status, pre.header)
		}
	}
	if a := d.page(http.MethodGet, shop, "/api/v1/receipts/x", nil); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("receipts are shared: %v", a.header)
	}
}

func TestRelatedOriginsArePublishedByTheirHost(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	ask := func(host string) answer {
		r := d.build(request{method: http.MethodGet, target: api.PathRelatedOrigins})
		r.Host = host
		return d.serve(r)
	}
	for _, host := range []string{"shop.example", "SHOP.example:8443"} {
		a := ask(host)
		if got := read[api.RelatedOrigins](t, a); !slices.Equal(got.Origins, []string{related}) || a.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: %+v, %v", host, got, a.header)
		}
	}
	refused(t, "another host", ask("other.example"), http.StatusNotFound, api.CodeNotFound)
}

func TestPagesAreToldWhyTheyAreRefused(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	ann, key := d.Register("4155550803"), passkeytest.New(passkeytest.Options{})
	d.passkeyOf(t, ann, key)
	bob := d.Register("4155550804")
	bob.Link()
	asked, bobs := ann.Ask("Log in?"), bob.Ask("Log in?")
	begun := read[api.ApprovalStarted](t, d.page(http.MethodPost, shop, approvalPath(asked.ID), api.ApprovalDecision{Decision: "approved"}))
	other := read[api.ApprovalStarted](t, d.page(http.MethodPost, shop, approvalPath(asked.ID), api.ApprovalDecision{Decision: "denied"}))
	signed, err := key.Get(shop, []byte(d.json(other.Options)))
	d.check(err)
	answering := path(api.PathApprovalAnswer, "{challenge}", asked.ID)
	yes := api.ApprovalDecision{Decision: "approved"}
	for name, c := range map[string]struct {
		answer answer
		status int
		code   string
	}{
		"a wrong code":             {d.page(http.MethodPost, shop, api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: "0000-0000"}), 403, api.CodeLinkRefused},
		"a page of nobody":         {d.page(http.MethodPost, "https://evil.example", api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: d.linkCode(ann)}), 403, api.CodeOriginUnknown},
		"no origin":                {d.page(http.MethodPost, "", api.PathPasskeyLinks, api.PasskeyLinkRequest{Code: d.linkCode(ann)}), 403, api.CodeOriginUnknown},
		"no registration":          {d.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", "x"), api.PasskeyMade{Credential: json.RawMessage(`{"type":"public-key"}`)}), 404, api.CodeRegistration},
		"no credential":            {d.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", "x"), `{"credential":7}`), 400, api.CodeInvalidRequest},
		"another kind":             {d.page(http.MethodPost, shop, path(api.PathPasskeyLink, "{id}", "x"), `{"credential":{"type":"password"}}`), 400, api.CodeInvalidRequest},
		"nothing asked":            {d.page(http.MethodGet, shop, approvalPath("x"), nil), 404, api.CodeChallengeUnknown},
		"deciding nothing":         {d.page(http.MethodPost, shop, approvalPath("x"), yes), 404, api.CodeChallengeUnknown},
		"answering nothing":        {d.page(http.MethodPost, shop, path(api.PathApprovalAnswer, "{challenge}", "x"), api.ApprovalAnswer{Statement: begun.Statement, Credential: signed.JSON()}), 404, api.CodeChallengeUnknown},
		"no passkey":               {d.page(http.MethodPost, shop, approvalPath(bobs.ID), yes), 404, api.CodeNoPasskey},
		"an unknown page":          {d.page(http.MethodPost, "https://evil.example", approvalPath(asked.ID), yes), 403, api.CodeOriginUnknown},
		"neither yes nor no":       {d.page(http.MethodPost, shop, approvalPath(asked.ID), `{"decision":"maybe"}`), 400, api.CodeStatementInvalid},
		"a member nobody knows":    {d.page(http.MethodPost, shop, approvalPath(asked.ID), `{"decision":"approved","amount":"1"}`), 400, api.CodeInvalidRequest},
		"evidence of another sort": {d.page(http.MethodPost, shop, approvalPath(asked.ID), `{"decision":"approved","evidence":7}`), 400, api.CodeInvalidRequest},
		"another statement":        {d.page(http.MethodPost, shop, answering, api.ApprovalAnswer{Statement: begun.Statement, Credential: signed.JSON()}), 422, api.CodePasskeyRefused},
		"no statement":             {d.page(http.MethodPost, shop, answering, api.ApprovalAnswer{Statement: "x", Credential: signed.JSON()}), 400, api.CodeStatementInvalid},
		"another method":           {d.page(http.MethodPut, shop, answering, nil), 405, api.CodeMethodNotAllowed},
		"a form":                   {d.form(answering), 415, api.CodeMediaType},
	} {
		refused(t, name, c.answer, c.status, c.code)
	}
	if shown := read[api.Approval](t, d.page(http.MethodGet, shop, approvalPath(asked.ID), nil)); shown.State != api.StatePending {
		t.Errorf("a refusal answered: %+v", shown)
	}
}

func (d *desk) form(target string) answer {
	d.tb.Helper()
	return d.do(request{method: http.MethodPost, target: target, body: "a=b", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
}

func TestWithoutRulesOfPasskeysThereAreNoRoutes(t *testing.T) {
	t.Parallel()
	d := newShop(t)
	refused(t, "an approval", d.through(d.bare(), request{method: http.MethodGet, target: approvalPath("x")}), http.StatusNotFound, api.CodeNotFound)
}

// FuzzPasskeyBodies sends any body to every route of passkeys that takes one.
func FuzzPasskeyBodies(f *testing.F) {
	d := newShop(f)
	ann := d.Register("4155550805")
	ann.Link()
	asked := ann.Ask("Log in?").ID
	targets := []string{api.PathPasskeyLinks, path(api.PathPasskeyLink, "{id}", "x"), approvalPath(asked), path(api.PathApprovalAnswer, "{challenge}", asked)}
	for _, body := range []string{
		`{"code":"ZZZZZZZZ","name":"x"}`, `{"credential":{"type":"public-key","rawId":"AAAA","response":{"clientDataJSON":"e30","attestationObject":"oA"}}}`,
		`{"decision":"approved","evidence":{"methods":[]}}`, `{"statement":"e30","credential":{"type":"public-key","rawId":"AA","response":{}},"packages":{}}`, `{"credential":null}`, `[]`, ``,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, target := range targets {
			sound(t, d.as(t).page(http.MethodPost, shop, target, body))
		}
	})
}
