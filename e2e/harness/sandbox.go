package harness

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"
)

// Message is one entry of the sandbox's inbox.
type Message struct {
	To      string `json:"to"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
}

// Code is the digits of the message that a person would type.
func (m Message) Code() string { return codeIn.FindString(m.Text) }

var codeIn = regexp.MustCompile(`\b[0-9]{4,10}\b`)

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

// Message waits until an address has got so many messages, and returns the newest.
func (s *Server) Message(t testing.TB, to string, count int) Message {
	t.Helper()
	return Until(t, fmt.Sprintf("message %d to %s", count, to), func() (Message, bool) {
		messages := s.Messages(t, to)
		if len(messages) < count {
			return Message{}, false
		}
		return messages[0], true
	})
}

// Advance moves the server's clock.
func (s *Server) Advance(t testing.TB, by time.Duration) {
	t.Helper()
	answer := s.Post(t, "/sandbox/clock", url.Values{"advance": {by.String()}})
	if answer.Status != http.StatusOK {
		t.Fatalf("the clock answers %d: %s", answer.Status, answer.Body)
	}
}
