package hosted_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// reader is a browser without script: it follows redirects, fills forms in and reads what is there.
type reader struct {
	w      *world
	client *http.Client
	at     string // the address of the page
	status int
	header http.Header
	body   string

	language string // that the browser says it speaks
}

func (w *world) reader() *reader {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &reader{w: w, client: &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), w.home) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (r *reader) send(request *http.Request) {
	r.w.t.Helper()
	if r.language != "" {
		request.Header.Set("Accept-Language", r.language)
	}
	resp, err := r.client.Do(request)
	r.w.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	r.w.must(err)
	r.at, r.status, r.header, r.body = resp.Request.URL.String(), resp.StatusCode, resp.Header, string(body)
}

func (r *reader) open(address string) {
	r.w.t.Helper()
	request, err := http.NewRequestWithContext(r.w.t.Context(), http.MethodGet, address, http.NoBody)
	r.w.must(err)
	r.send(request)
}

// post sends fields as a form of our own pages does.
func (r *reader) post(path string, fields url.Values) {
	r.w.t.Helper()
	request, err := http.NewRequestWithContext(r.w.t.Context(), http.MethodPost, r.w.home+path, strings.NewReader(fields.Encode()))
	r.w.must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	r.send(request)
}

var (
	formPart   = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	actionPart = regexp.MustCompile(`<form[^>]*action="([^"]*)"`)
	hiddenPart = regexp.MustCompile(`<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?`)
	pagePart   = regexp.MustCompile(`data-page="([^"]*)"`)
)

// submit fills in the form whose button has the name, with what is typed, in pairs.
func (r *reader) submit(button string, typed ...string) {
	r.w.t.Helper()
	for _, form := range formPart.FindAllString(r.body, -1) {
		if !strings.Contains(form, `data-testid="`+button+`"`) {
			continue
		}
		fields := url.Values{}
		for _, m := range hiddenPart.FindAllStringSubmatch(form, -1) {
			fields.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
		}
		if m := regexp.MustCompile(`<button[^>]*name="method" value="([^"]*)"`).FindStringSubmatch(form); m != nil {
			fields.Set("method", m[1])
		}
		for i := 0; i < len(typed); i += 2 {
			fields.Set(typed[i], typed[i+1])
		}
		r.post(actionPart.FindStringSubmatch(form)[1], fields)
		return
	}
	r.w.t.Fatalf("there is no form with %s on %s:\n%s", button, r.page(), r.body)
}

// follow goes where a link leads.
func (r *reader) follow(name string) {
	r.w.t.Helper()
	r.open(r.link(name))
}

// link is the address of a link, "" where there is none.
func (r *reader) link(name string) string {
	m := regexp.MustCompile(`<a[^>]*href="([^"]*)"[^>]*data-testid="` + name + `"`).FindStringSubmatch(r.body)
	if m == nil {
		return ""
	}
	address := html.UnescapeString(m[1])
	if strings.HasPrefix(address, "/") {
		return r.w.home + address
	}
	return address
}

// page is the name of the page that is open.
func (r *reader) page() string {
	if m := pagePart.FindStringSubmatch(r.body); m != nil {
		return m[1]
	}
	return ""
}

// on holds the reader to a page.
func (r *reader) on(page string) {
	r.w.t.Helper()
	if r.page() != page {
		r.w.t.Fatalf("on %q (%d) at %s, want %q:\n%s", r.page(), r.status, r.at, page, r.body)
	}
}

func (r *reader) has(parts ...string) {
	r.w.t.Helper()
	for _, part := range parts {
		if !strings.Contains(r.body, part) {
			r.w.t.Errorf("%s has no %q:\n%s", r.page(), part, r.body)
		}
	}
}

func (r *reader) lacks(parts ...string) {
	r.w.t.Helper()
	for _, part := range parts {
		if strings.Contains(r.body, part) {
			r.w.t.Errorf("%s has %q", r.page(), part)
		}
	}
}

// token is that of the page's address.
func (r *reader) token() string {
	u, err := url.Parse(r.at)
	r.w.must(err)
	return u.Query().Get("token")
}
