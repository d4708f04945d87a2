package launchkey

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"lka","aud":"org:a","sub":"svc:b","jti":"c","iat":1,"nbf":1,"exp":6,"response":{"status":200,"hash":"00","func":"S256"}}`), []byte("x"))
	f.Add([]byte(`{"iat":1,"nbf":1,"exp":6,"request":{"meth":"POST","path":"/","hash":"00","func":"S512"}}`), []byte{})
	f.Fuzz(func(t *testing.T, payload, body []byte) {
		read, err := readClaims(payload)
		if (err == nil) != (read != nil) || err != nil && !errors.Is(err, ErrUnverified) {
			t.Fatalf("%+v, %v", read, err)
		}
		if err != nil {
			return
		}
		_ = read.timely(time.Unix(0, 0))
		if read.Request != nil && len(body) > 0 && read.Request.check(body) == nil && read.Request.Hash == "" {
			t.Fatal("a body without digest passes")
		}
	})
}

func FuzzSealed(f *testing.F) {
	f.Add("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJraWQiOiJhIn0.AA.AA.AA.AA")
	f.Add("eyJraWQiOiJhIiwiemlwIjoiREVGIn0.a.b.c.d")
	ring := &keyring{}
	f.Fuzz(func(t *testing.T, sealed string) {
		if plain, err := ring.open(sealed); err == nil || plain != nil {
			t.Fatal("opened without a key")
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(`{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":2}],"factors":[{"factor":"timefence","attributes":{"time fences":[{"name":"a","days":["Monday"],"start hour":1}]}}]}`))
	f.Add([]byte(`{"type":"COND_GEO","fences":[{"type":"TERRITORY","country":"US"}],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[]},"outside":{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		policy, err := readPolicy(raw)
		if err != nil {
			if !errors.Is(err, ErrUnexpectedAnswer) {
				t.Fatal(err)
			}
			return
		}
		// What was read can be written, and reads the same again.
		first, err := json.Marshal(policy.wire())
		if err != nil {
			t.Fatal(err)
		}
		again, err := readPolicy(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second, err := json.Marshal(again.wire()); err != nil || string(second) != string(first) {
			t.Fatalf("%s became %s, %v", first, second, err)
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte(`{"auth":"AAAA","service_user_hash":"a","user_push_id":"b","public_key_id":"c"}`))
	f.Add([]byte(`{"auth":"","auth_jwe":"a.b.c.d.e","service_user_hash":"a","user_push_id":"b","public_key_id":"c"}`))
	ring := &keyring{}
	f.Fuzz(func(t *testing.T, plain []byte) {
		if response, err := ring.openResponse(plain); err == nil || response != nil {
			t.Fatalf("%+v was opened without a key", response)
		}
	})
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"service_user_hash":"a","api_time":"2026-01-31T12:00:00Z"}`))
	f.Add([]byte(`{"type":"DEVICE_LINK_COMPLETION","device_id":"1b4f0a9c-2d3e-4f5a-8b6c-7d8e9f0a1b2c"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_ = webhookType(body)
		if end, err := readSessionEnd(body); err == nil && (end.ServiceUserHash == "" || end.RequestedAt.IsZero()) {
			t.Fatalf("%+v", end)
		}
		if link, err := readDeviceLink(body); err == nil && link.DeviceID.check() != nil {
			t.Fatalf("%+v", link)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"error_code":"SVC-005","error_detail":"x","error_data":{"auth_request":"f2b4c6d8-e0a1-4b3c-8d5e-6f7081920a1b","expires":"2026-01-31T12:00:00Z"}}`))
	f.Add(409, []byte(`{"error_code":"ARG-001","error_detail":{"a":{"b":"c"}}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if text := refusal("test", status, body).Error(); strings.ContainsAny(text, "\n\r") || len(text) > 8<<10 {
			t.Fatalf("not fit for a log: %q", text)
		}
	})
}

func FuzzPublic(f *testing.F) {
	f.Add([]byte(`{"api_time":"2026-01-31T12:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if at, err := readPing(body); (err == nil) == at.IsZero() {
			t.Fatalf("%v, %v", at, err)
		}
		_ = sameHeader(http.Header{"Location": {string(body)}}, "Location", nil)
	})
}
