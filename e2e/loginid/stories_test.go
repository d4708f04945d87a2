package loginid

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestThePackagesWorkUnchanged(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		t.Run("stories", func(t *testing.T) {
			for name, story := range map[string]func(*scene){
				"users": users, "tokens": tokens, "transactions": transactions, "codes": codes, "credentials": credentials, "more": more,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w.each(t, func(_ *testing.T, s *scene) { story(s) })
				})
			}
		})
		t.Run("no public method was left out", w.nothingLeftOut)
	})
}

// nothingLeftOut asks the packages which of their public methods no story has called as it should end.
func (w *world) nothingLeftOut(t *testing.T) {
	for name, d := range w.sdks {
		var r struct{ Result []string }
		d.caller.Do(t, "uncalled", order{Uncalled: true}, &r)
		left := r.Result
		if waiter := w.wait[name]; waiter != nil { // what only it has called is called
			var more struct{ Result []string }
			waiter.caller.Do(t, "uncalled", order{Uncalled: true}, &more)
			left = slices.DeleteFunc(left, func(method string) bool { return !slices.Contains(more.Result, method) })
		}
		if len(left) > 0 {
			t.Errorf("%s: no story calls %v", name, left)
		}
	}
}

// users: made, found, switched off and on, and gone for good.
func users(s *scene) {
	t, m, word := s.t, s.backend, s.backend.words
	var made struct{ ID, Username, Status string }
	m.call(t, &made, word.addUser, s.user)
	if made.Username != s.user || made.Status != "active" || made.ID == "" {
		t.Errorf("made %+v", made)
	}
	m.refused(t, "username_taken", word.addUser, s.user)
	if id := m.userID(t, s.user); id != made.ID {
		t.Errorf("found %s, want %s", id, made.ID)
	}
	var changed struct{ ID, Status string }
	m.call(t, &changed, word.deactivate, made.ID)
	if changed.Status != "inactive" || changed.ID != made.ID {
		t.Errorf("deactivated %+v", changed)
	}
	s.page().refused(s.page().beginSignIn(s.sdk.token(t, "auth.login", s.user)), http.StatusForbidden, "account_deactivated")
	m.call(t, &changed, word.activate, made.ID)
	if changed.Status != "active" {
		t.Errorf("activated %+v", changed)
	}
	m.call(t, nil, word.deleteByID, made.ID)
	m.refused(t, "user_not_found", word.deleteByID, made.ID)
	m.refused(t, "user_not_found", word.userID, s.user)
	m.call(t, nil, word.addUser, s.user)
	m.call(t, nil, word.deleteByName, s.user)
	m.refused(t, "user_not_found", word.deleteByName, s.user)
}

// tokens: a page that a backend signs for registers and signs in, and the backend proves what the page brings.
func tokens(s *scene) {
	t, p := s.t, s.page()
	p.refused(p.beginSignIn(""), http.StatusUnauthorized, "unauthorized")
	in := p.register(s.sdk.token(t, "auth.register", s.user))
	used := s.sdk.token(t, "auth.login", s.user)
	again := p.signIn(used)
	p.refused(p.beginSignIn(used), http.StatusUnauthorized, "unauthorized")
	p.refused(p.beginSignIn(s.sdk.token(t, "auth.register", s.user)), http.StatusForbidden, "operation_not_allowed")
	p.refused(p.beginSignIn(s.sdk.token(t, "auth.login", "somebody else")), http.StatusForbidden, "operation_not_allowed")
	for _, token := range []string{in.JWT, again.JWT} {
		s.verifies(token, s.user, true)
		s.verifies(token, "somebody else", false)
	}
	s.verifies(in.JWT, "", true)
}

// verifies has the package prove a token.
func (s *scene) verifies(token, username string, want bool) {
	s.t.Helper()
	args := []any{token}
	if username != "" {
		args = append(args, username)
	}
	var got bool
	s.sdk.plain(s.t, &got, s.sdk.words.verifyToken, args...)
	if got != want {
		s.t.Errorf("the token of %q is %t", username, got)
	}
}

// transactions: what is signed is the text, and the backend proves it.
func transactions(s *scene) {
	t, p, word := s.t, s.page(), s.sdk.words
	p.register(s.sdk.token(t, "auth.register", s.user))
	const payload = "Überweisung 12,50 € an Ann"
	proves := func(token, payload string, want bool) {
		t.Helper()
		var got bool
		s.sdk.plain(t, &got, word.verifyTransaction, token, payload)
		if got != want {
			t.Errorf("%q is proved: %t", payload, got)
		}
	}
	id := s.sdk.createTx(t, payload, s.user, "NONCE-0123456789")
	token := p.confirm(id)
	proves(token, payload, true)
	proves(token, "Überweisung 1250 € an Ann", false)
	s.verifies(token, s.user, true)
	p.refused(p.post("/api/tx/init", "", map[string]any{"username": p.user, "tx_id": id}), http.StatusNotFound, "not_found")

	// one that the page creates by itself, with a token for this payload alone
	var allowed string
	args := []any{payload, s.user, "token-nonce-" + s.user}
	if word.snake() {
		args = []any{payload, "token-nonce-" + s.user}
	}
	s.sdk.plain(t, &allowed, word.txToken, args...)
	p.refused(p.post("/tx", allowed, map[string]any{"tx_payload": "something else", "nonce": "n", "username": s.user}), http.StatusForbidden, "operation_not_allowed")
	s.sdk.plain(t, &allowed, word.txToken, args[:len(args)-1]...)
	var made struct{ ID string }
	p.good(&made, p.post("/tx", allowed, map[string]any{"tx_payload": payload, "nonce": "n", "username": s.user}))
	proves(p.confirm(made.ID), payload, true)
}

// codes: one device lets another in, once.
func codes(s *scene) {
	t, m, word, p := s.t, s.backend, s.backend.words, s.page()
	id := p.register(s.sdk.token(t, "auth.register", s.user)).User.ID
	for _, kind := range []string{"short", "long", "phrase"} {
		code := m.newCode(t, id, kind, "temporary_authentication", false)
		arrived := s.wait(kind, code)
		m.refused(t, "verification_code_not_found", word.authorizeCode, m.authorizeArgs(id, code, kind, "add_credential")...)
		var authorized struct {
			IsAuthorized bool `json:"is_authorized"`
		}
		m.call(t, &authorized, word.authorizeCode, m.authorizeArgs(id, code, kind, "temporary_authentication")...)
		in := <-arrived
		if !authorized.IsAuthorized || !in.IsAuthenticated || in.User.ID != id {
			t.Errorf("%s: authorized %+v, let in %+v", kind, authorized, in)
		}
		s.verifies(in.JWT, s.user, true)
	}
	add := func(code string) harness.Answer {
		return p.post("/credentials/fido2/init/code", s.sdk.token(t, "credentials.add", s.user), map[string]any{
			"username": s.user, "authentication_code": map[string]any{"code": code, "type": "short"}, "options": map[string]any{},
		})
	}
	code := m.newCode(t, id, "short", "add_credential", true)
	var gone json.RawMessage
	m.call(t, &gone, word.invalidateCodes, m.invalidateArgs(id, "short", "add_credential")...)
	if got := add(code); got.Status == http.StatusOK {
		t.Error("a code that is invalid adds a credential")
	}
	var begun struct {
		Options json.RawMessage `json:"attestation_payload"`
	}
	p.good(&begun, add(m.newCode(t, id, "short", "add_credential", true)))
	p.device = s.page().device
	var in signedIn
	p.good(&in, p.post("/credentials/fido2/complete", "", map[string]any{"username": s.user, "attestation_payload": p.attested(begun.Options)}))
	p.signIn(s.sdk.token(t, "auth.login", s.user))
	s.local()
}

// wait waits for a code in a program of its own, or as the page does where the package cannot.
func (s *scene) wait(kind, code string) <-chan signedIn {
	arrived := make(chan signedIn, 1)
	token := ""
	if s.waiter == nil {
		token = s.sdk.token(s.t, "auth.temporary", s.user)
	}
	go func() {
		var in signedIn
		defer func() { arrived <- in }()
		if s.waiter == nil {
			answer := s.page().post("/authenticate/code/wait", token, map[string]any{"username": s.user, "authentication_code": map[string]any{"code": code, "type": kind}})
			if err := json.Unmarshal(answer.Body, &in); err != nil || answer.Status != http.StatusOK {
				s.t.Errorf("waiting: %d %s", answer.Status, answer.Body)
			}
			return
		}
		waiter := s.waiter.as(privateClient, s.key)
		if err := waiter.do(s.t, &in, order{Class: waiter.words.classes[0], Call: waiter.words.waitCode, Args: []any{s.user, code, kind}}); err != nil {
			s.t.Errorf("waiting: %v", err)
		}
	}()
	return arrived
}

// credentials: a backend adds one on its own word, lists, renames and revokes.
func credentials(s *scene) {
	t, m, word, p := s.t, s.backend, s.backend.words, s.page()
	var made struct{ ID string }
	m.call(t, &made, word.addUser, s.user)
	if held := m.credentials(t, made.ID); len(held) != 0 {
		t.Errorf("a new user has %+v", held)
	}
	var begun struct {
		Options json.RawMessage `json:"attestation_payload"`
	}
	m.call(t, &begun, word.forceAdd, made.ID)
	var in signedIn
	p.good(&in, p.post("/credentials/fido2/complete", "", map[string]any{
		"username": s.user, "attestation_payload": p.attested(begun.Options), "options": map[string]any{"credential_name": "Phone"},
	}))
	held := m.credentials(t, made.ID)
	if len(held) != 1 || held[0] != (credential{in.Credential.UUID, "fido2", "active", "Phone"}) {
		t.Fatalf("the user has %+v", held)
	}
	var changed struct {
		UserID     string `json:"user_id"`
		Credential credential
	}
	m.call(t, &changed, word.rename, m.renameArgs(made.ID, held[0].UUID, "Old phone")...)
	if changed.Credential.Name != "Old phone" || changed.UserID != made.ID {
		t.Errorf("renamed %+v", changed)
	}
	p.signIn(s.sdk.token(t, "auth.login", s.user))
	m.call(t, &changed, word.revoke, m.revokeArgs(made.ID, held[0].UUID)...)
	if changed.Credential.Status != "revoked" {
		t.Errorf("revoked %+v", changed)
	}
	p.refused(p.beginSignIn(s.sdk.token(t, "auth.login", s.user)), http.StatusNotFound, "credential_not_found")
	if word.classes[0] == "LoginId" || word.snake() { // the oldest package loses the code
		m.refused(t, "credential_not_found", word.revoke, m.revokeArgs(made.ID, made.ID)...)
	}
}
