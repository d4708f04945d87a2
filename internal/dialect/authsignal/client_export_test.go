package authsignal

import (
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// What tests of the client's API look at from outside.
var (
	MaskEmail   = maskEmail
	MaskPhone   = maskPhone
	AnyBase64   = anyBase64
	PublicKeyOf = publicKeyOf
	HandleOf    = handleOf
	ParseOffer  = parseOffer
	ParseCreate = parseCreate
)

// Token and Tenant are what a socket's handshake offers.
func (o offered) Token() string  { return o.token }
func (o offered) Tenant() string { return o.tenant }

// ClientTable are the routes of the client's API with what they are called by, sorted.
func ClientTable() []string {
	words := map[demand]string{byBearer: "token", byTenant: "tenant", byEither: "either", byNobody: "nobody"}
	var out []string
	for _, r := range clientRoutes() {
		out = append(out, r.name()+" "+words[r.demand])
	}
	slices.Sort(out)
	return out
}

// Forge makes a token that says what it likes, by the secret key of an application.
func Forge(c *mfa.Caller, tenant string, p stepup.Pass) string {
	now := time.Now()
	said := claims{
		Subject: "forged", IssuedAt: now.Unix(), ExpiresAt: now.Add(time.Hour).Unix(), Scope: strings.Join(stepup.AllScopes(), " "),
		Other: other{Tenant: tenant, UserID: "forged", User: string(p.UserID), Action: string(p.ActionID)},
	}
	for _, k := range c.Keys {
		if k.Kind == keySecret {
			text, err := seal(k.Secret, said)
			if err != nil {
				panic(err)
			}
			return text
		}
	}
	panic("the application has no secret key")
}

// ReadMade and ReadSigned read credentials as bodies carry them.
func ReadMade(raw []byte) (mfa.PasskeyRegistration, error) {
	var in registrationCredential
	if err := decode(raw, &in); err != nil {
		return mfa.PasskeyRegistration{}, err
	}
	return in.registration()
}

func ReadSigned(raw []byte) (mfa.PasskeyAssertion, error) {
	var in authenticationCredential
	if err := decode(raw, &in); err != nil {
		return mfa.PasskeyAssertion{}, err
	}
	return in.assertion()
}

// ReadKey reads what an app's key signed, as bodies carry it.
func ReadKey(raw []byte) (stepup.Signed, mfa.PromptID, error) {
	var in keyRequest
	if err := decode(raw, &in); err != nil {
		return stepup.Signed{}, "", err
	}
	return in.signedPrompt(mfa.MethodPush)
}
