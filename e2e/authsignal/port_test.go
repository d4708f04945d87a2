package authsignal

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/e2e/harness"
)

// port is the Go port as the shop's backend.
type port struct {
	*world

	t    *testing.T
	shop *authsignal.Authsignal
	desk *authsignal.Management
	user authsignal.UserID
}

// TestTheGoPort tells the packages' stories with the port, so that each client is a judge of the other.
func TestTheGoPort(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		for name, story := range map[string]func(*port){
			"people and authenticators": (*port).people, "actions": (*port).actions, "codes": (*port).codes, "sessions": (*port).sessions,
			"devices": (*port).devices, "many passkeys": (*port).manyPasskeys, "webhooks": (*port).webhooks, "refusals": (*port).refusals,
			"rules": (*port).rules, "lists and data points": (*port).lists, "settings": (*port).settings,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(newPort(t, w))
			})
		}
	})
}

func newPort(t *testing.T, w *world) *port {
	t.Helper()
	shop, err := authsignal.New(w.URL+"/v1", secretKey)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := authsignal.NewManagement(w.URL+"/v1", managementKey)
	if err != nil {
		t.Fatal(err)
	}
	return &port{w, t, shop, desk, authsignal.UserID(fresh())}
}

// ok gives what a call gave, and ends the test where it gave an error.
func ok[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (p *port) good(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *port) people() {
	t, ctx := p.t, p.t.Context()
	mail := address()
	made := ok(p.shop.EnrollVerifiedAuthenticator(ctx, p.user, authsignal.NewAuthenticator{Method: authsignal.SMS, PhoneNumber: number()}))(t)
	if made.Authenticator.UserID != p.user || made.Authenticator.Method != authsignal.SMS {
		t.Errorf("enrolled %+v", made)
	}
	u := ok(p.shop.UpdateUser(ctx, p.user, authsignal.UserChange{Email: &mail, EmailVerified: new(true), DisplayName: new("Jo"), Custom: map[string]any{"vip": true}}))(t)
	if u.Email != mail || !u.EmailVerified || u.DisplayName != "Jo" || u.Custom["vip"] != true {
		t.Errorf("changed %+v", u)
	}
	if u := ok(p.shop.GetUser(ctx, p.user))(t); !u.IsEnrolled || u.Email != mail {
		t.Errorf("the person is %+v", u)
	}
	found := ok(p.shop.QueryUsers(ctx, authsignal.UserQuery{Email: mail, Limit: 10}))(t)
	count := 0
	for one, err := range p.shop.AllUsers(ctx, authsignal.UserQuery{Email: mail, Limit: 1}) {
		if err != nil || one.UserID != p.user {
			t.Errorf("found %+v, %v", one, err)
		}
		count++
	}
	if len(found.Users) != 1 || count != 1 {
		t.Errorf("found %+v, and %d", found, count)
	}
	list := ok(p.shop.GetAuthenticators(ctx, p.user))(t)
	if len(list) != 1 || list[0].ID != made.Authenticator.ID {
		t.Errorf("there are %+v", list)
	}
	p.good(p.shop.DeleteAuthenticator(ctx, p.user, list[0].ID))
	p.good(p.shop.DeleteUser(ctx, p.user))
	if u := ok(p.shop.GetUser(ctx, p.user))(t); u.IsEnrolled || u.Email != "" {
		t.Errorf("deleted, the person is %+v", u)
	}
	p.good(p.shop.DeleteUserAndActions(ctx, p.user))
	if methods := ok(p.shop.GetMethods(ctx))(t); len(methods) == 0 {
		t.Error("the tenant has no methods")
	}
}

// proved tracks an action and has its user prove it.
func (p *port) proved(code authsignal.ActionCode) (*authsignal.Tracked, authsignal.Secret) {
	p.t.Helper()
	p.enrolApp(p.t, string(p.user))
	got := ok(p.shop.Track(p.t.Context(), p.user, code, authsignal.Attributes{RedirectURL: p.site.url + "/back"}))(p.t)
	return got, authsignal.Secret(p.proveByApp(p.t, string(got.Token)))
}

func (p *port) actions() {
	t, ctx := p.t, p.t.Context()
	got, token := p.proved("signIn")
	if !got.MustProve() || got.MayGoOn() || len(got.Allowed) == 0 || got.PopupURL() == "" || !got.IsEnrolled {
		t.Errorf("tracked %+v", got)
	}
	want := authsignal.Expected{UserID: p.user, Action: "signIn", IdempotencyKey: got.IdempotencyKey}
	if v := ok(p.shop.RequireChallenge(ctx, token, want))(t); v.Method != authsignal.AuthenticatorApp || v.State != authsignal.ChallengeSucceeded {
		t.Errorf("validated %+v", v)
	}
	for name, other := range map[string]authsignal.Expected{
		"somebody else":    {UserID: "somebody else", Action: "signIn", IdempotencyKey: got.IdempotencyKey},
		"another action":   {UserID: p.user, Action: "withdraw", IdempotencyKey: got.IdempotencyKey},
		"another instance": {UserID: p.user, Action: "signIn", IdempotencyKey: "another"},
	} {
		if _, err := p.shop.RequireChallenge(ctx, token, other); !errors.Is(err, authsignal.ErrNotPassed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v := ok(p.shop.ValidateChallenge(ctx, got.Token, authsignal.Expected{}))(t); !v.IsValid {
		t.Errorf("the tracked token: %+v", v)
	}
	a := ok(p.shop.GetAction(ctx, p.user, "signIn", got.IdempotencyKey))(t)
	if a.State != authsignal.ChallengeSucceeded || a.Method != authsignal.AuthenticatorApp || a.Output == nil {
		t.Errorf("the action is %+v", a)
	}
	if a := ok(p.shop.UpdateAction(ctx, p.user, "signIn", got.IdempotencyKey, authsignal.ReviewRequired))(t); a.State != authsignal.ReviewRequired {
		t.Errorf("changed %+v", a)
	}
	past := ok(p.shop.QueryUserActions(ctx, p.user, authsignal.ActionQuery{Codes: []authsignal.ActionCode{"signIn"}, State: authsignal.ReviewRequired}))(t)
	if len(past) != 1 || past[0].IdempotencyKey != got.IdempotencyKey {
		t.Errorf("the past is %+v", past)
	}
}

func (p *port) codes() {
	t, ctx := p.t, p.t.Context()
	mail := address()
	begun := ok(p.shop.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.EmailOTP, Action: "signUp", Email: mail}))(t)
	code := p.Code(t, mail, 1).Code()
	if v := ok(p.shop.Verify(ctx, begun.ID, authsignal.Secret(other(code))))(t); v.IsVerified || v.Failure != authsignal.CodeInvalidOrExpired {
		t.Errorf("another code: %+v", v)
	}
	if open := ok(p.shop.GetChallenge(ctx, authsignal.ChallengeQuery{ID: begun.ID}))(t); open.Email != mail || open.Method != "" {
		t.Errorf("open is %+v", open)
	}
	if v := ok(p.shop.Verify(ctx, begun.ID, authsignal.Secret(code)))(t); !v.IsVerified || v.Email != mail {
		t.Errorf("verified %+v", v)
	}
	claimed := ok(p.shop.ClaimChallenge(ctx, begun.ID, p.user, authsignal.Claim{}))(t)
	if v := ok(p.shop.ValidateChallenge(ctx, claimed.Token, authsignal.Expected{UserID: p.user, Action: "signUp"}))(t); !v.IsValid {
		t.Errorf("claimed %+v", v)
	}
	if _, err := p.shop.GetChallenge(ctx, authsignal.ChallengeQuery{UserID: "nobody", Action: "signUp"}); !errors.Is(err, authsignal.ErrNoChallenge) {
		t.Errorf("nobody's challenge: %v", err)
	}
}

func (p *port) sessions() {
	t, ctx := p.t, p.t.Context()
	_, token := p.proved("signIn")
	s := ok(p.shop.CreateSession(ctx, authsignal.NewSession{Token: token, ClientID: clientID, Action: "signIn"}))(t)
	if who := ok(p.shop.ValidateSession(ctx, s.Access, clientID))(t); who.User.UserID != p.user || who.Method != authsignal.AuthenticatorApp {
		t.Errorf("the session is %+v", who)
	}
	next := ok(p.shop.RefreshSession(ctx, s.Refresh))(t)
	if _, err := p.shop.ValidateSession(ctx, s.Access); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("the token before: %v", err)
	}
	if _, err := p.shop.RefreshSession(ctx, s.Refresh); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("a refresh token twice: %v", err)
	}
	if _, err := p.shop.ValidateSession(ctx, next.Access); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("after a token that was used twice, the session lives: %v", err)
	}
	s = ok(p.shop.CreateSession(ctx, authsignal.NewSession{Token: token, ClientID: clientID}))(t)
	p.good(p.shop.RevokeSession(ctx, s.Access))
	p.good(p.shop.RevokeUserSessions(ctx, p.user))
}

func (p *port) devices() {
	t, ctx := p.t, p.t.Context()
	p.enrolApp(t, string(p.user))
	got := ok(p.shop.Track(ctx, p.user, "signIn", authsignal.Attributes{DeviceID: "my-phone", UserAgent: "Mozilla/5.0", IPAddress: "203.0.113.7"}))(t)
	p.proveByApp(t, string(got.Token))
	list := ok(p.shop.GetDevices(ctx, p.user))(t)
	if len(list) != 1 || list[0].ID != "my-phone" || list[0].LastMethod != authsignal.AuthenticatorApp {
		t.Fatalf("the devices are %+v", list)
	}
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	if d := ok(p.shop.RememberDevice(ctx, p.user, "my-phone", until))(t); !d.RememberedUntil.Equal(until) {
		t.Errorf("remembered %+v", d)
	}
	if d := ok(p.shop.InvalidateDevice(ctx, p.user, "my-phone"))(t); d.InvalidatedAt.IsZero() {
		t.Errorf("invalidated %+v", d)
	}
}

func (p *port) manyPasskeys() {
	t, ctx := p.t, p.t.Context()
	id := portText([]byte(fresh()))
	passkey := authsignal.PasskeyImport{CredentialID: id, PublicKey: coseKey(t), Name: "Phone"}
	got := ok(p.shop.BatchEnrollVerifiedAuthenticators(ctx, []authsignal.UserPasskey{{UserID: p.user, Passkey: passkey}}))(t)
	if got.Total != 1 || got.Succeeded != 1 || got.Failed != 0 {
		t.Errorf("enrolled %+v", got)
	}
	got = ok(p.shop.BatchEnrollVerifiedAuthenticators(ctx, []authsignal.UserPasskey{{UserID: authsignal.UserID(fresh()), Passkey: passkey}}))(t)
	if got.Succeeded != 0 || len(got.Failures) != 1 || got.Failures[0].Code != "conflict" {
		t.Errorf("somebody else's, enrolled %+v", got)
	}
	list := ok(p.shop.GetAuthenticators(ctx, p.user))(t)
	if len(list) != 1 || list[0].Credential == nil || list[0].Credential.CredentialID != id {
		t.Errorf("there are %+v", list)
	}
}

// webhooks: two keys live, and the port takes the signature of either.
func (p *port) webhooks() {
	t := p.t
	p.world.good(t, nil, http.MethodPost, "/users/"+escaped(string(p.user))+"/authenticators", basic(hookedSecret), attributes{"verificationMethod": "SMS", "phoneNumber": number()})
	told := p.callbacks.Await(t, "the webhook of an enrollment", toPath("/events", string(p.user)))
	for _, key := range []authsignal.Secret{hookedSecret, hookedOlder} {
		hook := ok(authsignal.NewWebhook([]authsignal.Secret{key}))(t)
		event := ok(hook.ConstructEvent(told.Body, told.Header.Get(authsignal.SignatureHeader)))(t)
		var changed authsignal.AuthenticatorChanged
		if err := event.Decode(&changed); err != nil || event.Type != authsignal.EventAuthenticatorCreated || changed.UserID != p.user {
			t.Errorf("told %+v, %+v, %v", event, changed, err)
		}
	}
	stranger := ok(authsignal.NewWebhook([]authsignal.Secret{secretKey}))(t)
	if _, err := stranger.ConstructEvent(told.Body, told.Header.Get(authsignal.SignatureHeader)); !errors.Is(err, authsignal.ErrSignature) {
		t.Errorf("another tenant's key: %v", err)
	}
}

func (p *port) refusals() {
	t, ctx := p.t, p.t.Context()
	stranger := ok(authsignal.New(p.URL+"/v1", "no-such-key-at-all"))(t)
	if _, err := stranger.GetUser(ctx, p.user); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := p.shop.GetAction(ctx, p.user, "signIn", "none"); !errors.Is(err, authsignal.ErrNotFound) {
		t.Errorf("nobody's action: %v", err)
	}
	if _, err := p.shop.Track(ctx, p.user, "signIn", authsignal.Attributes{RedirectURL: "https://evil.example.com/"}); !errors.Is(err, authsignal.ErrInvalidRequest) {
		t.Errorf("a redirect to strangers: %v", err)
	}
}

func (p *port) rules() {
	t, ctx := p.t, p.t.Context()
	const code = "port-tests"
	made := ok(p.desk.CreateActionConfiguration(ctx, authsignal.ActionConfiguration{Code: code, Default: authsignal.OutcomeAllow}))(t)
	conditions := json.RawMessage(`{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}`)
	rule := ok(p.desk.CreateRule(ctx, code, authsignal.Rule{Name: "First", IsActive: true, Outcome: authsignal.OutcomeReview, Conditions: json.RawMessage(`{">":[{"var":"custom.amount"},10]}`)}))(t)
	second := ok(p.desk.CreateRule(ctx, code, authsignal.Rule{Name: "Second", Priority: 1, Outcome: authsignal.OutcomeBlock, Conditions: conditions}))(t)
	if made.Code != code || rule.ID == "" || string(second.Conditions) != string(conditions) {
		t.Errorf("made %+v, %+v, %+v", made, rule, second)
	}
	if _, err := p.desk.CreateRule(ctx, code, authsignal.Rule{Name: "Third", Priority: 1, Outcome: authsignal.OutcomeBlock}); !errors.Is(err, authsignal.ErrInvalidRequest) {
		t.Errorf("the same priority twice: %v", err)
	}
	for name, bad := range map[string]string{"no operator": `{"eval":["x"]}`, "too deep": deep(200)} {
		if _, err := p.desk.CreateRule(ctx, code, authsignal.Rule{Name: name, Priority: 9, Outcome: authsignal.OutcomeBlock, Conditions: json.RawMessage(bad)}); !errors.Is(err, authsignal.ErrInvalidRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got := ok(p.shop.Track(ctx, p.user, code, authsignal.Attributes{Custom: map[string]any{"amount": 11}}))(t)
	if got.State != authsignal.ReviewRequired || len(got.RuleIDs) != 1 || got.RuleIDs[0] != rule.ID {
		t.Errorf("tracked %+v", got)
	}
	ok(p.desk.UpdateRule(ctx, code, rule.ID, authsignal.RuleChange{IsActive: authsignal.To(false)}))(t)
	if r := ok(p.desk.Rule(ctx, code, rule.ID))(t); r.IsActive || r.Name != "First" {
		t.Errorf("the rule is %+v", r)
	}
	if all := ok(p.desk.Rules(ctx, code))(t); len(all) != 2 {
		t.Errorf("the rules are %+v", all)
	}
	changed := ok(p.desk.UpdateActionConfiguration(ctx, code, authsignal.ActionConfigurationChange{Methods: authsignal.To([]authsignal.Method{authsignal.Passkey})}))(t)
	if len(changed.Methods) != 1 || changed.Default != authsignal.OutcomeAllow {
		t.Errorf("changed %+v", changed)
	}
	p.good(p.desk.DeleteRule(ctx, code, rule.ID))
	p.good(p.desk.DeleteActionConfiguration(ctx, code))
	if _, err := p.desk.ActionConfiguration(ctx, code); !errors.Is(err, authsignal.ErrNotFound) {
		t.Errorf("deleted, and %v", err)
	}
	ok(p.desk.ActionConfigurations(ctx))(t)
}

// deep is a condition of so many levels.
func deep(levels int) string {
	text := `{"var":"ip.isAnonymous"}`
	for range levels {
		text = `{"!":[` + text + `]}`
	}
	return text
}

func (p *port) lists() {
	t, ctx := p.t, p.t.Context()
	list := ok(p.desk.CreateValueList(ctx, authsignal.ValueList{Name: "Port Tests Strings", Items: json.RawMessage(`["a","b"]`), IsActive: true}))(t)
	if list.Alias != "port-tests-strings" || list.ItemType != "string" {
		t.Errorf("made %+v", list)
	}
	ok(p.desk.UpdateValueList(ctx, list.Alias, authsignal.ValueListChange{Items: authsignal.To(json.RawMessage(`["c"]`))}))(t)
	if l := ok(p.desk.ValueList(ctx, list.Alias))(t); string(l.Items) != `["c"]` {
		t.Errorf("the list is %+v", l)
	}
	point := ok(p.desk.CreateDataPoint(ctx, authsignal.DataPoint{Name: "portTest", Type: "number", Model: "action"}))(t)
	ok(p.desk.UpdateDataPoint(ctx, point.ID, authsignal.DataPointChange{Description: authsignal.To("of a test")}))(t)
	if d := ok(p.desk.DataPoint(ctx, point.ID))(t); d.Description != "of a test" || d.Name != "portTest" {
		t.Errorf("the data point is %+v", d)
	}
	if len(ok(p.desk.ValueLists(ctx))(t)) < 2 || len(ok(p.desk.DataPoints(ctx))(t)) < 3 {
		t.Error("the file's lists and data points are gone")
	}
	p.good(p.desk.DeleteDataPoint(ctx, point.ID))
	p.good(p.desk.DeleteValueList(ctx, list.Alias))
}

func (p *port) settings() {
	t, ctx := p.t, p.t.Context()
	before := ok(p.desk.Tenant(ctx))(t)
	if before.ID != tenantID {
		t.Errorf("the tenant is %+v", before)
	}
	after := ok(p.desk.UpdateTenant(ctx, authsignal.TenantChange{Name: authsignal.To("The <Shop>"), HideSuccessScreenOnEnrollment: authsignal.To(false)}))(t)
	if after.Name != "The <Shop>" || after.HideSuccessScreenOnEnrollment == nil {
		t.Errorf("changed %+v", after)
	}
	theme := ok(p.desk.UpdateTheme(ctx, authsignal.Theme{PrimaryColor: "#003366", DarkMode: &authsignal.Theme{PrimaryColor: "#99ccff"}}))(t)
	if theme.PrimaryColor != "#003366" {
		t.Errorf("the theme is %+v", theme)
	}
	ok(p.desk.Theme(ctx))(t)
	ok(p.desk.ClearTheme(ctx, "primaryColor"))(t)
	catalog := ok(p.desk.MessageCatalog(ctx))(t)
	if len(catalog.Points) == 0 {
		t.Fatal("the catalog is empty")
	}
	ok(p.desk.ReplaceMessageOverrides(ctx, authsignal.Messages{"en": {catalog.Points[0].ID: "Hello"}}))(t)
	if words := ok(p.desk.MessageOverrides(ctx))(t); words["en"][catalog.Points[0].ID] != "Hello" {
		t.Errorf("the words are %+v", words)
	}
	all := ok(p.desk.AuthenticatorConfigurations(ctx))(t)
	for _, one := range all {
		if one.Method == authsignal.WhatsApp {
			if c := ok(p.desk.UpdateAuthenticatorConfiguration(ctx, one.ID, authsignal.Settings{"verificationCodeLength": 8}))(t); c.CodeLength != 8 {
				t.Errorf("changed %+v", c)
			}
			return
		}
	}
	t.Errorf("there are %+v", all)
}
