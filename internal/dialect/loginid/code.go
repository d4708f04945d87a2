package loginid

import (
	"context"
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// codeRequest is what the three calls of backends have in common.
type codeRequest struct {
	base
	userRef

	Purpose   string `json:"purpose"`
	Code      string `json:"code"`
	Authorize bool   `json:"authorize"`
}

type codeAnswer struct {
	Code         string   `json:"code,omitempty"`
	ExpiresAt    wireTime `json:"expires_at"`
	IsAuthorized bool     `json:"is_authorized"`
}

// codeData is a code as users get it who made it for themselves. Its end has two names: the clients' types and their
// examples differ.
type codeData struct {
	Code         string   `json:"code"`
	ExpireAt     wireTime `json:"expire_at"`
	ExpiresAt    wireTime `json:"expires_at"`
	IsAuthorized bool     `json:"is_authorized"`
}

// form reads the type of a code.
func form(text string) (mfa.HandoffForm, error) {
	switch f := mfa.HandoffForm(text); f {
	case mfa.HandoffShort, mfa.HandoffLong, mfa.HandoffPhrase:
		return f, nil
	}
	return "", refuse(failRequest, "the type of a code is short, long or phrase")
}

func purpose(text string) (mfa.HandoffPurpose, error) {
	switch p := mfa.HandoffPurpose(text); p {
	case mfa.HandoffSignIn, mfa.HandoffAdd:
		return p, nil
	case "":
		return "", missingParameter("purpose")
	}
	return "", invalidParameter("purpose", "is temporary_authentication or add_credential")
}

// presented reads what names a code, all but the code itself.
func (d *Dialect) presented(ctx context.Context, c *call, in *codeRequest) (handoffs.Presented, error) {
	p := handoffs.Presented{Caller: c.client, Code: in.Code, Source: c.person()}
	var err error
	if p.Form, err = form(c.values["type"]); err != nil {
		return p, err
	}
	if p.Purpose, err = purpose(in.Purpose); err != nil {
		return p, err
	}
	u, err := d.user(ctx, c, in.userRef)
	p.User = mfa.UserRef{ID: u.ID}
	return p, err
}

// generateCode makes a code for a user.
func (d *Dialect) generateCode(ctx context.Context, c *call, in *codeRequest) (endpoint.Response, error) {
	p, err := d.presented(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.handoffs.Generate(ctx, handoffs.Generate{
		Caller: c.client, User: p.User, Form: p.Form, Purpose: p.Purpose, Authorized: in.Authorize, Source: c.source(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, codeAnswer{made.Code, wireTime(made.ExpiresAt), made.Authorized})
}

// authorizeCode lets a code count, on the word of an application at which the user is signed in.
func (d *Dialect) authorizeCode(ctx context.Context, c *call, in *codeRequest) (endpoint.Response, error) {
	if in.Code == "" {
		return endpoint.Response{}, missingParameter("code")
	}
	p, err := d.presented(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	code, err := d.handoffs.Authorize(ctx, p)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, codeAnswer{"", wireTime(code.ExpiresAt), true})
}

type invalidateAnswer struct {
	DeletedAt wireTime `json:"deleted_at"`
}

// invalidateCodes takes a user's codes back; that there are none is no error.
func (d *Dialect) invalidateCodes(ctx context.Context, c *call, in *codeRequest) (endpoint.Response, error) {
	p, err := d.presented(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	at, err := d.handoffs.InvalidateAll(ctx, c.client, p.User, p.Form, p.Purpose, c.source())
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, invalidateAnswer{wireTime(at)})
}

// pathOwnCode is where users make codes for themselves.
const pathOwnCode = "/codes/{type}/generate/fido2/init"

// ownCode is the context of a sign-in that ends in a code of that form and purpose, and in nothing else.
func ownCode(f mfa.HandoffForm, p mfa.HandoffPurpose) string {
	return "loginid code " + string(f) + " " + string(p)
}

type ownCodeRequest struct {
	base

	Username string `json:"username"`
	Purpose  string `json:"purpose"`
}

// beginOwnCode draws the challenge of a user who makes a code.
func (d *Dialect) beginOwnCode(ctx context.Context, c *call, in *ownCodeRequest) (endpoint.Response, error) {
	f, err := form(c.values["type"])
	if err != nil {
		return endpoint.Response{}, err
	}
	p, err := purpose(in.Purpose)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.ask(ctx, c, in.Username, ownCode(f, p))
}

// finishOwnCode makes the code, which counts at once: the user has just proved to be there. What it is for was said
// when the user was asked, and is part of what was signed.
func (d *Dialect) finishOwnCode(ctx context.Context, c *call, in *proveRequest) (endpoint.Response, error) {
	f, err := form(c.values["type"])
	if err != nil {
		return endpoint.Response{}, err
	}
	purposes := []mfa.HandoffPurpose{mfa.HandoffSignIn, mfa.HandoffAdd}
	contexts := []string{ownCode(f, purposes[0]), ownCode(f, purposes[1])}
	by, matched, err := d.prove(ctx, c, in, contexts)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.handoffs.Generate(ctx, handoffs.Generate{
		Caller: c.client, User: mfa.UserRef{ID: by.User.ID}, Form: f, Purpose: purposes[slices.Index(contexts, matched)],
		Authorized: true, Source: c.source(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	end := wireTime(made.ExpiresAt)
	return d.authenticated(ctx, c.view(), signedIn(by, actionLogin), in.NoJWT, &codeData{made.Code, end, end, made.Authorized})
}

// broughtCode is a code that somebody uses.
type broughtCode struct {
	Code string `json:"code"`
	Type string `json:"type"`
}

// read gives the code's form; clients that name none mean a short one.
func (b broughtCode) read() (mfa.HandoffForm, error) {
	if b.Code == "" {
		return "", missingParameter("authentication_code.code")
	}
	if b.Type == "" {
		return mfa.HandoffShort, nil
	}
	return form(b.Type)
}

type addRequest struct {
	base
	userRef

	Code    broughtCode      `json:"authentication_code"`
	Options registrationWish `json:"options"`
}

type addAnswer struct {
	Payload creationOptions `json:"attestation_payload"`
}

// addWithCode begins to add an authenticator on the word of a code, which is burned by it.
func (d *Dialect) addWithCode(ctx context.Context, c *call, in *addRequest) (endpoint.Response, error) {
	f, err := in.Code.read()
	if err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	p := handoffs.Presented{Caller: c.client, Form: f, Code: in.Code.Code, Source: c.person()}
	return d.add(ctx, c, u, in.Options, func(w mfa.WriteRecords, u mfa.User) (refusal, err error) {
		return d.handoffs.Redeem(w, u, p)
	})
}

type forceRequest struct {
	base
	userRef

	Options registrationWish `json:"options"`
}

// addByForce begins to add an authenticator on a backend's word.
func (d *Dialect) addByForce(ctx context.Context, c *call, in *forceRequest) (endpoint.Response, error) {
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.add(ctx, c, u, in.Options, nil)
}

func (d *Dialect) add(ctx context.Context, c *call, u mfa.User, wish registrationWish, spend func(mfa.WriteRecords, mfa.User) (refusal, err error)) (endpoint.Response, error) {
	begun, err := d.passkeys.BeginRegistration(ctx, passkeys.BeginRegistration{
		Caller: c.client, Mode: passkeys.Add, User: mfa.UserRef{ID: u.ID}, DisplayName: wish.DisplayName,
		OverrideName: wish.OverrideName, Attachment: wish.attachment(), Context: c.voucher(), Spend: spend, Source: c.person(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, addAnswer{newCreationOptions(begun)})
}
