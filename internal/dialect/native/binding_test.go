package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
)

// A page of a neighbouring host may set cookies for this one too, and have them sent before its own. It cannot set one
// whose name begins with __Host-.
func TestNoNeighboursCookieStandsInForTheBrowsersOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550138")
	planted := api.CookieBinding + "=" + strings.Repeat("p", 42) + "A"
	own := api.CookieBindingHost + "=" + strings.Repeat("k", 42) + "A"
	both := http.Header{"Cookie": {planted + "; " + own}}
	key, public := d.newKey()
	body := d.json(api.LinkRequest{Code: d.linkCode(ann), Name: "browser", Platform: "web", Key: public})
	read[api.LinkedAccount](t, d.do(request{method: http.MethodPost, target: api.PathLinks, body: body, sign: key, header: both}))
	from := func(cookies string) answer {
		return d.do(request{method: http.MethodGet, target: api.PathDevice, sign: key, header: http.Header{"Cookie": {cookies}}})
	}
	refused(t, "the planted one", from(planted), http.StatusUnauthorized, api.CodeDeviceUnbound)
	for _, cookies := range []string{own, planted + "; " + own, own + "; " + planted} {
		if a := from(cookies); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", cookies, a.status, a.body)
		}
	}
}
