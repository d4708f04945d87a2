package authy

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// clientSDK is the package authy-client for Node.
type clientSDK struct {
	caller *caller
	key    string
}

func (s clientSDK) do(t *testing.T, call string, args ...any) answer {
	t.Helper()
	var r nodeReply
	s.caller.do(t, order{Key: s.key, Call: call, Args: args}, &r)
	if r.Error == nil {
		body, _ := r.Result.(map[string]any)
		return fromBody(true, body)
	}
	// The server's body is a member of the package's error, if there was one.
	body, _ := r.Error["body"].(map[string]any)
	a := fromBody(false, body)
	a.raised, _ = r.Error["raised"].(string)
	if body == nil {
		a.body = r.Error
	}
	return a
}

func (s clientSDK) create(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.do(t, "registerUser", map[string]any{"countryCode": "US", "email": p.Email, "phone": p.Number})
}

func who(id int64) map[string]any { return map[string]any{"authyId": id} }

func (s clientSDK) status(t *testing.T, id int64) answer {
	t.Helper()
	return s.do(t, "getUserStatus", who(id), map[string]any{"ip": "203.0.113.7"})
}

func (s clientSDK) remove(t *testing.T, id int64) answer {
	t.Helper()
	return s.do(t, "deleteUser", who(id))
}

func (s clientSDK) verify(t *testing.T, id int64, token string, force bool) answer {
	t.Helper()
	return s.do(t, "verifyToken", map[string]any{"authyId": id, "token": token}, map[string]any{"force": force})
}

func (s clientSDK) sms(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return s.do(t, "requestSms", who(id), map[string]any{"force": force})
}

func (s clientSDK) call(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return s.do(t, "requestCall", who(id), map[string]any{"force": force})
}

func (s clientSDK) startPhone(t *testing.T, p harness.Person, via, locale string) answer {
	t.Helper()
	return s.do(t, "startPhoneVerification", map[string]any{"countryCode": "US", "phone": p.Number, "via": via}, map[string]any{"locale": locale})
}

func (s clientSDK) checkPhone(t *testing.T, p harness.Person, code string) answer {
	t.Helper()
	return s.do(t, "verifyPhone", map[string]any{"countryCode": "US", "phone": p.Number, "token": code})
}

func (s clientSDK) phoneInfo(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.do(t, "getPhoneInformation", map[string]any{"countryCode": "US", "phone": p.Number}, map[string]any{"ip": "203.0.113.7"})
}

func (s clientSDK) ask(t *testing.T, id int64, q question) answer {
	t.Helper()
	args := map[string]any{"authyId": id, "message": q.message}
	details := map[string]any{}
	if len(q.details) > 0 {
		details["visible"] = q.details
	}
	if len(q.hidden) > 0 {
		details["hidden"] = q.hidden
	}
	if len(details) > 0 {
		args["details"] = details
	}
	if len(q.logos) > 0 {
		args["logos"] = q.logos
	}
	options := map[string]any{}
	if q.expiry != 0 {
		options["ttl"] = q.expiry
	}
	return s.do(t, "createApprovalRequest", args, options)
}

func (s clientSDK) approval(t *testing.T, uuid string) answer {
	t.Helper()
	return s.do(t, "getApprovalRequest", map[string]any{"id": uuid})
}
