// Package loginid speaks the API of the LoginID service, so that programs written against it keep working when
// their base address is changed: registration and sign-in with passkeys and passwords, credentials, codes that
// carry a sign-in to another device, users, and transactions that a passkey signs.
//
// The protocol has two generations in use. The table below is the whole of the older one ("Gen A"), of which the
// newer one ("Gen C", below /fido2/v2, in the files that begin with v2_) shares nothing but the nouns. What the
// service had and this server leaves out stands in the table too, with the answer that it gets.
// docs/dialects/loginid.md shows the same table to operators, with what differs on purpose; a test holds the two
// together.
//
// The protocol's nouns are ours under other names: its namespace is our directory, its client an application, its
// username an alias, its credential an authenticator, its code a handoff. No rule lives here.
package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// Name is the dialect's name: in settings and in logs.
const Name = "loginid"

// Config is what the dialect stands on.
type Config struct {
	Domain   *mfa.Service
	Passkeys *passkeys.Service
	Accounts *accounts.Service
	Handoffs *handoffs.Service
}

// Dialect is the LoginID front door.
type Dialect struct {
	service  *mfa.Service
	passkeys *passkeys.Service
	accounts *accounts.Service
	handoffs *handoffs.Service
	ring     *keyring.Ring[*jwtKey]
	router   router
	held     endpoint.Held[mfa.HandoffID]
	v2       v2Half
}

// New returns the front door to the services.
func New(c Config) *Dialect {
	return &Dialect{
		service: c.Domain, passkeys: c.Passkeys, accounts: c.Accounts, handoffs: c.Handoffs,
		ring: keyring.New(jwtKeys(), c.Domain, c.Domain.Now), router: newRouter(routes()), v2: newV2Half(c.Domain),
	}
}

// demand says whether a call needs a service token.
type demand int

const (
	open    demand = iota // no token is looked at, whatever the client sends: some clients repeat that of another call
	private               // from applications that have a key; of all others none is looked at
	always
)

// method answers one call.
type method func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error)

// route is one line of the table.
type route struct {
	method string
	path   string
	demand demand
	scope  string // of the token
	op     op
	answer method
	absent *failure // of a call that is left out: what it gets; instead of answer
}

// name is the route in logs and metrics.
func (r *route) name() string { return r.method + " " + r.path }

// Scopes of service tokens.
const (
	scopeRegister    = "auth.register"
	scopeLogin       = "auth.login"
	scopeTemporary   = "auth.temporary"
	scopeTx          = "tx.create"
	scopeAdd         = "credentials.add"
	scopeForceAdd    = "credentials.force_add"
	scopeSensitive   = "credentials.retrieve_sensitive"
	scopeAddRecovery = "credentials.add_recovery"
	scopeList        = "credentials.list"
	scopeRename      = "credentials.rename"
	scopeRevoke      = "credentials.revoke"
	scopeGenerate    = "codes.generate"
	scopeAuthorize   = "codes.authorize"
	scopeInvalidate  = "codes.invalidate"
	scopeCreate      = "users.create"
	scopeRetrieve    = "users.retrieve"
	scopeDelete      = "users.delete"
	scopeActivate    = "users.activate"
	scopeDeactivate  = "users.deactivate"
)

func routes() []route {
	const get, post, put, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return append([]route{
		{method: post, path: "/register/fido2/init", demand: private, scope: scopeRegister, op: opRegister, answer: taking((*Dialect).beginRegistration)},
		{method: post, path: "/register/fido2/complete", op: opEnroll, answer: taking((*Dialect).finishRegistration)},
		{method: post, path: "/register/password", demand: private, scope: scopeRegister, op: opRegister, answer: taking((*Dialect).registerPassword)},
		{method: post, path: "/authenticate/fido2/init", demand: private, scope: scopeLogin, answer: taking((*Dialect).beginSignIn)},
		{method: post, path: "/authenticate/fido2/complete", op: opProve, answer: taking((*Dialect).finishSignIn)},
		{method: post, path: "/authenticate/password", demand: private, scope: scopeLogin, op: opPassword, answer: taking((*Dialect).checkPassword)},
		{method: post, path: "/authenticate/publickey/init", demand: private, scope: scopeLogin, op: opCredential, answer: taking((*Dialect).beginPublicKey)},
		{method: post, path: "/authenticate/publickey/complete", op: opProve, answer: taking((*Dialect).finishPublicKey)},
		{method: post, path: "/authenticate/code/wait", demand: private, scope: scopeTemporary, op: opCode, answer: taking((*Dialect).waitForCode)},
		{method: post, path: "/authenticate/authid/init", demand: private, scope: scopeLogin, absent: &failNotAllowed},
		{method: post, path: "/authenticate/authid/complete", absent: &failNotAllowed},

		{method: post, path: "/credentials/fido2/init/code", demand: private, scope: scopeAdd, op: opCode, answer: taking((*Dialect).addWithCode)},
		{method: post, path: "/credentials/fido2/init/force", demand: always, scope: scopeForceAdd, answer: taking((*Dialect).addByForce)},
		{method: post, path: "/credentials/fido2/complete", op: opEnroll, answer: taking((*Dialect).finishAdding)},
		{method: post, path: "/credentials/publickey", demand: always, scope: scopeForceAdd, answer: taking((*Dialect).addPublicKey)},
		{method: post, path: "/credentials/recovery-code", demand: always, scope: scopeAddRecovery, answer: taking((*Dialect).makeRecoveryCode)},
		{method: get, path: "/credentials", demand: always, scope: scopeList, answer: taking((*Dialect).credentialsOf)},
		{method: post, path: "/credentials/list", demand: always, scope: scopeList, answer: taking((*Dialect).listCredentials)},
		{method: post, path: "/credentials/rename", demand: always, scope: scopeRename, op: opCredential, answer: taking((*Dialect).renameCredential)},
		{method: post, path: "/credentials/revoke", demand: always, scope: scopeRevoke, op: opCredential, answer: taking((*Dialect).revokeCredential)},
		{method: post, path: "/credentials/authid/init", demand: always, scope: scopeForceAdd, absent: &failNotAllowed},
		{method: post, path: "/credentials/authid/evaluate", demand: always, scope: scopeSensitive, absent: &failNotAllowed},
		{method: post, path: "/credentials/authid/complete", demand: always, scope: scopeForceAdd, absent: &failNotAllowed},

		{method: post, path: "/codes/{type}/generate", demand: always, scope: scopeGenerate, op: opCode, answer: taking((*Dialect).generateCode)},
		{method: post, path: "/codes/{type}/authorize", demand: always, scope: scopeAuthorize, op: opCode, answer: taking((*Dialect).authorizeCode)},
		{method: post, path: "/codes/{type}/invalidate-all", demand: always, scope: scopeInvalidate, op: opCode, answer: taking((*Dialect).invalidateCodes)},
		{method: post, path: pathOwnCode, demand: private, scope: scopeGenerate, answer: taking((*Dialect).beginOwnCode)},
		{method: post, path: "/codes/{type}/generate/fido2/complete", op: opProve, answer: taking((*Dialect).finishOwnCode)},

		{method: post, path: "/manage/users", demand: always, scope: scopeCreate, answer: taking((*Dialect).createUser)},
		{method: post, path: "/manage/users/retrieve", demand: always, scope: scopeRetrieve, answer: taking((*Dialect).retrieveUser)},
		{method: post, path: "/manage/users/delete", demand: always, scope: scopeDelete, op: opDeleteUser, answer: taking((*Dialect).deleteUser)},
		{method: remove, path: "/manage/users/{user}", demand: always, scope: scopeDelete, op: opDeleteUser, answer: taking((*Dialect).deleteUserByID)},
		{method: put, path: "/manage/users/{user}/activate", demand: always, scope: scopeActivate, op: opActivate, answer: taking((*Dialect).activateUser)},
		{method: put, path: "/manage/users/{user}/deactivate", demand: always, scope: scopeDeactivate, op: opDeactivate, answer: taking((*Dialect).deactivateUser)},
		{method: post, path: "/manage/users/{user}/email-verification/dispatch", demand: always, absent: &failNoMail},

		{method: post, path: "/tx", demand: private, scope: scopeTx, answer: taking((*Dialect).createTransaction)},
		{method: post, path: "/tx/init", op: opConfirm, answer: taking((*Dialect).beginTransaction)},
		{method: post, path: "/tx/complete", op: opTxProve, answer: taking((*Dialect).finishTransaction)},
		{method: get, path: "/certs", answer: (*Dialect).certs},
	}, olderRoutes()...)
}

// olderRoutes are calls of clients that were old when the others were made. No client in use needs them.
func olderRoutes() []route {
	const post = http.MethodPost
	return []route{
		{method: post, path: "/push_authentication/init", absent: &failDeprecated},
		{method: post, path: "/push_authentication/complete", absent: &failDeprecated},
		{method: post, path: "/add_authenticator/init", absent: &failDeprecated},
		{method: post, path: "/add_authenticator/complete", absent: &failDeprecated},
		{method: post, path: "/register/init", absent: &failDeprecated},
		{method: post, path: "/register/complete", absent: &failDeprecated},
		{method: post, path: "/authenticate/init", absent: &failDeprecated},
		{method: post, path: "/authenticate/complete", absent: &failDeprecated},
	}
}
