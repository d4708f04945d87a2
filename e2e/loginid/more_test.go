package loginid

import (
	"encoding/json"

	"github.com/twinseal/twinseal/client/loginid"
)

// local: what packages answer by themselves.
func (s *scene) local() {
	switch {
	case s.sdk.words.snake():
		var id string
		s.sdk.plain(s.t, &id, "client_id")
		if id != privateClient {
			s.t.Errorf("the client id is %s", id)
		}
		s.sdk.plain(s.t, nil, "validate_code_type", "short")
	case s.sdk.words.classes[0] == "LoginID":
		var valid bool
		s.sdk.plain(s.t, &valid, "isValidCodeType", "short")
		if !valid {
			s.t.Error("short is no type of codes")
		}
	}
}

// more: what not every package has.
func more(s *scene) {
	if documents, ok := documentCalls(s); ok {
		for _, o := range documents {
			o.Expect = "operation_not_allowed"
			if err, ok := s.backend.do(s.t, nil, o).(*refusal); !ok || err.Code != o.Expect { //nolint:errorlint // do returns it bare
				s.t.Errorf("%s: %v, want %s", o.Call, err, o.Expect)
			}
		}
	}
	if s.sdk.words.snake() {
		s.ceremonies()
		s.passwords()
		s.publicKeys()
	}
}

// documentCalls are those about documents, which nobody proves here.
func documentCalls(s *scene) ([]order, bool) {
	const id = "eba60cb8-c649-11e7-abc4-cec278b6b50a"
	var made struct{ ID string }
	switch {
	case s.sdk.words.snake():
		s.backend.call(s.t, &made, "add_user_without_credentials", s.user)
		return []order{
			{Call: "add_doc_scan_credential_init", Args: []any{made.ID}},
			{Call: "add_doc_scan_credential_complete", Args: []any{id, true, made.ID}},
			{Call: "evaluate_doc_scan_credential", Args: []any{id, made.ID}},
			{Call: "authenticate_doc_scan_init", Args: []any{s.user, id}},
			{Call: "authenticate_doc_scan_complete", Args: []any{s.user, id}},
		}, true
	case s.waiter == nil: // the newer of the packages for Node
		s.backend.call(s.t, &made, "addUserWithoutCredentials", s.user)
		return []order{
			{Call: "initDocScan", Args: []any{s.user}},
			{Call: "evaluateDocScan", Args: []any{made.ID, id}},
			{Call: "completeDocScan", Args: []any{made.ID, id, true}},
		}, true
	}
	return nil, false
}

// ceremonies: a backend that speaks to the server alone, and hands options and answers on to its page.
func (s *scene) ceremonies() {
	t, p := s.t, s.page()
	p.user = fresh()
	var begun struct {
		Create json.RawMessage `json:"attestation_payload"`
		Get    json.RawMessage `json:"assertion_payload"`
	}
	var in signedIn
	s.sdk.plain(t, &begun, "register_fido2_init", p.user, "Jörg")
	s.sdk.plain(t, &in, "register_fido2_complete", p.user, p.attested(begun.Create), "Phone")
	id := in.User.ID
	s.sdk.plain(t, &begun, "authenticate_fido2_init", p.user)
	s.sdk.plain(t, &in, "authenticate_fido2_complete", p.user, p.asserted(begun.Get))
	if in.User.ID != id || in.Credential.Name != "Phone" {
		t.Errorf("signed in %+v", in)
	}
	code := s.backend.newCode(t, id, "phrase", "add_credential", true)
	p.device = s.page().device
	s.sdk.plain(t, &begun, "init_add_fido2_credential_with_code", code, "phrase", p.user)
	s.sdk.plain(t, &in, "complete_add_fido2_credential", p.attested(begun.Create), p.user, "Laptop")
	var active struct{ Credentials []credential }
	s.backend.call(t, &active, "get_credentials", "active", nil, p.user)
	if len(active.Credentials) != 2 {
		t.Errorf("the user has %+v", active)
	}
	var recovery struct {
		Code      string
		CreatedAt string `json:"created_at"`
	}
	s.backend.call(t, &recovery, "generate_recovery_code", id)
	if recovery.Code == "" || recovery.CreatedAt == "" {
		t.Errorf("the recovery code is %+v", recovery)
	}
}

func (s *scene) passwords() {
	t, user := s.t, fresh()
	var in signedIn
	s.sdk.plain(t, &in, "register_password", user, "correct horse battery")
	s.sdk.plain(t, &in, "authenticate_password", user, "correct horse battery")
	if in.User.Username != user || !in.IsAuthenticated {
		t.Errorf("signed in %+v", in)
	}
	if err := s.sdk.do(t, nil, order{Call: "authenticate_password", Args: []any{user, "wrong horse battery"}}); !hasCode(err, "invalid_credential") {
		t.Errorf("another password: %v", err)
	}
}

func (s *scene) publicKeys() {
	t, user := s.t, fresh()
	private, public := portKey(t)
	s.backend.call(t, nil, "add_user_without_credentials", user)
	var in signedIn
	s.backend.call(t, &in, "add_publickey_credential", string(public), "ES256", nil, user, "Robot")
	if in.Credential.Type != "public_key" || in.Credential.Name != "Robot" {
		t.Errorf("added %+v", in)
	}
	var challenge loginid.KeyChallenge
	s.sdk.plain(t, &challenge, "authenticate_publickey_init", user, string(public))
	signed, err := loginid.SignKeyChallenge(private, challenge)
	if err != nil {
		t.Fatal(err)
	}
	s.sdk.plain(t, &in, "authenticate_publickey_complete", user, challenge.ID, string(signed))
	if in.User.Username != user {
		t.Errorf("signed in %+v", in)
	}
}

// hasCode reports whether a package raised what the server refused with a code.
func hasCode(err error, code string) bool {
	got, ok := err.(*refusal) //nolint:errorlint // do returns it bare
	return ok && got.Code == code
}
