package endpoint

import (
	"net/http"
	"strings"
)

// PageHeader are the headers of a page that people see: nothing runs, loads or frames it but what this
// server itself serves, and no code stands inside of the page. Images may also come from the given
// sources, such as "https:" for an application's logo.
func PageHeader(imageSources ...string) http.Header {
	images := strings.Join(append([]string{"'self'", "data:"}, imageSources...), " ")
	return http.Header{
		"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src " + images +
			"; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"geolocation=(), microphone=(), payment=()"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
	}
}

// Page is HTML with those headers.
func Page(status int, html []byte, imageSources ...string) Response {
	return Response{Status: status, ContentType: "text/html; charset=utf-8", Header: PageHeader(imageSources...), Body: html}
}
