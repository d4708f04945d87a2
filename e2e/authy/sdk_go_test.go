package authy

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// goSDK is our own port.
type goSDK struct{ *authy.Client }

// goClient is the port for one application.
func (w *world) goClient(t *testing.T, a application) *authy.Client {
	t.Helper()
	c, err := authy.New(a.key, authy.WithBaseURL(w.URL), authy.WithPolling(5*time.Millisecond, 50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func phoneOf(p harness.Person) authy.Phone { return authy.Phone{CountryCode: 1, Number: p.Number} }

func (s goSDK) create(t *testing.T, p harness.Person) answer {
	t.Helper()
	id, err := s.CreateUser(t.Context(), authy.NewUser{Email: p.Email, Phone: phoneOf(p)})
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, id: int64(id)}
}

func (s goSDK) status(t *testing.T, id int64) answer {
	t.Helper()
	got, err := s.UserStatus(t.Context(), authy.UserID(id))
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, id: int64(got.ID), confirmed: got.Confirmed, registered: got.Registered, devices: len(got.DetailedDevices)}
}

func (s goSDK) remove(t *testing.T, id int64) answer {
	t.Helper()
	if err := s.DeleteUser(t.Context(), authy.UserID(id), authy.DeleteOptions{}); err != nil {
		return fromError(err)
	}
	return answer{ok: true}
}

func (s goSDK) verify(t *testing.T, id int64, token string, force bool) answer {
	t.Helper()
	got, err := s.VerifyToken(t.Context(), authy.UserID(id), token, authy.VerifyOptions{AcceptUnenrolled: !force})
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, message: got.Message}
}

func sent(got *authy.SentCode, err error) answer {
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, message: got.Message, ignored: got.Ignored}
}

func (s goSDK) sms(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return sent(s.SendSMS(t.Context(), authy.UserID(id), authy.CodeOptions{Force: force}))
}

func (s goSDK) call(t *testing.T, id int64, force bool) answer {
	t.Helper()
	return sent(s.StartCall(t.Context(), authy.UserID(id), authy.CodeOptions{Force: force}))
}

func (s goSDK) startPhone(t *testing.T, p harness.Person, via, locale string) answer {
	t.Helper()
	got, err := s.StartVerification(t.Context(), authy.NewVerification{Phone: phoneOf(p), Via: authy.Via(via), Locale: locale})
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, message: got.Message}
}

func (s goSDK) checkPhone(t *testing.T, p harness.Person, code string) answer {
	t.Helper()
	if err := s.CheckVerification(t.Context(), phoneOf(p), code); err != nil {
		return fromError(err)
	}
	return answer{ok: true}
}

func (s goSDK) phoneInfo(t *testing.T, p harness.Person) answer {
	t.Helper()
	got, err := s.PhoneInfo(t.Context(), phoneOf(p))
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, message: got.Message}
}

func (s goSDK) ask(t *testing.T, id int64, q question) answer {
	t.Helper()
	uuid, err := s.CreateApproval(t.Context(), authy.UserID(id), authy.NewApproval{
		Message: q.message, Details: q.details, HiddenDetails: q.hidden, Logos: q.logos, ExpiresIn: time.Duration(q.expiry) * time.Second,
	})
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, uuid: string(uuid)}
}

func (s goSDK) approval(t *testing.T, uuid string) answer {
	t.Helper()
	got, err := s.ApprovalStatus(t.Context(), authy.ApprovalID(uuid))
	if err != nil {
		return fromError(err)
	}
	return answer{ok: true, uuid: string(got.ID), state: string(got.Status)}
}
