package authy

import (
	"testing"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// nodeReply is what a callback or a promise of the npm packages got.
type nodeReply struct {
	Result any            `json:"result"`
	Error  map[string]any `json:"error"`
}

// nodeSDK is the package authy for Node.
type nodeSDK struct {
	caller *caller
	key    string
}

func (s nodeSDK) do(t *testing.T, call string, args ...any) answer {
	t.Helper()
	var r nodeReply
	s.caller.do(t, order{Key: s.key, Call: call, Args: args}, &r)
	if r.Error != nil {
		a := fromBody(false, r.Error) // the package passes the server's body on as the error
		a.raised, _ = r.Error["raised"].(string)
		return a
	}
	body, _ := r.Result.(map[string]any)
	return fromBody(true, body)
}

func (s nodeSDK) create(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.do(t, "register_user", p.Email, p.Number, "1", false)
}

func (s nodeSDK) status(t *testing.T, id int64) answer {
	t.Helper()
	return s.do(t, "user_status", id)
}

func (s nodeSDK) remove(t *testing.T, id int64) answer {
	t.Helper()
	return s.do(t, "delete_user", id)
}

func (s nodeSDK) verify(t *testing.T, id int64, token string, force bool) answer {
	t.Helper()
	if force {
		return s.do(t, "verify", id, token, true)
	}
	return s.do(t, "verify", id, token)
}

func (s nodeSDK) sms(t *testing.T, id int64, force bool) answer {
	t.Helper()
	if force {
		return s.do(t, "request_sms", id, true)
	}
	return s.do(t, "request_sms", id)
}

func (s nodeSDK) call(t *testing.T, id int64, force bool) answer {
	t.Helper()
	if force {
		return s.do(t, "request_call", id, true)
	}
	return s.do(t, "request_call", id)
}

func (s nodeSDK) startPhone(t *testing.T, p harness.Person, via, locale string) answer {
	t.Helper()
	return s.do(t, "phones.verification_start", p.Number, "1", map[string]any{"via": via, "locale": locale})
}

func (s nodeSDK) checkPhone(t *testing.T, p harness.Person, code string) answer {
	t.Helper()
	return s.do(t, "phones.verification_check", p.Number, "1", code)
}

func (s nodeSDK) phoneInfo(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.do(t, "phones.info", p.Number, "1")
}

func (s nodeSDK) ask(t *testing.T, id int64, q question) answer {
	t.Helper()
	payload := map[string]any{"message": q.message}
	if len(q.details) > 0 {
		payload["details"] = q.details
	}
	if q.expiry != 0 {
		payload["seconds_to_expire"] = q.expiry
	}
	return s.do(t, "send_approval_request", id, payload, orNil(q.hidden), orNoLogos(q.logos))
}

func (s nodeSDK) approval(t *testing.T, uuid string) answer {
	t.Helper()
	return s.do(t, "check_approval_status", uuid)
}

// orNil is null for what was not given, as callers of the package write it.
func orNil(d authy.Details) any {
	if len(d) == 0 {
		return nil
	}
	return d
}

func orNoLogos(l []authy.Logo) any {
	if len(l) == 0 {
		return nil
	}
	return l
}
