package authy

import (
	"context"
	"strings"
	"time"
)

// ApprovalID names one approval request (uuid).
type ApprovalID string

// maxID is longer than any uuid in any notation.
const maxID = 64

func (id ApprovalID) check() error {
	if id == "" || len(id) > maxID || strings.Trim(string(id), "0123456789abcdefABCDEF-") != "" {
		return &FormatError{Field: "approval id", Reason: "must be a uuid"}
	}
	return nil
}

// ApprovalStatus is how far an approval request is.
type ApprovalStatus string

// The states of an approval request.
const (
	Pending  ApprovalStatus = "pending"
	Approved ApprovalStatus = "approved"
	Denied   ApprovalStatus = "denied"
	Expired  ApprovalStatus = "expired"
)

func (s ApprovalStatus) known() bool {
	return s == Pending || s == Approved || s == Denied || s == Expired
}

// NewApproval is a question to a person.
type NewApproval struct {
	Message       string  // the question; at most 200 characters
	Details       Details // shown below it
	HiddenDetails Details // kept for the callback, never shown
	Logos         []Logo  // if any, one for LogoDefault

	// ExpiresIn is how long an answer is possible, in whole seconds (rounded
	// up); zero is the server's default, a day.
	ExpiresIn    time.Duration
	NeverExpires bool

	// NumberMatching has the person bring a number over from your page, which
	// shows it: ask with [Client.AskApproval], which tells it. An addition to the
	// vendor's protocol.
	NumberMatching NumberMatching
}

// NumberMatching says when a person must bring the number that your page shows.
type NumberMatching string

// The ways; by default the application's settings decide.
const (
	MatchAfterDenial NumberMatching = "after_denial" // for a while after the person denied a request
	MatchPick        NumberMatching = "pick"         // always, chosen among three
	MatchType        NumberMatching = "type"         // always, typed
)

// Asked is an approval request that was created.
type Asked struct {
	ID ApprovalID
	// Number is to be shown on the page where the person waits, and nowhere else;
	// "" where this request asks for none.
	Number string
}

func (a NewApproval) check() error {
	switch {
	case a.Message == "":
		return &FormatError{Field: "message", Reason: "must not be empty"}
	case a.ExpiresIn < 0:
		return &FormatError{Field: "expiry", Reason: "must not be negative"}
	case a.NumberMatching != "" && a.NumberMatching != MatchAfterDenial && a.NumberMatching != MatchPick && a.NumberMatching != MatchType:
		return &FormatError{Field: "number matching", Reason: "must be after_denial, pick or type"}
	case a.NeverExpires && a.ExpiresIn > 0:
		return &FormatError{Field: "expiry", Reason: "must not be given for a request that never expires"}
	}
	if err := checkLength("message", a.Message, maxText); err != nil {
		return err
	}
	if err := a.Details.check("detail"); err != nil {
		return err
	}
	if err := a.HiddenDetails.check("hidden detail"); err != nil {
		return err
	}
	return checkLogos(a.Logos)
}

// expiry is the wire's seconds_to_expire: absent for the default, zero for never.
func (a NewApproval) expiry() *int64 {
	if !a.NeverExpires && a.ExpiresIn == 0 {
		return nil
	}
	whole := int64((a.ExpiresIn + time.Second - 1) / time.Second)
	return &whole
}

// CreateApproval asks a person's devices to approve something. The answer comes
// by [Client.WaitApproval], [Client.ApprovalStatus] or a callback. It is for
// pages that show no number; see [Client.AskApproval].
func (c *Client) CreateApproval(ctx context.Context, id UserID, approval NewApproval) (ApprovalID, error) {
	if approval.NumberMatching != "" {
		return "", &FormatError{Field: "number matching", Reason: "needs AskApproval, which tells the number"}
	}
	asked, err := c.AskApproval(ctx, id, approval)
	return asked.ID, err
}

// AskApproval is [Client.CreateApproval] for pages that show the person a number
// to bring over to the device.
func (c *Client) AskApproval(ctx context.Context, id UserID, approval NewApproval) (Asked, error) {
	const op = "create approval"
	if err := id.check(); err != nil {
		return Asked{}, err
	}
	if err := approval.check(); err != nil {
		return Asked{}, err
	}
	body := struct {
		Message       string         `json:"message"`
		Details       Details        `json:"details,omitempty"`
		HiddenDetails Details        `json:"hidden_details,omitempty"`
		Logos         []Logo         `json:"logos,omitempty"`
		Expiry        *int64         `json:"seconds_to_expire,omitempty"`
		Matching      NumberMatching `json:"number_matching,omitempty"`
	}{approval.Message, approval.Details, approval.HiddenDetails, approval.Logos, approval.expiry(), approval.NumberMatching}
	var wire struct {
		Approval struct {
			ID     text `json:"uuid"`
			Number text `json:"number_match"`
		} `json:"approval_request"`
	}
	if err := c.post(ctx, op, "/onetouch/json/users/"+id.String()+"/approval_requests", body, &wire); err != nil {
		return Asked{}, err
	}
	created := Asked{ApprovalID(wire.Approval.ID), string(wire.Approval.Number)}
	if created.ID.check() != nil {
		return Asked{}, unexpected(op, "it has no uuid")
	}
	if len(created.Number) > maxNumber || strings.Trim(created.Number, "0123456789") != "" {
		return Asked{}, unexpected(op, "its number is none")
	}
	return created, nil
}

// maxNumber is far above the digits that people bring over.
const maxNumber = 8

// Approval is the state of an approval request.
type Approval struct {
	ID           ApprovalID
	Status       ApprovalStatus
	UserID       UserID
	UserEmail    string
	AppName      string
	AppID        AppID
	AppObjectID  string // the application's other id, 24 hexadecimal digits
	Notified     bool   // a push message has reached a device
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ProcessedAt  time.Time     // zero while pending
	ExpiresAfter time.Duration // zero for never
}

type approvalWire struct {
	Approval struct {
		ID           text    `json:"uuid"`
		Status       text    `json:"status"`
		UserID       number  `json:"_authy_id"`
		UserEmail    text    `json:"_user_email"`
		AppName      text    `json:"_app_name"`
		AppID        number  `json:"_app_serial_id"`
		AppObjectID  text    `json:"app_id"`
		Notified     flag    `json:"notified"`
		CreatedAt    instant `json:"created_at"`
		UpdatedAt    instant `json:"updated_at"`
		ProcessedAt  instant `json:"processed_at"`
		ExpiresAfter number  `json:"seconds_to_expire"`
	} `json:"approval_request"`
}

// ApprovalStatus asks how far an approval request is. An answer about another
// request than the one asked for, or with a status that the protocol does not
// know, is ErrUnexpectedAnswer.
func (c *Client) ApprovalStatus(ctx context.Context, id ApprovalID) (*Approval, error) {
	const op = "approval status"
	if err := id.check(); err != nil {
		return nil, err
	}
	var wire approvalWire
	if err := c.get(ctx, op, "/onetouch/json/approval_requests/"+string(id), nil, &wire); err != nil {
		return nil, err
	}
	a := wire.Approval
	status := ApprovalStatus(a.Status)
	if !status.known() {
		return nil, unexpected(op, "it has no status of the protocol")
	}
	if !strings.EqualFold(string(a.ID), string(id)) {
		return nil, unexpected(op, "it is about another request")
	}
	user, _ := a.UserID.userID()
	return &Approval{
		ID: ApprovalID(a.ID), Status: status, UserID: user, UserEmail: string(a.UserEmail),
		AppName: string(a.AppName), AppID: AppID(a.AppID), AppObjectID: string(a.AppObjectID), Notified: bool(a.Notified),
		CreatedAt: a.CreatedAt.Time, UpdatedAt: a.UpdatedAt.Time, ProcessedAt: a.ProcessedAt.Time,
		ExpiresAfter: seconds(a.ExpiresAfter),
	}, nil
}
