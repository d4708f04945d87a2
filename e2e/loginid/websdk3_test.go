package loginid

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
)

// passkeyShop is a page of the passkey API.
type passkeyShop struct {
	*world

	t             *testing.T
	sdk, service  library
	phone, laptop *tab
	user          string
}

func newPasskeyShop(browser context.Context, t *testing.T, w *world) *passkeyShop {
	t.Helper()
	called := &calls{made: map[string]bool{}}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(managementKey+":"))
	return &passkeyShop{
		world: w, t: t, user: "jo-" + fresh(), phone: w.open(browser, t, called), laptop: w.open(browser, t, called),
		sdk:     library{"@loginid/websdk3", "LoginIDWebSDK", []any{options{"baseUrl": w.URL, "appId": webClient}}},
		service: library{"@loginid/websdk3", "LoginIDService", []any{options{"BASE": w.URL, "HEADERS": options{"Authorization": basic}}}},
	}
}

// passkeyResult is what signing in gives.
type passkeyResult struct {
	JWTAccess string `json:"jwtAccess"`
	DeviceID  string `json:"deviceID"`
}

type listedPasskey struct{ ID, Name, CreatedAt, Device string }

func (s *passkeyShop) story() {
	s.registers()
	s.keepsPasskeys()
	s.confirms()
	s.addsALaptop()
	s.fillsIn()
	s.refusals()
	s.manages()
	s.phone.nothingLeftOut(s.sdk, "createNavigatorCredential", "getNavigatorCredential", "getToken") // parts of the others
}

// list is what the page shows of its user's passkeys.
func (s *passkeyShop) list(from *tab) (out []listedPasskey) {
	s.t.Helper()
	from.call(&out, s.sdk, "listPasskeys")
	return out
}

func (s *passkeyShop) registers() {
	var in passkeyResult
	s.phone.call(&in, s.sdk, "registerWithPasskey", s.user, options{"displayName": "Jörg", "usernameType": "email"})
	var logged bool
	s.phone.call(&logged, s.sdk, "isLoggedIn")
	var user struct{ Username, ID string }
	s.phone.call(&user, s.sdk, "getUser")
	if in.JWTAccess == "" || in.DeviceID == "" || !logged || user.Username != s.user || user.ID == "" {
		s.t.Errorf("registered %+v, %+v, logged in %t", in, user, logged)
	}
	s.phone.call(nil, s.sdk, "signout")
	s.phone.call(&logged, s.sdk, "isLoggedIn")
	if logged {
		s.t.Error("signed out, and logged in")
	}
	s.phone.call(&in, s.sdk, "authenticateWithPasskey", s.user)
	s.phone.call(&in, s.sdk, "authenticateWithPasskey") // whoever the authenticator says
	s.phone.call(&user, s.sdk, "getUser")
	if user.Username != s.user {
		s.t.Errorf("the authenticator says %+v", user)
	}
	var cookie, name string
	s.phone.call(&cookie, s.sdk, "getJwtCookie")
	s.phone.call(&name, s.sdk, "getJwtCookieName")
	s.phone.call(nil, s.sdk, "setJwtCookie", in.JWTAccess)
	if cookie != in.JWTAccess || name != "LoginID_"+webClient+"_token" {
		s.t.Errorf("the cookie %s is %s", name, cookie)
	}
}

func (s *passkeyShop) keepsPasskeys() {
	held := s.list(s.phone)
	if len(held) != 1 || held[0].Name == "" || held[0].CreatedAt == "" || held[0].Device == "" {
		s.t.Fatalf("the passkeys are %+v", held)
	}
	s.phone.call(nil, s.sdk, "renamePasskey", held[0].ID, "My phone")
	if held = s.list(s.phone); held[0].Name != "My phone" {
		s.t.Errorf("renamed %+v", held)
	}
}

func (s *passkeyShop) confirms() {
	const payload = "Überweisung 12,50 € an Ann"
	var done struct {
		JWTAccess, CredentialID, LNonce, Nonce, TxHash, TxID string
		AuthCred                                             listedPasskey
	}
	s.phone.call(&done, s.sdk, "confirmTransaction", s.user, payload, options{"nonce": "n1", "txType": "raw"})
	sum := sha256.Sum256([]byte(payload + done.Nonce + done.LNonce))
	if done.Nonce != "n1" || done.TxHash != base64.RawURLEncoding.EncodeToString(sum[:]) || done.AuthCred.Name != "My phone" || done.TxID == "" || done.JWTAccess == "" {
		s.t.Errorf("confirmed %+v", done)
	}
}

// addsALaptop with codes that the phone makes: one signs in, one adds a passkey on the way.
func (s *passkeyShop) addsALaptop() {
	code := func() string {
		s.t.Helper()
		var made struct{ Code, ExpiresAt string }
		s.phone.call(&made, s.sdk, "generateCodeWithPasskey", s.user)
		if made.Code == "" || made.ExpiresAt == "" {
			s.t.Errorf("the code is %+v", made)
		}
		return made.Code
	}
	var in passkeyResult
	s.laptop.call(&in, s.sdk, "addPasskeyWithCode", s.user, code())
	s.laptop.call(&in, s.sdk, "authenticateWithPasskey", s.user)
	held := s.list(s.laptop)
	if len(held) != 2 {
		s.t.Fatalf("the passkeys are %+v", held)
	}
	added := held[0]
	if added.Name == "My phone" {
		added = held[1]
	}
	s.laptop.call(nil, s.sdk, "deletePasskey", added.ID)
	if held := s.list(s.phone); len(held) != 1 {
		s.t.Errorf("one passkey is deleted, left are %+v", held)
	}
	if err := s.laptop.try(nil, s.sdk, "authenticateWithPasskey", s.user); err == nil {
		s.t.Error("a deleted passkey signs in")
	}
	used := code()
	s.laptop.call(&in, s.sdk, "authenticateWithCode", s.user, used)
	if err := s.laptop.try(nil, s.sdk, "authenticateWithCode", s.user, used); err == nil {
		s.t.Error("a code signs in twice")
	}
}

// fillsIn: the browser offers the passkey where the name would be typed.
func (s *passkeyShop) fillsIn() {
	var in passkeyResult
	s.laptop.call(&in, s.sdk, "addPasskey", s.user) // it is signed in by a code
	s.laptop.call(nil, s.sdk, "signout")
	s.laptop.call(&in, s.sdk, "enablePasskeyAutofill")
	if in.JWTAccess == "" {
		s.t.Errorf("filled in %+v", in)
	}
}

func (s *passkeyShop) refusals() {
	for _, c := range []struct {
		status int
		call   string
		args   []any
	}{
		{http.StatusNotFound, "authenticateWithPasskey", []any{"nobody"}},
		{http.StatusForbidden, "registerWithPasskey", []any{s.user}},
		{http.StatusUnauthorized, "listPasskeys", []any{options{"token": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"}}},
	} {
		stranger := s.laptop
		stranger.call(nil, s.sdk, "signout")
		err := stranger.try(nil, s.sdk, c.call, c.args...)
		var body struct{ Msg, MsgCode string }
		got, ok := errors.AsType[*thrown](err)
		if ok {
			_ = json.Unmarshal(got.Body, &body) // what is not there is missed below
		}
		if !ok || got.Status != c.status || body.MsgCode == "" || body.Msg == "" {
			s.t.Errorf("%s: %v, want %d", c.call, err, c.status)
		}
	}
}

// manages: a backend with a management key acts for the user, by the package's own service.
func (s *passkeyShop) manages() {
	var granted struct{ Token string }
	s.phone.call(&granted, s.service, "mgmt.mgmtGrantCreate", options{"requestBody": options{"grants": []string{"passkey:read", "reg:write"}, "username": s.user}})
	var held []listedPasskey
	s.laptop.call(&held, s.sdk, "listPasskeys", options{"token": granted.Token})
	if len(held) != 2 {
		s.t.Errorf("the backend sees %+v", held)
	}
	var token string
	s.phone.call(&token, s.sdk, "getJwtCookie")
	s.phone.call(nil, s.service, "mgmt.mgmtTokenVerify", options{"requestBody": options{"jwtAccess": token}})
	if err := s.phone.try(nil, s.service, "mgmt.mgmtTokenVerify", options{"requestBody": options{"jwtAccess": granted.Token}}); err == nil {
		s.t.Error("a grant is taken for somebody who is signed in")
	}
	var version struct{ Version string }
	s.phone.call(&version, s.service, "version.versionVersionShow")
	var user struct{ ID string }
	s.phone.call(&user, s.sdk, "getUser")
	s.phone.call(nil, s.service, "profile.profileProfileDelete", options{"id": user.ID})
	if err := s.phone.try(nil, s.sdk, "authenticateWithPasskey", s.user); err == nil {
		s.t.Error("who is deleted signs in")
	}
}
