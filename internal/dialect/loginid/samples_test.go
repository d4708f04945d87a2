package loginid_test

// sdk is a published client: how it calls, in the order of the file that it is recorded in.
type sdk struct {
	name    string
	base    string // what it puts in front of paths
	headers map[string]string
	kid     bool // it names a key in its tokens, with nothing
	sends   []send
}

// send is one call of a client.
type send struct {
	name, method, path string
	headers            map[string]string
	body               string
	token              object // nil: none; the nonce and the time are added
	status             int
	answer             string
}

func (c sdk) tokenHeader() object {
	header := object{"alg": "ES256", "typ": "JWT"}
	if c.kid {
		header["kid"] = ""
	}
	return header
}

// is a token of the kind that most clients make.
func is(scope string) object { return object{"client_id": backend, "type": scope} }

const (
	profileOfBob = `{"id": "` + bobID + `", "client_id": "` + backend + `", "username": "bob", "status": "active", "type": "user", "namespace_id": "*", "namspace_id": "*",
		"created_at": "2026-01-31T12:00:00.000Z", "updated_at": "2026-01-31T12:00:00.000Z", "contacts": []}`
	inactiveBob = `{"id": "` + bobID + `", "client_id": "` + backend + `", "username": "bob", "status": "inactive", "type": "user", "namespace_id": "*", "namspace_id": "*",
		"created_at": "2026-01-31T12:00:00.000Z", "updated_at": "2026-01-31T12:00:00.000Z", "contacts": []}`
	shortCode = `{"code": "*", "expires_at": "2026-01-31T12:03:00.000Z", "is_authorized": true}`
	payloadOf = "B32KHzGSa-9PPda53R6jrSiKAUdbYLxeX0LDkk2Jd5o" // of "pay 1"
)

var clients = map[string]sdk{
	"node-083": {
		name: "@loginid/node-sdk 0.8.3", headers: map[string]string{"Content-Type": "application/json", "X-Client-ID": backend},
		sends: []send{
			{
				name: "createTx", method: post, path: "/tx", body: `{"client_id":"` + backend + `","tx_payload":"pay 1","nonce":"nonce00000000001","tx_type":"text","username":"bob"}`,
				token: with(is("tx.create"), object{"payload_hash": payloadOf}), status: 200, answer: `{"id": "*"}`,
			},
			{
				name: "createTx with a token of another text", method: post, path: "/tx", body: `{"client_id":"` + backend + `","tx_payload":"pay 2","nonce":"n","tx_type":"text"}`,
				token: with(is("tx.create"), object{"payload_hash": payloadOf}), status: 403, answer: `{"code": "operation_not_allowed", "message": "*"}`,
			},
			{name: "getUserId", method: post, path: "/manage/users/retrieve", body: `{"username":"bob"}`, token: is("users.retrieve"), status: 200, answer: profileOfBob},
			{
				name: "generateCode", method: post, path: "/codes/short/generate", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `","purpose":"add_credential","authorize":true}`,
				token: is("codes.generate"), status: 200, answer: shortCode,
			},
			{
				name: "authorizeCode with a wrong code", method: post, path: "/codes/long/authorize", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `","purpose":"add_credential","code":"nobody's"}`,
				token: is("codes.authorize"), status: 404, answer: `{"code": "verification_code_not_found", "message": "*"}`,
			},
			{
				name: "invalidateAllCodes", method: post, path: "/codes/short/invalidate-all", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `","purpose":"add_credential"}`,
				token: is("codes.invalidate"), status: 200, answer: `{"deleted_at": "2026-01-31T12:00:00.000Z"}`,
			},
			{name: "getCredentials", method: get, path: "/credentials?user_id=" + bobID, token: is("credentials.list"), status: 200, answer: `{"user_id": "` + bobID + `", "credentials": []}`},
			{
				name: "renameCredential of none", method: post, path: "/credentials/rename", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `","credential":{"uuid":"` + eveID + `","name":"x"}}`,
				token: is("credentials.rename"), status: 404, answer: `{"code": "credential_not_found", "message": "*"}`,
			},
			{name: "deactivateUserById", method: put, path: "/manage/users/" + bobID + "/deactivate", token: is("users.deactivate"), status: 200, answer: inactiveBob},
			{name: "activateUserById", method: put, path: "/manage/users/" + bobID + "/activate", token: is("users.activate"), status: 200, answer: profileOfBob},
			{name: "verifyToken, with headers of an earlier call", method: get, path: "/certs", headers: map[string]string{"X-Client-ID": stranger, "Authorization": "Bearer undefined"}, status: 200, answer: `"*"`},
			{name: "deleteUserByUsername", method: post, path: "/manage/users/delete", body: `{"username":"eve"}`, token: is("users.delete"), status: 204},
			{name: "deleteUserById", method: remove, path: "/manage/users/" + bobID, token: is("users.delete"), status: 204},
			{name: "getUserId of nobody", method: post, path: "/manage/users/retrieve", body: `{"username":"bob"}`, token: is("users.retrieve"), status: 404, answer: `{"code": "user_not_found", "message": "*"}`},
		},
	},
	"python-a": {
		name: "loginid 0.0.4 (PyPI)", base: "/",
		headers: map[string]string{"X-API-Key": backend},
		sends: []send{
			{
				name: "getUserId", method: post, path: "/manage/users/retrieve", headers: map[string]string{"Content-Type": "application/json"}, body: `{"username": "bob"}`,
				token: object{"type": "users.retrieve"}, status: 200, answer: profileOfBob,
			},
			{
				name: "getCredentials", method: get, path: "/credentials?user_id=" + bobID, headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
				token: object{"type": "credentials.list"}, status: 200, answer: `{"user_id": "` + bobID + `", "credentials": []}`,
			},
			{
				name: "createTx", method: post, path: "/tx", headers: map[string]string{"Content-Type": "application/json"},
				body:  `{"client_id": "` + backend + `", "tx_payload": "pay 1", "nonce": "nonce00000000001", "tx_type": "text", "username": null}`,
				token: object{"type": "tx.create", "payload_hash": payloadOf, "username": "bob"}, status: 200, answer: `{"id": "*"}`,
			},
			{
				name: "deactivateUserById", method: put, path: "/manage/users/" + bobID + "/deactivate", headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
				token: object{"type": "users.deactivate"}, status: 200, answer: inactiveBob,
			},
			{
				name: "deleteUserById", method: remove, path: "/manage/users/" + bobID, headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
				token: object{"type": "users.delete"}, status: 204,
			},
		},
	},
	"python-b": {
		name: "loginid 0.1, one module", headers: map[string]string{"Content-Type": "application/json", "X-Client-ID": backend},
		sends: []send{
			{name: "get_user", method: post, path: "/manage/users/retrieve", body: `{"username": "bob"}`, token: is("users.retrieve"), status: 200, answer: profileOfBob},
			{
				name: "create_tx", method: post, path: "/tx", body: `{"client_id": "` + backend + `", "tx_payload": "pay 1", "nonce": "nonce00000000001"}`,
				token: object{"type": "tx.create", "payload_hash": payloadOf}, status: 200, answer: `{"id": "*"}`,
			},
			{
				name: "wait_code with a token for nothing", method: post, path: "/authenticate/code/wait",
				body:  `{"client_id": "` + backend + `", "username": "bob", "authentication_code": {"code": "nobody's", "type": "long"}, "no_jwt": false}`,
				token: object{"client_id": backend, "type": nil}, status: 404, answer: `{"code": "verification_code_not_found", "message": "*"}`,
			},
			{
				name: "get_credentials", method: post, path: "/credentials/list", body: `{"client_id": "` + backend + `", "user_id": "` + bobID + `", "username": "bob"}`,
				token: is("credentials.list"), status: 200, answer: `{"user_id": "` + bobID + `", "credentials": []}`,
			},
			{name: "certs without a kid", method: get, path: "/certs", status: 200, answer: `"*"`},
			{name: "certs of nobody", method: get, path: "/certs?kid=nobody", status: 404, answer: `{"code": "not_found", "message": "*"}`},
		},
	},
	"python-c": {
		name: "loginid 0.1.5 (PyPI)", headers: map[string]string{"Content-Type": "application/json", "X-Client-ID": backend},
		sends: []send{
			{
				name: "add_user_without_credentials", method: post, path: "/manage/users", body: `{"username": "zoe"}`, token: is("users.create"), status: 200,
				answer: `{"id": "*", "client_id": "` + backend + `", "username": "zoe", "status": "active", "type": "user", "namespace_id": "*", "namspace_id": "*", "created_at": "*", "updated_at": "*", "contacts": []}`,
			},
			{name: "add_user_without_credentials again", method: post, path: "/manage/users", body: `{"username": "zoe"}`, token: is("users.create"), status: 400, answer: `{"code": "username_taken", "message": "*"}`},
			{
				name: "create_tx, its scope under another name", method: post, path: "/tx", headers: map[string]string{"X-Client-ID": ""}, body: `{"client_id": "` + backend + `", "tx_payload": "pay 1", "nonce": "nonce00000000001"}`,
				token: object{"scope": "tx.create", "payload_hash": payloadOf}, status: 200, answer: `{"id": "*"}`,
			},
			{
				name: "get_credentials of a status", method: post, path: "/credentials/list", body: `{"client_id": "` + backend + `", "user_id": "` + bobID + `", "status": "active"}`,
				token: is("credentials.list"), status: 200, answer: `{"user_id": "` + bobID + `", "credentials": []}`,
			},
			{
				name: "register_fido2_init without options", method: post, path: "/register/fido2/init", body: `{"client_id": "` + backend + `", "username": "ann"}`,
				token: is("auth.register"), status: 200, answer: `{"register_session": "*", "attestation_payload": "*"}`,
			},
			{
				name: "force_fido2_credential_init", method: post, path: "/credentials/fido2/init/force", body: `{"client_id": "` + backend + `", "user_id": "` + bobID + `", "options": {"roaming_authenticator": false}}`,
				token: is("credentials.force_add"), status: 200, answer: `{"attestation_payload": "*"}`,
			},
			{
				name: "authenticate_fido2_complete with a token for nothing", method: post, path: "/authenticate/fido2/complete",
				body:  `{"client_id": "` + backend + `", "username": "bob", "assertion_payload": {"challenge": "AAAA", "credential_id": "AAAAAAAAAAAAAAAAAAAAAA", "client_data": "e30", "authenticator_data": "AAAA", "signature": "AAAA"}}`,
				token: object{"client_id": backend, "type": nil}, status: 401, answer: `{"code": "failed_to_authenticate", "message": "*"}`,
			},
			{
				name: "generate_recovery_code", method: post, path: "/credentials/recovery-code", body: `{"client_id": "` + backend + `", "user_id": "` + bobID + `"}`,
				token: is("credentials.add_recovery"), status: 200, answer: `{"code": "*", "created_at": "2026-01-31T12:00:00.000Z"}`,
			},
			{
				name: "add_doc_scan_credential_init", method: post, path: "/credentials/authid/init", body: `{"client_id": "` + backend + `", "user_id": "` + bobID + `", "username": null, "options": {}}`,
				token: is("credentials.force_add"), status: 403, answer: `{"code": "operation_not_allowed", "message": "*"}`,
			},
			{name: "delete_by_username", method: post, path: "/manage/users/delete", body: `{"username": "zoe"}`, token: is("users.delete"), status: 204},
		},
	},
	"java-10s": {
		name: "java-client 1.0-SNAPSHOT", base: "/api/native",
		headers: map[string]string{"Content-Type": "application/json", "Accept": "application/json", "X-Client-ID": backend, "Request-ID": "0b9c1f6e-2b7d-4a5b-8c7d-9e0f1a2b3c4e"},
		sends: []send{
			{
				name: "registerPassword", method: post, path: "/register/password", body: `{"client_id":"` + backend + `","username":"ann","password":"staple-battery","password_confirmation":"staple-battery"}`,
				token: is("auth.register"), status: 200,
				answer: `{"is_authenticated": true, "jwt": "*", "client": {"id": "` + backend + `", "type": "management"}, "user": {"id": "*", "type": "user", "username": "ann", "namespace_id": "*"},
					"session": {"id": "*"}, "credential": {"uuid": "*", "id": "*", "type": "password", "name": "password"}}`,
			},
			{
				name: "createTx", method: post, path: "/tx", body: `{"client_id":"` + backend + `","tx_payload":"pay 1","nonce":"nonce00000000001","tx_type":"text","username":"bob"}`,
				token: object{"type": "tx.create", "payload_hash": payloadOf, "username": "bob"}, status: 200, answer: `{"id": "*"}`,
			},
			{
				name: "generateCode by name", method: post, path: "/codes/phrase/generate", body: `{"client_id":"` + backend + `","username":"bob","purpose":"temporary_authentication","authorize":true}`,
				token: is("codes.generate"), status: 200, answer: `{"code": "*", "expires_at": "2026-02-01T12:00:00.000Z", "is_authorized": true}`,
			},
			{name: "activateUserById", method: put, path: "/manage/users/" + bobID + "/activate", token: is("users.activate"), status: 200, answer: profileOfBob},
		},
	},
	"go-preview": {
		name: "Go SDK 0.3.1", kid: true, headers: map[string]string{"Content-Type": "application/json", "X-Client-ID": backend},
		sends: []send{
			{
				name: "a token bound twice", method: post, path: "/credentials/list", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `"}`,
				token: with(is("credentials.list"), object{"user_id": bobID, "udata": "bob"}), status: 200, answer: `{"user_id": "` + bobID + `", "credentials": []}`,
			},
			{
				name: "a token bound to another", method: post, path: "/credentials/list", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `"}`,
				token: with(is("credentials.list"), object{"user_id": eveID, "udata": "eve"}), status: 403, answer: `{"code": "operation_not_allowed", "message": "*"}`,
			},
			{
				name: "an option misspelt", method: post, path: "/credentials/fido2/init/force", body: `{"client_id":"` + backend + `","user_id":"` + bobID + `","options":{"roaming_authentictor":true}}`,
				token: is("credentials.force_add"), status: 200, answer: `{"attestation_payload": "*"}`,
			},
		},
	},
	"browser-09": {
		name: "@loginid/sdk 0.9.10", headers: map[string]string{"Content-Type": "application/json", "Origin": shop, "Authorization": "Bearer undefined"},
		sends: []send{
			{
				name: "registerWithFido2", method: post, path: "/register/fido2/init", body: `{"client_id":"` + web + `","username":"ann","options":{"register_session":null}}`, status: 200,
				answer: `{"register_session": "*", "attestation_payload": {"credential_uuid": "*", "challenge": "*", "rp": {"id": "shop.example", "name": "Shop"},
					"user": {"id": "*", "name": "ann", "displayName": "ann"}, "pubKeyCredParams": "*", "excludeCredentials": [],
					"authenticatorSelection": {"authenticatorAttachment": "platform", "residentKey": "preferred", "userVerification": "required"}, "attestation": "none", "timeout": 60000}}`,
			},
			{
				name: "authenticateWithFido2", method: post, path: "/authenticate/fido2/init", body: `{"client_id":"` + web + `","username":"bob","options":null}`, status: 404,
				answer: `{"code": "credential_not_found", "message": "*"}`,
			},
			{name: "createTransaction without a nonce", method: post, path: "/api/tx", body: `{"client_id":"` + web + `","tx_payload":"pay 1","tx_type":"text"}`, status: 200, answer: `{"id": "*"}`},
			{name: "an older call", method: post, path: "/push_authentication/init", body: `{"client_id":"` + web + `","username":"bob","options":null}`, status: 404, answer: `{"code": "endpoint_deprecated", "message": "*"}`},
		},
	},
}
