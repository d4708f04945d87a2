package authy_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// What a caller sent may be a number, a code or a key that stands in the wrong place.
func TestTheLogRepeatsNothingOfARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	id := w.Person("4155552671").User.Number
	var log bytes.Buffer
	door := w.dialect.Handler(&endpoint.Server{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	const sent = "9876501234"
	for _, at := range []string{
		"GET /protected/json/phones/verification/check?phone_number=4155552672&country_code=1&verification_code=" + sent,
		"GET /protected/json/phones/verification/status?phone_number=4155552672&country_code=1",
		"GET /protected/json/phones/verification/check?phone_number=1&country_code=x" + sent,
		"POST /protected/json/phones/verification/start?phone_number=4155552672&country_code=1&via=" + sent,
		"POST /protected/json/phones/verification/start?phone_number=4155552672&country_code=1&custom_code=" + sent,
		fmt.Sprintf("GET /protected/json/verify/%s/%d?force=%s", sent, id, sent),
		fmt.Sprintf("GET /protected/json/verify/x%s/%d", sent, id),
		fmt.Sprintf("POST /protected/json/users/%d/secret?qr_size=%s1", id, sent),
		fmt.Sprintf("POST /protected/json/users/%d/update?email=%s", id, sent),
		"POST /protected/json/users/new?user[email]=" + sent + "&user[cellphone]=4155552672x&user[country_code]=1",
		"GET /protected/json/reporting/events?query[event][eq]=" + sent,
		"GET /protected/json/app/details?api_key=" + sent,
		"GET /protected/json/app/" + sent,
		"GET /qr/" + sent + sent + ".png",
	} {
		method, url, _ := strings.Cut(at, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, url, http.NoBody)
		r.Header.Set("X-Authy-Api-Key", bankKey)
		door.ServeHTTP(httptest.NewRecorder(), r)
	}
	for line := range strings.Lines(log.String()) {
		for _, word := range []string{sent, "4155552672", "415-555-2672", bankKey} {
			if strings.Contains(line, word) {
				t.Errorf("%s is in the log: %s", word, line)
			}
		}
	}
	if strings.Count(log.String(), "\n") < 14 {
		t.Errorf("not every request has its line: %s", log.String())
	}
}
