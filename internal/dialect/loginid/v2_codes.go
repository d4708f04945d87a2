package loginid

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
)

// v2ActionSignIn is the action of codes that sign in.
const v2ActionSignIn = "loginid sign-in"

// v2AddressAction is that of codes that confirm an address, that one and no other; they sign nobody in.
func v2AddressAction(address string) string {
	sum := sha256.Sum256([]byte(address))
	return "loginid address " + encode(sum[:])
}

// v2MakeCode gives somebody who is in a code to sign in with on another device. That they are in authorizes it.
func (d *Dialect) v2MakeCode(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	made, err := d.handoffs.Generate(ctx, handoffs.Generate{
		Caller: c.client, User: c.subject(), Form: mfa.HandoffShort, Purpose: mfa.HandoffSignIn, Authorized: true, Source: c.source(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, struct {
		Code      string   `json:"code"`
		ExpiresAt wireTime `json:"expiresAt"`
	}{made.Code, wireTime(made.ExpiresAt)})
}

// v2CodeRequest is about a code that is typed, or to be sent.
type v2CodeRequest struct {
	Code string `json:"authCode"`
	User v2User `json:"user"`
}

func (c *v2Call) codeRequest() (in v2CodeRequest, err error) {
	if err := c.decode(&in); err != nil {
		return in, err
	}
	if in.User.Username == "" {
		return in, v2Bad("the username is missing")
	}
	return in, nil
}

func (d *Dialect) v2MailCode(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	return d.v2SendCode(ctx, c, mfa.ChannelEmail)
}

func (d *Dialect) v2TextCode(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	return d.v2SendCode(ctx, c, mfa.ChannelSMS)
}

// v2SendCode sends a code, if it can. The answer does not tell: not whether there is such a user, nor where they can
// be reached.
func (d *Dialect) v2SendCode(ctx context.Context, c *v2Call, channel mfa.Channel) (endpoint.Response, error) {
	in, err := c.codeRequest()
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Find(ctx, c, ""); err != nil {
		return endpoint.Response{}, err
	}
	err = d.v2Send(ctx, c, in.User.ref(), channel)
	if err != nil && v2Refused(err) {
		endpoint.Record(ctx).Set("not_sent", string(mfa.CodeOf(err)))
		err = d.v2Linger(ctx)
	}
	return v2Done(), err
}

// v2Send sends a code that signs in. A user whose name is an address, and who has no other, is reached there.
func (d *Dialect) v2Send(ctx context.Context, c *v2Call, ref mfa.UserRef, channel mfa.Channel) error {
	found, err := d.service.UserStatus(ctx, c.client, ref)
	if err != nil {
		return err
	}
	u := found.User
	if channel == mfa.ChannelEmail && u.Email() == "" && v2MailOf(u) != "" {
		if u, err = d.service.ChangeEmail(ctx, c.client, mfa.UserRef{ID: u.ID}, v2MailOf(u), c.source()); err != nil {
			return err
		}
	}
	_, err = d.service.SendCode(ctx, mfa.SendCode{
		Caller: c.client, User: mfa.UserRef{ID: u.ID}, Channel: channel, Force: true, Action: v2ActionSignIn, Source: c.source(),
	})
	return err
}

// v2Linger takes as long as what was not done would have: by one durable write.
func (d *Dialect) v2Linger(ctx context.Context) error {
	return d.service.SpendNonce(ctx, Name+":nobody", uuid.NewString(), d.service.Now().Add(time.Minute))
}

// errV2Code answers to every code that opens nothing, and to codes for users that there are not.
var errV2Code = v2Bad("the code is wrong, was used, has expired or was tried too often")

// v2VerifyCode signs in with a code from another device, or with one that was sent.
func (d *Dialect) v2VerifyCode(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	in, err := c.codeRequest()
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Find(ctx, c, ""); err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Ready(ctx); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.v2UseCode(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	claims := d.v2ClaimsFor(c, u, c.accessLife())
	token, err := d.signToken(ctx, claims)
	if err != nil {
		return endpoint.Response{}, err
	}
	device := deviceID("")
	return endpoint.JSON(http.StatusOK, v2SignedIn{Token: token, UserID: claims.Subject, DeviceID: device, OlderNames: device})
}

// v2UseCode burns a code, of whichever kind it is.
func (d *Dialect) v2UseCode(ctx context.Context, c *v2Call, in v2CodeRequest) (mfa.User, error) {
	done, err := d.handoffs.Consume(ctx, handoffs.Presented{
		Caller: c.client, User: in.User.ref(), Form: mfa.HandoffShort, Purpose: mfa.HandoffSignIn, Code: in.Code, Source: c.source(),
	})
	if err == nil || !v2Refused(err) {
		return done.User, err
	}
	if refused, ok := errors.AsType[*mfa.Error](err); ok && refused.Field != "code" && refused.Code != mfa.Limited {
		if err := d.v2Linger(ctx); err != nil { // a wrong code would have been counted
			return mfa.User{}, err
		}
	}
	return d.v2UseSent(ctx, c, in.User.ref(), in.Code, v2ActionSignIn)
}

// v2UseSent burns a code that was sent for that action. A user who is not there gets the answer, and waits the time,
// of a wrong code.
func (d *Dialect) v2UseSent(ctx context.Context, c *v2Call, ref mfa.UserRef, code, action string) (mfa.User, error) {
	result, err := d.service.CheckToken(ctx, mfa.TokenCheck{
		Caller: c.client, User: ref, Token: code, Force: true, Sent: true, Action: action, Source: c.source(),
	})
	if err != nil && v2Refused(err) {
		err = d.v2Linger(ctx)
	}
	if err == nil && result.Outcome != mfa.TokenAccepted {
		err = errV2Code
	}
	return result.User, err
}

// v2Refused reports whether an error is about what somebody brought, and not about this server.
func v2Refused(err error) bool {
	ours, ok := errors.AsType[*mfa.Error](err)
	return ok && ours.Code != mfa.Internal && ours.Code != mfa.Unavailable
}
