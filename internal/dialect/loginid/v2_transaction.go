package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

type v2TransactionBegun struct {
	ID      string         `json:"txId"`
	Session string         `json:"session"`
	Options requestOptions `json:"assertionOptions"`
}

// v2BeginTransaction creates a transaction and begins it, in one call.
func (d *Dialect) v2BeginTransaction(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Username string       `json:"username"`
		Payload  string       `json:"txPayload"`
		Nonce    string       `json:"nonce"`
		Type     string       `json:"txType"`
		Device   v2DeviceInfo `json:"deviceInfo"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	switch "" {
	case in.Username, in.Payload, in.Nonce:
		return endpoint.Response{}, v2Bad("username, txPayload and nonce are needed")
	}
	if err := d.v2Find(ctx, c, ""); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.v2Whom(ctx, c, v2User{Username: in.Username})
	if err != nil {
		return endpoint.Response{}, err
	}
	t, begun, err := d.v2Propose(ctx, c, u, passkeys.CreateTransaction{Payload: in.Payload, Nonce: in.Nonce, Type: in.Type})
	if err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2.sealer.seal(ctx, v2Session{
		Step: v2StepTransaction, Application: c.client.Application.ID, ClientID: c.clientID, User: u.ID, ID: string(t), Device: deviceID(in.Device.DeviceID),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, v2TransactionBegun{string(t), session, v2Assert(begun)})
}

// v2Propose brings the text and draws the question. Where the application hides who its users are, it names no
// credential, and a stranger is asked a question that nobody can answer.
func (d *Dialect) v2Propose(ctx context.Context, c *v2Call, u mfa.User, in passkeys.CreateTransaction) (mfa.TransactionID, passkeys.SignIn, error) {
	if u.ID == v2Stranger {
		return d.v2Pretend(ctx, c)
	}
	in.Caller, in.User, in.Source = c.client, mfa.UserRef{ID: u.ID}, c.source()
	t, err := d.passkeys.CreateTransaction(ctx, in)
	if err != nil {
		return "", passkeys.SignIn{}, err
	}
	_, begun, err := d.passkeys.BeginTransaction(ctx, passkeys.BeginTransaction{Caller: c.client, ID: t.ID, User: in.User})
	if c.settings.HideUnknownUsers {
		begun.Allow = nil
		if mfa.IsCode(err, mfa.NotFound) { // no passkey
			return d.v2Pretend(ctx, c)
		}
	}
	return t.ID, begun, err
}

// v2Pretend asks about a transaction that there is not, and takes as long as what it does not do: two writes.
func (d *Dialect) v2Pretend(ctx context.Context, c *v2Call) (mfa.TransactionID, passkeys.SignIn, error) {
	for range 2 {
		if err := d.v2Linger(ctx); err != nil {
			return "", passkeys.SignIn{}, err
		}
	}
	begun, err := d.passkeys.BeginSignIn(ctx, passkeys.BeginSignIn{Caller: c.client, Context: "v2:nothing"})
	return mfa.NewID[mfa.TransactionID](), begun, err
}

// v2Confirmed is a transaction that was signed. The token stands in it twice: clients differ in what they read.
type v2Confirmed struct {
	Token       string     `json:"token"`
	Older       string     `json:"jwtAccess"`
	Credential  string     `json:"credentialId"`
	Passkey     v2Passkey  `json:"authCred"`
	ID          string     `json:"txId"`
	Hash        mfa.Octets `json:"txHash"`
	Nonce       string     `json:"nonce"`
	ServerNonce string     `json:"lNonce"`
	DeviceID    string     `json:"deviceId"`
}

func (d *Dialect) v2FinishTransaction(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Session           string     `json:"session"`
		KeyHandle         mfa.Octets `json:"keyHandle"`
		ClientData        mfa.Octets `json:"clientData"`
		AuthenticatorData mfa.Octets `json:"authenticatorData"`
		Signature         mfa.Octets `json:"signature"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2Resume(ctx, c, in.Session, v2StepTransaction)
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Ready(ctx); err != nil {
		return endpoint.Response{}, err
	}
	done, err := d.passkeys.FinishTransaction(ctx, passkeys.FinishTransaction{
		Caller: c.client, ID: mfa.TransactionID(session.ID), User: mfa.UserRef{ID: session.User}, Source: c.source(), UserAgent: c.request.UserAgent(),
		Assertion: mfa.PasskeyAssertion{
			CredentialID: in.KeyHandle, ClientData: in.ClientData, AuthenticatorData: in.AuthenticatorData, Signature: in.Signature,
		},
	})
	if err != nil {
		return endpoint.Response{}, c.hidden(err)
	}
	return d.v2Confirm(ctx, c, done, session.Device)
}

func (d *Dialect) v2Confirm(ctx context.Context, c *v2Call, done passkeys.Confirmed, device string) (endpoint.Response, error) {
	claims := d.v2ClaimsFor(c, done.User, c.accessLife())
	claims.Credential = string(done.Authenticator.ID)
	claims.Nonce, claims.ServerNonce = done.Transaction.Nonce, done.Transaction.ServerNonce
	claims.TxHash = encode(done.Transaction.Hash)
	token, err := d.signToken(ctx, claims)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, v2Confirmed{
		token, token, claims.Credential, v2PasskeyOf(done.Authenticator, done.Passkey), string(done.Transaction.ID),
		done.Transaction.Hash, claims.Nonce, claims.ServerNonce, device,
	})
}
