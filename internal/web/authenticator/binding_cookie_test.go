package authenticator_test

import (
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/web/authenticator"
)

// Another host of the same site can plant a cookie of the plain name, with a longer path so that it comes first. The page
// must neither take it for the browser's own nor write it over that one, which is the key to all codes.
func TestACookieOfANeighbouringHostIsNotTaken(t *testing.T) {
	t.Parallel()
	const planted, own = "ppppppppppppppppppppppppppppppppppppppppppA", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkA"
	server := serve(t, authenticator.Options{Secure: true})
	cookies := api.CookieBinding + "=" + planted + "; " + api.CookieBindingHost + "=" + own
	for method, address := range map[string]string{http.MethodGet: "/authenticator", http.MethodPost: "/authenticator/binding"} {
		resp, _ := ask(t, method, server.URL+address, "Cookie", cookies)
		set := resp.Cookies()
		if len(set) != 1 || set[0].Name != api.CookieBindingHost || set[0].Value != own || !set[0].Secure || set[0].Path != "/" || set[0].Domain != "" {
			t.Errorf("%s: %v", method, set)
		}
	}
	resp, _ := ask(t, http.MethodPost, server.URL+"/authenticator/binding", "Cookie", api.CookieBinding+"="+planted)
	if set := resp.Cookies(); len(set) != 1 || set[0].Name != api.CookieBindingHost || set[0].Value == planted {
		t.Errorf("the planted one alone: %v", set)
	}
}
