package harness

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"
)

// Message is one entry of the sandbox's inbox.
type Message struct {
	To      string `json:"to"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
}

// Code is the digits of the message that a person would type, "" where it holds none.
func (m Message) Code() string { return codeIn.FindString(address.ReplaceAllString(m.Text, "")) }

var (
	codeIn  = regexp.MustCompile(`\b[0-9]{4,10}\b`)
	address = regexp.MustCompile(`\S+://\S+`)
)

// Messages are those kept for one address, newest first.
func (s *Server) Messages(t testing.TB, to string) []Message {
	t.Helper()
	answer := s.Get(t, "/sandbox/messages?to="+url.QueryEscape(to))
	if answer.Status != http.StatusOK {
		t.Fatalf("the inbox answers %d: %s", answer.Status, answer.Body)
	}
	var messages []Message
	if err := json.Unmarshal(answer.Body, &messages); err != nil {
		t.Fatalf("the inbox is no list: %v\n%s", err, answer.Body)
	}
	for _, m := range messages {
		s.Log.code(m.Code())
	}
	return messages
}

// Await waits until an address has got so many messages of any kind, and returns the newest.
func (s *Server) Await(t testing.TB, to string, count int) Message {
	t.Helper()
	return Until(t, fmt.Sprintf("message %d to %s", count, to), func() (Message, bool) {
		found := s.Messages(t, to)
		if len(found) < count {
			return Message{}, false
		}
		return found[0], true
	})
}

// Codes are the messages with a code that were kept for one address, newest first.
func (s *Server) Codes(t testing.TB, to string) []Message {
	t.Helper()
	return slices.DeleteFunc(s.Messages(t, to), func(m Message) bool { return m.Code() == "" })
}

// Code waits until an address has got so many messages with a code, and returns the newest.
func (s *Server) Code(t testing.TB, to string, count int) Message {
	t.Helper()
	return s.AllCodes(t, to, count)[0]
}

// AllCodes waits until an address has got so many messages with a code, and returns them, newest first.
func (s *Server) AllCodes(t testing.TB, to string, count int) []Message {
	t.Helper()
	return Until(t, fmt.Sprintf("code %d for %s", count, to), func() ([]Message, bool) {
		found := s.Codes(t, to)
		return found, len(found) >= count
	})
}

// Advance moves the server's clock.
func (s *Server) Advance(t testing.TB, by time.Duration) {
	t.Helper()
	s.setClock(t, fmt.Sprintf(`{"advance":%q}`, by))
}

// ResetClock brings the server's clock back to the real time.
func (s *Server) ResetClock(t testing.TB) {
	t.Helper()
	s.setClock(t, `{"reset":true}`)
}

func (s *Server) setClock(t testing.TB, wish string) {
	t.Helper()
	answer := s.Send(t, Request{Method: http.MethodPost, Path: "/sandbox/clock", Body: wish})
	if answer.Status != http.StatusOK {
		t.Fatalf("the clock answers %d: %s", answer.Status, answer.Body)
	}
}

// Now is the server's time.
func (s *Server) Now(t testing.TB) time.Time {
	t.Helper()
	var clock struct{ Now time.Time }
	s.Get(t, "/sandbox/clock").JSON(t, &clock)
	return clock.Now
}
