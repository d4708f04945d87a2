package hosted

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzAsked(f *testing.F) {
	f.Add("token=a.b.c&mode=popup&force_enrollment=true&nativeScheme=x&step=add&method=sms&id=1&new=totp&problem=code&prompt=p&device=d")
	f.Add("token=%00%ff\"&step=<script>&method=" + strings.Repeat("x", 200))
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		a := readAsked(values)
		if len(a.Step) > maxParam || len(a.Method) > maxParam || len(a.Device) > maxParam {
			t.Fatalf("%+v is longer than a parameter may be", a)
		}
		u, err := url.Parse(a.address())
		if err != nil || u.Path != root || u.Host != "" {
			t.Fatalf("%q leads to %q (%v)", query, a.address(), err)
		}
		if again := readAsked(u.Query()); again != a {
			t.Fatalf("%+v comes back as %+v", a, again)
		}
	})
}

func FuzzAnswered(f *testing.F) {
	f.Add(`{"rawId":"AQ","response":{"clientDataJSON":"e30","transports":["usb"]}}`)
	f.Add(`{"rawId":"=","response":null}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		said, err := readAnswered(text)
		if err == nil && (len(said.RawID) == 0 || len(said.Response.ClientData) == 0 || len(said.Response.Transports) > maxTransports) {
			t.Fatalf("%q is taken as %+v", text, said)
		}
	})
}
