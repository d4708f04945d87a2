package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Link says which account to join. Exactly one of Code and Token is set;
// [ParseLink] finds which.
type Link struct {
	Code     string
	Token    string
	Name     string // what the owner calls this device
	Platform string // "cli", "android", …
	// Shows is called with the number to show to the person when the code is
	// another device's, on which the person then has to choose it; nil refuses
	// such codes.
	Shows func(number string)
}

// Invitation is what a linking text held: one of Code and Token, and the
// server when the text named it.
type Invitation struct {
	Server string
	Code   string
	Token  string
}

// ParseLink reads what a person types or a camera sees: a code, the address
// in Twinseal's QR (twinseal://link?server=…&code=…), or the one of an Authy
// registration (authy://account?token=…).
func ParseLink(text string) (Invitation, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Invitation{}, errors.New("the linking code is empty")
	}
	if !strings.Contains(text, "://") {
		return Invitation{Code: text}, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return Invitation{}, errors.New("the linking address cannot be read")
	}
	query := u.Query()
	switch {
	case u.Scheme == "twinseal" && u.Host == "link" && query.Get("code") != "":
		return Invitation{Server: query.Get("server"), Code: query.Get("code")}, nil
	case u.Scheme == "authy" && u.Host == "account" && query.Get("token") != "":
		return Invitation{Token: query.Get("token")}, nil
	}
	return Invitation{}, fmt.Errorf("%s://%s is not a linking address: it begins with twinseal://link or authy://account", u.Scheme, u.Host)
}

// Link joins the device to the account behind a code or token. Afterwards
// [Device.Account] is worth keeping.
func (d *Device) Link(ctx context.Context, link Link) error {
	if (link.Code == "") == (link.Token == "") {
		return errors.New("link: give a code or a token")
	}
	key, err := d.publicKey()
	if err != nil {
		return err
	}
	in := api.LinkRequest{
		Code:     link.Code,
		Token:    link.Token,
		Name:     link.Name,
		Platform: link.Platform,
		Key:      api.JWK(key),
	}
	return d.join(ctx, in, link.Shows)
}

// StartPhoneLink has a code sent to a phone number (E.164). The answer is the
// same whether or not anybody is known by that number.
func (d *Device) StartPhoneLink(ctx context.Context, phone, name, platform string) (api.PhoneLinkStarted, error) {
	var started api.PhoneLinkStarted
	err := d.call(ctx, http.MethodPost, api.PathPhoneLinks,
		api.PhoneLinkRequest{Phone: phone, Name: name, Platform: platform}, &started)
	return started, err
}

// FinishPhoneLink proves the number with the code that was sent to it.
// Directory is empty at first; when the server answers directory_required,
// the same code is sent again with the id of one of [Error.Directories].
func (d *Device) FinishPhoneLink(ctx context.Context, enrollmentID, code, directory string) error {
	return d.finishLink(ctx, api.PathPhoneLinks+"/"+url.PathEscape(enrollmentID),
		api.PhoneLinkCode{Code: strings.TrimSpace(code), Directory: directory})
}

func (d *Device) finishLink(ctx context.Context, target string, in any) error {
	var linked api.LinkedAccount
	if err := d.call(ctx, http.MethodPost, target, in, &linked); err != nil {
		return err
	}
	return d.keep(linked)
}

func (d *Device) keep(linked api.LinkedAccount) error {
	key, err := d.publicKey()
	if err != nil {
		return err
	}
	if linked.Device.ID == "" || linked.Device.Key != key.Thumbprint() {
		return errors.New("the server linked another key than this device's; do not use this link")
	}
	if _, err := receipt.JWK(linked.ServerKey).PublicKey(); err != nil {
		return fmt.Errorf("the server's sealing key: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.account.Linked, d.account.TOTP = linked.Account, linked.TOTP
	return nil
}

// Self asks the server what the device is linked to now. The server's key
// that was pinned at linking stays pinned: a different one is an error.
func (d *Device) Self(ctx context.Context) (api.Account, error) {
	var self api.Account
	if err := d.call(ctx, http.MethodGet, api.PathDevice, nil, &self); err != nil {
		return api.Account{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if self.ServerKey != d.account.Linked.ServerKey {
		return self, ErrServerKeyChanged
	}
	d.account.Linked = self
	return self, nil
}

// ErrServerKeyChanged means that receipts are now sealed with another key
// than when the device linked.
var ErrServerKeyChanged = errors.New("the server's sealing key has changed since this device was linked; ask whoever runs it, then link again")

// Unlink removes the device from the account. The key is worthless afterwards.
func (d *Device) Unlink(ctx context.Context) error {
	return d.call(ctx, http.MethodDelete, api.PathDevice, nil, nil)
}

// PushKey gives the server's VAPID key, for a browser's applicationServerKey.
func (d *Device) PushKey(ctx context.Context) (string, error) {
	var key api.PushKey
	err := d.call(ctx, http.MethodGet, api.PathPushKey, nil, &key)
	return key.PublicKey, err
}

// SetPush has the server wake this subscription when something is asked.
func (d *Device) SetPush(ctx context.Context, subscription api.PushSubscription) error {
	return d.call(ctx, http.MethodPut, api.PathPush, subscription, nil)
}

// RemovePush ends what SetPush began.
func (d *Device) RemovePush(ctx context.Context) error {
	return d.call(ctx, http.MethodDelete, api.PathPush, nil, nil)
}

func (d *Device) publicKey() (receipt.JWK, error) {
	return receipt.NewJWK(d.Account().Key.Public())
}
