package launchkey_test

import (
	"net/http"
	"testing"
)

func TestAddressesAreOnesThatEveryClientReads(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		set := func(address string) request {
			return by(onDir, http.MethodPatch, "/directory/v3/services", object{"service_id": svcID, "icon": address})
		}
		for _, address := range []string{
			"https://a.b/x y", "https://a.b/?q=%zz", "https://a.b/?q=%2", "https://a.b/#%", "https://a.b/{id}", "https://a.b/a|b", `https://a.b/\c`, "https://a.b/\u0085",
			"https://a.b/<x>", "https://", "//a.b/", "javascript:alert(1)", "ftp://a.b/", "https://user@a.b/",
		} {
			w.refused(set(address), 400, "ARG-001")
		}
		for _, address := range []string{"https://a.b/?q=%2F%e4&x=[1]#top", "http://[::1]:8080/x", "https://bücher.example/ä"} {
			w.ok(set(address), nil)
		}
	})
}
