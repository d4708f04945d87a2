package loginid

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

const (
	portClient = "port-client-0001"
	portOrigin = "https://shop.example"
)

// TestThePort uses every method of the Go port against the program.
func TestThePort(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		private, public := portKey(t)
		server := harness.Start(t, harness.Options{Engine: engine, Real: true, Apply: "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    applications:\n" +
			"    - name: Shop\n      loginid:\n        client_id: " + portClient + "\n        type: web\n        url: " + portOrigin + "\n        public_keys:\n        - |\n          " +
			strings.ReplaceAll(strings.TrimSpace(string(public)), "\n", "\n          ") + "\n"})
		client, err := loginid.NewManagement(server.URL, portClient, private)
		if err != nil {
			t.Fatal(err)
		}
		p := &portStory{t: t, shop: client, phone: passkeytest.New(passkeytest.Options{})}
		for _, chapter := range []struct {
			name string
			tell func()
		}{
			{"users", p.users},
			{"passkeys", p.passkeys},
			{"transactions", p.transactions},
			{"codes", p.codes},
			{"credentials", p.credentials},
			{"passwords and keys", p.others},
			{"the end", p.end},
		} {
			if !t.Run(chapter.name, func(t *testing.T) { p.t = t; chapter.tell() }) {
				return
			}
		}
	})
}

func portKey(t *testing.T) (private, public []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	inside, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	outside, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: inside}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: outside})
}

// portStory is a shop and one customer, whose name needs more than ASCII, with a phone and later a laptop.
type portStory struct {
	t             *testing.T
	shop          *loginid.Management
	phone, laptop *passkeytest.Authenticator
	id            loginid.UserID
}

const portName = "jörg?b~c 名前"

func (p *portStory) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *portStory) refused(err error, kind error) {
	p.t.Helper()
	if !errors.Is(err, kind) {
		p.t.Errorf("%v, not %v", err, kind)
	}
}

func portText(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// attest is what the page of a device answers to options.
func (p *portStory) attest(device *passkeytest.Authenticator, creation *loginid.Creation) loginid.Attestation {
	p.t.Helper()
	made, err := device.Create(portOrigin, creation.Options)
	p.ok(err)
	var ids struct {
		CredentialUUID loginid.CredentialID `json:"credential_uuid"`
		Challenge      string               `json:"challenge"`
	}
	harness.Answer{Body: creation.Options}.JSON(p.t, &ids)
	return loginid.Attestation{
		CredentialUUID: ids.CredentialUUID, Challenge: ids.Challenge, CredentialID: portText(made.CredentialID),
		ClientData: portText(made.ClientData), AttestationData: portText(made.Attestation),
	}
}

func (p *portStory) assert(device *passkeytest.Authenticator, options []byte) loginid.Assertion {
	p.t.Helper()
	made, err := device.Get(portOrigin, options)
	p.ok(err)
	var ids struct {
		Challenge string `json:"challenge"`
	}
	harness.Answer{Body: options}.JSON(p.t, &ids)
	return loginid.Assertion{
		Challenge: ids.Challenge, CredentialID: portText(made.CredentialID), ClientData: portText(made.ClientData),
		AuthenticatorData: portText(made.AuthenticatorData), Signature: portText(made.Signature),
	}
}

func (p *portStory) signIn(device *passkeytest.Authenticator) (*loginid.SignedIn, error) {
	begun, err := p.shop.AuthenticateFIDO2Init(p.t.Context(), portName)
	if err != nil {
		return nil, err
	}
	return p.shop.AuthenticateFIDO2Complete(p.t.Context(), portName, p.assert(device, begun.Options), loginid.Finish{})
}

func (p *portStory) users() {
	ctx := p.t.Context()
	made, err := p.shop.AddUserWithoutCredentials(ctx, "ann")
	p.ok(err)
	_, err = p.shop.AddUserWithoutCredentials(ctx, "ann")
	p.refused(err, loginid.ErrUsernameTaken)
	found, err := p.shop.GetUser(ctx, "ann")
	p.ok(err)
	if *found != *made || found.ClientID != portClient || found.Status != loginid.UserActive || len(found.NamespaceID) != 16 {
		p.t.Errorf("%+v\n%+v", made, found)
	}
	off, err := p.shop.DeactivateUser(ctx, made.ID)
	p.ok(err)
	_, err = p.shop.AuthenticateFIDO2Init(ctx, "ann")
	p.refused(err, loginid.ErrAccountDeactivated)
	on, err := p.shop.ActivateUser(ctx, off.ID)
	p.ok(err)
	_, err = p.shop.AuthenticateFIDO2Init(ctx, "ann")
	p.refused(err, loginid.ErrCredentialNotFound)
	p.ok(p.shop.DeleteUser(ctx, on.ID))
	p.refused(p.shop.DeleteUser(ctx, on.ID), loginid.ErrUserNotFound)
	p.refused(p.shop.DeleteUserByName(ctx, "ann"), loginid.ErrUserNotFound)
	_, err = p.shop.GetUser(ctx, "ann")
	p.refused(err, loginid.ErrUserNotFound)
}

func (p *portStory) passkeys() {
	ctx := p.t.Context()
	begun, err := p.shop.RegisterFIDO2Init(ctx, portName, loginid.NewCredential{DisplayName: "Jörg"})
	p.ok(err)
	in, err := p.shop.RegisterFIDO2Complete(ctx, portName, p.attest(p.phone, begun), loginid.Finish{CredentialName: "Phone"})
	p.ok(err)
	if in.Username != portName || in.CredentialName != "Phone" || in.Claims.Action != "register" || begun.Session == "" {
		p.t.Errorf("%+v %+v", in, in.Claims)
	}
	p.id = in.UserID
	_, err = p.shop.RegisterFIDO2Init(ctx, portName, loginid.NewCredential{})
	p.refused(err, loginid.ErrUsernameTaken)

	again, err := p.signIn(p.phone)
	p.ok(err)
	if again.UserID != p.id || again.Claims.Action != "login" || again.SessionID == in.SessionID {
		p.t.Errorf("%+v", again)
	}
	claims, err := p.shop.VerifyToken(ctx, string(again.Token), portName)
	p.ok(err)
	if claims.UserID != p.id || claims.SessionID != again.SessionID {
		p.t.Errorf("%+v", claims)
	}
	_, err = p.shop.VerifyToken(ctx, string(again.Token), "jo")
	p.refused(err, loginid.ErrUnverified)

	request, err := p.shop.AuthenticateFIDO2Init(ctx, portName)
	p.ok(err)
	bent := p.assert(p.phone, request.Options)
	bent.Signature = bent.AuthenticatorData
	_, err = p.shop.AuthenticateFIDO2Complete(ctx, portName, bent, loginid.Finish{})
	p.refused(err, loginid.ErrAuthenticationFailed)
	_, err = p.shop.AuthenticateFIDO2Init(ctx, "nobody")
	p.refused(err, loginid.ErrUserNotFound)
}

func (p *portStory) transactions() {
	ctx := p.t.Context()
	const payload = "Überweisung 12,50 € an Ann"
	tx, err := p.shop.CreateTx(ctx, loginid.NewTx{Payload: payload, Username: portName})
	p.ok(err)
	begun, err := p.shop.TxInit(ctx, tx.ID, portName)
	p.ok(err)
	token, err := p.shop.TxComplete(ctx, tx.ID, portName, p.assert(p.phone, begun.Options))
	p.ok(err)
	expected := loginid.Expected{User: loginid.UserRef{ID: p.id, Username: portName}, Nonce: tx.Nonce}
	done, err := p.shop.VerifyTransaction(ctx, string(token), payload, expected)
	p.ok(err)
	if done.Nonce != tx.Nonce || done.Action != "transaction" {
		p.t.Errorf("%+v", done)
	}
	_, err = p.shop.VerifyTransaction(ctx, string(token), "Überweisung 1250 € an Ann", expected)
	p.refused(err, loginid.ErrUnverified)
	_, err = p.shop.TxInit(ctx, tx.ID, portName)
	p.refused(err, loginid.ErrNotFound)
}

func (p *portStory) codes() {
	ctx, user := p.t.Context(), loginid.ByName(portName)
	for _, kind := range []loginid.CodeType{loginid.Short, loginid.Long, loginid.Phrase} {
		code, err := p.shop.GenerateCode(ctx, user, loginid.NewCode{Type: kind, Purpose: loginid.TemporaryAuthentication})
		p.ok(err)
		typed := loginid.TypedCode{Type: kind, Text: string(code.Text)}
		_, err = p.shop.CheckCode(ctx, portName, typed, loginid.Finish{})
		p.refused(err, loginid.ErrPending)

		arrived := make(chan *loginid.SignedIn, 1)
		go func() {
			in, err := p.shop.WaitCode(ctx, portName, typed, loginid.Finish{})
			if err != nil {
				p.t.Error(err)
			}
			arrived <- in
		}()
		_, err = p.shop.AuthorizeCode(ctx, loginid.ByID(p.id), loginid.AddCredential, typed)
		p.refused(err, loginid.ErrInvalidCode)
		_, err = p.shop.AuthorizeCode(ctx, loginid.ByID(p.id), loginid.TemporaryAuthentication, typed)
		p.ok(err)
		if in := <-arrived; in == nil || in.UserID != p.id || in.Claims.Action != string(loginid.TemporaryAuthentication) {
			p.t.Errorf("%s: %+v", kind, in)
		}
		_, err = p.shop.CheckCode(ctx, portName, typed, loginid.Finish{})
		p.refused(err, loginid.ErrInvalidCode)
	}

	code, err := p.shop.GenerateCode(ctx, user, loginid.NewCode{Type: loginid.Short, Purpose: loginid.AddCredential, Authorized: true})
	p.ok(err)
	p.laptop = passkeytest.New(passkeytest.Options{})
	begun, err := p.shop.AddFIDO2CredentialWithCodeInit(ctx, portName, loginid.TypedCode{Type: loginid.Short, Text: string(code.Text)}, loginid.NewCredential{})
	p.ok(err)
	_, err = p.shop.AddFIDO2CredentialComplete(ctx, portName, p.attest(p.laptop, begun), loginid.Finish{CredentialName: "Laptop"})
	p.ok(err)
	_, err = p.signIn(p.laptop)
	p.ok(err)

	code, err = p.shop.GenerateCode(ctx, user, loginid.NewCode{Type: loginid.Phrase, Purpose: loginid.AddCredential, Authorized: true})
	p.ok(err)
	_, err = p.shop.InvalidateAllCodes(ctx, user, loginid.Phrase, loginid.AddCredential)
	p.ok(err)
	_, err = p.shop.AddFIDO2CredentialWithCodeInit(ctx, portName, loginid.TypedCode{Type: loginid.Phrase, Text: string(code.Text)}, loginid.NewCredential{})
	p.refused(err, loginid.ErrInvalidCode)
}

func (p *portStory) credentials() {
	ctx, user := p.t.Context(), loginid.ByID(p.id)
	all, err := p.shop.Credentials(ctx, user, "")
	p.ok(err)
	find := func(name string) loginid.CredentialID {
		p.t.Helper()
		i := slices.IndexFunc(all, func(c loginid.Credential) bool { return c.Name == name })
		if i < 0 {
			p.t.Fatalf("%s is not among %+v", name, all)
		}
		return all[i].ID
	}
	renamed, err := p.shop.RenameCredential(ctx, user, find("Laptop"), "Old laptop")
	p.ok(err)
	if renamed.Name != "Old laptop" || renamed.Type != loginid.FIDO2 || renamed.CreatedAt.IsZero() {
		p.t.Errorf("%+v", renamed)
	}
	gone, err := p.shop.RevokeCredential(ctx, loginid.ByName(portName), renamed.ID)
	p.ok(err)
	_, err = p.shop.RevokeCredential(ctx, user, gone.ID)
	p.ok(err)
	_, err = p.shop.RevokeCredential(ctx, user, loginid.CredentialID(p.id))
	p.refused(err, loginid.ErrCredentialNotFound)
	active, err := p.shop.Credentials(ctx, loginid.ByName(portName), loginid.CredentialActive)
	p.ok(err)
	if len(active) != 1 || active[0].ID != find("Phone") {
		p.t.Errorf("%+v", active)
	}

	forced, err := p.shop.ForceFIDO2CredentialInit(ctx, user, loginid.NewCredential{Roaming: true})
	p.ok(err)
	key := passkeytest.New(passkeytest.Options{CrossPlatform: true})
	_, err = p.shop.AddFIDO2CredentialComplete(ctx, portName, p.attest(key, forced), loginid.Finish{NoToken: true})
	p.ok(err)
	_, err = p.signIn(key)
	p.ok(err)
	recovery, err := p.shop.GenerateRecoveryCode(ctx, user)
	p.ok(err)
	if len(strings.Fields(string(recovery.Text))) < 6 {
		p.t.Error("a recovery code has six words at least")
	}
}

func (p *portStory) others() {
	ctx := p.t.Context()
	in, err := p.shop.RegisterPassword(ctx, "robin", "correct horse battery", loginid.Finish{})
	p.ok(err)
	again, err := p.shop.AuthenticatePassword(ctx, "robin", "correct horse battery", loginid.Finish{})
	p.ok(err)
	if in.UserID != again.UserID {
		p.t.Errorf("%+v, %+v", in, again)
	}
	_, err = p.shop.AuthenticatePassword(ctx, "robin", "correct horse", loginid.Finish{})
	p.refused(err, loginid.ErrAuthenticationFailed)

	private, public := portKey(p.t)
	_, err = p.shop.AddPublicKeyCredential(ctx, loginid.ByName("robin"), public, loginid.Finish{CredentialName: "Robot"})
	p.ok(err)
	challenge, err := p.shop.AuthenticatePublicKeyInit(ctx, "robin", public)
	p.ok(err)
	signed, err := loginid.SignKeyChallenge(private, *challenge)
	p.ok(err)
	by, err := p.shop.AuthenticatePublicKeyComplete(ctx, "robin", challenge.ID, string(signed), loginid.Finish{})
	p.ok(err)
	if by.UserID != in.UserID {
		p.t.Errorf("%+v", by)
	}
	_, err = p.shop.AuthenticatePublicKeyComplete(ctx, "robin", challenge.ID, string(signed), loginid.Finish{})
	if err == nil {
		p.t.Error("a challenge counts twice")
	}
	list, err := p.shop.Credentials(ctx, loginid.ByName("robin"), "")
	p.ok(err)
	kinds := map[loginid.CredentialType]bool{}
	for _, c := range list {
		kinds[c.Type] = true
	}
	if !kinds[loginid.Password] || !kinds[loginid.PublicKey] {
		p.t.Errorf("%+v", list)
	}
}

// end: who is gone cannot sign in, and a stranger's client gets nothing.
func (p *portStory) end() {
	ctx := p.t.Context()
	private, _ := portKey(p.t)
	stranger, err := loginid.NewManagement(strings.TrimPrefix(p.shop.String(), "loginid client for "), portClient, private)
	p.ok(err)
	_, err = stranger.GetUser(ctx, portName)
	p.refused(err, loginid.ErrUnauthorized)
	if bytes.Contains([]byte(err.Error()), private[30:60]) {
		p.t.Error("an error shows a key")
	}
	p.ok(p.shop.DeleteUserByName(ctx, portName))
	_, err = p.signIn(p.phone)
	p.refused(err, loginid.ErrUserNotFound)
}
