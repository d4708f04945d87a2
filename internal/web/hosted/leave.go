package hosted

import (
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// nativeHost is the host of the address by which an app is opened: scheme://auth.
const nativeHost = "auth"

// destination is where somebody is sent when they leave, with the token, or "" where there is nowhere. An app's scheme
// takes the place of the address that the application's server named.
func destination(s mfa.StepUp, action mfa.Action, a asked) string {
	target := action.Request.RedirectURL
	if a.Scheme != "" {
		target = a.Scheme + "://" + nativeHost
	}
	u, err := url.Parse(target)
	if target == "" || err != nil || !mayReturn(s, u) {
		return ""
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += paramToken + "=" + url.QueryEscape(a.Token)
	return u.String()
}

// mayReturn reports whether people may be sent to an address. Where the application listed some, it is one of them or
// below one; else it is any website by https, one on this machine, or an app.
func mayReturn(s mfa.StepUp, u *url.URL) bool {
	if u.User != nil || u.Opaque != "" || u.Host == "" || strings.ContainsAny(u.Path, "\\") {
		return false
	}
	if len(s.RedirectURLs) > 0 {
		return slices.ContainsFunc(s.RedirectURLs, func(listed string) bool { return below(listed, u) })
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		return loopback(u.Hostname())
	}
	return appScheme(u.Scheme)
}

// below reports whether an address has the listed one's scheme, host and port, and its path or one below it.
func below(listed string, u *url.URL) bool {
	l, err := url.Parse(listed)
	if err != nil || l.Scheme != u.Scheme || !strings.EqualFold(l.Hostname(), u.Hostname()) || portOf(l) != portOf(u) {
		return false
	}
	base, want := path.Clean("/"+l.Path), path.Clean("/"+u.Path)
	return base == "/" || want == base || strings.HasPrefix(want, base+"/")
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"https": "443", "http": "80"}[u.Scheme]
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// appScheme reports whether a scheme is one of an app's own. Those that browsers run, read or show themselves are not.
func appScheme(scheme string) bool {
	switch scheme {
	case "", "http", "https", "javascript", "data", "blob", "file", "filesystem", "about", "vbscript", "view-source", "ws", "wss", "ftp":
		return false
	}
	for i, r := range scheme {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9') && r != '.' && r != '-' && r != '+') {
			return false
		}
	}
	return true
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
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || !plainHost(u.Host) {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && portOf(u) != portOf(&url.URL{Scheme: u.Scheme}) {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// plainHost refuses what could say something else in a header: a host's letters, digits and signs alone.
func plainHost(host string) bool {
	return strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}
