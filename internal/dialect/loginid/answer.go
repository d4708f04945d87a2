package loginid

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// action is what a user did to get a token.
type action string

const (
	actionRegister    action = "register"
	actionLogin       action = "login"
	actionAdd         action = "add_credential"
	actionTemporary   action = "temporary_authentication"
	actionTransaction action = "transaction"
)

// proved is a user who just proved to be there, or whom a backend vouched for.
type proved struct {
	user    mfa.User
	session mfa.SessionID
	with    *mfa.Authenticator // nil for a code
	action  action
	at      time.Time
}

// authAnswer is the result of every call that ends a sign-in or a registration.
type authAnswer struct {
	IsAuthenticated bool              `json:"is_authenticated"`
	JWT             string            `json:"jwt,omitempty"`
	Client          clientAnswer      `json:"client"`
	User            userAnswer        `json:"user"`
	Session         *sessionAnswer    `json:"session,omitempty"`
	Credential      *credentialAnswer `json:"credential,omitempty"`
	CodeData        *codeData         `json:"code_data,omitempty"`
}

type clientAnswer struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type userAnswer struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Username    string `json:"username"`
	NamespaceID string `json:"namespace_id"`
}

type sessionAnswer struct {
	ID string `json:"id"`
}

// credentialAnswer has its id twice: clients differ in what they read.
type credentialAnswer struct {
	UUID string `json:"uuid"`
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// userType is the type of every user: the service knew others, and no client looks.
const userType = "user"

// authenticated answers that the user is signed in.
func (d *Dialect) authenticated(ctx context.Context, c clientView, p proved, noJWT bool, codes *codeData) (endpoint.Response, error) {
	out := c.answer(p.user)
	out.IsAuthenticated, out.CodeData = true, codes
	out.Session = &sessionAnswer{string(p.session)}
	if p.with != nil {
		out.Credential = &credentialAnswer{string(p.with.ID), string(p.with.ID), credentialType(p.with.Kind), p.with.Name}
	}
	if !noJWT {
		var err error
		if out.JWT, err = d.signToken(ctx, c.claims(p)); err != nil {
			return endpoint.Response{}, err
		}
	}
	return endpoint.JSON(http.StatusOK, out)
}

// clientView is what answers need of a call. It is kept by those that wait, who must not hold on to the request.
type clientView struct {
	id        string
	kind      string
	namespace string
	issuer    string
	life      time.Duration
}

func (c *call) view() clientView {
	return clientView{
		id: c.clientID, kind: c.settings.clientType(), namespace: namespaceID(c.client.Directory.ID),
		issuer: c.settings.issuer(), life: time.Duration(c.settings.TokenLife) * time.Second,
	}
}

// answer is one about a user who is not signed in.
func (v clientView) answer(u mfa.User) authAnswer {
	return authAnswer{
		Client: clientAnswer{v.id, v.kind},
		User:   userAnswer{string(u.ID), userType, usernameOf(u), v.namespace},
	}
}

// userClaims are what the token of a user says.
type userClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	Udata     string `json:"udata"`
	Username  string `json:"username"`
	Namespace string `json:"nid"`
	Session   string `json:"sid"`
	Action    action `json:"action"`
	IssuedAt  int64  `json:"iat"`
	Expires   int64  `json:"exp,omitempty"`
}

// claims never say a time that is to come: some clients take no token of the future.
func (v clientView) claims(p proved) userClaims {
	name := usernameOf(p.user)
	out := userClaims{
		Issuer: v.issuer, Subject: string(p.user.ID), Audience: v.id, Udata: name, Username: name,
		Namespace: v.namespace, Session: string(p.session), Action: p.action, IssuedAt: p.at.Unix(),
	}
	if v.life > 0 {
		out.Expires = out.IssuedAt + int64(v.life/time.Second)
	}
	return out
}

// usernameOf is what a user is called here: those of other dialects may have no name but their id.
func usernameOf(u mfa.User) string { return cmp.Or(u.Alias, string(u.ID)) }

// namespaceID is a directory's name in the protocol's form.
func namespaceID(id mfa.DirectoryID) string {
	const digits = 16
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])[:digits]
}

// credentialType is a kind of authenticator in the protocol's words.
func credentialType(k mfa.Kind) string {
	if k == mfa.KindPasskey {
		return "fido2"
	}
	return string(k)
}
