package actions

import (
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// CheckCode refuses what is no code of an action, as [rulebook.CheckCode] does, in words for whoever tracks one.
func CheckCode(code string) error {
	if rulebook.CheckCode(code) != nil {
		return &mfa.Error{Code: mfa.Invalid, Field: "action", Message: "an action code has 1 to 64 letters, digits, hyphens and underscores"}
	}
	return nil
}

// maxKey bounds an application's own key of an action, in bytes.
const maxKey = 255

// check refuses what cannot be tracked, and brings it to one form.
func (s *Service) check(in *Track) error {
	if err := in.Caller.Enabled(); err != nil {
		return err
	}
	if err := CheckCode(in.Code); err != nil {
		return err
	}
	if len(in.Key) > maxKey {
		return &mfa.Error{Code: mfa.Invalid, Field: "idempotency_key", Message: "the idempotency key is too long"}
	}
	limits := s.domain.Limits()
	r := &in.Request
	for field, text := range map[string]string{
		"redirect_url": r.RedirectURL, "email": r.Email, "phone_number": r.Phone, "username": r.Username, "device_id": r.DeviceID,
		"ip_address": r.IP, "locale": r.Locale, "custom_domain": r.CustomDomain, "scope": strings.Join(r.Scopes, " "),
	} {
		if len(text) > limits.ActionTextBytes {
			return &mfa.Error{Code: mfa.Invalid, Field: field, Message: field + " is too long"}
		}
	}
	r.UserAgent = cut(r.UserAgent, limits.ActionTextBytes)
	if err := people.CheckCustom(r.Custom, limits); err != nil {
		return err
	}
	step := in.Caller.Application.StepUpSettings()
	if r.CustomDomain != "" && r.CustomDomain != step.CustomDomain && !slices.Contains(step.CustomDomains, r.CustomDomain) {
		return &mfa.Error{Code: mfa.Invalid, Field: "custom_domain", Message: "the custom domain is not one of the application's"}
	}
	return CheckRedirect(step, r.RedirectURL)
}

// cut shortens what browsers say of themselves: however long it is, it refuses nobody.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// CheckRedirect refuses to send people where the application does not want them sent: to another scheme, host or port than
// one of its addresses, or to a path that is not below it. An application that names no addresses says it with each
// action, by https or to this machine.
func CheckRedirect(step mfa.StepUp, to string) error {
	if to == "" {
		return nil
	}
	refused := &mfa.Error{Code: mfa.Invalid, Field: "redirect_url", Message: "the redirect URL is not one that the application allows: add it to its redirect_urls, with the same scheme, host and port"}
	if len(step.RedirectURLs) == 0 {
		refused.Message = "the redirect URL is an address with https, or with http on this machine"
	}
	at, err := url.Parse(to)
	if err != nil || at.Host == "" || at.User != nil || at.Opaque != "" || strings.ContainsAny(to, "\\\t\r\n") {
		return refused
	}
	if len(step.RedirectURLs) == 0 {
		if at.Scheme == "https" || at.Scheme == "http" && loopback(at.Hostname()) {
			return nil
		}
		return refused
	}
	if slices.ContainsFunc(step.RedirectURLs, func(allowed string) bool { return below(allowed, at) }) {
		return nil
	}
	return refused
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// below reports whether an address is an allowed one, or has a path below its.
func below(allowed string, at *url.URL) bool {
	base, err := url.Parse(allowed)
	if err != nil || !strings.EqualFold(base.Scheme, at.Scheme) || !strings.EqualFold(base.Hostname(), at.Hostname()) || port(base) != port(at) {
		return false
	}
	root, want := path.Clean("/"+base.Path), path.Clean("/"+at.Path)
	return root == "/" || want == root || strings.HasPrefix(want, root+"/")
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}
