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
}

func (a NewApproval) check() error {
	switch {
	case a.Message == "":
		return &FormatError{Field: "message", Reason: "must not be empty"}
	case a.ExpiresIn < 0:
		return &FormatError{Field: "expiry", Reason: "must not be negative"}
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
// by [Client.WaitApproval], [Client.ApprovalStatus] or a callback.
func (c *Client) CreateApproval(ctx context.Context, id UserID, approval NewApproval) (ApprovalID, error) {
	const op = "create approval"
	if err := id.check(); err != nil {
		return "", err
	}
	if err := approval.check(); err != nil {
		return "", err
	}
	body := struct {
		Message       string  `json:"message"`
		Details       Details `json:"details,omitempty"`
		HiddenDetails Details `json:"hidden_details,omitempty"`
		Logos         []Logo  `json:"logos,omitempty"`
		Expiry        *int64  `json:"seconds_to_expire,omitempty"`
	}{approval.Message, approval.Details, approval.HiddenDetails, approval.Logos, approval.expiry()}
	var wire struct {
		Approval struct {
			ID text `json:"uuid"`
		} `json:"approval_request"`
	}
	if err := c.post(ctx, op, "/onetouch/json/users/"+id.String()+"/approval_requests", body, &wire); err != nil {
		return "", err
	}
	created := ApprovalID(wire.Approval.ID)
	if created.check() != nil {
		return "", unexpected(op, "it has no uuid")
	}
	return created, nil
}

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
