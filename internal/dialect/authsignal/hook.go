package authsignal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// headerSignature is where applications look for what shows that a request is ours.
const headerSignature = "X-Signature-V2"

// Types of what applications are told.
const (
	hookEmail         = "email.created"
	hookSMS           = "sms.created"
	hookPush          = "push.created"
	hookVerify        = "action.verify"
	hookAdded         = "authenticator.created"
	hookUpdated       = "authenticator.updated"
	hookRemoved       = "authenticator.deleted"
	hookActionLog     = "action.log_created"
	hookChallengeLog  = "challenge.log_created"
	hookEnvelopeLevel = 1 // the version of the envelope
)

// hooks tells applications of what happened, and has them send messages in our place.
type hooks struct{ d *Dialect }

// Callback is the dialect's part in deliveries.
func (d *Dialect) Callback() mfa.Callback { return hooks{d} }

// Dialect is the dialect's name.
func (hooks) Dialect() string { return Name }

// Wants is "" for every event: applications of this dialect make no webhooks, their settings say what they want.
func (hooks) Wants(mfa.Event) string { return "" }

// Reports says what an application's settings want to hear of an event.
func (h hooks) Reports(c *mfa.Caller, e mfa.Event) []mfa.Report {
	if c.Application.Settings.StepUp == nil {
		return nil
	}
	var out []mfa.Report
	if c.Application.Settings.StepUp.EventsURL != "" && authenticatorEvent(e.Type) != "" {
		out = append(out, mfa.Report{})
	}
	if c.Application.Settings.StepUp.LogsURL != "" {
		out = append(out, h.d.logReports(c, e)...)
	}
	return out
}

// extra is what a report of ours carries beside its event: a message, a stretch of the log, or nothing.
type extra struct {
	stepup.Handout

	Log *stretch `json:"log,omitempty"`
}

// Render makes a request with the keys and addresses of this moment. A nil one means that nobody wants it any more.
func (h hooks) Render(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	caller, err := h.d.service.CallerFor(ctx, p.Event.ApplicationID)
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, nil //nolint:nilnil // documented: nobody wants it any more
	}
	if err != nil {
		return nil, err
	}
	var more extra
	if len(p.Extra) > 0 {
		if err := json.Unmarshal(p.Extra, &more); err != nil {
			return nil, mfa.Permanent(fmt.Errorf("read a report: %w", err))
		}
	}
	switch {
	case more.Log != nil:
		return h.d.renderLog(ctx, caller, p.Event, *more.Log)
	case more.URL != "":
		return h.d.renderMessage(ctx, caller, p.Event, more.Handout)
	}
	return h.d.renderAuthenticator(ctx, caller, p.Event)
}

// envelope is around everything that applications are told but logs.
type envelope struct {
	Version  int      `json:"version"`
	ID       string   `json:"id"`
	Source   string   `json:"source"`
	Time     wireTime `json:"time"`
	TenantID string   `json:"tenantId"`
	Type     string   `json:"type"`
	Data     any      `json:"data,omitempty"`
	Record   any      `json:"record,omitempty"` // in the place of data, in logs
}

// envelopeFor wraps data. The id is that of the event, so that whoever hears of it twice can tell.
func (d *Dialect) envelopeFor(c *mfa.Caller, id, kind string, at time.Time) envelope {
	return envelope{
		Version: hookEnvelopeLevel, ID: id, Source: d.service.Options().PublicURL, Time: wireTime(at), TenantID: d.tenantID(c), Type: kind,
	}
}

// errNoSigning says why nothing can be told.
var errNoSigning = errors.New("the application has no live secret key to sign webhooks with; give it one")

// hookRequest is a signed request with a body in compact JSON.
func (d *Dialect) hookRequest(ctx context.Context, c *mfa.Caller, address string, body any) (*http.Request, error) {
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write a webhook: %w", err))
	}
	text := bytes.TrimSuffix(raw.Bytes(), []byte{'\n'})
	keys := d.secrets(c)
	if len(keys) == 0 {
		return nil, mfa.Permanent(errNoSigning)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return nil, mfa.Permanent(errors.New("the address of a webhook cannot be used"))
	}
	request.Header.Set("Content-Type", contentType)
	request.Header[headerSignature] = []string{hookSignature(keys, d.service.Now(), text)}
	return request, nil
}

// hookSignature signs a body with every live key, so that whoever knows one of them can check it while keys are rolled.
func hookSignature(keys []mfa.Key, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	var out strings.Builder
	out.WriteString("t=" + seconds)
	for i := range keys {
		out.WriteString(",v2=" + base64.RawStdEncoding.EncodeToString(mac(keys[i].Secret, seconds+"."+string(body))))
	}
	return out.String()
}
