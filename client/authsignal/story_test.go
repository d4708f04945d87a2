package authsignal_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

func TestAWithdrawalIsProvedByItsOwnChallengeAlone(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	w.Decide = func(_, _ string, attributes authsignaltest.Doc) string {
		if custom, _ := attributes["custom"].(authsignaltest.Doc); custom["amount"].(float64) > 100 {
			return "CHALLENGE"
		}
		return "ALLOW"
	}
	small := must[*authsignal.Tracked](t)(w.app.Track(ctx, jo, withdraw, authsignal.Attributes{Custom: map[string]any{"amount": 100}}))
	if !small.MayGoOn() || small.MustProve() {
		t.Errorf("a small one: %s", small.State)
	}
	large := must[*authsignal.Tracked](t)(w.app.Track(ctx, jo, withdraw, authsignal.Attributes{Custom: map[string]any{"amount": 101}}))
	if large.MayGoOn() || !large.MustProve() || large.PopupURL() != large.URL+"&mode=popup" {
		t.Errorf("a large one: %s", large.State)
	}
	want := authsignal.Expected{UserID: jo, Action: withdraw, IdempotencyKey: large.IdempotencyKey}
	if _, err := w.app.RequireChallenge(ctx, large.Token, want); !errors.Is(err, authsignal.ErrNotPassed) {
		t.Errorf("before: %v", err)
	}
	token := authsignal.Secret(w.Pass(string(large.Token), "PASSKEY"))
	if got := must[*authsignal.Validated](t)(w.app.RequireChallenge(ctx, token, want)); got.Method != authsignal.Passkey {
		t.Errorf("%+v", got)
	}
	for what, other := range map[string]authsignal.Expected{
		"another user":     {UserID: "ann", Action: withdraw},
		"another action":   {UserID: jo, Action: "signIn"},
		"another instance": {UserID: jo, Action: withdraw, IdempotencyKey: small.IdempotencyKey},
	} {
		if _, err := w.app.RequireChallenge(ctx, token, other); !errors.Is(err, authsignal.ErrNotPassed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := w.app.RequireChallenge(ctx, small.Token, authsignal.Expected{UserID: jo, Action: withdraw}); !errors.Is(err, authsignal.ErrNotPassed) {
		t.Errorf("an action that was allowed proves a challenge: %v", err)
	}
	failed := must[*authsignal.Tracked](t)(w.app.Track(ctx, jo, withdraw, authsignal.Attributes{Custom: map[string]any{"amount": 200}}))
	if _, err := w.app.RequireChallenge(ctx, authsignal.Secret(w.Fail(string(failed.Token))), want); !errors.Is(err, authsignal.ErrNotPassed) {
		t.Errorf("a failed one: %v", err)
	}
	w.Expire(string(token))
	if _, err := w.app.RequireChallenge(ctx, token, want); !errors.Is(err, authsignal.ErrExpiredToken) || errors.Is(err, authsignal.ErrNotPassed) {
		t.Errorf("an old one: %v", err)
	}
	action := must[*authsignal.Action](t)(w.app.GetAction(ctx, jo, withdraw, large.IdempotencyKey))
	past := must[[]authsignal.PastAction](t)(w.app.QueryUserActions(ctx, jo, authsignal.ActionQuery{State: authsignal.ChallengeSucceeded}))
	if action.Method != authsignal.Passkey || len(past) != 1 || past[0].IdempotencyKey != large.IdempotencyKey {
		t.Errorf("%+v, %+v", action, past)
	}
}

// A server, or somebody between, that says yes about something else.
func TestAnAnswerAboutSomethingElseProvesNothing(t *testing.T) {
	t.Parallel()
	w := begin(t)
	want := authsignal.Expected{UserID: jo, Action: withdraw, IdempotencyKey: "k"}
	for _, body := range []string{
		`{"isValid":true,"state":"CHALLENGE_SUCCEEDED","userId":"ann","action":"withdraw","idempotencyKey":"k"}`,
		`{"isValid":true,"state":"CHALLENGE_SUCCEEDED","userId":"jo|7","action":"signIn","idempotencyKey":"k"}`,
		`{"isValid":true,"state":"CHALLENGE_SUCCEEDED","userId":"jo|7","action":"withdraw","idempotencyKey":"l"}`,
		`{"isValid":true,"state":"CHALLENGE_REQUIRED","userId":"jo|7","action":"withdraw","idempotencyKey":"k"}`,
		`{"isValid":false,"state":"CHALLENGE_SUCCEEDED","userId":"jo|7","action":"withdraw","idempotencyKey":"k"}`,
		`{"isValid":true}`, `{}`,
	} {
		w.answers(http.StatusOK, body)
		if _, err := w.app.RequireChallenge(t.Context(), "t", want); !errors.Is(err, authsignal.ErrNotPassed) {
			t.Errorf("%s: %v", body, err)
		}
	}
	for name, body := range map[string]string{
		"track": `{"idempotencyKey":"l","state":"ALLOW","url":"https://m/?t","token":"t"}`, "get user": `{"userId":"ann"}`,
		"get authenticators": `[{"userId":"ann"}]`, "invalidate device": `{"deviceId":"e","userId":"jo|7"}`, "batch": `{"total":1,"succeeded":2,"failed":0}`,
		"update action": `{"state":"ALLOW"}`, "verify": `{"isVerified":true,"failureReason":"CODE_INVALID_OR_EXPIRED"}`, "challenge again": `{"challengeId":"c2"}`,
		"track with everything": `{"idempotencyKey":"k1","state":"ALLOW","url":"javascript:?x","token":"t"}`,
	} {
		w.answers(http.StatusOK, body)
		c, ok := calls[name]
		if !ok {
			continue
		}
		if _, err := c.make(t.Context(), w); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
			t.Errorf("%s with %s: %v", name, body, err)
		}
	}
}

func TestACodeLetsSomebodyInWhoWasUnknown(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	sent := must[*authsignal.Challenge](t)(w.app.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.EmailOTP, Action: "signIn", Email: "jo@example.net"}))
	if _, err := w.app.ClaimChallenge(ctx, sent.ID, jo, authsignal.Claim{}); !errors.Is(err, authsignal.ErrInvalidRequest) {
		t.Errorf("claimed before the code: %v", err)
	}
	wrong := must[*authsignal.Verified](t)(w.app.Verify(ctx, sent.ID, "000000x"))
	if wrong.IsVerified || wrong.Failure != authsignal.CodeInvalidOrExpired {
		t.Errorf("%+v", wrong)
	}
	right := must[*authsignal.Verified](t)(w.app.Verify(ctx, sent.ID, authsignal.Secret(w.Code(string(sent.ID)))))
	open := must[*authsignal.OpenChallenge](t)(w.app.GetChallenge(ctx, authsignal.ChallengeQuery{ID: sent.ID}))
	if !right.IsVerified || right.Email != "jo@example.net" || open.Method != authsignal.EmailOTP {
		t.Errorf("%+v, %+v", right, open)
	}
	claimed := must[*authsignal.Claimed](t)(w.app.ClaimChallenge(ctx, sent.ID, jo, authsignal.Claim{}))
	if _, err := w.app.RequireChallenge(ctx, claimed.Token, authsignal.Expected{UserID: jo, Action: "signIn"}); err != nil {
		t.Error(err)
	}
	if _, err := w.app.GetChallenge(ctx, authsignal.ChallengeQuery{ID: sent.ID}); !errors.Is(err, authsignal.ErrNoChallenge) {
		t.Errorf("a claimed challenge is open: %v", err)
	}
	session := must[*authsignal.Session](t)(w.app.CreateSession(ctx, authsignal.NewSession{Token: claimed.Token, ClientID: "app"}))
	if in := must[*authsignal.SessionUser](t)(w.app.ValidateSession(ctx, session.Access, "app")); in.User.UserID != jo {
		t.Errorf("%+v", in)
	}
	if _, err := w.app.ValidateSession(ctx, session.Access, "web"); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("for another client: %v", err)
	}
	next := must[*authsignal.Session](t)(w.app.RefreshSession(ctx, session.Refresh))
	if _, err := w.app.RefreshSession(ctx, session.Refresh); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("a refresh token twice: %v", err)
	}
	if err := w.app.RevokeUserSessions(ctx, jo); err != nil {
		t.Error(err)
	}
	if _, err := w.app.ValidateSession(ctx, next.Access); !errors.Is(err, authsignal.ErrUnauthorized) {
		t.Errorf("a session that was revoked: %v", err)
	}
}

func TestUsersAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	for _, id := range []authsignal.UserID{"a", "b", "c"} {
		must[*authsignal.User](t)(w.app.UpdateUser(ctx, id, authsignal.UserChange{Email: new("x@example.net")}))
	}
	var found []authsignal.UserID
	for user, err := range w.app.AllUsers(ctx, authsignal.UserQuery{Email: "x@example.net", Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, user.UserID)
	}
	if !slices.Equal(found, []authsignal.UserID{"a", "b", "c"}) {
		t.Errorf("found %v", found)
	}
	for _, err := range w.app.AllUsers(ctx, authsignal.UserQuery{}) {
		if !errors.Is(err, authsignal.ErrFormat) {
			t.Errorf("everybody: %v", err)
		}
	}
}

func TestATenantIsManaged(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	m := w.management
	action := must[*authsignal.ActionConfiguration](t)(m.CreateActionConfiguration(ctx, authsignal.ActionConfiguration{
		Code: withdraw, Default: authsignal.OutcomeChallenge, Methods: []authsignal.Method{authsignal.Passkey}, DefaultMethod: authsignal.Passkey,
	}))
	action = must[*authsignal.ActionConfiguration](t)(m.UpdateActionConfiguration(ctx, action.Code, authsignal.ActionConfigurationChange{
		Default: authsignal.To(authsignal.OutcomeAllow), DefaultMethod: authsignal.Cleared[authsignal.Method](),
	}))
	if action.Default != authsignal.OutcomeAllow || action.DefaultMethod != "" || len(action.Methods) != 1 || !action.LastAction().IsZero() {
		t.Errorf("%+v", action)
	}
	if sent := w.last(t).Body; !sameJSON(t, sent, `{"defaultUserActionResult":"ALLOW","defaultVerificationMethod":null}`) {
		t.Errorf("sent %s", sent)
	}
	conditions := json.RawMessage(`{"and":[{">":[{"var":"custom.amount"},100]},{"==":[{"var":"ip.isAnonymous"},false]}]}`)
	rule := must[*authsignal.Rule](t)(m.CreateRule(ctx, withdraw, authsignal.Rule{Name: "Large", IsActive: true, Outcome: authsignal.OutcomeChallenge, Conditions: conditions}))
	if _, err := m.CreateRule(ctx, withdraw, authsignal.Rule{Name: "Second", Outcome: authsignal.OutcomeBlock}); !errors.Is(err, authsignal.ErrInvalidRequest) {
		t.Errorf("two rules of one priority: %v", err)
	}
	rule = must[*authsignal.Rule](t)(m.UpdateRule(ctx, withdraw, rule.ID, authsignal.RuleChange{IsActive: authsignal.To(false), Priority: authsignal.To(7)}))
	again := must[*authsignal.Rule](t)(m.Rule(ctx, withdraw, rule.ID))
	if rule.IsActive || again.Priority != 7 || !sameJSON(t, string(again.Conditions), string(conditions)) || len(must[[]authsignal.Rule](t)(m.Rules(ctx, withdraw))) != 1 {
		t.Errorf("%+v, %+v", rule, again)
	}
	if err := errors.Join(m.DeleteRule(ctx, withdraw, rule.ID), m.DeleteActionConfiguration(ctx, withdraw)); err != nil {
		t.Error(err)
	}
	if _, err := m.Rule(ctx, withdraw, rule.ID); !errors.Is(err, authsignal.ErrNotFound) {
		t.Errorf("a deleted rule: %v", err)
	}
	if _, err := m.ActionConfiguration(ctx, withdraw); !errors.Is(err, authsignal.ErrNotFound) {
		t.Errorf("a deleted configuration: %v", err)
	}
	if list := must[[]authsignal.ActionConfiguration](t)(m.ActionConfigurations(ctx)); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestListsAndDataPointsAreManaged(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	m := w.management
	list := must[*authsignal.ValueList](t)(m.CreateValueList(ctx, authsignal.ValueList{Name: "Known Payees", Items: json.RawMessage(`["Ann"]`), IsActive: true}))
	must[*authsignal.ValueList](t)(m.UpdateValueList(ctx, list.Alias, authsignal.ValueListChange{Items: authsignal.To(json.RawMessage(`["Ann","Bo"]`))}))
	list = must[*authsignal.ValueList](t)(m.ValueList(ctx, list.Alias))
	if list.Alias != "known-payees" || string(list.Items) != `["Ann","Bo"]` || len(must[[]authsignal.ValueList](t)(m.ValueLists(ctx))) != 1 {
		t.Errorf("%+v", list)
	}
	point := must[*authsignal.DataPoint](t)(m.CreateDataPoint(ctx, authsignal.DataPoint{Name: "amount", Type: "number", Model: "action"}))
	point = must[*authsignal.DataPoint](t)(m.UpdateDataPoint(ctx, point.ID, authsignal.DataPointChange{Description: authsignal.To("in euros")}))
	if got := must[*authsignal.DataPoint](t)(m.DataPoint(ctx, point.ID)); *got != *point || got.Description != "in euros" {
		t.Errorf("%+v", got)
	}
	if len(must[[]authsignal.DataPoint](t)(m.DataPoints(ctx))) != 1 {
		t.Error("the data point is not listed")
	}
	if err := errors.Join(m.DeleteValueList(ctx, list.Alias), m.DeleteDataPoint(ctx, point.ID)); err != nil {
		t.Error(err)
	}
}

func TestLooksAndMethodsAreManaged(t *testing.T) {
	t.Parallel()
	w, ctx := begin(t), t.Context()
	m := w.management
	tenant := must[*authsignal.Tenant](t)(m.UpdateTenant(ctx, authsignal.TenantChange{Name: authsignal.To("Shop"), HideSuccessScreenOnEnrollment: authsignal.To(false)}))
	if again := must[*authsignal.Tenant](t)(m.Tenant(ctx)); again.Name != "Shop" || tenant.HideSuccessScreenOnEnrollment == nil || *tenant.HideSuccessScreenOnEnrollment {
		t.Errorf("%+v, %+v", tenant, again)
	}
	methods := must[[]authsignal.AuthenticatorConfiguration](t)(m.AuthenticatorConfigurations(ctx))
	method := must[*authsignal.AuthenticatorConfiguration](t)(m.UpdateAuthenticatorConfiguration(ctx, methods[0].ID, authsignal.Settings{
		"verificationCodeLength": 8, "smtpCredentials": map[string]any{"host": "mail.example"},
	}))
	if method.CodeLength != 8 || method.Settings["smtpCredentials"] == nil {
		t.Errorf("%+v", method)
	}
	must[*authsignal.Theme](t)(m.UpdateTheme(ctx, authsignal.Theme{
		PrimaryColor: "#00639a", Borders: map[string]int{"cardBorderRadius": 8}, DarkMode: &authsignal.Theme{PrimaryColor: "#fff"},
	}))
	must[*authsignal.Theme](t)(m.ClearTheme(ctx, "primaryColor"))
	theme := must[*authsignal.Theme](t)(m.Theme(ctx))
	if theme.PrimaryColor != "" || theme.Borders["cardBorderRadius"] != 8 || theme.DarkMode.PrimaryColor != "#fff" {
		t.Errorf("%+v", theme)
	}
	words := authsignal.Messages{"en": {"code-entry.heading": "Type <b>the code</b>"}}
	must[authsignal.Messages](t)(m.ReplaceMessageOverrides(ctx, words))
	if got := must[authsignal.Messages](t)(m.MessageOverrides(ctx)); got["en"]["code-entry.heading"] != words["en"]["code-entry.heading"] {
		t.Errorf("%v", got)
	}
	if catalog := must[*authsignal.Catalog](t)(m.MessageCatalog(ctx)); catalog.Points[0].Default["en"] == "" || catalog.Screens[0].ID == "" {
		t.Errorf("%+v", catalog)
	}
}
