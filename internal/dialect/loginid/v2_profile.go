package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// owner is the user of the path. A token opens its own user's profile alone.
func (c *v2Call) owner() (mfa.UserRef, error) {
	id, err := userID(c.param())
	if err != nil {
		return mfa.UserRef{}, mfa.Missing("user")
	}
	if c.access != nil && c.access.Subject != string(id) {
		return mfa.UserRef{}, v2Refuse(http.StatusForbidden, v2Forbidden, "the token is for another user")
	}
	return mfa.UserRef{ID: id}, nil
}

// ownerAnd is owner, and reads the body.
func (c *v2Call) ownerAnd(in any) (mfa.UserRef, error) {
	if err := c.decode(in); err != nil {
		return mfa.UserRef{}, err
	}
	return c.owner()
}

func (d *Dialect) v2RemoveProfile(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	ref, err := c.owner()
	if err != nil {
		return endpoint.Response{}, err
	}
	return v2Done(), d.accounts.Delete(ctx, c.client, ref, c.source())
}

// v2Wanted reports whether an address that was set is to be confirmed: it is, unless the caller says otherwise.
func v2Wanted(request *bool) bool { return request == nil || *request }

func (d *Dialect) v2SetEmail(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Email   string `json:"email"`
		Request *bool  `json:"requestVerification"`
	}
	ref, err := c.ownerAnd(&in)
	if err != nil {
		return endpoint.Response{}, err
	}
	email, err := mfa.ParseEmail(in.Email)
	if err != nil {
		return endpoint.Response{}, err
	}
	if _, err := d.service.ChangeEmail(ctx, c.client, ref, email, c.source()); err != nil || !v2Wanted(in.Request) {
		return v2Done(), err
	}
	return v2Done(), d.v2Confirmation(ctx, c, ref, mfa.ChannelEmail, v2AddressAction(email))
}

func (d *Dialect) v2SetPhone(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Phone   string `json:"phoneNumber"`
		Request *bool  `json:"requestVerification"`
	}
	ref, err := c.ownerAnd(&in)
	if err != nil {
		return endpoint.Response{}, err
	}
	phone, err := mfa.ParseE164(in.Phone)
	if err != nil {
		return endpoint.Response{}, err
	}
	if _, err := d.accounts.SetPhone(ctx, c.client, ref, phone, c.source()); err != nil || !v2Wanted(in.Request) {
		return v2Done(), err
	}
	return v2Done(), d.v2Confirmation(ctx, c, ref, mfa.ChannelSMS, v2AddressAction(phone.E164()))
}

// v2Confirmation sends a code that is good for confirming one address.
func (d *Dialect) v2Confirmation(ctx context.Context, c *v2Call, ref mfa.UserRef, channel mfa.Channel, action string) error {
	_, err := d.service.SendCode(ctx, mfa.SendCode{Caller: c.client, User: ref, Channel: channel, Force: true, Action: action, Source: c.source()})
	return err
}

func (d *Dialect) v2RemoveEmail(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Email string `json:"email"`
	}
	ref, err := c.ownerAnd(&in)
	if err != nil {
		return endpoint.Response{}, err
	}
	email, err := mfa.ParseEmail(in.Email)
	if err != nil {
		return endpoint.Response{}, err
	}
	_, err = d.accounts.RemoveEmail(ctx, c.client, ref, email, c.source())
	return v2Done(), err
}

func (d *Dialect) v2RemovePhone(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	ref, err := c.owner()
	if err != nil {
		return endpoint.Response{}, err
	}
	_, err = d.accounts.SetPhone(ctx, c.client, ref, mfa.Phone{}, c.source())
	return v2Done(), err
}

func (d *Dialect) v2VerifyEmail(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	return d.v2ConfirmAddress(ctx, c, func(u mfa.User) string { return v2AddressAction(u.Email()) })
}

func (d *Dialect) v2VerifyPhone(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	return d.v2ConfirmAddress(ctx, c, func(u mfa.User) string { return v2AddressAction(u.Phone.E164()) })
}

// v2ConfirmAddress burns the code that was sent to the address that a user has now.
func (d *Dialect) v2ConfirmAddress(ctx context.Context, c *v2Call, action func(mfa.User) string) (endpoint.Response, error) {
	var in struct {
		Code     string `json:"authCode"`
		Username string `json:"username"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	if in.Username == "" {
		return endpoint.Response{}, v2Bad("the username is missing")
	}
	if err := d.v2Find(ctx, c, ""); err != nil {
		return endpoint.Response{}, err
	}
	ref := mfa.UserRef{Name: in.Username}
	found, err := d.service.UserStatus(ctx, c.client, ref)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return endpoint.Response{}, err
	}
	_, err = d.v2UseSent(ctx, c, ref, in.Code, action(found.User))
	return v2Done(), err
}
