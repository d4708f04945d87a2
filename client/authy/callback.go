package authy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// Callback tells that a person has approved or denied a request.
type Callback struct {
	ApprovalID    ApprovalID
	Status        ApprovalStatus // Approved or Denied, nothing else
	UserID        UserID
	Message       string
	Details       Details // in the order sent by POST; sorted by GET
	HiddenDetails Details
	Logos         []Logo
	Reason        string

	CreatedAt time.Time
	SignedAt  time.Time // by the device's clock
	ExpiresAt time.Time // zero for never

	AppObjectID  string // the application's other id, 24 hexadecimal digits
	CustomerUUID string
	DeviceID     string
	Device       *Device // nil when the server does not say

	// DeviceSignature is the device's own signature of the transaction, opaque
	// to an application.
	DeviceSignature string
}

// maxCallback bounds the body of a callback, as package signature does.
const maxCallback = signature.MaxBytes

// VerifyCallback reads a callback by POST or GET, checks that it is signed with
// the client's API key for the given URL, and returns it. The URL is the one
// configured as callback URL at the server, exactly, not the one that a proxy
// has made of it; its query is irrelevant.
//
// Errors are ErrBadSignature or ErrBadCallback. A signed callback stays valid
// for ever and may be delivered twice, so what follows from it must be done at
// most once per ApprovalID.
func (c *Client) VerifyCallback(r *http.Request, url string) (*Callback, error) {
	nonce, sent, err := signatureHeaders(r.Header)
	if err != nil {
		return nil, err
	}
	received, err := readCallback(r)
	if err != nil {
		return nil, err
	}
	if !signature.Verify(string(c.key()), nonce, r.Method, url, received.params, sent) {
		return nil, fmt.Errorf("authy: callback: %w: not signed with this API key for this URL", ErrBadSignature)
	}
	return received.tree.callback()
}

// signatureHeaders insists on exactly one value for each header, since two
// readers might choose differently.
func signatureHeaders(header http.Header) (nonce, sent string, err error) {
	nonces, signatures := header.Values(signature.HeaderNonce), header.Values(signature.HeaderSignature)
	if len(nonces) != 1 || len(signatures) != 1 || nonces[0] == "" || signatures[0] == "" {
		return "", "", fmt.Errorf("authy: callback: %w: it has no signature headers", ErrBadSignature)
	}
	return nonces[0], signatures[0], nil
}

// received is a callback as it arrived: what was signed, and what it says.
type received struct {
	params string
	tree   *node
}

func readCallback(r *http.Request) (*received, error) {
	switch r.Method {
	case http.MethodGet:
		return queryCallback(r.URL.RawQuery)
	case http.MethodPost:
		body, err := io.ReadAll(io.LimitReader(r.Body, maxCallback+1))
		if err != nil {
			return nil, badCallback(err)
		}
		return bodyCallback(body)
	default:
		return nil, badCallback(errors.New("it is neither GET nor POST"))
	}
}

func bodyCallback(body []byte) (*received, error) {
	params, err := signature.Canonical(body)
	if err != nil {
		return nil, badCallback(err)
	}
	tree, err := fromJSON(body)
	if err != nil {
		return nil, badCallback(err)
	}
	if tree.disguised() {
		return nil, badCallback(errors.New("a name contains brackets"))
	}
	return &received{params, tree}, nil
}

// disguised reports whether a name outside of the details contains brackets. The
// signature covers flattened names, so that a signed body could be rewritten with
// "approval_request[transaction][message]" as one name, and what a person has
// approved would not be found where it belongs.
func (n *node) disguised() bool {
	for _, part := range []*node{n, n.at("approval_request"), n.at("approval_request", "transaction"), n.at("device")} {
		for _, m := range part.members {
			if strings.ContainsAny(m.name, "[]") {
				return true
			}
		}
	}
	return false
}

func queryCallback(query string) (*received, error) {
	pairs, err := signature.ParseForm(query)
	if err != nil {
		return nil, badCallback(err)
	}
	params, err := signature.CanonicalForm(pairs)
	if err != nil {
		return nil, badCallback(err)
	}
	return &received{params, fromForm(pairs)}, nil
}

func badCallback(cause error) error {
	return fmt.Errorf("authy: callback: %w: %w", ErrBadCallback, cause)
}

// ParseCallback reads the body of a callback by POST without checking who sent
// it; see [Client.VerifyCallback] for callbacks from a network.
func ParseCallback(body []byte) (*Callback, error) {
	received, err := bodyCallback(body)
	if err != nil {
		return nil, err
	}
	return received.tree.callback()
}

// ParseCallbackQuery is [ParseCallback] for the query string of a callback by GET.
func ParseCallbackQuery(query string) (*Callback, error) {
	received, err := queryCallback(query)
	if err != nil {
		return nil, err
	}
	return received.tree.callback()
}

// callback reads the fields and insists on those that decide: what kind of
// callback, about which request of which user, and one unambiguous answer.
func (n *node) callback() (*Callback, error) {
	transaction := n.at("approval_request", "transaction")
	status := ApprovalStatus(n.at("status").text)
	user, err := ParseUserID(n.at("authy_id").text)
	id := ApprovalID(n.at("uuid").text)
	switch {
	case n.at("callback_action").text != "approval_request_status":
		return nil, badCallback(errors.New("it is not about an approval request"))
	case status != Approved && status != Denied:
		return nil, badCallback(errors.New("its status is neither approved nor denied"))
	case transaction.at("status").kind != null && transaction.at("status").text != string(status):
		return nil, badCallback(errors.New("it gives two different statuses"))
	case err != nil:
		return nil, badCallback(errors.New("it has no user id"))
	case id.check() != nil:
		return nil, badCallback(errors.New("it has no uuid"))
	}
	callback := &Callback{
		ApprovalID: id, Status: status, UserID: user,
		Message: transaction.at("message").text, Reason: transaction.at("reason").text,
		Details: transaction.at("details").details(), HiddenDetails: transaction.at("hidden_details").details(),
		Logos:       n.at("approval_request", "logos").logos(),
		AppObjectID: n.at("approval_request", "app_id").text, CustomerUUID: transaction.at("customer_uuid").text,
		DeviceID: n.at("device_uuid").text, DeviceSignature: n.at("signature").text,
	}
	times := timeReader{}
	callback.CreatedAt = times.read(transaction.at("created_at_time"))
	callback.SignedAt = times.read(transaction.at("device_signing_time"))
	callback.ExpiresAt = times.read(n.at("approval_request", "expiration_timestamp"))
	callback.Device = n.at("device").device()
	if times.err != nil {
		return nil, badCallback(times.err)
	}
	return callback, nil
}

// timeReader reads several times and keeps the first failure.
type timeReader struct{ err error }

func (t *timeReader) read(n *node) time.Time {
	at, err := parseInstant(n.text)
	if err != nil && t.err == nil {
		t.err = err
	}
	return at
}

func (n *node) logos() []Logo {
	var logos []Logo
	for _, element := range n.elements {
		logos = append(logos, Logo{Resolution: Resolution(element.at("res").text), URL: element.at("url").text})
	}
	return logos
}

// CallbackHandler serves the application's callback URL: it verifies each
// callback as [Client.VerifyCallback] does and passes it on. The server takes
// 200 for delivered, which is the answer when handle returns nil; otherwise it
// gets 500 and may try again, and 403 or 400 for what is not a signed callback.
// No answer explains itself to the caller.
func (c *Client) CallbackHandler(url string, handle func(context.Context, *Callback) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			w.Header().Set("Allow", "GET, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		callback, err := c.VerifyCallback(r, url)
		switch {
		case errors.Is(err, ErrBadSignature):
			w.WriteHeader(http.StatusForbidden)
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		case handle(r.Context(), callback) != nil:
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusOK)
		}
	})
}
