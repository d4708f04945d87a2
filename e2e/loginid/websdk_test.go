package loginid

import (
	"context"
	"errors"
	"testing"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/e2e/harness"
)

// TestThePackagesForBrowsersWorkUnchanged plays both generations of them in a browser, on a phone and a laptop that
// share nothing.
func TestThePackagesForBrowsersWorkUnchanged(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		for _, name := range []string{"sdk-0.9", "sdk-0.12", "@loginid/sdk"} {
			t.Run(name, func(t *testing.T) { newShop(browser, t, w, name).story() })
		}
		t.Run("@loginid/websdk3", func(t *testing.T) { newPasskeyShop(browser, t, w).story() })
	})
}

// shop is a page of the older generation, with a backend behind it.
type shop struct {
	*world

	t             *testing.T
	name          string
	open, private library // the package as the application without a key, and as the one with
	page, backend *loginid.Management
	front         *loginid.LoginID
	phone, laptop *tab
	user          string
}

func newShop(browser context.Context, t *testing.T, w *world, name string) *shop {
	t.Helper()
	s := &shop{
		world: w, t: t, name: name, user: fresh(),
		open: library{name, "", []any{w.URL, webClient}}, private: library{name, "", []any{w.URL, privateClient}},
	}
	called := &calls{made: map[string]bool{}}
	s.phone, s.laptop = w.open(browser, t, called), w.open(browser, t, called)
	s.page, s.backend, s.front = w.manager(t, privateClient), w.manager(t, backendClient), w.client(t)
	return s
}

func (w *world) manager(t *testing.T, client string) *loginid.Management {
	t.Helper()
	m, err := loginid.NewManagement(w.URL, client, []byte(w.key))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w *world) client(t *testing.T) *loginid.LoginID {
	t.Helper()
	c, err := loginid.New(w.URL, webClient)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// token is one by which the private page may make a call.
func (s *shop) token(scope loginid.Scope) string {
	s.t.Helper()
	token, err := s.page.ServiceToken(scope, loginid.TokenOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(token)
}

// proves has the backend of the page without a key prove a token.
func (s *shop) proves(token string) {
	s.t.Helper()
	if _, err := s.front.VerifyToken(s.t.Context(), token, s.user); err != nil {
		s.t.Errorf("the token: %v", err)
	}
}

type options = map[string]any

// old reports whether the package is of the line whose calls differ.
func (s *shop) old() bool { return s.name == "sdk-0.9" }

func (s *shop) newest() bool { return s.name == "@loginid/sdk" }

func (s *shop) story() {
	s.registers()
	s.signsIn()
	s.confirms()
	s.addsALaptop()
	s.passwords()
	s.zeros()
	s.refusals()
	var but []string
	if s.name == "sdk-0.12" {
		but = []string{"authidIframeHandler"} // there is nothing to show
	}
	s.phone.nothingLeftOut(s.open, but...)
}

// registers: the token that the private page's call brought leaks into those of the page without a key, and must not
// matter there.
func (s *shop) registers() {
	var supported bool
	s.phone.call(&supported, s.open, "isFido2Supported")
	var in signedIn
	other := fresh()
	s.phone.call(&in, s.private, "registerWithFido2", other, options{"authorization_token": s.token(loginid.ScopeRegister), "credential_name": "Phone"})
	if !supported || in.User.Username != other || in.Credential.Name != "Phone" {
		s.t.Errorf("registered %+v", in)
	}
	s.phone.call(&in, s.open, "registerWithFido2", s.user, options{"credential_name": "My phone"})
	if in.User.Username != s.user || in.Credential.Name != "My phone" {
		s.t.Errorf("registered %+v", in)
	}
	s.proves(in.JWT)
	s.phone.call(&in, s.private, "authenticateWithFido2", other, options{"authorization_token": s.token(loginid.ScopeLogin)})
	if s.newest() {
		return
	}
	var older struct{ UID, Username, Namespace, JWT string }
	s.phone.call(&older, s.open, "register", fresh())
	s.phone.call(&older, s.open, "login", s.user)
	if older.Username != s.user || older.UID == "" || len(older.Namespace) != 16 {
		s.t.Errorf("signed in %+v", older)
	}
	s.proves(older.JWT)
}

func (s *shop) signsIn() {
	var in signedIn
	for range 5 { // each draws a challenge
		s.phone.call(&in, s.open, "authenticateWithFido2", s.user)
	}
	s.proves(in.JWT)
	if err := s.laptop.try(nil, s.open, "authenticateWithFido2", s.user); err == nil {
		s.t.Error("a laptop without the passkey signs in")
	}
}

func (s *shop) confirms() {
	const payload = `{"pay":"12,50 €","to":"Ann"}`
	var done struct {
		JWT     string
		Success bool
	}
	proves := func() {
		s.t.Helper()
		user := loginid.Expected{User: loginid.UserRef{Username: s.user}}
		if _, err := s.front.VerifyTransaction(s.t.Context(), done.JWT, payload, user); err != nil || !done.Success {
			s.t.Errorf("confirmed %+v, %v", done, err)
		}
		if _, err := s.front.VerifyTransaction(s.t.Context(), done.JWT, `{"pay":"1250 €","to":"Ann"}`, user); !errors.Is(err, loginid.ErrUnverified) {
			s.t.Errorf("another payload: %v", err)
		}
	}
	s.phone.call(&done, s.open, "createAndConfirmTransaction", s.user, payload, options{})
	proves()
	tx, err := s.front.CreateTx(s.t.Context(), loginid.NewTx{Payload: payload, Username: s.user})
	if err != nil {
		s.t.Fatal(err)
	}
	s.phone.call(&done, s.open, "confirmTransaction", s.user, string(tx.ID))
	proves()
	if err := s.phone.try(nil, s.open, "confirmTransaction", s.user, string(tx.ID)); err == nil {
		s.t.Error("a transaction is confirmed twice")
	}
}

// addsALaptop: a code lets it in once, and a code gives it a passkey of its own.
func (s *shop) addsALaptop() {
	ctx, user := s.t.Context(), loginid.ByName(s.user)
	issued, err := s.backend.GenerateCode(ctx, user, loginid.NewCode{Type: loginid.Short, Purpose: loginid.AddCredential, Authorized: true})
	if err != nil {
		s.t.Fatal(err)
	}
	code := string(issued.Text)
	if !s.old() {
		var self struct {
			signedIn
			CodeData struct {
				Code         string
				ExpireAt     string `json:"expire_at"`
				IsAuthorized bool   `json:"is_authorized"`
			} `json:"code_data"`
		}
		s.phone.call(&self, s.open, "selfGenerateCode", s.user, "short", "add_credential")
		if code = self.CodeData.Code; code == "" || self.CodeData.ExpireAt == "" || !self.CodeData.IsAuthorized {
			s.t.Errorf("the code is %+v", self)
		}
	}
	var in signedIn
	if s.old() {
		s.laptop.call(&in, s.open, "addFido2CredentialWithCode", s.user, code, "", options{"credential_name": "Laptop"})
	} else {
		s.laptop.call(&in, s.open, "addFido2CredentialWithCode", s.user, code, options{"credential_name": "Laptop"})
	}
	s.laptop.call(&in, s.open, "authenticateWithFido2", s.user)
	s.proves(in.JWT)
	if s.newest() {
		s.letsALibraryIn()
	}
}

func (s *shop) letsALibraryIn() {
	ctx, user := s.t.Context(), loginid.ByName(s.user)
	issued, err := s.backend.GenerateCode(ctx, user, loginid.NewCode{Type: loginid.Long, Purpose: loginid.TemporaryAuthentication})
	if err != nil {
		s.t.Fatal(err)
	}
	code := loginid.TypedCode{Type: loginid.Long, Text: string(issued.Text)}
	var in signedIn
	s.laptop.call(&in, s.open, "authenticateCodeWait", s.user, code.Text, "long", options{"no_wait": true})
	if in.IsAuthenticated || in.JWT != "" {
		s.t.Errorf("nobody has authorized the code, and it lets in %+v", in)
	}
	authorized := make(chan error, 1)
	go func() {
		_, err := s.backend.AuthorizeCode(ctx, user, loginid.TemporaryAuthentication, code)
		authorized <- err
	}()
	s.laptop.call(&in, s.open, "authenticateCodeWait", s.user, code.Text, "long")
	if err := <-authorized; err != nil || !in.IsAuthenticated {
		s.t.Errorf("let in %+v, %v", in, err)
	}
	s.proves(in.JWT)
}

func (s *shop) passwords() {
	var in signedIn
	user := fresh()
	s.phone.call(&in, s.open, "registerWithPassword", user, "correct horse battery", "correct horse battery")
	s.phone.call(&in, s.open, "authenticateWithPassword", user, "correct horse battery")
	if in.User.Username != user {
		s.t.Errorf("signed in %+v", in)
	}
}

// refusals reach the page with their codes, which the package turns into words.
func (s *shop) refusals() {
	refused := func(code string, call string, args ...any) {
		s.t.Helper()
		err := s.phone.try(nil, s.open, call, args...)
		if got, ok := errors.AsType[*thrown](err); !ok || got.Code != code {
			s.t.Errorf("%s: %v, want %s", call, err, code)
		}
		s.phone.called.note(s.name, call)
	}
	refused("user_not_found", "authenticateWithFido2", "nobody")
	refused("username_taken", "registerWithFido2", s.user)
	refused("invalid_credential", "authenticateWithPassword", s.user, "wrong horse battery")
	if s.name == "sdk-0.12" {
		refused("operation_not_allowed", "authenticateWithVerify", s.user, nil)
	}
	if !s.newest() {
		refused("endpoint_deprecated", "pushAuthentication", s.user)
		refused("endpoint_deprecated", "addAuthenticator", s.user)
	}
}
