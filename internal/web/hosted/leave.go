package hosted

import (
	"net/url"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
)

// nativeHost is the host of the address by which an app is opened: scheme://auth.
const nativeHost = "auth"

// destination is where somebody is sent when they leave, with the token, or "" where there is nowhere. The settings may
// have changed since the action was tracked, so it is looked at again.
func destination(s mfa.StepUp, action mfa.Action, a asked) string {
	target := action.Request.RedirectURL
	if a.Scheme != "" {
		target = native(s, a.Scheme)
	}
	u, err := url.Parse(target)
	if target == "" || err != nil || actions.CheckRedirect(s, target) != nil && a.Scheme == "" || !web(u.Scheme) && !appScheme(u.Scheme) {
		return ""
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += paramToken + "=" + url.QueryEscape(a.Token)
	return u.String()
}

// native is the address that opens an app, "" where the application does not want that: it listed where people may go,
// and the app is not among it.
func native(s mfa.StepUp, scheme string) string {
	target := scheme + "://" + nativeHost
	if !appScheme(scheme) || len(s.RedirectURLs) > 0 && actions.CheckRedirect(s, target) != nil {
		return ""
	}
	return target
}

func web(scheme string) bool { return scheme == "https" || scheme == "http" }

// appScheme reports whether a scheme is one of an app's own. Those that browsers run, read or show themselves are not.
func appScheme(scheme string) bool {
	switch scheme {
	case "", "http", "https", "javascript", "data", "blob", "file", "filesystem", "about", "vbscript", "view-source", "ws", "wss", "ftp":
		return false
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return strings.Contains(letters, scheme[:1]) && strings.Trim(scheme, letters+"0123456789.-+") == ""
}

// frames are the origins whose pages may frame a challenge, and are told how it ends. They are those that the
// application named, nobody else.
func frames(a mfa.Application) []string {
	s := a.StepUpSettings()
	named := s.FrameOrigins
	if len(named) == 0 {
		named = slices.Concat(s.RedirectURLs, a.Settings.RelyingParty.AllOrigins())
	}
	var out []string
	for _, address := range named {
		if origin := webOrigin(address); origin != "" && !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	return out
}

// webOrigin is the origin of a website's address as browsers write it, "" of anything else.
func webOrigin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || !web(u.Scheme) || !plainHost(u.Host) {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// plainHost refuses what could say something else in a header: a host's letters, digits and signs alone.
func plainHost(host string) bool {
	return strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}
