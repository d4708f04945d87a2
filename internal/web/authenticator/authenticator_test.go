package authenticator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/authenticator"
)

func serve(t *testing.T, o authenticator.Options) *httptest.Server {
	t.Helper()
	app, err := authenticator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(app.Handler(&endpoint.Server{}))
	t.Cleanup(server.Close)
	return server
}

// ask sends a request with header fields given as name and value in turn.
func ask(t *testing.T, method, address string, header ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestThePageRunsNothingButItsOwnFiles(t *testing.T) {
	t.Parallel()
	server := serve(t, authenticator.Options{Servers: []string{"https://other.example"}})
	resp, page := ask(t, http.MethodGet, server.URL+"/authenticator")
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self' https://other.example;", "worker-src 'self'",
		"manifest-src 'self'", "img-src 'self' data: blob:;", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
	} {
		if !strings.Contains(policy, want) {
			t.Errorf("no %s in %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	if inline := regexp.MustCompile(`(?i)<style|<script(?:>| [^>]*>[^<])|\son[a-z]+=|\sstyle=`).Find(page); inline != nil {
		t.Errorf("code inside of the page: %s", inline)
	}
	if !strings.Contains(resp.Header.Get("Permissions-Policy"), "camera=(self)") {
		t.Error("the page may not use the camera")
	}
}

var linked = regexp.MustCompile(`(?:src|href)="(/authenticator/[^"]+)"`)

// The first visit over a slow connection decides whether somebody waits for it. Later visits load nothing.
func TestTheFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	const most = 150 << 10
	server := serve(t, authenticator.Options{})
	_, page := ask(t, http.MethodGet, server.URL+"/authenticator")
	total := len(page)
	seen := map[string]bool{}
	for _, found := range linked.FindAllSubmatch(page, -1) {
		path := string(found[1])
		if seen[path] {
			continue
		}
		seen[path] = true
		resp, body := ask(t, http.MethodGet, server.URL+path, "Accept-Encoding", "gzip")
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
		t.Logf("%7d bytes %s", len(body), path)
		total += len(body)
	}
	t.Logf("%7d bytes in all", total)
	if len(seen) < 4 {
		t.Errorf("the page names only %v", seen)
	}
	if total > most {
		t.Errorf("the first load is %d bytes, more than %d", total, most)
	}
}

func TestFilesArePackedForWhoeverUnpacks(t *testing.T) {
	t.Parallel()
	server := serve(t, authenticator.Options{})
	_, page := ask(t, http.MethodGet, server.URL+"/authenticator")
	for _, path := range []string{regexp.MustCompile(`[^"]+/style\.css`).FindString(string(page)), "/authenticator/worker.js", "/authenticator/manifest.webmanifest"} {
		_, plain := ask(t, http.MethodGet, server.URL+path, "Accept-Encoding", "identity")
		resp, packed := ask(t, http.MethodGet, server.URL+path, "Accept-Encoding", "br;q=1, gzip;q=0.8")
		if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s: %v", path, resp.Header)
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, plain) {
			t.Errorf("%s: packed is not what it is plain: %v", path, err)
		}
	}
}

func TestTheWorkerMayAnswerForTheAppAndIsNotKept(t *testing.T) {
	t.Parallel()
	resp, script := ask(t, http.MethodGet, serve(t, authenticator.Options{Version: "1"}).URL+"/authenticator/worker.js")
	if resp.Header.Get("Service-Worker-Allowed") != "/authenticator" || resp.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("header %v", resp.Header)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("type %s", resp.Header.Get("Content-Type"))
	}
	if _, later := ask(t, http.MethodGet, serve(t, authenticator.Options{Version: "2"}).URL+"/authenticator/worker.js"); bytes.Equal(script, later) {
		t.Error("another page has the same worker, so that browsers keep the old page")
	}
}

func TestSystemsCanInstallTheApp(t *testing.T) {
	t.Parallel()
	server := serve(t, authenticator.Options{})
	var manifest struct {
		Name, Display, Scope string
		Start                string `json:"start_url"`
		Icons, Screenshots   []struct{ Src, Sizes, Type, Purpose string }
	}
	resp, body := ask(t, http.MethodGet, server.URL+"/authenticator/manifest.webmanifest")
	if err := json.Unmarshal(body, &manifest); err != nil || resp.Header.Get("Content-Type") != "application/manifest+json" {
		t.Fatalf("%v, %v", err, resp.Header)
	}
	if manifest.Name == "" || manifest.Display != "standalone" || manifest.Scope != "/authenticator" || manifest.Start != "/authenticator" {
		t.Errorf("manifest %+v", manifest)
	}
	purposes := map[string]bool{}
	for _, icon := range append(manifest.Icons, manifest.Screenshots...) {
		purposes[icon.Sizes+icon.Purpose] = true
		resp, picture := ask(t, http.MethodGet, server.URL+icon.Src)
		size, err := png.DecodeConfig(bytes.NewReader(picture))
		if err != nil || resp.Header.Get("Content-Type") != icon.Type {
			t.Fatalf("%s: %v, %v", icon.Src, err, resp.Header)
		}
		if want := fmt.Sprintf("%dx%d", size.Width, size.Height); icon.Sizes != want {
			t.Errorf("%s is %dx%d", icon.Src, size.Width, size.Height)
		}
	}
	for _, want := range []string{"192x192", "512x512", "512x512maskable", "390x844", "1280x900"} {
		if !purposes[want] {
			t.Errorf("no picture %s", want)
		}
	}
	for _, path := range []string{"/authenticator/icons/manifest.json", "/authenticator/icons/none.png", "/authenticator/icons/..%2fpages%2fapp.html"} {
		if resp, _ := ask(t, http.MethodGet, server.URL+path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
	}
}

// cookie is what an answer sets, nil for nothing.
func cookie(t *testing.T, resp *http.Response) *http.Cookie {
	t.Helper()
	for _, one := range resp.Cookies() {
		if one.Name == api.CookieBinding || one.Name == api.CookieBindingHost {
			return one
		}
	}
	return nil
}

func TestABrowserIsBoundOnceAndStaysBound(t *testing.T) {
	t.Parallel()
	server := serve(t, authenticator.Options{Secure: true})
	page, binding := server.URL+"/authenticator", server.URL+"/authenticator/binding"
	if resp, _ := ask(t, http.MethodGet, page); cookie(t, resp) != nil {
		t.Error("a page that was opened from elsewhere would replace the cookie that is withheld from it")
	}
	resp, _ := ask(t, http.MethodPost, binding, "Sec-Fetch-Site", "same-origin")
	made := cookie(t, resp)
	if resp.StatusCode != http.StatusNoContent || made == nil || !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(made.Value) {
		t.Fatalf("status %d, cookie %v", resp.StatusCode, made)
	}
	if !made.Secure || made.HttpOnly || made.SameSite != http.SameSiteStrictMode || made.Path != "/" || made.MaxAge != 400*24*3600 {
		t.Errorf("cookie %v", made)
	}
	have := api.CookieBindingHost + "=" + made.Value
	for method, address := range map[string]string{http.MethodGet: page, http.MethodPost: binding} {
		resp, _ := ask(t, method, address, "Cookie", have)
		if again := cookie(t, resp); again == nil || again.Value != made.Value {
			t.Errorf("%s: %v instead of the same value for longer", address, again)
		}
	}
	resp, _ = ask(t, http.MethodPost, binding, "Cookie", api.CookieBindingHost+"=guessed")
	if other := cookie(t, resp); other == nil || other.Value == "guessed" || other.Value == made.Value {
		t.Errorf("what is no binding became %v", other)
	}
}

func TestAnotherSiteCannotBindABrowser(t *testing.T) {
	t.Parallel()
	resp, _ := ask(t, http.MethodPost, serve(t, authenticator.Options{}).URL+"/authenticator/binding", "Sec-Fetch-Site", "cross-site")
	if resp.StatusCode != http.StatusForbidden || cookie(t, resp) != nil {
		t.Errorf("status %d, cookie %v", resp.StatusCode, cookie(t, resp))
	}
}
