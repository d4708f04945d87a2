package launchkey

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// call is one request. Its path is escaped; op names what the caller wanted, for
// errors.
type call struct {
	op     string
	method string
	path   string
	body   any // nil for none
}

// do makes a call and reads its answer into the target, which is nil when
// nothing is expected. An empty answer where something is expected is
// ErrUnexpectedAnswer.
func (c client) do(ctx context.Context, made call, into any) error {
	_, plain, err := c.exchange(ctx, made)
	if err != nil || into == nil {
		return err
	}
	return decode(made.op, plain, into)
}

func decode(op string, plain []byte, into any) error {
	if len(plain) == 0 {
		return unexpected(op, "it is empty")
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return unexpected(op, "a field has another type than the protocol says")
	}
	return nil
}

// exchange makes a call and returns the status and the decrypted body of its
// answer when that is a success.
func (c client) exchange(ctx context.Context, made call) (int, []byte, error) {
	answered, id, err := c.ask(ctx, made)
	if err != nil {
		return 0, nil, err
	}
	// What a failing server or a proxy in front of it says proves nothing and
	// needs no proof: it is a failure either way.
	if answered.status >= http.StatusInternalServerError {
		return 0, nil, refusal(made.op, answered.status, nil)
	}
	if err := c.verifyAnswer(ctx, answered, id); err != nil {
		return 0, nil, fmt.Errorf("launchkey: %s: the answer with HTTP %d: %w", made.op, answered.status, err)
	}
	plain, err := c.open(answered)
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("launchkey: %s: %w", made.op, err)
	case answered.status < 200 || answered.status > 299:
		return 0, nil, refusal(made.op, answered.status, plain)
	}
	return answered.status, plain, nil
}

// ask signs and sends a call and returns the id that its answer must repeat.
func (c client) ask(ctx context.Context, made call) (answered *answer, id string, err error) {
	now, err := c.issuer.server.now(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("launchkey: %s: %w", made.op, err)
	}
	var body string
	header := http.Header{}
	if made.body != nil {
		key, err := c.issuer.server.currentKey(ctx)
		if err != nil {
			return nil, "", fmt.Errorf("launchkey: %s: %w", made.op, err)
		}
		if body, err = seal(made.body, key); err != nil {
			return nil, "", fmt.Errorf("launchkey: %s: %w", made.op, err)
		}
		header.Set("Content-Type", envelope.ContentType)
	}
	token, id, err := c.sign(now, made.method, made.path, body)
	if err != nil {
		return nil, "", fmt.Errorf("launchkey: %s: %w", made.op, err)
	}
	header.Set("Authorization", envelope.Scheme+" "+token)
	answered, err = c.issuer.server.transport.send(ctx, made.op, made.method, made.path, body, header)
	return answered, id, err
}

// open decrypts the body of an answer. Of refusals only those with the statuses
// 400 and 409 have a body in this protocol; others are not looked into.
func (c client) open(answered *answer) ([]byte, error) {
	success := answered.status >= 200 && answered.status <= 299
	explained := answered.status == http.StatusBadRequest || answered.status == http.StatusConflict
	if len(answered.body) == 0 || !success && !explained {
		return nil, nil
	}
	return c.issuer.keys().open(string(answered.body))
}

// poll makes a call whose answer may be that there is nothing yet.
func (c client) poll(ctx context.Context, made call) ([]byte, error) {
	status, plain, err := c.exchange(ctx, made)
	if err != nil {
		return nil, err
	}
	if status == http.StatusNoContent {
		return nil, fmt.Errorf("launchkey: %s: %w", made.op, ErrPending)
	}
	if len(plain) == 0 {
		return nil, unexpected(made.op, "it is empty")
	}
	return plain, nil
}
