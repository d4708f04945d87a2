package authy

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPathsFindTheirRoutes(t *testing.T) {
	t.Parallel()
	r := newRouter(routes())
	for _, test := range []struct{ method, path, want string }{
		{"POST", "/protected/json/users/new", "POST /protected/{format}/users/new"},
		{"POST", "/protected/xml/users/new", "POST /protected/{format}/users/new"},
		{"POST", "//protected//json///users/new/", "POST /protected/{format}/users/new"},
		{"GET", "/protected/json/users/1000/status", "GET /protected/{format}/users/{id}/status"},
		{"POST", "/protected/json/users/1000/delete", "POST /protected/{format}/users/{id}/delete"},
		{"POST", "/protected/json/users/delete/1000", "POST /protected/{format}/users/delete/{id}"},
		{"POST", "/protected/json/users/1000/remove", "POST /protected/{format}/users/{id}/remove"},
		{"GET", "/protected/json/verify/0000000/1000", "GET /protected/{format}/verify/{token}/{id}"},
		{"DELETE", "/dashboard/json/application/webhooks/WH_1", "DELETE /dashboard/{format}/application/webhooks/{webhook}"},
		{"POST", "/dashboard/json/application/assets/update", "ANY /dashboard/{format}/application/assets/update"},
		{"GET", "/qr/ABC.png", "GET /qr/{picture}"},
		{"POST", "/2010-04-01/Accounts/key/SMS/Messages/SM1/Feedback.json", "POST /2010-04-01/Accounts/{key}/SMS/Messages/{sms}/Feedback.json"},

		{"GET", "/", "unknown"},
		{"GET", "", "unknown"},
		{"GET", "/protected", "unknown"},
		{"GET", "/protected/yaml/app/details", "unknown"},
		{"GET", "/protected/JSON/app/details", "unknown"},
		{"GET", "/protected/json/verify//1000", "unknown"},
		{"GET", "/protected/json/verify/1/2/3", "unknown"},
		{"GET", "/%70rotected/json/app/details", "unknown"},
		{"GET", "/protected/json/app%2Fdetails", "unknown"},
		{"GET", "/x/../protected/json/app/details", "unknown"},
		{"GET", "/" + strings.Repeat("a/", 1000), "unknown"},

		{"GET", "/protected/json/users/new", "unknown method"},
		{"HEAD", "/protected/json/app/details", "unknown method"},
		{"PUT", "/dashboard/json/application/webhooks", "unknown method"},
	} {
		if got := r.find(test.method, test.path); got.name != test.want {
			t.Errorf("%s %s: %s, want %s", test.method, test.path, got.name, test.want)
		}
	}
	if got := r.find("PUT", "/dashboard/xml/application/webhooks"); got.allow != "DELETE, GET, POST" || got.format != formatXML {
		t.Errorf("allow %q in %s", got.allow, got.format)
	}
}

// protocol is every call that the protocol describes, by section.
var protocol = []struct{ section, method, path string }{
	{"4.1", "POST", "/protected/{format}/users/new"},
	{"4.2", "GET", "/protected/{format}/users/{id}/status"},
	{"4.3", "POST", "/protected/{format}/users/{id}/delete"},
	{"4.3", "POST", "/protected/{format}/users/delete/{id}"},
	{"4.3", "POST", "/protected/{format}/users/{id}/remove"},
	{"4.4", "POST", "/protected/{format}/users/{id}/update"},
	{"4.5", "POST", "/protected/{format}/users/{id}/secret"},
	{"4.6", "GET", "/protected/{format}/verify/{token}/{id}"},
	{"4.7", "GET", "/protected/{format}/sms/{id}"},
	{"4.7", "GET", "/protected/{format}/call/{id}"},
	{"4.8", "POST", "/protected/{format}/email/{id}"},
	{"4.9", "POST", "/protected/{format}/users/{id}/register_activity"},
	{"4.10", "GET", "/protected/{format}/registrations/status"},
	{"4.11", "GET", "/protected/{format}/app/details"},
	{"4.12", "GET", "/protected/{format}/app/stats"},
	{"4.13", "POST", "/protected/{format}/phones/verification/start"},
	{"4.14", "GET", "/protected/{format}/phones/verification/check"},
	{"4.15", "GET", "/protected/{format}/phones/verification/status"},
	{"4.16", "GET", "/protected/{format}/phones/info"},
	{"4.17", "POST", "/2010-04-01/Accounts/{key}/SMS/Messages/{sms}/Feedback.json"},
	{"4.18", "POST", "/onetouch/{format}/users/{id}/approval_requests"},
	{"4.19", "GET", "/onetouch/{format}/approval_requests/{uuid}"},
	{"4.21", "POST", "/protected/{format}/sdk/registrations"},
	{"4.21", "DELETE", "/protected/{format}/sdk/devices/{device}"},
	{"4.21", "GET", "/protected/{format}/reporting/events"},
	{"4.21", "GET", "/protected/{format}/reporting/date_histogram"},
	{"4.21", "ANY", "/dashboard/{format}/application/details"},
	{"4.21", "ANY", "/dashboard/{format}/application/update"},
	{"4.21", "ANY", "/dashboard/{format}/application/assets"},
	{"4.21", "ANY", "/dashboard/{format}/application/assets/update"},
	{"4.21", "ANY", "/dashboard/{format}/application/ui_settings"},
	{"4.21", "ANY", "/dashboard/{format}/application/ui_settings/update"},
	{"4.21", "ANY", "/dashboard/{format}/application/users"},
	{"4.21", "ANY", "/dashboard/{format}/applications"},
	{"4.22", "POST", "/dashboard/{format}/application/webhooks"},
	{"4.22", "GET", "/dashboard/{format}/application/webhooks"},
	{"4.22", "DELETE", "/dashboard/{format}/application/webhooks/{webhook}"},
	{"4.22", "DELETE", "/dashboard/{format}/application/webhooks"},
}

func TestEveryCallOfTheProtocolIsInTheTable(t *testing.T) {
	t.Parallel()
	table := routes()
	for _, p := range protocol {
		if !slices.ContainsFunc(table, func(r route) bool { return r.method == p.method && r.path == p.path }) {
			t.Errorf("%s: %s %s is not in the table", p.section, p.method, p.path)
		}
	}
}

// tableRow is a line of the operator's table: method, path, whether it is answered.
var tableRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `([^`]+)` \\| (yes|no)")

func TestThePageShowsTheTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/authy.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, table []string
	for _, m := range tableRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2]+" "+m[3])
	}
	for _, r := range routes() {
		answered := "yes"
		if r.absent() {
			answered = "no"
		}
		table = append(table, r.name()+" "+answered)
	}
	if !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/authy.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

func TestAreasAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	if got, want := Areas(), []string{"protected", "2010-04-01", "onetouch", "dashboard", "qr"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNumbersOfUsersFitInThirtyOneBits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 1, "1000": 1000, "2147483647": 2147483647, "0001": 1,
		"2147483648": 0, "9999999999": 0, "0": 0, "": 0, "-1": 0, "+1": 0, "1.0": 0, "１": 0, "12345678901": 0, "0x1": 0, "1%30": 0,
	} {
		if got := numberOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func FuzzRouter(f *testing.F) {
	r := newRouter(routes())
	f.Add(http.MethodGet, "/protected/json/verify/%2e%2e%2fsms/1000")
	f.Add(http.MethodPost, "//protected/xml/users/delete/1/")
	f.Add(http.MethodDelete, "/dashboard/json/application/webhooks/WH_1")
	f.Fuzz(func(t *testing.T, method, path string) {
		found := r.find(method, path)
		if found.format != formatJSON && found.format != formatXML || found.name == "" {
			t.Fatalf("%+v", found)
		}
		for name, segment := range found.values {
			if segment == "" || strings.Contains(segment, "/") {
				t.Fatalf("%s is %q", name, segment)
			}
		}
	})
}
