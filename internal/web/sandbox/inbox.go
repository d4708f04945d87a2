package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// shown is how many messages the page and the JSON list: more than a story in
// a test sends, and few enough to look through.
const shown = 200

// recipient reads the filter. A plus that was typed into an address bar
// arrives as a space.
func recipient(r *endpoint.Request) string {
	to := r.URL.Query().Get("to")
	if strings.HasPrefix(to, " ") {
		to = "+" + strings.TrimSpace(to)
	}
	return strings.TrimSpace(to)
}

// letter is a message as the page shows it.
type letter struct {
	ID, Channel, To, From, Subject, Text string
	At                                   time.Time
	HTML                                 bool
	Speech                               string
	Code, Link                           string
}

func newLetter(m mfa.InboxMessage) letter {
	l := letter{
		ID: m.ID, Channel: string(m.Message.Channel), To: m.Message.To, From: m.Message.From, Subject: m.Message.Subject,
		Text: m.Message.Text, At: m.At, HTML: m.Message.HTML != "", Speech: m.Message.Speech,
	}
	l.Code, l.Link = codeIn(l.Text), linkIn(l.Text)
	return l
}

type inboxPage struct {
	To            string
	Letters       []letter
	Full          bool
	Now           time.Time
	Shifted       bool
	Demo, Devices bool
}

func (s *Sandbox) inbox(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	to := recipient(r)
	messages, err := s.options.Inbox.Inbox(ctx, to, shown)
	if err != nil {
		return endpoint.Response{}, err
	}
	page := inboxPage{
		To: to, Full: len(messages) == shown, Now: s.options.Clock.Now(),
		Demo: s.options.Demo, Devices: s.options.Authenticator,
	}
	page.Shifted = time.Until(page.Now).Abs() > time.Second
	for _, m := range messages {
		page.Letters = append(page.Letters, newLetter(m))
	}
	return s.site.Page(http.StatusOK, "inbox", page)
}

// message is one message in the JSON list.
type message struct {
	To      string `json:"to"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
	Subject string `json:"subject,omitempty"`
	At      string `json:"at"`
	ID      string `json:"id"`
}

func (s *Sandbox) messages(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	found, err := s.options.Inbox.Inbox(ctx, recipient(r), shown)
	if err != nil {
		return endpoint.Response{}, err
	}
	list := make([]message, 0, len(found))
	for _, m := range found {
		list = append(list, message{
			To: m.Message.To, Channel: string(m.Message.Channel), Text: m.Message.Text, Subject: m.Message.Subject,
			At: m.At.UTC().Format(time.RFC3339Nano), ID: m.ID,
		})
	}
	return endpoint.JSON(http.StatusOK, list)
}

// mailPolicy lets a mail's own styles work and nothing else: no script, no
// picture, no address of ours. It stands in an origin of its own.
const mailPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"

// mail shows a mail as its reader would see it.
func (s *Sandbox) mail(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	found, err := s.options.Inbox.Inbox(ctx, "", mfa.MaxInboxList)
	if err != nil {
		return endpoint.Response{}, err
	}
	for _, m := range found {
		if m.ID == r.PathValue("id") && m.Message.HTML != "" {
			header := endpoint.PageHeader()
			header.Set("Content-Security-Policy", mailPolicy)
			return endpoint.Response{ContentType: "text/html; charset=utf-8", Header: header, Body: []byte(m.Message.HTML)}, nil
		}
	}
	return endpoint.Response{}, mfa.Missing("mail")
}
