package authsignal

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// What pages of other origins may do with the client's API.
const (
	pageMethods = "GET, POST, PATCH, DELETE, OPTIONS"
	pageHeaders = "Authorization, Content-Type, X-Authsignal-SDK, X-Authsignal-Version, X-Authsignal-Tenant-ID, " +
		"X-Authsignal-Native-SDK, X-Authsignal-Native-Version, X-Authsignal-Signature"
	preflightAge = "600" // seconds; the longest that all browsers honour
)

// preflight answers a browser that asks what its page may do with the client's API. It names no tenant yet, so any page
// may ask; which may read the answers is said with them. Cookies go along for pages of relying parties alone.
func (d *Dialect) preflight(_ context.Context, r *endpoint.Request) endpoint.Response {
	resp := endpoint.Response{Status: http.StatusNoContent}
	d.share(nil, r, &resp)
	if resp.Header.Get("Access-Control-Allow-Origin") != "" {
		resp.Header.Set("Access-Control-Allow-Methods", pageMethods)
		resp.Header.Set("Access-Control-Allow-Headers", pageHeaders)
		resp.Header.Set("Access-Control-Max-Age", preflightAge)
	}
	return resp
}

// share lets the page that asked read an answer of the client's API: pages that the application names or, where it names
// none, any page. What opens the API is in a header that the page itself must bring, so a page that may read without
// being named learns nothing that its own server could not ask for. With cookies it is only ever the pages of relying
// parties. Caller is nil for an answer that says nothing about an application.
func (d *Dialect) share(caller *mfa.Caller, r *endpoint.Request, resp *endpoint.Response) {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" || len(origin) > endpoint.MaxOrigin {
		endpoint.ShareWith("", resp)
		return
	}
	if known := d.knownPage(r.Context(), caller, origin); known || openTo(caller, origin) {
		endpoint.ShareWith(origin, resp)
		if known {
			resp.Header.Set("Access-Control-Allow-Credentials", "true")
		}
		return
	}
	endpoint.ShareWith("", resp)
}

// knownPage reports whether pages of the origin may use passkeys of the application, or of any where none is named.
func (d *Dialect) knownPage(ctx context.Context, caller *mfa.Caller, origin string) bool {
	if caller == nil {
		return d.service.OriginKnown(ctx, origin)
	}
	return slices.Contains(caller.Application.Settings.RelyingParty.AllOrigins(), origin)
}

// openTo reports whether an application's pages are of the origin, or it names none at all.
func openTo(caller *mfa.Caller, origin string) bool {
	if caller == nil {
		return true
	}
	named := pagesOf(caller.Application)
	return len(named) == 0 || slices.Contains(named, origin)
}

// pagesOf are the origins that an application names anywhere.
func pagesOf(a mfa.Application) []string {
	settings := a.StepUpSettings()
	named := slices.Concat(a.Settings.RelyingParty.AllOrigins(), settings.FrameOrigins)
	for _, address := range settings.RedirectURLs {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			named = append(named, u.Scheme+"://"+u.Host)
		}
	}
	return named
}
