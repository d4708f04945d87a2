package authsignal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is the header that carries a webhook's signatures.
const SignatureHeader = "X-Signature-V2"

const (
	// defaultTolerance is how old a webhook may be, and how far ahead the
	// server's clock.
	defaultTolerance = 5 * time.Minute

	// maxWebhook bounds what is read of a request: 500 records of a log are
	// well below it.
	maxWebhook = 4 << 20

	// maxSignatures is more than keys can be active at once.
	maxSignatures = 16
)

// Webhook proves what a server sends.
type Webhook struct {
	keys      func() []Secret // a function, so that printing an enclosing struct shows an address
	tolerance time.Duration
	now       func() time.Time
}

// WebhookOption changes how a webhook is judged.
type WebhookOption func(*Webhook)

// WithTolerance sets how old a webhook may be, and how far ahead the server's
// clock: five minutes if it is not set, any time if it is not positive.
func WithTolerance(tolerance time.Duration) WebhookOption {
	return func(w *Webhook) { w.tolerance = tolerance }
}

// WithClock sets the clock, for tests.
func WithClock(now func() time.Time) WebhookOption {
	return func(w *Webhook) { w.now = now }
}

// NewWebhook takes the secret keys of the tenant; while keys are being changed,
// both. A signature by any of them counts.
func NewWebhook(keys []Secret, options ...WebhookOption) (*Webhook, error) {
	if len(keys) == 0 {
		return nil, &FormatError{Field: "keys", Reason: "must be one at least"}
	}
	for _, key := range keys {
		if err := checkSecret("key", key); err != nil {
			return nil, err
		}
	}
	w := &Webhook{keys: func() []Secret { return keys }, tolerance: defaultTolerance, now: time.Now}
	for _, option := range options {
		option(w)
	}
	return w, nil
}

// String says nothing of the keys.
func (w *Webhook) String() string { return "authsignal webhook" }

// GoString is [Webhook.String].
func (w *Webhook) GoString() string { return w.String() }

// Format writes [Webhook.String] for every verb.
func (w *Webhook) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, w.String()) }

// Verify proves that the tenant's server sent these bytes lately. The header is
// that of [SignatureHeader]. Anything else is [ErrSignature].
func (w *Webhook) Verify(payload []byte, header string) error {
	stamp, signatures, err := parseSignature(header)
	if err != nil {
		return err
	}
	matched := false
	for _, key := range w.keys() {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(stamp + "."))
		mac.Write(payload)
		want := mac.Sum(nil)
		for _, signature := range signatures {
			matched = hmac.Equal(want, signature) || matched
		}
	}
	if !matched {
		return unsigned("signature mismatch")
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return unsigned("signature format is invalid")
	}
	if age := w.now().Sub(time.Unix(at, 0)); w.tolerance > 0 && age.Abs() > w.tolerance {
		return unsigned("timestamp is outside the tolerance zone")
	}
	return nil
}

func unsigned(why string) error { return fmt.Errorf("authsignal: %w: %s", ErrSignature, why) }

// parseSignature reads t=…,v2=…,v2=…; other parts are of versions to come. The
// time is kept as it was written, since it was signed so.
func parseSignature(header string) (stamp string, signatures [][]byte, err error) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "t" && stamp == "":
			stamp = value
		case name == "t":
			return "", nil, unsigned("signature format is invalid")
		case name == "v2" && len(signatures) < maxSignatures:
			if raw, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(value, "=")); err == nil {
				signatures = append(signatures, raw)
			}
		}
	}
	if stamp == "" || len(signatures) == 0 {
		return "", nil, unsigned("signature format is invalid")
	}
	return stamp, signatures, nil
}

// Event is what a webhook tells. An id may come twice: remember those that were
// acted upon.
type Event struct {
	Version  int             `json:"version"`
	ID       string          `json:"id"`
	Source   string          `json:"source"`
	Time     time.Time       `json:"time"`
	TenantID string          `json:"tenantId"`
	Type     EventType       `json:"type"`
	Data     json.RawMessage `json:"data"`
}

func (e *Event) check() error {
	if e.Version < 1 || e.ID == "" || e.Source == "" || e.TenantID == "" || e.Type == "" || e.Time.IsZero() || len(e.Data) == 0 {
		return unexpected("webhook", "it is no event")
	}
	return nil
}

// ConstructEvent proves a webhook and reads its event. A batch of a log is none:
// see [Webhook.ConstructLogEvents].
func (w *Webhook) ConstructEvent(payload []byte, header string) (*Event, error) {
	if err := w.Verify(payload, header); err != nil {
		return nil, err
	}
	var event Event
	if json.Unmarshal(payload, &event) != nil {
		return nil, unexpected("webhook", "it is not the JSON that the protocol says")
	}
	if err := event.check(); err != nil {
		return nil, err
	}
	return &event, nil
}

// ConstructLogEvents proves a webhook and reads a batch of a log. Data is each
// record.
func (w *Webhook) ConstructLogEvents(payload []byte, header string) ([]Event, error) {
	if err := w.Verify(payload, header); err != nil {
		return nil, err
	}
	var wire struct {
		Records []struct {
			Event

			Record json.RawMessage `json:"record"`
		} `json:"records"`
	}
	if json.Unmarshal(payload, &wire) != nil || wire.Records == nil {
		return nil, unexpected("webhook", "it is no batch of a log")
	}
	events := make([]Event, len(wire.Records))
	for i, record := range wire.Records {
		events[i] = record.Event
		events[i].Data = record.Record
		if err := events[i].check(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// ReadRequest reads the body of a request and its header, for the functions above.
func (w *Webhook) ReadRequest(r *http.Request) (payload []byte, header string, err error) {
	payload, err = io.ReadAll(io.LimitReader(r.Body, maxWebhook+1))
	if err != nil {
		return nil, "", fmt.Errorf("authsignal: reading a webhook: %w", err)
	}
	if len(payload) > maxWebhook {
		return nil, "", unexpected("webhook", fmt.Sprintf("it is longer than %d bytes", maxWebhook))
	}
	return payload, r.Header.Get(SignatureHeader), nil
}
