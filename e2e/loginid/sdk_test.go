package loginid

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// words are what a package calls its methods. "" is a method that it does not have.
type words struct {
	classes                                                                             [2]string // of pages' backends, and of those that manage
	serviceToken, txToken, createTx, verifyToken, verifyTransaction, waitCode           string
	addUser, userID, deleteByName, deleteByID, activate, deactivate                     string
	generateCode, authorizeCode, invalidateCodes, credentials, rename, revoke, forceAdd string
}

func node() words {
	return words{
		classes:      [2]string{"LoginId", "LoginIdManagement"},
		serviceToken: "generateServiceToken", txToken: "generateTxAuthToken", createTx: "createTx",
		verifyToken: "verifyToken", verifyTransaction: "verifyTransaction", waitCode: "waitCode",
		addUser: "addUserWithoutCredentials", userID: "getUserId", deleteByName: "deleteUserByUsername", deleteByID: "deleteUserById",
		activate: "activateUserById", deactivate: "deactivateUserById",
		generateCode: "generateCode", authorizeCode: "authorizeCode", invalidateCodes: "invalidateAllCodes",
		credentials: "getCredentials", rename: "renameCredential", revoke: "revokeCredential", forceAdd: "initAddCredentialWithoutCode",
	}
}

func oldPython() words {
	w := node()
	w.classes = [2]string{"LoginID", "LoginIdManagement"}
	w.deleteByName, w.deleteByID = "deleteByUsername", "deleteByUserId"
	return w
}

func newPython() words {
	return words{
		classes:      [2]string{"LoginID", "LoginIdManagement"},
		serviceToken: "generate_service_token", txToken: "generate_tx_auth_token", createTx: "create_tx",
		verifyToken: "verify_token", verifyTransaction: "verify_transaction", waitCode: "authenticate_code_wait",
		addUser: "add_user_without_credentials", userID: "get_user", deleteByName: "delete_by_username", deleteByID: "delete_by_user_id",
		activate: "activate_user_by_id", deactivate: "deactivate_user_by_id",
		generateCode: "generate_code", authorizeCode: "authorize_code", invalidateCodes: "invalidate_all_codes",
		credentials: "get_credentials", rename: "rename_credential", revoke: "revoke_credential", forceAdd: "force_fido2_credential_init",
	}
}

// snake reports whether the package is the newer one for Python, whose methods take other arguments.
func (w words) snake() bool { return w.createTx == "create_tx" }

// driver is a program that makes the calls of one version.
type driver struct {
	caller *harness.Caller
	words  words
}

func (d *driver) as(client, key string) *sdk { return &sdk{d, client, key} }

// sdk is a package as one application.
type sdk struct {
	*driver

	client, key string
}

type order struct {
	Class    string         `json:"class,omitempty"`
	Client   string         `json:"client,omitempty"`
	Key      string         `json:"key,omitempty"`
	Call     string         `json:"call,omitempty"`
	Args     []any          `json:"args,omitempty"`
	Named    map[string]any `json:"named,omitempty"`
	Expect   string         `json:"expect,omitempty"`
	Uncalled bool           `json:"uncalled,omitempty"`
}

// refusal is what a package raised.
type refusal struct {
	Raised, Message, Code string
	Status                int
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s (%d): %s", r.Raised, r.Code, r.Status, r.Message)
}

// do makes a call of one of the package's two classes and reads what it gives into a value, which may be nil.
func (s *sdk) do(t *testing.T, into any, o order) error {
	t.Helper()
	o.Client, o.Key = s.client, s.key
	if o.Class == "" {
		o.Class = s.words.classes[1]
	}
	var reply struct {
		Result json.RawMessage
		Error  *refusal
	}
	s.caller.Do(t, o.Call, o, &reply)
	if reply.Error != nil {
		return reply.Error
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(reply.Result, into); err != nil {
		t.Fatalf("%s gives %s: %v", o.Call, reply.Result, err)
	}
	return nil
}

// call makes a call that must succeed.
func (s *sdk) call(t *testing.T, into any, call string, args ...any) {
	t.Helper()
	if err := s.do(t, into, order{Call: call, Args: args}); err != nil {
		t.Fatalf("%s: %v", call, err)
	}
}

// plain makes a call of the class that does not manage.
func (s *sdk) plain(t *testing.T, into any, call string, args ...any) {
	t.Helper()
	if err := s.do(t, into, order{Class: s.words.classes[0], Call: call, Args: args}); err != nil {
		t.Fatalf("%s: %v", call, err)
	}
}

// refused fails the test unless a call is refused with a code.
func (s *sdk) refused(t *testing.T, code, call string, args ...any) {
	t.Helper()
	err := s.do(t, nil, order{Call: call, Args: args})
	if got, ok := errors.AsType[*refusal](err); !ok || got.Code != code {
		t.Errorf("%s: %v, want %s", call, err, code)
	}
}

// The methods whose arguments differ.

func (s *sdk) token(t *testing.T, scope, username string) (token string) {
	t.Helper()
	args := []any{scope, nil, username}
	if s.words.snake() {
		args = []any{scope, username}
	}
	if s.words.classes[0] == "LoginID" && !s.words.snake() {
		args = []any{scope, "ES256", username}
	}
	s.plain(t, &token, s.words.serviceToken, args...)
	return token
}

func (s *sdk) createTx(t *testing.T, payload, username, nonce string) (id string) {
	t.Helper()
	args := []any{payload, username, nonce}
	if s.words.snake() {
		args = []any{payload, nonce}
	}
	s.plain(t, &id, s.words.createTx, args...)
	return id
}

// userID finds a user; the newer package for Python gives the whole profile.
func (s *sdk) userID(t *testing.T, username string) (id string) {
	t.Helper()
	if s.words.snake() {
		var profile struct{ ID string }
		s.call(t, &profile, s.words.userID, username)
		return profile.ID
	}
	s.call(t, &id, s.words.userID, username)
	return id
}

func (s *sdk) newCode(t *testing.T, userID, kind, purpose string, authorized bool) string {
	t.Helper()
	args := []any{userID, kind, purpose, authorized}
	if s.words.snake() {
		args = []any{kind, purpose, authorized, userID}
	}
	var made struct {
		Code         string
		ExpiresAt    string `json:"expires_at"`
		IsAuthorized bool   `json:"is_authorized"`
	}
	s.call(t, &made, s.words.generateCode, args...)
	if made.Code == "" || made.ExpiresAt == "" || made.IsAuthorized != authorized {
		t.Errorf("the code is %+v", made)
	}
	return made.Code
}

func (s *sdk) authorizeArgs(userID, code, kind, purpose string) []any {
	if s.words.snake() {
		return []any{code, kind, purpose, userID}
	}
	return []any{userID, code, kind, purpose}
}

func (s *sdk) invalidateArgs(userID, kind, purpose string) []any {
	if s.words.snake() {
		return []any{kind, purpose, userID}
	}
	return []any{userID, kind, purpose}
}

type credential struct{ UUID, Type, Status, Name string }

func (s *sdk) credentials(t *testing.T, userID string) []credential {
	t.Helper()
	var list struct {
		UserID      string `json:"user_id"`
		Credentials []credential
	}
	args := []any{userID}
	if s.words.snake() {
		args = []any{nil, userID}
	}
	s.call(t, &list, s.words.credentials, args...)
	if list.UserID != userID || list.Credentials == nil {
		t.Errorf("the list is %+v", list)
	}
	return list.Credentials
}

func (s *sdk) renameArgs(userID, id, name string) []any {
	if s.words.snake() {
		return []any{id, name, userID}
	}
	return []any{userID, id, name}
}

func (s *sdk) revokeArgs(userID, id string) []any {
	if s.words.snake() {
		return []any{id, userID}
	}
	return []any{userID, id}
}
