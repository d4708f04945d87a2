package loginid_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// The applications of the passkey API. Each has its own directory and pages.
const (
	club    = "club-app-0001"
	vault   = "vault-app-0001"  // registers nobody without a token
	masked  = "masked-app-0001" // does not tell who its users are
	clubKey = "club-key-0001"

	clubPage = "https://club.example"
	v2       = "/fido2/v2"
	browser  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

// club is a world with the applications above.
type clubWorld struct {
	*world

	id mfa.ApplicationID // the club's
}

// clubs runs a test on a fresh world of each engine.
func clubs(t *testing.T, test func(t *testing.T, w *clubWorld)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
		t.Helper()
		test(t, newClub(t, in))
	})
}

func newClub(tb testing.TB, in *mfatest.World) *clubWorld {
	tb.Helper()
	w := &clubWorld{world: furnish(tb, in)}
	page := func(name string) *mfa.RelyingParty {
		return &mfa.RelyingParty{ID: name + ".example", Name: name, Origins: []string{"https://" + name + ".example"}}
	}
	var directories []provision.PlannedDirectory
	for client, settings := range map[string]string{club: `{}`, vault: `{"require_token":true}`, masked: `{"hide_unknown_users":true}`} {
		name, _, _ := strings.Cut(client, "-")
		a := w.planned(client, "web", page(name))
		a.Settings.Dialects = map[string]json.RawMessage{loginid.Name: json.RawMessage(settings)}
		a.Keys = append(a.Keys, provision.PlannedKey{Kind: mfa.KeyLoginIDAPI, Secret: mfa.SecretText(name + "-key-0001")})
		directories = append(directories, provision.PlannedDirectory{Name: name, Applications: []provision.PlannedApplication{a}})
	}
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Clubs", Directories: directories}}}
	w.must(loginid.Settle(&plan))
	_, err := in.Provision.Apply(tb.Context(), plan)
	w.must(err)
	found, err := in.Service.Authenticate(tb.Context(), mfa.KeyLoginIDClient, mfa.SecretText(club))
	w.must(err)
	w.id = found.Application.ID
	return w
}

// page is the origin of a client's pages.
func page(client string) string {
	name, _, _ := strings.Cut(client, "-")
	return "https://" + name + ".example"
}

// from is a request of a page of a client, with a raw token where there is one, as browsers send it.
func (w *clubWorld) from(client, method, path, token string, body any) answer {
	w.tb.Helper()
	header := map[string]string{"Origin": page(client)}
	if token != "" {
		header["Authorization"] = token
	}
	return w.do(ask{method: method, path: v2 + path, body: body, header: header, agent: browser})
}

func (w *clubWorld) post(client, path string, body any) answer {
	w.tb.Helper()
	return w.from(client, http.MethodPost, path, "", body)
}

// managed is a request of a backend.
func (w *clubWorld) managed(client, method, path string, body any) answer {
	w.tb.Helper()
	name, _, _ := strings.Cut(client, "-")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(name+"-key-0001:"))
	return w.do(ask{method: method, path: v2 + path, body: body, header: map[string]string{"Authorization": basic}})
}

// sent makes a request as it is.
func (w *clubWorld) sent(r *http.Request) answer {
	w.tb.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	out := answer{status: recorder.Code, header: recorder.Header(), raw: recorder.Body.String()}
	_ = json.Unmarshal(recorder.Body.Bytes(), &out.body) // nothing, and lists, are no objects
	return out
}

// begin is what a page sends to begin a registration or a sign-in.
func begin(client, username string) object {
	return object{
		"app": object{"id": client}, "deviceInfo": object{"clientType": "browser", "screenWidth": 1280},
		"user": object{"username": username, "usernameType": "email"},
	}
}

// created is what a page sends after the browser made a passkey.
func (w *clubWorld) created(client string, begun answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	made, err := by.Create(page(client), w.raw(begun.body, "registrationRequestOptions"))
	w.must(err)
	return object{"session": text(begun.body, "session"), "creationResult": object{
		"credentialId": b64(made.CredentialID), "clientDataJSON": b64(made.ClientData), "attestationObject": b64(made.Attestation),
		"publicKey": "AA", "publicKeyAlgorithm": -7, "authenticatorData": "AA", "transports": made.Transports,
	}}
}

// signed is what a page sends after the browser signed.
func (w *clubWorld) asserted(client string, begun answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	made, err := by.Get(page(client), w.raw(begun.body, "assertionOptions"))
	w.must(err)
	return object{"session": text(begun.body, "session"), "assertionResult": object{
		"credentialId": b64(made.CredentialID), "clientDataJSON": b64(made.ClientData), "authenticatorData": b64(made.AuthenticatorData),
		"signature": b64(made.Signature), "userHandle": b64(made.UserHandle),
	}}
}

// register makes a user with a passkey and gives the token.
func (w *clubWorld) register(client, username string, by *passkeytest.Authenticator) string {
	w.tb.Helper()
	begun := w.good(w.post(client, "/reg/init", begin(client, username)))
	return text(w.good(w.post(client, "/reg/complete", w.created(client, begun, by))).body, "jwtAccess")
}

// signIn gives the answer to a sign-in.
func (w *clubWorld) signIn(client, username string, by *passkeytest.Authenticator) answer {
	w.tb.Helper()
	begun := w.good(w.post(client, "/auth/init", begin(client, username)))
	return w.post(client, "/auth/complete", w.asserted(client, begun, by))
}

// grant is a token from a backend.
func (w *clubWorld) grant(client, username string, scopes ...string) string {
	w.tb.Helper()
	return text(w.good(w.managed(client, http.MethodPost, "/mgmt/grant", object{"grants": scopes, "username": username})).body, "token")
}

// no holds an answer to a status and a word; every refusal says both twice.
func (w *clubWorld) no(t testing.TB, what string, a answer, status int, word string) {
	t.Helper()
	message := text(a.body, "msg")
	if a.status != status || a.body["msgCode"] != word || a.body["error_code"] != word || message == "" || a.body["message"] != message || len(a.body) != 4 {
		t.Errorf("%s: answered by %d %s, want %d %s", what, a.status, a.raw, status, word)
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("%s: answered as %s", what, a.header.Get("Content-Type"))
	}
}

// done holds an answer to having no result.
func (w *clubWorld) done(t testing.TB, what string, a answer) {
	t.Helper()
	if a.status != http.StatusNoContent || a.raw != "" {
		t.Errorf("%s: answered by %d %s", what, a.status, a.raw)
	}
}

// codes are those that were sent so far, oldest first, with where to.
func (w *clubWorld) codes() (codes, to []string) {
	w.tb.Helper()
	c, err := w.Service.CallerFor(w.Context(), w.id)
	w.must(err)
	for _, d := range w.Outbox(c) {
		m := w.MessageOf(d)
		codes, to = append(codes, digits(m.Text)), append(to, m.To)
	}
	return codes, to
}

// digits is the longest run of digits in a text.
func digits(text string) string {
	longest := ""
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}
