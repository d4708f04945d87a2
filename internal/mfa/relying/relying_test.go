package relying_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/relying"
)

func TestAWebsiteGivesIDAndOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, id, origin, problem string }{
		{"https://shop.example.com", "shop.example.com", "https://shop.example.com", ""},
		{"https://Shop.Example.com:443/login?x=1#y", "shop.example.com", "https://shop.example.com", ""},
		{"https://shop.example.com:8443/", "shop.example.com", "https://shop.example.com:8443", ""},
		{"http://localhost:3000", "localhost", "http://localhost:3000", ""},
		{"http://shop.localhost", "shop.localhost", "http://shop.localhost", ""},
		{"https://xn--bcher-kva.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example", ""},
		{"http://shop.example.com", "", "", "passkeys need https; http is for localhost alone"},
		{"https://bücher.example", "", "", "write the host in ASCII"},
		{"https://192.0.2.1", "", "", "passkeys need the name of a host, not its number"},
		{"https://[2001:db8::1]:443", "", "", "passkeys need the name of a host, not its number"},
		{"https://intranet", "", "", "write the host in ASCII"},
		{"https://a:b@shop.example.com", "", "", "this is not the address of a website"},
		{"shop.example.com", "", "", "this is not the address of a website"},
		{"ftp://shop.example.com", "", "", "this is not the address of a website"},
		{"https://shop.example.com:0", "", "", "an origin is a scheme, a host and perhaps a port"},
		{"https://shop.example.com:", "", "", "an origin is a scheme, a host and perhaps a port"},
		{"", "", "", "this is not the address of a website"},
	} {
		p, err := relying.Of(c.address)
		switch {
		case c.problem != "":
			if err == nil || !strings.HasPrefix(err.Error(), c.problem) {
				t.Errorf("%q: %v, want %s", c.address, err, c.problem)
			}
		case err != nil || p.ID != c.id || !slices.Equal(p.Origins, []string{c.origin}):
			t.Errorf("%q gives %+v, %v", c.address, p, err)
		}
	}
}

// shop is a relying party that is fine.
func shop(change func(*mfa.RelyingParty)) *mfa.RelyingParty {
	p := &mfa.RelyingParty{ID: "example.com", Origins: []string{"https://shop.example.com"}}
	change(p)
	return p
}

func TestARefusalNamesTheMember(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field  string
		change func(*mfa.RelyingParty)
	}{
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "https://example.com" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "Example.com" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "com" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "127.0.0.1" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = "a..example.com" }},
		{"rp_id", func(p *mfa.RelyingParty) { p.ID = strings.Repeat("a", 64) + ".example.com" }},
		{"name", func(p *mfa.RelyingParty) { p.Name = "two\nlines" }},
		{"origins", func(p *mfa.RelyingParty) { p.Origins = nil }},
		{"origins", func(p *mfa.RelyingParty) { p.Origins = make([]string, 101) }},
		{"origins[0]", func(p *mfa.RelyingParty) { p.Origins[0] += "/login" }},
		{"origins[0]", func(p *mfa.RelyingParty) { p.Origins[0] += "?" }},
		{"origins[0]", func(p *mfa.RelyingParty) { p.Origins[0] += "#" }},
		{"origins[0]", func(p *mfa.RelyingParty) { p.Origins[0] = "http://shop.example.com" }},
		{"origins[1]", func(p *mfa.RelyingParty) { p.Origins = append(p.Origins, "https://badexample.com") }},
		{"origins[1]", func(p *mfa.RelyingParty) { p.Origins = append(p.Origins, "https://shop.example.com:443") }},
		{"origins[1]", func(p *mfa.RelyingParty) { p.Origins = append(p.Origins, "android:apk-key-hash:short") }},
		{"related_origins[0]", func(p *mfa.RelyingParty) { p.RelatedOrigins = []string{"*"} }},
		{"user_verification", func(p *mfa.RelyingParty) { p.UserVerification = "always" }},
		{"attestation", func(p *mfa.RelyingParty) { p.Attestation = "full" }},
		{"formats[1]", func(p *mfa.RelyingParty) { p.Formats = []string{"packed", "apk"} }},
		{"allow_aaguids[0]", func(p *mfa.RelyingParty) { p.AllowAAGUIDs = []string{"YubiKey"} }},
		{"allow_aaguids", func(p *mfa.RelyingParty) { p.AllowAAGUIDs = []string{"08987058-cadc-4b81-b6e1-30de50dcbe96"} }},
		{"deny_aaguids", func(p *mfa.RelyingParty) { p.DenyAAGUIDs = make([]string, 1001) }},
	} {
		err := relying.Check(shop(c.change))
		if refusal, ok := errors.AsType[*mfa.Error](err); !ok || refusal.Code != mfa.Invalid || refusal.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
}

func TestWhatIsFineIsWrittenAsBrowsersWriteIt(t *testing.T) {
	t.Parallel()
	android := "android:apk-key-hash:" + strings.Repeat("A", 43)
	p := shop(func(p *mfa.RelyingParty) {
		p.Origins = append(p.Origins, "HTTPS://Example.com:443/", android)
		p.RelatedOrigins = []string{"https://shop.example.de"}
		p.AllowAAGUIDs = []string{"08987058-CADC-4B81-B6E1-30DE50DCBE96"}
		p.UserVerification, p.Attestation, p.Formats = "preferred", "direct", relying.Formats()
	})
	if err := relying.Check(p); err != nil {
		t.Fatal(err)
	}
	if want := []string{"https://shop.example.com", "https://example.com", android}; !slices.Equal(p.Origins, want) {
		t.Errorf("the origins are %q, want %q", p.Origins, want)
	}
	if p.AllowAAGUIDs[0] != "08987058-cadc-4b81-b6e1-30de50dcbe96" {
		t.Errorf("the model is %s", p.AllowAAGUIDs[0])
	}
}
