package actions_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
)

func TestPeopleAreSentOnlyWhereTheApplicationAllows(t *testing.T) {
	t.Parallel()
	named := mfa.StepUp{RedirectURLs: []string{"https://shop.example/done", "https://open.example", "myapp://back/here"}}
	for to, want := range map[string]bool{
		"": true, "https://shop.example/done": true, "https://shop.example/done/too?x=1#y": true, "https://SHOP.example:443/done": true,
		"https://open.example/anything": true, "myapp://back/here": true,
		"https://shop.example/": false, "https://shop.example/donetoo": false, "https://shop.example/done/../admin": false,
		"https://shop.example/done/%2e%2e/admin": false, "http://shop.example/done": false, "https://shop.example:8443/done": false,
		"https://shop.example.evil.example/done": false, "https://shop.example@evil.example/done": false, "https://evil.example/done": false,
		"//shop.example/done": false, "/done": false, "javascript:alert(1)": false, `https://shop.example\@evil.example/done`: false,
		"https://user:secret@shop.example/done": false, "myapp://other/here": false,
	} {
		if err := actions.CheckRedirect(named, to); (err == nil) != want {
			t.Errorf("%q: %v, want %v", to, err, want)
		}
	}
	for to, want := range map[string]bool{
		"https://anywhere.example/x": true, "http://localhost:3000/x": true, "http://127.0.0.1/x": true, "http://anywhere.example/": false,
		"javascript:alert(1)": false, "data:text/html,x": false, "myapp://back": false,
	} {
		if err := actions.CheckRedirect(mfa.StepUp{}, to); (err == nil) != want {
			t.Errorf("where none is named, %q: %v, want %v", to, err, want)
		}
	}
}

func TestARefusedRedirectSaysWhatWouldBeAllowed(t *testing.T) {
	t.Parallel()
	for says, step := range map[string]mfa.StepUp{
		"add it to its redirect_urls":         {RedirectURLs: []string{"https://shop.example/"}},
		"https, or with http on this machine": {},
	} {
		if err := actions.CheckRedirect(step, "http://shop.example/"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want …%s…", err, says)
		}
	}
}

// Whatever is let through leads to the host that was allowed.
func FuzzCheckRedirect(f *testing.F) {
	for _, seed := range []string{"https://shop.example/done", "https://shop.example@evil.example/", "https://shop.example/done/../x", "//x"} {
		f.Add(seed)
	}
	step := mfa.StepUp{RedirectURLs: []string{"https://shop.example/done"}}
	f.Fuzz(func(t *testing.T, to string) {
		if to == "" || actions.CheckRedirect(step, to) != nil {
			return
		}
		at, err := url.Parse(to)
		if err != nil || at.Scheme != "https" || at.User != nil {
			t.Errorf("%q was let through", to)
		}
	})
}
