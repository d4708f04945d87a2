package launchkey_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// subjectOf is one that a path's calls act on.
func subjectOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/directory/"):
		return onDir
	case strings.HasPrefix(path, "/service/"):
		return onSvc
	}
	return onOrg
}

// bodies are what no client sends.
func bodies() []any {
	nested := strings.Repeat(`{"policy":`, 5000) + "1" + strings.Repeat("}", 5000)
	out := []any{nil}
	for _, raw := range []string{
		`{}`, `null`, `true`, `5`, `"x"`, `[]`, `[{}]`, `{"name":{}}`, `{"name":"` + strings.Repeat("a", 60_000) + `"}`, nested,
		`{"name":"\u0000","identifier":"\u0000","username":"\u0000","policy":{"type":"\u0000"},"context":"\u0000","otp":"\u0000"}`,
		`{"name":"\ud800","identifier":"\udfff","username":"\ud800x","context":"\u202e"}`,
		`{"directory_id":"` + dirID + `","service_id":"` + svcID + `","device_id":"` + dirID + `","key_id":"x","sdk_key":"x","identifier":"ann","username":"ann","name":"x","otp":"1"}`,
		`{"directory_id":"` + dirID + `","service_id":"` + svcID + `","public_key":"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----","key_type":0}`,
		`{"directory_id":null,"service_id":null,"directory_ids":null,"service_ids":null,"identifier":null,"username":null}`,
		`{"directory_id":[],"service_id":{},"directory_ids":{},"service_ids":[[]],"identifier":[],"username":{},"ttl":1e400,"policy":[],"denial_reasons":{}}`,
		`{"directory_id":"` + dirID + `","date_expires":"9999-99-99","active":"maybe","key_type":1e308,"ios_p12":"////","android_key":""}`,
		`{"username":"ann","ttl":-1,"denial_reasons":[null,1,{}],"title":"","policy":{"factors":[{"attributes":{"locations":[null]}}]}}`,
		`{"service_id":"` + svcID + `","policy":{"type":"COND_GEO","fences":[null],"inside":null,"outside":1}}`,
		`{"service_id":"` + svcID + `","policy":{"type":"FACTORS","factors":[null,1]}}`,
		`{"service_id":"` + svcID + `","policy":{"factors":[null],"minimum_requirements":[null]}}`,
		`{"identifier":"'; DROP TABLE users; --","username":"' OR 1=1 --","name":"<script>"}`,
	} {
		out = append(out, json.RawMessage(raw))
	}
	return out
}

// reachesTheStore reports whether a body may mean something to one engine that it does not to the other; what is
// wrong with all the rest is found before.
func reachesTheStore(body []byte) bool {
	for _, part := range []string{`\u0000`, `\ud800`, "DROP", dirID} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

func TestNothingThatIsSentIsAnInternalError(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.link("ann")
		for _, c := range launchkey.Table() {
			if c.Open {
				continue
			}
			path := strings.Replace(c.Path, "{id}", unknown, 1)
			for i, body := range bodies() {
				r := by(subjectOf(path), c.Method, path, nil)
				if raw, ok := body.(json.RawMessage); ok {
					r.sealing.raw = raw
				}
				if strings.HasSuffix(t.Name(), "postgres") && !reachesTheStore(r.sealing.raw) {
					continue
				}
				a := w.do(r)
				if a.Status >= 500 {
					t.Errorf("%s %s, body %d: %d", c.Method, path, i, a.Status)
				}
				for _, word := range []string{"json:", "sql", "goroutine", ".go:", "UNIQUE", "pq:", "SQLSTATE"} {
					if strings.Contains(string(a.Body), word) {
						t.Errorf("%s %s, body %d, tells of the inside: %s", c.Method, path, i, a.Body)
					}
				}
			}
		}
	})
}

func TestWithoutATokenNothingIsToldAndNothingSigned(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for _, c := range launchkey.Table() {
			if c.Open {
				continue
			}
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(w.Context(), c.Method, c.Path, strings.NewReader("{}")))
			if recorder.Code != 401 || recorder.Body.Len() > 0 || recorder.Header().Get("X-IOV-JWT") != "" || recorder.Header().Get("Content-Length") != "0" {
				t.Errorf("%s %s: %d %v %s", c.Method, c.Path, recorder.Code, recorder.Header(), recorder.Body)
			}
		}
	})
}

func TestForeignThingsLookLikeThingsThatNeverWere(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		d := w.link("ann")
		made := w.ask(object{"username": "ann"})
		stranger := func(subject, method, path string, body any) request {
			return request{Key: "stranger", Issuer: "org:" + other, Subject: subject, Method: method, Path: path, Body: body}
		}
		own := "org:" + other
		for name, pair := range map[string][2]request{
			"directory": {
				stranger(own, http.MethodPost, directories+"/list", object{"directory_ids": []string{dirID}}),
				stranger(own, http.MethodPost, directories+"/list", object{"directory_ids": []string{unknown}}),
			},
			"keys": {
				stranger(own, http.MethodPost, dirKeys+"/list", object{"directory_id": dirID}),
				stranger(own, http.MethodPost, dirKeys+"/list", object{"directory_id": unknown}),
			},
			"subject": {
				stranger(onDir, http.MethodPost, devices+"/list", object{"identifier": "ann"}),
				stranger("dir:"+unknown, http.MethodPost, devices+"/list", object{"identifier": "ann"}),
			},
			"service": {stranger(onSvc, http.MethodGet, auths+"/"+made.ID, nil), stranger("svc:"+unknown, http.MethodGet, auths+"/"+made.ID, nil)},
			"policy": {
				stranger(own, http.MethodPost, "/organization/v3/service/policy/item", object{"service_id": svcID}),
				stranger(own, http.MethodPost, "/organization/v3/service/policy/item", object{"service_id": unknown}),
			},
			"device": {
				by(onDir, http.MethodDelete, devices, object{"identifier": "bob", "device_id": string(d.Account.Device.ID)}),
				by(onDir, http.MethodDelete, devices, object{"identifier": "bob", "device_id": unknown}),
			},
		} {
			one, two := w.do(pair[0]), w.do(pair[1])
			if one.Status != two.Status || !bytes.Equal(one.Body, two.Body) || one.Status < 400 {
				t.Errorf("%s: %d %s, %d %s", name, one.Status, one.Body, two.Status, two.Body)
			}
		}
	})
}

// What a caller sent may be a name, a code or a key that stands in the wrong place.
func TestTheLogRepeatsNothingOfARequest(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.handler = w.dialect.Handler(&endpoint.Server{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		const sent = "Verrätergasse17"
		body := object{
			"identifier": sent, "username": sent, "name": sent + "\x00", "otp": sent, "context": sent, "policy": object{"type": sent}, "public_key": sent,
			"directory_id": sent, "service_id": sent, "date_expires": sent, "key_id": sent, "webhook_url": sent, "ttl": sent,
		}
		for _, c := range launchkey.Table() {
			if c.Open {
				w.get(strings.NewReplacer("{kid}", "Verr17", "{code}", "Verr17").Replace(c.Path))
				continue
			}
			r := by(subjectOf(c.Path), c.Method, strings.Replace(c.Path, "{id}", "Verr17", 1), body)
			w.do(r)
			r.claims = in("iss", "org:Verr17")
			w.do(r)
		}
		if strings.Contains(log.String(), "Verr") {
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, "Verr") {
					t.Error(line)
				}
			}
		}
		if strings.Count(log.String(), "\n") < 80 {
			t.Errorf("not every request has its line: %d", strings.Count(log.String(), "\n"))
		}
	})
}

func TestEveryRouteIsKnownByItsMethodAndPath(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range launchkey.Table() {
		name := fmt.Sprint(c.Method, " ", c.Path)
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		area, _, _ := strings.Cut(strings.TrimPrefix(c.Path, "/"), "/")
		if !strings.Contains(strings.Join(launchkey.Areas(), " "), area) {
			t.Errorf("%s is outside of all areas", name)
		}
	}
	if len(seen) != 4+11+2*11+7+6 {
		t.Errorf("there are %d", len(seen))
	}
}
