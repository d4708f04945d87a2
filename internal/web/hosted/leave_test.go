package hosted

import (
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestPeopleAreSentOnlyWhereTheApplicationWantsThem(t *testing.T) {
	t.Parallel()
	listed := []string{"https://shop.example/app", "myapp://auth"}
	for _, c := range []struct {
		listed           []string
		redirect, scheme string
		want             string
	}{
		{nil, "", "", ""},
		{nil, "https://shop.example/back", "", "https://shop.example/back?token=a.b%2Bc"},
		{nil, "https://shop.example/back?order=7#end", "", "https://shop.example/back?order=7&token=a.b%2Bc#end"},
		{nil, "http://localhost:3000/", "", "http://localhost:3000/?token=a.b%2Bc"},
		{nil, "http://shop.example/back", "", ""},
		{nil, "javascript:alert(1)", "", ""},
		{nil, "data:text/html,hi", "", ""},
		{nil, "https://shop.example@evil.example/", "", ""},
		{nil, "https://shop.example/back", "authsignal", "authsignal://auth?token=a.b%2Bc"},
		{nil, "https://shop.example/back", "javascript", ""},
		{nil, "https://shop.example/back", "https", ""},
		{nil, "https://shop.example/back", "Data", ""},
		{nil, "https://shop.example/back", "a b", ""},
		{listed, "https://shop.example/app", "", "https://shop.example/app?token=a.b%2Bc"},
		{listed, "https://shop.example/app/deep", "", "https://shop.example/app/deep?token=a.b%2Bc"},
		{listed, "https://shop.example/application", "", ""},
		{listed, "https://shop.example/app/../admin", "", ""},
		{listed, "https://shop.example:8443/app", "", ""},
		{listed, "http://shop.example/app", "", ""},
		{listed, "https://evil.example/app", "", ""},
		{listed, "https://shop.example/app", "myapp", "myapp://auth?token=a.b%2Bc"},
		{listed, "https://shop.example/app", "authsignal", ""},
	} {
		action := mfa.Action{Request: mfa.ActionRequest{RedirectURL: c.redirect}}
		got := destination(mfa.StepUp{RedirectURLs: c.listed}, action, asked{Token: "a.b+c", Scheme: c.scheme})
		if got != c.want {
			t.Errorf("%v, %q, %q: sent to %q, want %q", c.listed, c.redirect, c.scheme, got, c.want)
		}
	}
}

func TestOnlyOriginsThatTheApplicationNamedMayFrame(t *testing.T) {
	t.Parallel()
	party := &mfa.RelyingParty{ID: "shop.example", Origins: []string{"https://shop.example", "android:apk-key-hash:x"}, RelatedOrigins: []string{"https://shop.test"}}
	for name, c := range map[string]struct {
		settings mfa.ApplicationSettings
		want     []string
	}{
		"nothing named":   {mfa.ApplicationSettings{}, nil},
		"relying party":   {mfa.ApplicationSettings{RelyingParty: party}, []string{"https://shop.example", "https://shop.test"}},
		"redirects":       {mfa.ApplicationSettings{StepUp: &mfa.StepUp{RedirectURLs: []string{"https://A.example:443/x", "https://a.example/y", "app://auth"}}}, []string{"https://a.example"}},
		"frames alone":    {mfa.ApplicationSettings{RelyingParty: party, StepUp: &mfa.StepUp{FrameOrigins: []string{"https://b.example:8443"}}}, []string{"https://b.example:8443"}},
		"no other header": {mfa.ApplicationSettings{StepUp: &mfa.StepUp{FrameOrigins: []string{"https://b.example; script-src *", "https://*.example", "*", "'self'"}}}, nil},
	} {
		app := mfa.Application{Settings: c.settings}
		if got := frames(app); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		h := header(app, theme{})
		policy := h.Get("Content-Security-Policy")
		ancestors := "frame-ancestors 'none'"
		if len(c.want) > 0 {
			ancestors = "frame-ancestors " + strings.Join(c.want, " ")
		}
		if !strings.HasSuffix(policy, ancestors) || strings.Contains(policy, "unsafe") || (h.Get("X-Frame-Options") == "DENY") != (len(c.want) == 0) {
			t.Errorf("%s: %s, %s", name, policy, h.Get("X-Frame-Options"))
		}
	}
}

func FuzzDestination(f *testing.F) {
	f.Add("https://shop.example/a?b=c#d", "")
	f.Add("javascript://x/%0aalert(1)", "authsignal")
	f.Add("//evil.example", "java\tscript")
	f.Fuzz(func(t *testing.T, redirect, scheme string) {
		got := destination(mfa.StepUp{}, mfa.Action{Request: mfa.ActionRequest{RedirectURL: redirect}}, asked{Token: "t", Scheme: scheme})
		lower := strings.ToLower(strings.TrimSpace(got))
		if strings.ContainsAny(got, "\r\n\t ") || strings.HasPrefix(lower, "javascript:") || strings.HasPrefix(lower, "data:") || strings.HasPrefix(got, "/") {
			t.Fatalf("%q and %q lead to %q", redirect, scheme, got)
		}
	})
}
