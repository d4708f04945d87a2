package authsignal

import "context"

// CallConnect verifies people who are on the telephone: they get a message while
// they speak with an agent. It has an address of its own at the vendor's.
type CallConnect struct{ transport transport }

// NewCallConnect returns a client of the calls' server: its address has no /v1.
func NewCallConnect(baseURL string, secretKey Secret, options ...Option) (*CallConnect, error) {
	t, err := newTransport(baseURL, "", secretKey, options)
	if err != nil {
		return nil, err
	}
	return &CallConnect{transport: *t}, nil
}

// NewCall is a call whose caller is to prove themselves. ReferenceID is the
// application's own.
type NewCall struct {
	ReferenceID string     `json:"referenceId"`
	PhoneNumber string     `json:"phoneNumber,omitempty"`
	Country     string     `json:"country,omitempty"`
	UserID      UserID     `json:"userId,omitempty"`
	Username    string     `json:"username,omitempty"`
	Channel     string     `json:"channel,omitempty"` // WHATSAPP, SMS or EMAIL
	Email       string     `json:"email,omitempty"`
	Locale      string     `json:"locale,omitempty"`
	Action      ActionCode `json:"actionCode,omitempty"`
}

// StartedCall is where the message went.
type StartedCall struct {
	MessageID   string `json:"messageId"`
	Channel     string `json:"channel"`
	PhoneNumber string `json:"phoneNumber"`
	Email       string `json:"email"`
}

// StartCall sends the message. Servers may refuse within a success, which is an
// [*Error] like any other.
func (c *CallConnect) StartCall(ctx context.Context, n NewCall) (*StartedCall, error) {
	const op = "start call"
	if err := checkLine("reference id", n.ReferenceID); err != nil {
		return nil, err
	}
	var wire struct {
		StartedCall

		Error     string `json:"error"`
		ErrorCode Code   `json:"errorCode"`
		Message   string `json:"errorDescription"`
	}
	if err := c.transport.do(ctx, call{op: op, path: []string{"call", "start"}, body: n}, &wire); err != nil {
		return nil, err
	}
	if wire.Error != "" || wire.ErrorCode != "" {
		code := wire.ErrorCode
		if code == "" {
			code = Code(wire.Error)
		}
		return nil, &Error{Op: op, Status: 200, Code: Code(printable(string(code))), Message: printable(wire.Message)}
	}
	return &wire.StartedCall, nil
}

// FinishedCall is how a call ended.
type FinishedCall struct {
	ReferenceID string
	State       State // CHALLENGE_SUCCEEDED or CHALLENGE_FAILED
	UserID      UserID
	Payload     map[string]any
}

// FinishCall tells how a call ended.
func (c *CallConnect) FinishCall(ctx context.Context, f FinishedCall) error {
	const op = "finish call"
	if err := checkLine("reference id", f.ReferenceID); err != nil {
		return err
	}
	body := map[string]any{"referenceId": f.ReferenceID, "state": f.State}
	if f.UserID != "" {
		body["userId"] = f.UserID
	}
	if f.Payload != nil {
		body["payload"] = f.Payload
	}
	var wire struct {
		Success bool `json:"success"`
	}
	if err := c.transport.do(ctx, call{op: op, path: []string{"call", "finish"}, body: body}, &wire); err != nil {
		return err
	}
	if !wire.Success {
		return unexpected(op, "it is no success")
	}
	return nil
}
