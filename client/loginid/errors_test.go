package loginid_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reply loginidtest.Reply
		kinds []error
		not   error
	}{
		{loginidtest.Refusal(404, "user_not_found"), []error{loginid.ErrUserNotFound, loginid.ErrNotFound}, loginid.ErrUnauthorized},
		{loginidtest.Refusal(400, "username_taken"), []error{loginid.ErrUsernameTaken, loginid.ErrInvalidRequest}, loginid.ErrNotFound},
		{loginidtest.Refusal(400, "username_invalid"), []error{loginid.ErrInvalidUsername}, loginid.ErrFormat},
		{loginidtest.Refusal(403, "account_deactivated"), []error{loginid.ErrAccountDeactivated}, loginid.ErrNotAllowed},
		{loginidtest.Refusal(404, "credential_not_found"), []error{loginid.ErrCredentialNotFound}, loginid.ErrUserNotFound},
		{loginidtest.Refusal(401, "failed_to_authenticate"), []error{loginid.ErrAuthenticationFailed}, loginid.ErrUnauthorized},
		{loginidtest.Refusal(401, "unauthorized"), []error{loginid.ErrUnauthorized}, loginid.ErrAuthenticationFailed},
		{loginidtest.Refusal(403, "operation_not_allowed"), []error{loginid.ErrNotAllowed}, loginid.ErrUnauthorized},
		{loginidtest.Refusal(400, "verification_code_expired"), []error{loginid.ErrCodeExpired}, loginid.ErrInvalidCode},
		{loginidtest.Refusal(404, "verification_code_not_found"), []error{loginid.ErrInvalidCode}, loginid.ErrCodeExpired},
		{loginidtest.Refusal(404, "endpoint_deprecated"), []error{loginid.ErrDeprecated}, loginid.ErrUnavailable},
		{loginidtest.Refusal(429, "remote_session_maximum_retry_attempts"), []error{loginid.ErrRateLimited}, loginid.ErrUnavailable},
		{loginidtest.Refusal(500, "database_error"), []error{loginid.ErrUnavailable}, loginid.ErrInvalidRequest},
		{loginidtest.Reply{Status: 401, Body: "<html>"}, []error{loginid.ErrUnauthorized}, loginid.ErrUnexpectedAnswer},
		{loginidtest.Reply{Status: 403, Body: `{"code":5,"message":[]}`}, []error{loginid.ErrNotAllowed}, loginid.ErrUnexpectedAnswer},
		{loginidtest.Reply{Status: 201, Body: `{}`}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrInvalidRequest},
		{loginidtest.Reply{Status: 302, Header: map[string]string{"Location": "/elsewhere"}}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrUnavailable},
		{loginidtest.Reply{Body: "[]"}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrFormat},
		{loginidtest.Reply{Body: `{"id":"7","username":"jo"}`}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrFormat},
		{loginidtest.Reply{Body: `{"id":"` + userID + `","username":"ann"}`}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrUserNotFound},
		{loginidtest.Reply{Body: `{"id":"` + strings.Repeat("x", 2<<20) + `"}`}, []error{loginid.ErrUnexpectedAnswer}, loginid.ErrFormat},
	} {
		_, client := platform(t, func(loginidtest.Request) loginidtest.Reply { return c.reply })
		user, err := client.GetUser(t.Context(), "jo")
		for _, kind := range c.kinds {
			if !errors.Is(err, kind) {
				t.Errorf("%.60s: %v is not %v", c.reply.Body, err, kind)
			}
		}
		if user != nil || errors.Is(err, c.not) {
			t.Errorf("%.60s: %v", c.reply.Body, err)
		}
	}
}

func TestARefusalIsOneLineWithTheServersWords(t *testing.T) {
	t.Parallel()
	_, client := platform(t, func(loginidtest.Request) loginidtest.Reply {
		return loginidtest.Reply{Status: 429, Body: `{"code":"too_many","message":"slow\ndown"}`, Header: map[string]string{"Retry-After": "7200"}}
	})
	_, err := client.GetUser(t.Context(), "jo")
	refused, ok := errors.AsType[*loginid.Error](err)
	if !ok || refused.Status != 429 || refused.Code != "too_many" || refused.Message != "slow down" || refused.RetryAfter != time.Minute {
		t.Fatalf("%+v", refused)
	}
	if want := "loginid: get user: slow down (HTTP 429, code too_many)"; err.Error() != want {
		t.Errorf("%q", err)
	}
	if got := (&loginid.Error{Op: "x", Status: 404}).Error(); got != "loginid: x: not found (HTTP 404)" {
		t.Errorf("%q", got)
	}
}

// What no server would take is not sent.
func TestNonsenseIsNotSent(t *testing.T) {
	t.Parallel()
	_, m := platform(t, func(r loginidtest.Request) loginidtest.Reply {
		t.Errorf("%s %s was sent", r.Method, r.Path)
		return loginidtest.Reply{}
	})
	ctx, nobody, someone := t.Context(), loginid.UserRef{}, loginid.ByName("jo")
	for name, call := range map[string]func() error{
		"no name":                  func() error { _, err := m.GetUser(ctx, ""); return err },
		"a name that JSON changes": func() error { _, err := m.GetUser(ctx, "jo\xff"); return err },
		"a long name":              func() error { return m.DeleteUserByName(ctx, strings.Repeat("x", 2000)) },
		"a path for an id":         func() error { return m.DeleteUser(ctx, "../x") },
		"no id":                    func() error { _, err := m.ActivateUser(ctx, ""); return err },
		"a brace for a hyphen":     func() error { return m.DeleteUser(ctx, loginid.UserID(strings.ReplaceAll(userID, "-", "{"))) },
		"nobody's credentials":     func() error { _, err := m.Credentials(ctx, nobody, ""); return err },
		"no credential":            func() error { _, err := m.RevokeCredential(ctx, someone, "7"); return err },
		"no new name":              func() error { _, err := m.RenameCredential(ctx, someone, credentialID, " "); return err },
		"two lines":                func() error { _, err := m.RenameCredential(ctx, someone, credentialID, "a\nb"); return err },
		"nobody's code": func() error {
			_, err := m.GenerateCode(ctx, nobody, loginid.NewCode{Type: loginid.Short, Purpose: loginid.AddCredential})
			return err
		},
		"a path for a type": func() error {
			_, err := m.GenerateCode(ctx, someone, loginid.NewCode{Type: "../x", Purpose: loginid.AddCredential})
			return err
		},
		"no purpose": func() error {
			_, err := m.InvalidateAllCodes(ctx, someone, loginid.Short, "")
			return err
		},
		"no code": func() error {
			_, err := m.AuthorizeCode(ctx, someone, loginid.AddCredential, loginid.TypedCode{Type: loginid.Short})
			return err
		},
		"no code to wait for": func() error {
			_, err := m.WaitCode(ctx, "jo", loginid.TypedCode{}, loginid.Finish{})
			return err
		},
		"half an attestation": func() error {
			_, err := m.RegisterFIDO2Complete(ctx, "jo", loginid.Attestation{CredentialUUID: credentialID}, loginid.Finish{})
			return err
		},
		"no assertion": func() error {
			_, err := m.AuthenticateFIDO2Complete(ctx, "jo", loginid.Assertion{}, loginid.Finish{})
			return err
		},
		"no transaction": func() error { _, err := m.TxInit(ctx, "1", "jo"); return err },
		"no password":    func() error { _, err := m.AuthenticatePassword(ctx, "jo", "", loginid.Finish{}); return err },
		"no key": func() error {
			_, err := m.AddPublicKeyCredential(ctx, someone, []byte("x"), loginid.Finish{})
			return err
		},
		"an odd display name": func() error {
			_, err := m.RegisterFIDO2Init(ctx, "jo", loginid.NewCredential{DisplayName: "a\x1bb"})
			return err
		},
		"no scope": func() error { _, err := m.ServiceToken("", loginid.TokenOptions{}); return err },
		"nobody's token": func() error {
			_, err := m.ServiceToken(loginid.ScopeLogin, loginid.TokenOptions{User: loginid.ByID("7")})
			return err
		},
	} {
		if err := call(); !errors.Is(err, loginid.ErrFormat) || strings.ContainsAny(err.Error(), "\n\x1b") || strings.Contains(err.Error(), "\xff") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClientsAreMadeOfWhatCanWork(t *testing.T) {
	t.Parallel()
	key := loginidtest.NewKey(t, "").PrivatePEM()
	for name, made := range map[string]func() error{
		"no address":      func() error { _, err := loginid.New("", clientID); return err },
		"another scheme":  func() error { _, err := loginid.New("ftp://x", clientID); return err },
		"a password":      func() error { _, err := loginid.New("https://a:b@x", clientID); return err },
		"a query":         func() error { _, err := loginid.New("https://x?y", clientID); return err },
		"no client":       func() error { _, err := loginid.New("https://x", ""); return err },
		"a line break":    func() error { _, err := loginid.New("https://x", "a\nb"); return err },
		"no key":          func() error { _, err := loginid.NewManagement("https://x", clientID, nil); return err },
		"no HTTP client":  func() error { _, err := loginid.New("https://x", clientID, loginid.WithHTTPClient(nil)); return err },
		"no issuer":       func() error { _, err := loginid.New("https://x", clientID, loginid.WithIssuer()); return err },
		"no age":          func() error { _, err := loginid.New("https://x", clientID, loginid.WithTokenAge(0)); return err },
		"backward pauses": func() error { _, err := loginid.New("https://x", clientID, loginid.WithPolling(2, 1)); return err },
		"two keys":        func() error { _, err := loginid.NewManagement("https://x", clientID, append(key, key...)); return err },
	} {
		if err := made(); !errors.Is(err, loginid.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnApplicationWithoutAKeySendsNoToken(t *testing.T) {
	t.Parallel()
	server := loginidtest.Start(t, clientID, nil, func(r loginidtest.Request) loginidtest.Reply {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s: a token", r.Path)
		}
		if r.Path == "/tx" {
			return loginidtest.Reply{Body: `{"id":"` + txID + `"}`}
		}
		return loginidtest.Reply{Body: required}
	})
	app, err := loginid.New(server.URL, clientID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.AuthenticateFIDO2Init(t.Context(), "jo"); err != nil {
		t.Error(err)
	}
	if _, err := app.CreateTx(t.Context(), loginid.NewTx{Payload: "pay 1"}); err != nil {
		t.Error(err)
	}
	_, forced := app.ForceFIDO2CredentialInit(t.Context(), loginid.ByName("jo"), loginid.NewCredential{})
	_, token := app.ServiceToken(loginid.ScopeLogin, loginid.TokenOptions{})
	_, tx := app.TxToken("pay 1", loginid.TokenOptions{})
	for _, err := range []error{forced, token, tx} {
		if !errors.Is(err, loginid.ErrNoKey) {
			t.Errorf("%v", err)
		}
	}
}

func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	key := loginidtest.NewKey(t, "")
	m, err := loginid.NewManagement("https://mfa.example", clientID, key.PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	code := loginid.IssuedCode{Text: "123456"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, m); !strings.Contains(got, "loginid client for https://mfa.example") || strings.Contains(got, clientID) {
			t.Errorf("%s shows %s", verb, got)
		}
		if got := fmt.Sprintf(verb, code) + fmt.Sprintf(verb, short); strings.Contains(got, "123456") {
			t.Errorf("%s shows %s", verb, got)
		}
	}
	if m.LogValue().String() != m.String() || code.Text.LogValue().String() == "123456" || m.ClientID() != clientID {
		t.Error("a log shows a secret")
	}
}

func TestNetworkErrorsDoNotTellTheAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	m, err := loginid.NewManagement(server.URL+"/a-prefix", clientID, loginidtest.NewKey(t, "").PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	err = m.DeleteUser(t.Context(), userID)
	if err == nil || strings.Contains(err.Error(), userID) || strings.Contains(err.Error(), "a-prefix") {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.DeleteUser(ended, userID); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := m.VerifyToken(t.Context(), loginidtest.Start(t, clientID, nil, nobody).Token(jo), "jo"); err == nil || errors.Is(err, loginid.ErrUnverified) {
		t.Errorf("a server that is away makes a token a bad one: %v", err)
	}
}
