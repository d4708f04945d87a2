package loginid

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// call is one request. Its path is escaped; op names what the caller wanted, for
// errors.
type call struct {
	op     string
	method string // POST when empty
	path   string
	body   any   // nil for none
	scope  Scope // of the service token; empty for none
	user   UserRef
	always bool          // the token is needed even of an application without a key
	wants  int           // the one status that is a success; 200 when zero
	within time.Duration // 0: the time limit of every request
	token  Secret        // in place of one that is made here
}

// do makes a call and reads its answer into the target, which is nil when
// nothing is expected. Only the status that the protocol gives a success is one.
func (l *LoginID) do(ctx context.Context, c call, into any) error {
	request, err := l.request(c)
	if err != nil {
		return err
	}
	within := c.within
	if within == 0 {
		within = l.transport.timeout
	}
	answered, err := l.transport.send(ctx, c.op, request, within)
	if err != nil {
		return err
	}
	wanted := c.wants
	if wanted == 0 {
		wanted = http.StatusOK
	}
	switch {
	case answered.status >= http.StatusBadRequest:
		return refusal(c.op, answered)
	case answered.status != wanted:
		return unexpected(c.op, fmt.Sprintf("HTTP %d is no success of this call", answered.status))
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(answered.body, into); err != nil {
		return unexpected(c.op, "it is not the JSON that the protocol says")
	}
	return nil
}

func (l *LoginID) request(c call) (*http.Request, error) {
	token, err := l.authorize(c)
	if err != nil {
		return nil, err
	}
	var body []byte
	if c.body != nil {
		if body, err = json.Marshal(c.body); err != nil {
			return nil, fmt.Errorf("loginid: %s: %w", c.op, err)
		}
	}
	method := c.method
	if method == "" {
		method = http.MethodPost
	}
	request, err := l.transport.request(method, c.path, body)
	if err != nil {
		return nil, fmt.Errorf("loginid: %s: %w", c.op, err)
	}
	request.Header.Set("X-Client-ID", l.clientID)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+string(token))
	}
	return request, nil
}

// authorize makes the service token of a call. An application without a key is a
// public one, which sends none.
func (l *LoginID) authorize(c call) (Secret, error) {
	switch {
	case c.token != "" || c.scope == "":
		return c.token, nil
	case l.key == nil && c.always:
		return "", fmt.Errorf("loginid: %s: %w", c.op, ErrNoKey)
	case l.key == nil:
		return "", nil
	}
	return l.ServiceToken(c.scope, TokenOptions{User: c.user})
}

// wireUser is how a body names a user.
type wireUser struct {
	ID       UserID `json:"user_id,omitempty"`
	Username string `json:"username,omitempty"`
}

func (u UserRef) wire() wireUser { return wireUser(u) }
