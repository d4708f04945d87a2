package authy

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// pythonSDK is the package authy for Python.
type pythonSDK struct {
	caller *caller
	key    string
}

// pythonReply is what the package says of an answer, in its own words.
type pythonReply struct {
	OK      bool           `json:"ok"`
	HTTP    int            `json:"http"`
	Errors  any            `json:"errors"`
	Content map[string]any `json:"content"`
	ID      int64          `json:"id"`
	Ignored bool           `json:"ignored"`
	UUID    any            `json:"get_uuid"`
	Status  any            `json:"status"`
	Value   any            `json:"value"`
	Raised  string         `json:"raised"`
	Message string         `json:"message"`
}

func (s pythonSDK) do(t *testing.T, call string, named map[string]any, args ...any) pythonReply {
	t.Helper()
	var r pythonReply
	s.caller.do(t, order{Key: s.key, Call: call, Args: args, Named: named}, &r)
	return r
}

func (s pythonSDK) plain(t *testing.T, call string, named map[string]any, args ...any) answer {
	t.Helper()
	r := s.do(t, call, named, args...)
	if r.Raised != "" {
		return answer{raised: r.Raised, message: r.Message}
	}
	a := fromBody(r.OK, r.Content)
	if a.ignored != r.Ignored {
		t.Errorf("%s: ignored() is %v for %v", call, r.Ignored, r.Content)
	}
	return a
}

func (s pythonSDK) create(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.plain(t, "users.create", nil, p.Email, p.Number, 1)
}

func (s pythonSDK) status(t *testing.T, id int64) answer {
	t.Helper()
	return s.plain(t, "users.status", nil, id)
}

func (s pythonSDK) remove(t *testing.T, id int64) answer {
	t.Helper()
	return s.plain(t, "users.delete", nil, id)
}

func (s pythonSDK) verify(t *testing.T, id int64, token string, force bool) answer {
	t.Helper()
	if force {
		return s.plain(t, "tokens.verify", nil, id, token) // the package forces by itself
	}
	return s.plain(t, "tokens.verify", nil, id, token, map[string]any{"force": false})
}

// sendOptions are the options of the calls that send codes.
func sendOptions(force bool) map[string]any {
	if !force {
		return map[string]any{}
	}
	return map[string]any{"force": true}
}

func (s pythonSDK) sms(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return s.plain(t, "users.request_sms", nil, id, sendOptions(force))
}

func (s pythonSDK) call(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return s.plain(t, "users.request_call", nil, id, sendOptions(force))
}

func (s pythonSDK) startPhone(t *testing.T, p harness.Person, via, locale string) answer {
	t.Helper()
	return s.plain(t, "phones.verification_start", map[string]any{"via": via, "locale": locale}, p.Number, 1)
}

func (s pythonSDK) checkPhone(t *testing.T, p harness.Person, code string) answer {
	t.Helper()
	return s.plain(t, "phones.verification_check", nil, p.Number, 1, code)
}

func (s pythonSDK) phoneInfo(t *testing.T, p harness.Person) answer {
	t.Helper()
	return s.plain(t, "phones.info", nil, p.Number, 1)
}

func (s pythonSDK) ask(t *testing.T, id int64, q question) answer {
	t.Helper()
	named := map[string]any{}
	if q.expiry != 0 {
		named["seconds_to_expire"] = q.expiry
	}
	if len(q.details) > 0 {
		named["details"] = q.details
	}
	if len(q.hidden) > 0 {
		named["hidden_details"] = q.hidden
	}
	if len(q.logos) > 0 {
		named["logos"] = q.logos
	}
	return s.plain(t, "one_touch.send_request", named, id, q.message)
}

func (s pythonSDK) approval(t *testing.T, uuid string) answer {
	t.Helper()
	return s.plain(t, "one_touch.get_approval_status", nil, uuid)
}
