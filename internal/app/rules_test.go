package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/app"
)

const ruledFile = `{"actions":[{"actionCode":"withdraw","defaultUserActionResult":"ALLOW","rules":[
	{"name":"Large sums","type":"CHALLENGE","conditions":{"and":[{">":[{"var":"custom.amount"},%d]}]},
		"tests":[{"name":"a fortune","facts":{"custom.amount":1000000},"expect":true}]},
	{"name":"Many","type":"BLOCK","conditions":{">":[{"var":"velocity.user.1h"},3]}}]}]}`

// tracked tells the server of a withdrawal and gives what becomes of it.
func (r *running) tracked(t *testing.T, key string, amount int) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/v1/users/ann/actions/withdraw", strings.NewReader(fmt.Sprintf(`{"custom":{"amount":%d}}`, amount)))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(key, "")
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	var out struct{ State string }
	if err != nil || json.Unmarshal(body, &out) != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	return out.State
}

func TestChangedRulesAreReplayedAgainstWhatWasTrackedAndThenCount(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, server *running, operator *app.App) {
		ctx := t.Context()
		acme := must[app.Owner](t)(operator.EnsureOrganization(ctx, "", "Acme"))
		dir := must[app.Owner](t)(operator.EnsureDirectory(ctx, acme, "", "customers"))
		made := must[app.Tenant](t)(operator.EnsureTenant(ctx, dir, app.NewTenant{Name: "Shop", URL: "https://shop.example"}))
		_, key, err := operator.AddSecretKey(ctx, made.Owner, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := operator.FindRuled(ctx, "Shopp"); err == nil || !strings.Contains(err.Error(), `is called "Shopp"`) {
			t.Errorf("a name that nobody has: %v", err)
		}
		shop := must[app.Owner](t)(operator.FindRuled(ctx, ""))
		bench := must[*app.RuleBench](t)(server.Bench(ctx, shop, fmt.Appendf(nil, ruledFile, 100)))
		if did := must[app.Applied](t)(bench.Import(ctx)); did.Created != 3 {
			t.Fatalf("imported %+v", did)
		}
		for amount, want := range map[int]string{50: "ALLOW", 150: "CHALLENGE_REQUIRED", 250: "CHALLENGE_REQUIRED"} {
			if got := server.tracked(t, key, amount); got != want {
				t.Errorf("%d: %s, want %s", amount, got, want)
			}
		}
		if got := server.tracked(t, key, 20); got != "BLOCK" {
			t.Errorf("the fourth in an hour: %s", got)
		}
		bench = must[*app.RuleBench](t)(operator.Bench(ctx, shop, fmt.Appendf(nil, ruledFile, 200)))
		report := must[app.ReplayReport](t)(bench.Replay(ctx, app.ReplayOf{Action: "withdraw", From: time.Now().Add(-time.Hour)}))
		if report.Replayed != 4 || report.Same != 3 || report.Different != 1 || len(report.Examples) != 1 {
			t.Fatalf("replayed %+v", report)
		}
		if e := report.Examples[0]; e.Was != "CHALLENGE" || e.Now != "ALLOW" || e.By != "(no rule)" || e.Action != "withdraw" || e.User != "ann" {
			t.Errorf("the example is %+v", e)
		}
		if rules := report.Rules; len(rules) != 3 || rules[0].Count != 2 || rules[1].Rule != "Large sums" || rules[1].Count != 1 || rules[2].Count != 1 {
			t.Errorf("decided %+v", rules)
		}
	})
}

func TestWhatIsWrongWithAFileOfRulesIsSaid(t *testing.T) {
	t.Parallel()
	besides(t, func(t *testing.T, _ *running, operator *app.App) {
		ctx := t.Context()
		acme := must[app.Owner](t)(operator.EnsureOrganization(ctx, "", "Acme"))
		dir := must[app.Owner](t)(operator.EnsureDirectory(ctx, acme, "", "customers"))
		made := must[app.Tenant](t)(operator.EnsureTenant(ctx, dir, app.NewTenant{Name: "Shop", URL: "https://shop.example"}))
		for file, says := range map[string]string{
			`[]`:                                 "a file of rules is written",
			`{"actions":`:                        "a file of rules is written",
			`{"actions":[{"actionCode":"a b"}]}`: "an action code has",
			`{"actions":[{"actionCode":"a","verificationMethods":["NOSE"]}]}`:                             "actions[0]: verificationMethods names no",
			`{"valueLists":[{"name":7}]}`:                                                                 "valueLists[0]: name is of the wrong type",
			`{"customDataPoints":[{"name":"a","dataType":"date","modelType":"user"}]}`:                    "text, number, boolean or multiselect",
			`{"actions":[{"actionCode":"a","rules":[{"name":"A","type":"ALLOW","conditions":[]}]}]}`:      "an object such as",
			`{"actions":[{"actionCode":"a","rules":[{"name":"A","type":"ALLOW","priority":1.5}]}]}`:       "actions[0].rules[0]: priority is of the wrong type",
			`{"actions":[{"actionCode":"a","rules":[{"name":"A","type":"ALLOW","priority":1000}]}]}`:      `the rule "A": the priority`,
			`{"actions":[{"actionCode":"a","rules":[{"name":"A","type":"ALLOW","tests":[{"name":1}]}]}]}`: "tests are written",
		} {
			bench, err := operator.Bench(ctx, made.Owner, []byte(file))
			if err == nil {
				_, err = bench.Test("")
			}
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v, want …%s…", file, err, says)
			}
		}
	})
}
