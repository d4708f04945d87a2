package loginid_test

import (
	"context"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

const (
	options  = `{"challenge":"AAECAw","rp":{"id":"shop.example"},"credential_uuid":"` + credentialID + `"}`
	created  = `{"register_session":"s-1","attestation_payload":` + options + `}`
	required = `{"assertion_payload":` + options + `}`
	profile  = `{"id":"` + userID + `","client_id":"c","username":"jo","status":"active","type":"user","namespace_id":"0123456789abcdef","created_at":"2030-01-02T03:04:05.678Z","updated_at":"2030-01-02T04:04:05.678+01:00","contacts":[]}`
	one      = `{"uuid":"` + credentialID + `","type":"fido2","status":"active","name":"Phone","created_at":"2030-01-02T03:04:05Z","updated_at":"2030-01-02T03:04:05Z"}`
)

var attestation = loginid.Attestation{CredentialUUID: credentialID, CredentialID: "a_-1", Challenge: "AAECAw", ClientData: "e30", AttestationData: "oA"}

const attested = `{"credential_uuid":"` + credentialID + `","credential_id":"a_-1","challenge":"AAECAw","client_data":"e30","attestation_data":"oA"}`

var assertion = loginid.Assertion{Challenge: "AAECAw", CredentialID: "a_-1==", ClientData: "e30", AuthenticatorData: "AA", Signature: "MA"}

const asserted = `{"challenge":"AAECAw","credential_id":"a_-1==","client_data":"e30","authenticator_data":"AA","signature":"MA"}`

var short = loginid.TypedCode{Type: loginid.Short, Text: "123456"}

func TestCeremoniesAreAskedAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	exchangeAll(t, []exchange{
		{
			name: "begin a registration", request: "POST /register/fido2/init", scope: "auth.register", bound: "username=jo",
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Creation, error) {
				return m.RegisterFIDO2Init(ctx, "jo", loginid.NewCredential{DisplayName: "Jo D.", OverrideName: "jo@shop", Roaming: true, Session: "s-0"})
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo","options":{"display_name":"Jo D.","override_name":"jo@shop","roaming_authenticator":true,"register_session":"s-0"}}`,
			answer: created, want: &loginid.Creation{Session: "s-1", Options: []byte(options)},
		},
		{
			name: "finish a registration", request: "POST /register/fido2/complete", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.RegisterFIDO2Complete(ctx, "jo", attestation, loginid.Finish{CredentialName: "Phone"})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"attestation_payload":` + attested + `,"options":{"credential_name":"Phone"}}`,
		},
		{
			name: "register a password", request: "POST /register/password", scope: "auth.register", bound: "username=jo", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.RegisterPassword(ctx, "jo", "correct horse", loginid.Finish{})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"password":"correct horse","password_confirmation":"correct horse"}`,
		},
		{
			name: "begin a sign-in", request: "POST /authenticate/fido2/init", scope: "auth.login", bound: "username=jo",
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Request, error) {
				return m.AuthenticateFIDO2Init(ctx, "jo")
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo"}`,
			answer: required, want: &loginid.Request{Options: []byte(options)},
		},
		{
			name: "finish a sign-in", request: "POST /authenticate/fido2/complete", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.AuthenticateFIDO2Complete(ctx, "jo", assertion, loginid.Finish{})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"assertion_payload":` + asserted + `}`,
		},
		{
			name: "sign in by password", request: "POST /authenticate/password", scope: "auth.login", bound: "username=jo", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.AuthenticatePassword(ctx, "jo", "correct horse", loginid.Finish{})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"password":"correct horse"}`,
		},
		{
			name: "begin with a code", request: "POST /credentials/fido2/init/code", scope: "credentials.add", bound: "username=jo",
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Creation, error) {
				return m.AddFIDO2CredentialWithCodeInit(ctx, "jo", short, loginid.NewCredential{})
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo","authentication_code":{"type":"short","code":"123456"},"options":{}}`,
			answer: required2(), want: &loginid.Creation{Options: []byte(options)},
		},
		{
			name: "begin by force", request: "POST /credentials/fido2/init/force", scope: "credentials.force_add", bound: "user_id=" + userID,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Creation, error) {
				return m.ForceFIDO2CredentialInit(ctx, loginid.ByID(userID), loginid.NewCredential{DisplayName: "Jo"})
			}),
			body:   `{"client_id":"` + clientID + `","user_id":"` + userID + `","options":{"display_name":"Jo"}}`,
			answer: required2(), want: &loginid.Creation{Options: []byte(options)},
		},
		{
			name: "add a credential", request: "POST /credentials/fido2/complete", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.AddFIDO2CredentialComplete(ctx, "jo", attestation, loginid.Finish{})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"attestation_payload":` + attested + `}`,
		},
		{
			name: "wait for a code", request: "POST /authenticate/code/wait", scope: "auth.temporary", bound: "username=jo", signed: true,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.WaitCode(ctx, "jo", short, loginid.Finish{})
			}),
			body: `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"no_wait":false,"authentication_code":{"type":"short","code":"123456"}}`,
		},
		{
			name: "look at a code", request: "POST /authenticate/code/wait", scope: "auth.temporary", bound: "username=jo",
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.SignedIn, error) {
				return m.CheckCode(ctx, "jo", short, loginid.Finish{NoToken: true})
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo","no_jwt":true,"no_wait":true,"authentication_code":{"type":"short","code":"123456"}}`,
			answer: `{"is_authenticated":false}`, wantErr: loginid.ErrPending,
		},
		{
			name: "begin to confirm", request: "POST /tx/init",
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.TxConfirmation, error) {
				return m.TxInit(ctx, txID, "jo")
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo","tx_id":"` + txID + `"}`,
			answer: `{"tx_id":"` + txID + `","assertion_options":` + options + `}`, want: &loginid.TxConfirmation{ID: txID, Options: []byte(options)},
		},
		{
			name: "confirm", request: "POST /tx/complete",
			call: on(func(ctx context.Context, m *loginid.Management) (loginid.Secret, error) {
				return m.TxComplete(ctx, txID, "jo", assertion)
			}),
			body:   `{"client_id":"` + clientID + `","username":"jo","tx_id":"` + txID + `","challenge":"AAECAw","key_handle":"a_-1==","client_data":"e30","auth_data":"AA","sign_data":"MA"}`,
			answer: `{"jwt":"a.b.c","success":true}`, want: loginid.Secret("a.b.c"),
		},
	})
}

// required2 is the answer of a call that adds a credential.
func required2() string { return `{"attestation_payload":` + options + `}` }

func TestUsersAndCredentialsAreManagedAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	user := &loginid.User{
		ID: userID, Username: "jo", Status: loginid.UserActive, NamespaceID: "0123456789abcdef", ClientID: "c",
		CreatedAt: at("2030-01-02T03:04:05.678Z"), UpdatedAt: at("2030-01-02T03:04:05.678Z"),
	}
	credential := loginid.Credential{
		ID: credentialID, Type: loginid.FIDO2, Status: loginid.CredentialActive, Name: "Phone",
		CreatedAt: at("2030-01-02T03:04:05Z"), UpdatedAt: at("2030-01-02T03:04:05Z"),
	}
	exchangeAll(t, []exchange{
		{
			name: "get", request: "POST /manage/users/retrieve", scope: "users.retrieve", bound: "username=jo", body: `{"username":"jo"}`, answer: profile, want: user,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.User, error) { return m.GetUser(ctx, "jo") }),
		},
		{
			name: "add", request: "POST /manage/users", scope: "users.create", bound: "username=jo", body: `{"username":"jo"}`, answer: profile, want: user,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.User, error) {
				return m.AddUserWithoutCredentials(ctx, "jo")
			}),
		},
		{
			name: "activate", request: "PUT /manage/users/" + userID + "/activate", scope: "users.activate", bound: "user_id=" + userID, answer: profile, want: user,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.User, error) {
				return m.ActivateUser(ctx, userID)
			}),
		},
		{
			name: "deactivate, and the server does not", request: "PUT /manage/users/" + userID + "/deactivate", scope: "users.deactivate", bound: "user_id=" + userID, answer: profile, wantErr: loginid.ErrUnexpectedAnswer,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.User, error) {
				return m.DeactivateUser(ctx, userID)
			}),
		},
		{
			name: "delete", request: "DELETE /manage/users/" + userID, scope: "users.delete", bound: "user_id=" + userID, status: 204, want: nil,
			call: func(ctx context.Context, m *loginid.Management) (any, error) { return nil, m.DeleteUser(ctx, userID) },
		},
		{
			name: "delete by name", request: "POST /manage/users/delete", scope: "users.delete", bound: "username=jo", body: `{"username":"jo"}`, status: 204, want: nil,
			call: func(ctx context.Context, m *loginid.Management) (any, error) {
				return nil, m.DeleteUserByName(ctx, "jo")
			},
		},
		{
			name: "a deletion with 200 is none", request: "POST /manage/users/delete", scope: "users.delete", bound: "username=jo", body: `{"username":"jo"}`, answer: `{}`, wantErr: loginid.ErrUnexpectedAnswer,
			call: func(ctx context.Context, m *loginid.Management) (any, error) {
				return nil, m.DeleteUserByName(ctx, "jo")
			},
		},
		{
			name: "list", request: "POST /credentials/list", scope: "credentials.list", bound: "username=jo", body: `{"client_id":"` + clientID + `","user_id":"` + userID + `","username":"jo","status":"active"}`,
			answer: `{"user_id":"` + userID + `","credentials":[` + one + `,{"uuid":"` + otherID + `","status":"revoked"}]}`, want: []loginid.Credential{credential},
			call: on(func(ctx context.Context, m *loginid.Management) ([]loginid.Credential, error) {
				return m.Credentials(ctx, loginid.UserRef{ID: userID, Username: "jo"}, loginid.CredentialActive)
			}),
		},
		{
			name: "rename", request: "POST /credentials/rename", scope: "credentials.rename", bound: "user_id=" + userID,
			body:   `{"client_id":"` + clientID + `","user_id":"` + userID + `","credential":{"uuid":"` + credentialID + `","name":"Phone"}}`,
			answer: `{"user_id":"` + userID + `","credential":` + one + `}`, want: &credential,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Credential, error) {
				return m.RenameCredential(ctx, loginid.ByID(userID), credentialID, "Phone")
			}),
		},
		{
			name: "revoke, and the server does not", request: "POST /credentials/revoke", scope: "credentials.revoke", bound: "username=jo",
			body:   `{"client_id":"` + clientID + `","username":"jo","credential":{"uuid":"` + credentialID + `"}}`,
			answer: `{"user_id":"` + userID + `","credential":` + one + `}`, wantErr: loginid.ErrUnexpectedAnswer,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.Credential, error) {
				return m.RevokeCredential(ctx, loginid.ByName("jo"), credentialID)
			}),
		},
		{
			name: "recovery code", request: "POST /credentials/recovery-code", scope: "credentials.add_recovery", bound: "username=jo",
			body: `{"client_id":"` + clientID + `","username":"jo"}`, answer: `{"code":"one two three","created_at":"2030-01-02T03:04:05Z"}`,
			want: &loginid.RecoveryCode{Text: "one two three", CreatedAt: at("2030-01-02T03:04:05Z")},
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.RecoveryCode, error) {
				return m.GenerateRecoveryCode(ctx, loginid.ByName("jo"))
			}),
		},
	})
}

func TestCodesAreMadeAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	exchangeAll(t, []exchange{
		{
			name: "generate", request: "POST /codes/short/generate", scope: "codes.generate", bound: "username=jo",
			body:   `{"client_id":"` + clientID + `","username":"jo","purpose":"temporary_authentication","authorize":false}`,
			answer: `{"code":"123456","expires_at":"2030-01-02T03:04:05Z","is_authorized":false}`,
			want:   &loginid.IssuedCode{Text: "123456", ExpiresAt: at("2030-01-02T03:04:05Z")},
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.IssuedCode, error) {
				return m.GenerateCode(ctx, loginid.ByName("jo"), loginid.NewCode{Type: loginid.Short, Purpose: loginid.TemporaryAuthentication})
			}),
		},
		{
			name: "a code that counts at once though nobody wanted it", request: "POST /codes/phrase/generate", scope: "codes.generate", bound: "username=jo",
			body:   `{"client_id":"` + clientID + `","username":"jo","purpose":"add_credential","authorize":false}`,
			answer: `{"code":"a b","expires_at":"2030-01-02T03:04:05Z","is_authorized":true}`, wantErr: loginid.ErrUnexpectedAnswer,
			call: on(func(ctx context.Context, m *loginid.Management) (*loginid.IssuedCode, error) {
				return m.GenerateCode(ctx, loginid.ByName("jo"), loginid.NewCode{Type: loginid.Phrase, Purpose: loginid.AddCredential})
			}),
		},
		{
			name: "authorize", request: "POST /codes/long/authorize", scope: "codes.authorize", bound: "user_id=" + userID,
			body:   `{"client_id":"` + clientID + `","user_id":"` + userID + `","purpose":"add_credential","code":"abc"}`,
			answer: `{"expires_at":"2030-01-02T03:04:05Z","is_authorized":true}`, want: at("2030-01-02T03:04:05Z"),
			call: on(func(ctx context.Context, m *loginid.Management) (time.Time, error) {
				return m.AuthorizeCode(ctx, loginid.ByID(userID), loginid.AddCredential, loginid.TypedCode{Type: loginid.Long, Text: "abc"})
			}),
		},
		{
			name: "an authorization that is none", request: "POST /codes/short/authorize", scope: "codes.authorize", bound: "user_id=" + userID,
			body:   `{"client_id":"` + clientID + `","user_id":"` + userID + `","purpose":"add_credential","code":"123456"}`,
			answer: `{"expires_at":"2030-01-02T03:04:05Z"}`, wantErr: loginid.ErrUnexpectedAnswer,
			call: on(func(ctx context.Context, m *loginid.Management) (time.Time, error) {
				return m.AuthorizeCode(ctx, loginid.ByID(userID), loginid.AddCredential, short)
			}),
		},
		{
			name: "invalidate", request: "POST /codes/short/invalidate-all", scope: "codes.invalidate", bound: "username=jo",
			body:   `{"client_id":"` + clientID + `","username":"jo","purpose":"add_credential"}`,
			answer: `{"deleted_at":"2030-01-02T03:04:05Z"}`, want: at("2030-01-02T03:04:05Z"),
			call: on(func(ctx context.Context, m *loginid.Management) (time.Time, error) {
				return m.InvalidateAllCodes(ctx, loginid.ByName("jo"), loginid.Short, loginid.AddCredential)
			}),
		},
	})
}
