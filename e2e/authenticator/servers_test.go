package authenticator

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// front is the https side of a server, which may not be running yet.
type front struct {
	*httptest.Server

	behind atomic.Pointer[httputil.ReverseProxy]
}

func newFront(t testing.TB) *front {
	t.Helper()
	f := &front{}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if behind := f.behind.Load(); behind != nil {
			behind.ServeHTTP(w, r)
			return
		}
		http.Error(w, "nobody is here yet", http.StatusBadGateway)
	}))
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	f.StartTLS()
	t.Cleanup(func() {
		f.CloseClientConnections() // some are held
		f.Close()
	})
	return f
}

const elsewhereFile = `
organizations:
- name: Far Away
  directories:
  - name: guests
    applications:
    - {name: Ferry, number: 7, authy: {api_key: %q}}
`

// accountsOfAnotherServer live in the same app, once the operators of this one have named that one.
func accountsOfAnotherServer(s *story) {
	ferry := application{nil, 7, rand.Text()}
	ferry.server = harness.Start(s.t, harness.Options{PublicURL: s.elsewhere.URL, Apply: fmt.Sprintf(elsewhereFile, ferry.key), Secrets: []string{ferry.key}})
	behind, err := url.Parse(ferry.server.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.elsewhere.behind.Store(&httputil.ReverseProxy{
		FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) },
	})
	ann, dora := s.newCustomer(s.bank), s.newCustomer(ferry)
	p := ann.linkedPhone()
	p.goTo("#/link/code")
	p.fill("code", dora.link().URI)
	p.press("link")
	p.says("server", hostOf(s.elsewhere.URL))
	p.press("link")
	p.see("no-requests")
	ann.asked("Bank?")
	asked := dora.asked("Ferry?")
	p.Wait("both requests", `document.querySelectorAll('[data-testid="request"]').length === 2`)
	p.review("Ferry?")
	p.hold()
	p.outcome("approved")
	asked.stands("approved")
}

// hostOf is the host of an address, as people are shown it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
