package loginid

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// What a client does next.
const (
	v2Proceed   = "proceed"   // ask for a passkey
	v2CrossAuth = "crossAuth" // no passkey; a code can be sent
	v2Fallback  = "fallback"  // neither
)

// Ways in without a passkey.
const (
	v2ByMail = "otp:email"
	v2ByText = "otp:sms"
	v2ByCIAM = "ciam" // the application's own way
)

type v2SignInRequest struct {
	App    v2App        `json:"app"`
	Device v2DeviceInfo `json:"deviceInfo"`
	User   v2User       `json:"user"`
}

// v2SignInBegun always has its options and lists, whatever is to be done: older clients look at the options alone,
// newer ones spread the lists.
type v2SignInBegun struct {
	Action      string         `json:"action"`
	Session     string         `json:"session"`
	Options     requestOptions `json:"assertionOptions"`
	CrossAuth   []string       `json:"crossAuthMethods"`
	Fallback    []string       `json:"fallbackMethods"`
	OlderOthers []string       `json:"fallbackOptions"`
}

func (d *Dialect) v2BeginSignIn(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in v2SignInRequest
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Find(ctx, c, in.App.ID); err != nil {
		return endpoint.Response{}, err
	}
	begun, u, err := d.v2Ask(ctx, c, in.User)
	if err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2.sealer.seal(ctx, v2Session{
		Step: v2StepAuthenticate, Application: c.client.Application.ID, ClientID: c.clientID, User: u.ID, Device: deviceID(in.Device.DeviceID),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, c.signInBegun(begun, u, in.User.Username != "", session))
}

// v2Whom finds the user who is named; nobody, where none is, and [v2Stranger] where the application hides who its
// users are.
func (d *Dialect) v2Whom(ctx context.Context, c *v2Call, named v2User) (mfa.User, error) {
	if named.Username == "" {
		return mfa.User{}, nil
	}
	found, err := d.service.UserStatus(ctx, c.client, named.ref())
	if err == nil {
		err = mfa.UsableBy(found.User, c.client)
	}
	if err != nil && c.settings.HideUnknownUsers && v2Refused(err) {
		return mfa.User{ID: v2Stranger}, nil
	}
	return found.User, err
}

// v2Ask draws the question. It is for anybody who has a passkey here where nobody is named, or is to be recognised
// by what is asked; who may answer is judged at the end.
func (d *Dialect) v2Ask(ctx context.Context, c *v2Call, named v2User) (passkeys.SignIn, mfa.User, error) {
	ask := passkeys.BeginSignIn{Caller: c.client, Context: c.signInContext(), Life: v2CeremonyLife}
	if named.Username != "" && !c.settings.HideUnknownUsers {
		one := ask
		one.User = named.ref()
		begun, err := d.passkeys.BeginSignIn(ctx, one)
		if refused, ok := errors.AsType[*mfa.Error](err); !ok || refused.Reason != mfa.ReasonNoPasskey {
			return begun, begun.User, err
		}
	}
	u, err := d.v2Whom(ctx, c, named)
	if err != nil {
		return passkeys.SignIn{}, u, err
	}
	begun, err := d.passkeys.BeginSignIn(ctx, ask)
	return begun, u, err
}

// signInContext binds a question to the application: its answer is good for tokens of no other.
func (c *v2Call) signInContext() string { return "v2:" + string(c.client.Application.ID) }

// signInBegun says what there is to do. Where the application hides who its users are, that is the same for everybody.
func (c *v2Call) signInBegun(begun passkeys.SignIn, u mfa.User, named bool, session string) v2SignInBegun {
	sent := c.sendable(u)
	out := v2SignInBegun{
		Action: v2Proceed, Session: session, Options: v2Assert(begun),
		CrossAuth: sent, Fallback: []string{v2ByCIAM}, OlderOthers: sent,
	}
	if c.settings.HideUnknownUsers || !named || len(begun.Allow) > 0 {
		return out
	}
	if out.Action = v2Fallback; len(sent) > 0 {
		out.Action = v2CrossAuth
	}
	return out
}

// sendable are the ways by which a code can reach a user.
func (c *v2Call) sendable(u mfa.User) []string {
	on, hide := c.client.Application.Settings, c.settings.HideUnknownUsers
	out := []string{}
	if on.Email && (hide || v2MailOf(u) != "") {
		out = append(out, v2ByMail)
	}
	if on.SMS && (hide || !u.Phone.Empty()) {
		out = append(out, v2ByText)
	}
	return out
}

// v2MailOf is where mail to a user goes: an address of theirs or, where there is none, the name, if it is one.
func v2MailOf(u mfa.User) string {
	named, err := mfa.ParseEmail(u.Alias)
	if err != nil {
		named = ""
	}
	return cmp.Or(u.Email(), named)
}

func v2Assert(begun passkeys.SignIn) requestOptions {
	o := newRequestOptions(begun)
	o.Allow = v2Descriptors(begun.Allow)
	return o
}

func (d *Dialect) v2FinishSignIn(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Session string      `json:"session"`
		Result  v2Assertion `json:"assertionResult"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2Resume(ctx, c, in.Session, v2StepAuthenticate)
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Ready(ctx); err != nil {
		return endpoint.Response{}, err
	}
	done, _, err := d.passkeys.FinishSignIn(ctx, passkeys.FinishSignIn{
		Caller: c.client, User: mfa.UserRef{ID: session.User}, Contexts: []string{c.signInContext()}, Assertion: in.Result.proof(),
		Source: c.source(), UserAgent: c.request.UserAgent(),
	})
	if err != nil {
		return endpoint.Response{}, c.hidden(err)
	}
	return d.v2Welcome(ctx, c, done, session.Device)
}

// hidden is a refusal of a proof as it is told: where the application hides who its users are, all are alike.
func (c *v2Call) hidden(err error) error {
	if !c.settings.HideUnknownUsers || !v2Refused(err) {
		return err
	}
	refused := v2Bad("this passkey does not count here; start again")
	refused.cause = err
	return refused
}
