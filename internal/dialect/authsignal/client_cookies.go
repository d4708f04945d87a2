package authsignal

import (
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// Pages may ask to be known by a cookie between their calls: the calls that begin end in /web then, and all others bring
// the cookie along. It holds the id of the challenge until that is answered, and the token from then on. Nobody but the
// pages of the application's relying party has it looked at, because browsers add it to what other pages send too.

const (
	cookieName = "twinseal_authsignal"
	cookiePath = "/" + areaMain + "/client"

	cookieChallenge = "c."
	cookieToken     = "t."
)

// web is a call of a page that wants a cookie.
func web(next method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		c.cookies = d.trusted(ctx, c)
		return withChallenge(next)(d, ctx, c)
	}
}

// withChallenge is a call of a page that may bring the id of a challenge in its cookie. A token there is passed over:
// whoever signs in begins anew.
func withChallenge(next method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		c.recalled = d.recall(ctx, c, cookieChallenge)
		return next(d, ctx, c)
	}
}

// withToken is a call of a page that may bring its token in its cookie. One of the request itself goes before it; one of
// the cookie that counts no more, or belongs to another application, is as none.
func withToken(next method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		text := d.recall(ctx, c, cookieToken)
		if text != "" && c.token == nil {
			held, err := d.open(ctx, text)
			if err := ours(err); err != nil {
				return endpoint.Response{}, err
			}
			if err == nil && held.caller.Application.ID == c.caller.Application.ID {
				c.token = held
			}
		}
		return next(d, ctx, c)
	}
}

// bearing is a call that needs a token, from wherever it came.
func bearing(next method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		if c.token == nil {
			return endpoint.Response{}, errNoToken
		}
		return next(d, ctx, c)
	}
}

// trusted reports whether the call is of a page whose cookies count.
func (d *Dialect) trusted(ctx context.Context, c *call) bool {
	origin := c.request.Header.Get("Origin")
	return origin != "" && d.knownPage(ctx, c.caller, origin)
}

// recall is what the page's cookie holds of a kind, "" where there is none or the page's cookies do not count.
func (d *Dialect) recall(ctx context.Context, c *call, kind string) string {
	cookie, err := c.request.Cookie(cookieName)
	if err != nil || !d.trusted(ctx, c) {
		return ""
	}
	c.cookies = true
	value, of := strings.CutPrefix(cookie.Value, kind)
	if !of {
		return ""
	}
	return value
}

// ours passes on an error that is this server's own, and none that is about a token.
func ours(err error) error {
	if err == nil || refusalOf(err).status < http.StatusInternalServerError {
		return nil
	}
	return err
}

// keep has the page's browser hold a token, where the page is one that wants that.
func (d *Dialect) keep(c *call, resp *endpoint.Response, token string) {
	if c.cookies {
		setCookie(resp, cookieToken+token, c.caller.Application.StepUpSettings().TokenLife().Seconds())
	}
}

// keepChallenge has it hold the id of a challenge.
func (d *Dialect) keepChallenge(c *call, resp *endpoint.Response, id string) {
	if c.cookies {
		setCookie(resp, cookieChallenge+id, c.caller.Application.StepUpSettings().TokenLife().Seconds())
	}
}

// setCookie sets it for pages of other sites, each of which has one of its own: what the person does on one page says
// nothing to the next.
func setCookie(resp *endpoint.Response, value string, seconds float64) {
	cookie := http.Cookie{ //nolint:gosec // pages of other sites are whom it is for, and who they are is looked at
		Name: cookieName, Value: value, Path: cookiePath, MaxAge: int(seconds), Secure: true, HttpOnly: true,
		SameSite: http.SameSiteNoneMode, Partitioned: true,
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Add("Set-Cookie", cookie.String())
}
