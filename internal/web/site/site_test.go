package site_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/web/site"
)

var files = fstest.MapFS{
	"pages/parts.html": {Data: []byte(`{{define "greeting"}}<p>Hello {{.}}</p>{{end}}`)},
	"pages/home.html": {Data: []byte(`{{define "title"}}Home{{end}}{{define "head"}}<script type="module" src="{{asset "home.js"}}"></script>{{end}}` +
		`{{define "body"}}<main id="main">{{template "greeting" .}}</main>{{end}}`)},
	"assets/home.js":    {Data: []byte(`import "./copy.js";`)},
	"assets/view/b.js":  {Data: []byte(`export {};`)},
	"assets/tokens.css": {Data: []byte(`:root { --own: 1 }`)},
}

func newSite(t *testing.T, o site.Options) *httptest.Server {
	t.Helper()
	if o.Files == nil {
		o.Files = files
	}
	o.Door = "shop"
	s, err := site.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler(&endpoint.Server{}, []site.Route{
		{Pattern: "GET /shop", Answer: func(context.Context, *endpoint.Request) (endpoint.Response, error) {
			return s.Page(http.StatusOK, "home", "<b>Ann</b>")
		}},
		{Pattern: "POST /shop/buy", Answer: func(context.Context, *endpoint.Request) (endpoint.Response, error) {
			return endpoint.Redirect("/shop"), nil
		}},
		{Pattern: "GET /shop/refused", Answer: func(context.Context, *endpoint.Request) (endpoint.Response, error) {
			return endpoint.Response{}, &mfa.Error{Code: mfa.Conflict, Message: "it is sold out"}
		}},
		{Pattern: "GET /shop/broken", Answer: func(context.Context, *endpoint.Request) (endpoint.Response, error) {
			return endpoint.Response{}, io.ErrUnexpectedEOF
		}},
	}))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestAPageStandsInTheFrameUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	resp, body := get(t, newSite(t, site.Options{}).URL+"/shop")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	for _, want := range []string{"<title>Home</title>", "Hello &lt;b&gt;Ann&lt;/b&gt;", `href="#main"`, "/shop/assets/"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	if resp.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept")
	}
}

func TestTheSandboxWarnsOnEveryPage(t *testing.T) {
	t.Parallel()
	for _, sandbox := range []bool{true, false} {
		server := newSite(t, site.Options{Sandbox: sandbox})
		for _, path := range []string{"/shop", "/shop/nothing"} {
			if _, body := get(t, server.URL+path); strings.Contains(body, "sandbox-banner") != sandbox {
				t.Errorf("sandbox %v, %s: the banner is wrong", sandbox, path)
			}
		}
	}
}

var assetPath = regexp.MustCompile(`/shop/assets/[0-9a-f]{16}/home\.js`)

func TestAssetsAreKeptForGoodUnderTheirVersion(t *testing.T) {
	t.Parallel()
	server := newSite(t, site.Options{})
	_, body := get(t, server.URL+"/shop")
	path := assetPath.FindString(body)
	resp, script := get(t, server.URL+path)
	if script != `import "./copy.js";` || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%q, %v", script, resp.Header)
	}
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
		t.Errorf("type %s", got)
	}
	if resp, _ := get(t, server.URL+"/shop/assets/0000000000000000/home.js"); resp.Header.Get("Cache-Control") != "no-cache" {
		t.Error("a file of another version may be kept")
	}
	for name, status := range map[string]int{"view/b.js": 200, "copy.js": 200, "icon.svg": 200, "view": 404, "..%2fpages%2fhome.html": 404} {
		if resp, _ := get(t, server.URL+strings.Replace(path, "home.js", name, 1)); resp.StatusCode != status {
			t.Errorf("%s: status %d, want %d", name, resp.StatusCode, status)
		}
	}
}

func TestASitesOwnFileReplacesASharedOne(t *testing.T) {
	t.Parallel()
	server := newSite(t, site.Options{})
	_, body := get(t, server.URL+"/shop")
	if _, css := get(t, server.URL+strings.Replace(assetPath.FindString(body), "home.js", "tokens.css", 1)); css != ":root { --own: 1 }" {
		t.Errorf("css = %s", css)
	}
}

func TestErrorsArePagesWithoutTheInside(t *testing.T) {
	t.Parallel()
	server := newSite(t, site.Options{})
	cases := map[string]struct {
		status int
		want   string
	}{
		"/shop/nothing": {http.StatusNotFound, "There is nothing at this address."},
		"/shop/refused": {http.StatusConflict, "It is sold out."},
		"/shop/broken":  {http.StatusInternalServerError, "Something went wrong on our side."},
		"/shop/buy":     {http.StatusMethodNotAllowed, "This address cannot be used in that way."},
	}
	for path, c := range cases {
		resp, body := get(t, server.URL+path)
		if resp.StatusCode != c.status || !strings.Contains(body, c.want) || strings.Contains(body, "unexpected EOF") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
		if resp.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", path)
		}
	}
	if resp, _ := get(t, server.URL+"/shop/buy"); resp.Header.Get("Allow") != http.MethodPost {
		t.Error("the answer does not say which method is allowed")
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	server := newSite(t, site.Options{})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for header, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 303, "none": 303, "": 303} {
		req, err := http.NewRequest(http.MethodPost, server.URL+"/shop/buy", strings.NewReader(url.Values{}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			req.Header.Set("Sec-Fetch-Site", header)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("Sec-Fetch-Site %q: status %d, want %d", header, resp.StatusCode, want)
		}
	}
}

func TestMistakesInTemplatesAreFoundAtTheStart(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]fstest.MapFS{
		"a template that does not parse": {"pages/a.html": {Data: []byte(`{{define "title"}}`)}, "assets/a.css": {}},
		"an asset of an unknown kind":    {"pages/a.html": {}, "assets/a.exe": {}},
	} {
		if _, err := site.New(site.Options{Door: "shop", Files: broken}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	s, err := site.New(site.Options{Door: "shop", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Page(http.StatusOK, "other", nil); err == nil {
		t.Error("a page that does not exist was filled in")
	}
}
