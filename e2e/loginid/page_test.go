package loginid

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// page is what the browser SDK sends, for stories whose judge is a package for servers.
type page struct {
	w      *world
	t      *testing.T
	client string
	user   string
	device *passkeytest.Authenticator
}

func (s *scene) page() *page {
	return &page{s.world, s.t, privateClient, s.user, passkeytest.New(passkeytest.Options{})}
}

// signedIn is the answer to every call that signs in.
type signedIn struct {
	IsAuthenticated bool `json:"is_authenticated"`
	JWT             string
	User            struct{ ID, Username string }
	Credential      struct{ UUID, Name, Type string }
}

// post sends what a page sends, with a token or "" for none.
func (p *page) post(path, token string, body map[string]any) harness.Answer {
	p.t.Helper()
	body["client_id"] = p.client
	encoded, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	header := http.Header{"Origin": {p.w.site.url}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return p.w.Send(p.t, harness.Request{Method: http.MethodPost, Path: path, Type: "application/json", Body: string(encoded), Header: header})
}

// good reads an answer that must be a success.
func (p *page) good(into any, answer harness.Answer) {
	p.t.Helper()
	if answer.Status != http.StatusOK {
		p.t.Fatalf("the page gets %d %s", answer.Status, answer.Body)
	}
	answer.JSON(p.t, into)
}

// refused holds an answer to a status and a code.
func (p *page) refused(answer harness.Answer, status int, code string) {
	p.t.Helper()
	var got struct{ Code, Message string }
	answer.JSON(p.t, &got)
	if answer.Status != status || got.Code != code || got.Message == "" {
		p.t.Errorf("the page gets %d %s, want %d %s", answer.Status, answer.Body, status, code)
	}
}

// attested answers creation options.
func (p *page) attested(options json.RawMessage) map[string]any {
	p.t.Helper()
	made, err := p.device.Create(p.w.site.url, options)
	if err != nil {
		p.t.Fatal(err)
	}
	var ids struct {
		CredentialUUID string `json:"credential_uuid"`
		Challenge      string
	}
	harness.Answer{Body: options}.JSON(p.t, &ids)
	return map[string]any{
		"credential_uuid": ids.CredentialUUID, "challenge": ids.Challenge, "credential_id": portText(made.CredentialID),
		"client_data": portText(made.ClientData), "attestation_data": portText(made.Attestation),
	}
}

// asserted answers request options.
func (p *page) asserted(options json.RawMessage) map[string]any {
	p.t.Helper()
	made, err := p.device.Get(p.w.site.url, options)
	if err != nil {
		p.t.Fatal(err)
	}
	var ids struct{ Challenge string }
	harness.Answer{Body: options}.JSON(p.t, &ids)
	return map[string]any{
		"challenge": ids.Challenge, "credential_id": portText(made.CredentialID), "client_data": portText(made.ClientData),
		"authenticator_data": portText(made.AuthenticatorData), "signature": portText(made.Signature),
	}
}

// register makes the page's user.
func (p *page) register(token string) signedIn {
	p.t.Helper()
	var begun struct {
		Session string          `json:"register_session"`
		Options json.RawMessage `json:"attestation_payload"`
	}
	p.good(&begun, p.post("/register/fido2/init", token, map[string]any{"username": p.user, "options": map[string]any{"register_session": nil}}))
	var in signedIn
	p.good(&in, p.post("/register/fido2/complete", token, map[string]any{
		"username": p.user, "attestation_payload": p.attested(begun.Options), "options": map[string]any{"credential_name": "Phone"},
	}))
	if begun.Session == "" || !in.IsAuthenticated || in.User.Username != p.user || in.Credential.Name != "Phone" {
		p.t.Errorf("registered %+v", in)
	}
	return in
}

func (p *page) beginSignIn(token string) harness.Answer {
	p.t.Helper()
	return p.post("/authenticate/fido2/init", token, map[string]any{"username": p.user})
}

func (p *page) signIn(token string) signedIn {
	p.t.Helper()
	var begun struct {
		Options json.RawMessage `json:"assertion_payload"`
	}
	p.good(&begun, p.beginSignIn(token))
	var in signedIn
	p.good(&in, p.post("/authenticate/fido2/complete", "", map[string]any{"username": p.user, "assertion_payload": p.asserted(begun.Options)}))
	return in
}

// confirm confirms a transaction and returns its token.
func (p *page) confirm(id string) string {
	p.t.Helper()
	var begun struct {
		Options json.RawMessage `json:"assertion_options"`
	}
	p.good(&begun, p.post("/api/tx/init", "", map[string]any{"username": p.user, "tx_id": id}))
	made := p.asserted(begun.Options)
	var done struct {
		JWT     string
		Success bool
	}
	p.good(&done, p.post("/api/tx/complete", "", map[string]any{
		"username": p.user, "tx_id": id, "challenge": made["challenge"], "key_handle": made["credential_id"],
		"client_data": made["client_data"], "auth_data": made["authenticator_data"], "sign_data": made["signature"],
	}))
	if !done.Success {
		p.t.Errorf("the transaction ends as %+v", done)
	}
	return done.JWT
}
