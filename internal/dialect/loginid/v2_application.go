package loginid

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// errV2NoClient answers to calls about no application that there is.
var errV2NoClient = v2Bad("the application is unknown: configure the client with its id")

// v2Named finds the application that goes by an id: a client id or, since that may be of no use in a host name, the
// application's own.
func (d *Dialect) v2Named(ctx context.Context, id string) (*mfa.Caller, error) {
	found, err := d.clientNamed(ctx, id)
	if !errors.Is(err, errNoClient) {
		return found, err
	}
	own, err := mfa.ParseUUID("app", id)
	if err != nil {
		return nil, errV2NoClient
	}
	return d.v2Own(ctx, mfa.ApplicationID(own))
}

// v2Own finds an application by its own id. One that does not speak this dialect is as good as none.
func (d *Dialect) v2Own(ctx context.Context, id mfa.ApplicationID) (*mfa.Caller, error) {
	found, err := d.service.CallerFor(ctx, id)
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, errV2NoClient
	}
	if err != nil {
		return nil, err
	}
	if _, speaks := found.Application.Settings.Dialects[Name]; !speaks {
		return nil, errV2NoClient
	}
	return found, found.Enabled()
}

// v2Use makes an application that of the call. The id is the one that the client knows it by, "" if that is not known.
func (d *Dialect) v2Use(ctx context.Context, c *v2Call, found *mfa.Caller, id string) (err error) {
	c.client, c.clientID = found, id
	endpoint.Record(ctx).Set("application", string(found.Application.ID))
	if id == "" {
		if c.clientID, err = d.v2ClientID(ctx, found.Application.ID); err != nil {
			return err
		}
	}
	c.settings, err = settingsOf(found.Application)
	return err
}

// v2ClientID is the id by which clients know an application: the newest that it was given, or its own.
func (d *Dialect) v2ClientID(ctx context.Context, id mfa.ApplicationID) (string, error) {
	keys, err := d.service.LiveKeys(ctx, id)
	if err != nil {
		return "", err
	}
	for _, k := range keys {
		if k.Kind == mfa.KeyLoginIDClient {
			return string(k.Secret.Reveal()), nil
		}
	}
	return string(id), nil
}

// v2Find finds the application of a call that no token speaks for: by the id in its body; by the first label of the
// host that was called; by the origin of the page; or because it is the only one.
func (d *Dialect) v2Find(ctx context.Context, c *v2Call, named string) error {
	for _, id := range []string{named, c.hostLabel(d.service.Options().PublicURL)} {
		if id == "" {
			continue
		}
		found, err := d.v2Named(ctx, id)
		if err == nil {
			return d.v2Use(ctx, c, found, id)
		}
		if id == named || !errors.Is(err, errV2NoClient) {
			return err
		}
	}
	found, err := d.v2ByOrigin(ctx, c.request.Header.Get("Origin"))
	if err == nil && found == nil {
		found, err = d.v2Only(ctx)
	}
	if err != nil {
		return err
	}
	return d.v2Use(ctx, c, found, "")
}

// hostLabel is the first label of the host that the client called, where that is not the server's own name.
func (c *v2Call) hostLabel(publicURL string) string {
	host := hostOf(c.request.Host)
	if own, err := url.Parse(publicURL); err == nil && strings.EqualFold(own.Hostname(), host) {
		return ""
	}
	label, _, dotted := strings.Cut(host, ".")
	if !dotted || net.ParseIP(host) != nil {
		return ""
	}
	return label
}

// hostOf is a host without its port.
func hostOf(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return hostPort
}

// v2ByOrigin finds the application whose pages have the origin; nil if there is none. Of several in one directory,
// which have the same users, the oldest counts; several in different ones cannot be told apart.
func (d *Dialect) v2ByOrigin(ctx context.Context, origin string) (*mfa.Caller, error) {
	if origin == "" || len(origin) > endpoint.MaxOrigin {
		return nil, nil
	}
	at, err := d.service.ApplicationsAt(ctx, origin)
	if err != nil {
		return nil, err
	}
	var first *mfa.Caller
	for _, id := range at {
		found, err := d.v2Own(ctx, id)
		switch {
		case errors.Is(err, errV2NoClient) || mfa.IsCode(err, mfa.Forbidden):
		case err != nil:
			return nil, err
		case first == nil:
			first = found
		case found.Directory.ID != first.Directory.ID:
			return nil, v2Bad("several applications have pages of this origin: call the one that is meant by its host name")
		}
	}
	return first, nil
}

// v2Only is the server's only application, if it is one of this dialect.
func (d *Dialect) v2Only(ctx context.Context) (*mfa.Caller, error) {
	found, err := d.service.CallerByNumber(ctx, 0)
	if mfa.IsCode(err, mfa.Invalid) || mfa.IsCode(err, mfa.NotFound) {
		return nil, errV2NoClient
	}
	if err != nil {
		return nil, err
	}
	return d.v2Own(ctx, found.Application.ID)
}

// issuerAt is what tokens name as their maker, which must be the address that the client is configured with: what is
// set for the application; or the host that was called, if it is a name below the server's own; or the server's.
func (c *v2Call) issuerAt(publicURL string) string {
	if c.settings.Issuer != "" {
		return strings.TrimRight(c.settings.Issuer, "/")
	}
	own, err := url.Parse(publicURL)
	if err != nil || own.Host == "" {
		return publicURL
	}
	called := strings.ToLower(c.request.Host)
	if label, rest, ok := strings.Cut(called, "."); ok && label != "" && rest == strings.ToLower(own.Host) {
		return own.Scheme + "://" + called
	}
	return strings.TrimRight(publicURL, "/")
}
