package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
)

func TestNoTwoDialectsHaveAnAreaInCommon(t *testing.T) {
	t.Parallel()
	var all []string
	for _, areas := range [][]string{authy.Areas(), launchkey.Areas(), loginid.Areas(), authsignal.Areas(), {"api", ".well-known", "healthz", "readyz", "metrics", "authenticator", "approve", "challenge", "sandbox", "demo"}} {
		all = append(all, areas...)
	}
	slices.Sort(all)
	if once := slices.Compact(slices.Clone(all)); len(once) != len(all) {
		t.Errorf("an area stands twice in %v", all)
	}
}

func TestWhatFollowsTheAPIDecidesWhoseItIs(t *testing.T) {
	t.Parallel()
	say := func(word string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, word) })
	}
	door := second("v1", say("own"), say("other"))
	for path, want := range map[string]string{
		"/api/v1/links": "own", "//api//v1/links": "own", "/api/v1": "own", "/api/tx": "other", "/api/native/v1": "other", "/api": "other", "/api/": "other", "/api/v1x": "other",
	} {
		recorder := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://mfa.example.test/", http.NoBody)
		r.URL.Path = path
		door.ServeHTTP(recorder, r)
		if got := recorder.Body.String(); got != want {
			t.Errorf("%s is answered by %s, want %s", path, strings.TrimSpace(got), want)
		}
	}
}
