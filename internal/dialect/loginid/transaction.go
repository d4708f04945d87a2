package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// defaultTxType is what a client means that says nothing.
const defaultTxType = "text"

// txText is a text that is to be signed, as two of the calls bring it.
type txText struct {
	Payload string `json:"tx_payload"`
	Nonce   string `json:"nonce"`
	Type    string `json:"tx_type"`
}

type txRequest struct {
	base
	txText

	Username string `json:"username"`
}

type txAnswer struct {
	ID string `json:"id"`
}

// createTransaction keeps a text that a user is to sign.
func (d *Dialect) createTransaction(ctx context.Context, c *call, in *txRequest) (endpoint.Response, error) {
	if err := c.boundToPayload(in.Payload); err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.newTransaction(ctx, c, in.txText, in.Username)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, txAnswer{string(made.ID)})
}

func (d *Dialect) newTransaction(ctx context.Context, c *call, text txText, username string) (mfa.Transaction, error) {
	if text.Payload == "" {
		return mfa.Transaction{}, missingParameter("tx_payload")
	}
	if text.Type == "" {
		text.Type = defaultTxType
	}
	in := passkeys.CreateTransaction{Caller: c.client, Payload: text.Payload, Nonce: text.Nonce, Type: text.Type, Source: c.person(), Vouched: c.token != nil}
	if who := c.whose(username); who != (userRef{}) {
		u, err := d.user(ctx, c, who)
		if err != nil {
			return mfa.Transaction{}, err
		}
		in.User = mfa.UserRef{ID: u.ID}
	}
	return d.passkeys.CreateTransaction(ctx, in)
}

// whose is the user of a transaction: the one whom the request names, or else the token; nobody, where neither does.
func (c *call) whose(username string) userRef {
	if username != "" || c.token == nil {
		return userRef{Username: username}
	}
	return userRef{UserID: c.token.claims.UserID, Username: c.token.claims.username()}
}

type txBeginRequest struct {
	base
	txText

	Username string `json:"username"`
	ID       string `json:"tx_id"`
}

type txBeginAnswer struct {
	ID      string         `json:"tx_id"`
	Options requestOptions `json:"assertion_options"`
}

// beginTransaction draws the challenge that binds the text. Public applications may bring the text only now.
func (d *Dialect) beginTransaction(ctx context.Context, c *call, in *txBeginRequest) (endpoint.Response, error) {
	u, err := d.user(ctx, c, userRef{Username: in.Username})
	if err != nil {
		return endpoint.Response{}, err
	}
	id, err := d.transactionOf(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	begun, signIn, err := d.passkeys.BeginTransaction(ctx, passkeys.BeginTransaction{Caller: c.client, ID: id, User: mfa.UserRef{ID: u.ID}})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, txBeginAnswer{string(begun.ID), newRequestOptions(signIn)})
}

// transactionOf is the one that a request names, or else one that it makes. An application with a key makes them
// with a token alone.
func (d *Dialect) transactionOf(ctx context.Context, c *call, in *txBeginRequest) (mfa.TransactionID, error) {
	if in.ID != "" {
		return transactionID(in.ID)
	}
	if in.Payload == "" {
		return "", missingParameter("tx_id")
	}
	keys, err := d.credentials(ctx, c.client)
	if err != nil {
		return "", err
	}
	if len(keys) > 0 {
		return "", forbidden("an application with a key makes transactions by POST /tx, with a token")
	}
	made, err := d.newTransaction(ctx, c, in.txText, in.Username)
	return made.ID, err
}

var errNoTransaction = refuse(failMissing, "there is no such transaction, or it is over")

func transactionID(text string) (mfa.TransactionID, error) {
	id, err := mfa.ParseUUID("tx_id", text)
	if err != nil {
		return "", errNoTransaction
	}
	return mfa.TransactionID(id), nil
}

// txProveRequest has the members of a sign-in under other names.
type txProveRequest struct {
	base

	Username   string     `json:"username"`
	ID         string     `json:"tx_id"`
	KeyHandle  mfa.Octets `json:"key_handle"`
	ClientData mfa.Octets `json:"client_data"`
	AuthData   mfa.Octets `json:"auth_data"`
	SignData   mfa.Octets `json:"sign_data"`
}

type txProveAnswer struct {
	JWT     string `json:"jwt"`
	Success bool   `json:"success"`
}

// txClaims bind the text: whoever has it, and the token, computes the hash again.
type txClaims struct {
	userClaims

	Nonce       string `json:"nonce"`
	ServerNonce string `json:"server_nonce"`
	TxHash      string `json:"tx_hash"`
}

// finishTransaction examines the signature over the text.
func (d *Dialect) finishTransaction(ctx context.Context, c *call, in *txProveRequest) (endpoint.Response, error) {
	if err := in.complete(); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.user(ctx, c, userRef{Username: in.Username})
	if err != nil {
		return endpoint.Response{}, err
	}
	id, err := transactionID(in.ID)
	if err != nil {
		return endpoint.Response{}, err
	}
	done, err := d.passkeys.FinishTransaction(ctx, passkeys.FinishTransaction{
		Caller: c.client, ID: id, User: mfa.UserRef{ID: u.ID},
		Assertion: mfa.PasskeyAssertion{CredentialID: in.KeyHandle, ClientData: in.ClientData, AuthenticatorData: in.AuthData, Signature: in.SignData},
		Source:    c.source(), UserAgent: c.request.UserAgent(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	token, err := d.signToken(ctx, txClaims{
		c.view().claims(signedIn(done.SignedIn, actionTransaction)),
		done.Transaction.Nonce, done.Transaction.ServerNonce, encode(done.Transaction.Hash),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, txProveAnswer{token, true})
}

func (r *txProveRequest) complete() error {
	for _, m := range []struct {
		name   string
		length int
	}{
		{"tx_id", len(r.ID)},
		{"key_handle", len(r.KeyHandle)},
		{"client_data", len(r.ClientData)},
		{"auth_data", len(r.AuthData)},
		{"sign_data", len(r.SignData)},
	} {
		if m.length == 0 {
			return missingParameter(m.name)
		}
	}
	return nil
}
