package authsignal

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"version":1,"id":"1","source":"s","time":"2025-02-20T01:51:56.070Z","tenantId":"t","type":"sms.created","data":{}}`), "t=1,v2=AAAA,v2=")
	f.Add([]byte(`{"records":[{}]}`), "t=1740016316,v2=xicMBl8fdhxLmCeRPxY340CmEbSOI8rLZu0P05sPy/s")
	f.Add([]byte(``), ",,t==,v2=====")
	f.Fuzz(func(t *testing.T, payload []byte, header string) {
		w, err := NewWebhook([]Secret{"k"}, WithClock(func() time.Time { return time.Unix(0, 0) }))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(payload, header); !errors.Is(err, ErrSignature) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Fatalf("%q: %v", header, err)
		}
		var event Event
		if json.Unmarshal(payload, &event) == nil && event.check() == nil && (event.ID == "" || len(event.Data) == 0) {
			t.Fatalf("%+v", event)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"error":"invalid_request","errorCode":"invalid_request","errorDescription":"no\u001b[2J"}`))
	f.Add(500, []byte(`{"errorCode":{"a":1},"error":7}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		text := refusal("test", &answer{status: status, body: body}).Error()
		if strings.ContainsAny(text, "\n\r\x1b") || len(text) > 8<<10 {
			t.Fatalf("not fit for a log: %q", text)
		}
	})
}

// FuzzPath holds what callers name to one segment each of the address.
func FuzzPath(f *testing.F) {
	f.Add("auth0|7", "k 1")
	f.Add("..", "%2e%2e")
	f.Add("a?b#c", "ü;x")
	tr := transport{base: "https://mfa.example/v1"}
	f.Fuzz(func(t *testing.T, user, key string) {
		if UserID(user).check() != nil || IdempotencyKey(key).check() != nil {
			return
		}
		read, err := url.Parse(tr.address(call{path: []string{"users", user, "actions", "a", key}}))
		if err != nil || read.Host != "mfa.example" || read.RawQuery != "" || read.Fragment != "" {
			t.Fatalf("%q, %q: %v, %v", user, key, read, err)
		}
		if want := "/v1/users/" + user + "/actions/a/" + key; read.Path != want || read.JoinPath().Path != want {
			t.Fatalf("%q, %q: %q", user, key, read.Path)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add("https://mfa.example/challenge?token=t")
	f.Add("javascript:alert(1)?")
	f.Fuzz(func(t *testing.T, text string) {
		if !isPage(text) {
			return
		}
		read, err := url.Parse((&Tracked{URL: text}).PopupURL())
		if err != nil || read.Scheme != "https" && read.Scheme != "http" || !strings.HasSuffix(read.RawQuery, "&mode=popup") {
			t.Fatalf("%q: %v, %v", text, read, err)
		}
	})
}
