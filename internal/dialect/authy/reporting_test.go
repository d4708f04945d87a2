package authy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
)

func TestReportsTellWhatHappened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := w.Clock.Now().UTC()
	p := w.Person("4155552671")
	verify := fmt.Sprintf("/protected/json/verify/0000001/%d", p.User.Number)
	for range 3 {
		w.Do(get(verify))
		w.Later(time.Hour)
	}
	iso := func(after time.Duration) string { return start.Add(after).Format("2006-01-02T15:04:05Z") }
	events := func(query string) []string {
		var out []string
		body := decoded(t, w.ok(t, get("/protected/json/reporting/events?"+query)))
		list, _ := body["events"].([]any)
		for _, e := range list {
			event, _ := e.(map[string]any)
			at, _ := event["time"].(string)
			happened, err := time.Parse(time.RFC3339, at)
			if err != nil || event["request_id"] == "" {
				t.Errorf("%v", event)
			}
			out = append(out, fmt.Sprintf("%v+%.0f", event["event"], happened.Sub(start).Hours()))
		}
		return out
	}
	for query, want := range map[string]string{
		"":                                   "user_added+0 token_invalid+0 token_invalid+1 token_invalid+2",
		"query[event][eq]=token_invalid":     "token_invalid+0 token_invalid+1 token_invalid+2",
		"query[event][eq]=token_verified":    "",
		"query[time][gte]=" + iso(time.Hour): "token_invalid+1 token_invalid+2",
		"query[time][gt]=" + iso(time.Hour):  "token_invalid+2",
		"query[time][lte]=" + iso(time.Hour): "user_added+0 token_invalid+0 token_invalid+1",
		"query[time][lt]=" + iso(time.Hour):  "user_added+0 token_invalid+0",
		fmt.Sprintf("query[time][gte]=%d&query[time][lt]=%d", start.Add(time.Hour).Unix(), start.Add(2*time.Hour).Unix()): "token_invalid+1",
		"page=2&per_page=3": "token_invalid+2",
		"page=9&per_page=3": "",
	} {
		if got := strings.Join(events(query), " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	bars := decoded(t, w.ok(t, get("/protected/json/reporting/date_histogram?interval=hour&report[bad][event][eq]=token_invalid&report[new][event][eq]=user_added&scope[time][gte]="+iso(0)+"&scope[time][lt]="+iso(3*time.Hour))))
	counts := map[string]string{}
	histogram, _ := bars["histogram"].(map[string]any)
	for name, list := range histogram {
		rows, _ := list.([]any)
		for _, r := range rows {
			row, _ := r.(map[string]any)
			counts[name] += fmt.Sprint(row["count"], " ")
		}
	}
	if counts["bad"] != "1 1 1 " || counts["new"] != "1 0 0 " {
		t.Errorf("%v", bars)
	}
	for _, interval := range []string{"day", "minute"} {
		w.ok(t, get("/protected/json/reporting/date_histogram?report[bad][event][eq]=token_invalid&interval="+interval))
	}
}

func TestReportsRefuseWhatTheyCannotAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := func(name, path, code string) dialecttest.Scenario {
		return dialecttest.Scenario{Name: name, Request: get("/protected/json/reporting/" + path), Status: 400, Contains: []string{`"error_code":"` + code + `"`}, Quiet: true}
	}
	const one = "report[a][event][eq]=token_invalid"
	w.Run(t, []dialecttest.Scenario{
		bad("another attribute", "events?query[objects.user.s_authy_id][eq]=1", "60089"),
		bad("another operator", "events?query[time][lk]=2018-01-01", "60089"),
		bad("an unknown event", "events?query[event][eq]=danced", "60089"),
		bad("a time that is none", "events?query[time][gte]=yesterday", "60089"),
		bad("a query that is none", "events?query=x", "60089"),
		bad("half a query", "events?query[time]=x", "60089"),
		bad("no page", "events?page=0", "60089"),
		bad("a far page", "events?page=101", "60089"),
		bad("a large page", "events?per_page=101", "60089"),
		bad("a page that is none", "events?page=x", "60089"),
		bad("no interval", "date_histogram?"+one, "60094"),
		bad("an unknown interval", "date_histogram?interval=week&"+one, "60094"),
		bad("too many intervals", "date_histogram?interval=minute&scope[time][gte]=2018-01-01&"+one, "60094"),
		bad("no report", "date_histogram?interval=day", "60095"),
		bad("a report without an event", "date_histogram?interval=day&report[a][time][gte]=2018-01-01", "60095"),
		bad("a report that cannot be counted", "date_histogram?interval=day&report[a][event][eq]=totp_token_sent", "60095"),
		bad("a name that is no element", "date_histogram?interval=day&report[%3Ca%3E][event][eq]=token_invalid", "60095"),
	})
	x := w.ok(t, get("/protected/xml/reporting/events"))
	if !strings.Contains(x.Body, `<events type="array"></events>`) {
		t.Error(x.Body)
	}
}
