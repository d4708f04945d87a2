package hosted

import (
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// permissions let the pages use passkeys and the clipboard, in a frame too where the page around hands that on.
const permissions = "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), geolocation=(), camera=(), microphone=(), payment=()"

// header are the headers of a page of an application: nothing runs or loads but what this server serves, and the
// pictures and fonts of the application's theme; nobody frames it but the application's own pages. A window that was
// opened may tell its opener how it went, which [endpoint.PageHeader] would cut off.
func header(a mfa.Application, t theme) http.Header {
	h := endpoint.PageHeader()
	around := frames(a)
	ancestors := "'none'"
	if len(around) > 0 {
		ancestors = strings.Join(around, " ")
		h.Del("X-Frame-Options")
		h.Set("Cross-Origin-Opener-Policy", "unsafe-none")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src "+sources(t.images())+"; font-src "+sources(t.fonts())+
		"; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "+ancestors)
	h.Set("Permissions-Policy", permissions)
	return h
}

func sources(origins []string) string {
	return strings.Join(append([]string{"'self'"}, origins...), " ")
}
