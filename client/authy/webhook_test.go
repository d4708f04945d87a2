package authy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/client/authy/signature"
)

const hooksPath = "/dashboard/json/application/webhooks"

func dashboardKeys() authy.DashboardKeys {
	return authy.DashboardKeys{AppAPIKey: "app-key", AccessKey: "access-key", SigningKey: "signing-key"}
}

// dashboardExchange is one call of a dashboard.
type dashboardExchange struct {
	name         string
	call         func(context.Context, *authy.Dashboard) (any, error)
	method, path string
	form         string // exactly what is sent
	status       int
	answer       string
	want         any
	wantErr      error
}

func (e dashboardExchange) run(t *testing.T) {
	t.Helper()
	var base string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method != e.method || r.RequestURI != e.path || string(body) != e.form {
			t.Errorf("request %s %s with %s", r.Method, r.RequestURI, body)
		}
		if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("X-Authy-API-Key") != "" {
			t.Errorf("headers %v", r.Header)
		}
		pairs, err := signature.ParseForm(string(body))
		if err != nil {
			t.Error(err)
		}
		nonce := r.Header.Get(signature.HeaderNonce)
		if !signature.VerifyRequest("signing-key", nonce, e.method, []string{base + e.path}, pairs, r.Header.Get(signature.HeaderSignature)) || nonce == "" {
			t.Error("the request is not signed")
		}
		w.WriteHeader(e.status)
		_, _ = io.WriteString(w, e.answer)
	}))
	defer server.Close()
	base = server.URL
	dashboard, err := authy.NewDashboard(dashboardKeys(), authy.WithBaseURL(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.call(t.Context(), dashboard)
	if e.wantErr != nil {
		if !errors.Is(err, e.wantErr) {
			t.Errorf("%v, want %v", err, e.wantErr)
		}
		return
	}
	if err != nil || !reflect.DeepEqual(got, e.want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, e.want)
	}
}

const (
	hookJSON = `{"id":"WH_1","name":"My hook","account_sid":"AC1","service_id":"5","url":"https://shop.example.test/hook?a=b","signing_key":"WSK_1","events":["user_added","user_removed"],"creation_date":"2018-03-01T00:00:00Z"}`
	keysForm = "access_key=access-key&app_api_key=app-key"
)

func hook() authy.Webhook {
	return authy.Webhook{
		ID: "WH_1", Name: "My hook", URL: "https://shop.example.test/hook?a=b", SigningKey: "WSK_1", AccountSID: "AC1", ServiceID: "5",
		Events: []authy.EventName{authy.EventUserAdded, authy.EventUserRemoved}, CreatedAt: time.Date(2018, 3, 1, 0, 0, 0, 0, time.UTC),
	}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	created := hook()
	create := func(ctx context.Context, d *authy.Dashboard) (any, error) {
		return d.CreateWebhook(ctx, authy.NewWebhook{
			Name: "My hook", URL: "https://shop.example.test/hook?a=b", Events: []authy.EventName{authy.EventUserRemoved, authy.EventUserAdded},
		})
	}
	list := func(ctx context.Context, d *authy.Dashboard) (any, error) { return d.Webhooks(ctx) }
	remove := func(ctx context.Context, d *authy.Dashboard) (any, error) { return nil, d.DeleteWebhook(ctx, "WH_1") }
	const createForm = keysForm + "&events%5B%5D=user_added&events%5B%5D=user_removed&name=My+hook&url=https%3A%2F%2Fshop.example.test%2Fhook%3Fa%3Db"
	refusal := func(code string) string {
		return `{"message":"m","success":false,"errors":{"message":"m"},"error_code":"` + code + `"}`
	}
	exchanges := []dashboardExchange{
		{
			name: "create", call: create, method: "POST", path: hooksPath, form: createForm, status: 200,
			answer: `{"webhook":` + hookJSON + `,"message":"Webhook created","success":true}`, want: &created,
		},
		{
			name: "create without a signing key", call: create, method: "POST", path: hooksPath, form: createForm, status: 200,
			answer: `{"webhook":{"id":"WH_1"},"message":"Webhook created","success":true}`, wantErr: authy.ErrUnexpectedAnswer,
		},
		{name: "create refused", call: create, method: "POST", path: hooksPath, form: createForm, status: 400, answer: refusal("60098"), wantErr: authy.ErrInvalidInput},
		{
			name: "list", call: list, method: "GET", path: hooksPath, form: keysForm, status: 200,
			answer: `{"webhooks":[` + hookJSON + `],"message":"Webhooks list","success":true}`, want: []authy.Webhook{hook()},
		},
		{
			name: "list of nothing", call: list, method: "GET", path: hooksPath, form: keysForm, status: 200,
			answer: `{"webhooks":[],"message":"Webhooks list","success":true}`, want: []authy.Webhook{},
		},
		{name: "delete", call: remove, method: "DELETE", path: hooksPath + "/WH_1", form: keysForm, status: 200, answer: `{"message":"Webhook deleted","success":true}`},
		{name: "delete an unknown one", call: remove, method: "DELETE", path: hooksPath + "/WH_1", form: keysForm, status: 404, answer: refusal("60100"), wantErr: authy.ErrNotFound},
	}
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.run(t)
		})
	}
}

func TestDashboardRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	for _, keys := range []authy.DashboardKeys{{}, {AppAPIKey: "a", AccessKey: "b"}, {AppAPIKey: "a", SigningKey: "c"}, {AccessKey: "b", SigningKey: "c"}} {
		if d, err := authy.NewDashboard(keys); !errors.Is(err, authy.ErrFormat) || d != nil {
			t.Errorf("%v, %v", d, err)
		}
	}
	if d, err := authy.NewDashboard(dashboardKeys(), authy.WithBaseURL("nowhere")); !errors.Is(err, authy.ErrFormat) || d != nil {
		t.Errorf("%v, %v", d, err)
	}
	dashboard, err := authy.NewDashboard(dashboardKeys())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []authy.WebhookID{"", "..", "a/b", "a?b", "a b", authy.WebhookID(strings.Repeat("a", 65))} {
		if err := dashboard.DeleteWebhook(t.Context(), id); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func deliveryForm(token string) url.Values { return url.Values{"body": {token}} }
