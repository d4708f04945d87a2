package authsignaltest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// Sign is the header of a webhook with these bytes, signed at a time with each of
// the keys.
func Sign(payload []byte, at time.Time, keys ...string) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + stamp}
	for _, key := range keys {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(stamp + "." + string(payload)))
		parts = append(parts, "v2="+strings.TrimRight(base64.StdEncoding.EncodeToString(mac.Sum(nil)), "="))
	}
	return strings.Join(parts, ",")
}

// Event is the text of a webhook.
func (s *Server) Event(kind string, data Doc) []byte {
	s.t.Helper()
	return s.json(s.envelope(kind, "data", data))
}

// LogEvents is the text of a batch of a log.
func (s *Server) LogEvents(kind string, records ...Doc) []byte {
	s.t.Helper()
	list := []Doc{}
	for _, record := range records {
		list = append(list, s.envelope(kind, "record", record))
	}
	return s.json(Doc{"records": list})
}

func (s *Server) envelope(kind, member string, content Doc) Doc {
	return Doc{"version": 1, "id": uuid(), "source": "https://authsignal.com", "time": now(), "tenantId": s.TenantID, "type": kind, member: content}
}

func (s *Server) json(d Doc) []byte {
	s.t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		s.t.Errorf("a webhook: %v", err)
	}
	return raw
}

// Deliver sends a webhook to a program, as the server would now, and gives the
// status of its answer.
func (s *Server) Deliver(program http.Handler, path string, payload []byte) int {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(payload))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature-V2", Sign(payload, time.Now(), s.SecretKey))
	w := httptest.NewRecorder()
	program.ServeHTTP(w, r)
	return w.Code
}
