package authenticator

import (
	"crypto/rand"
	"errors"
	"strings"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// shopper is somebody whom the shop and its directory know by a name, and to whom it can put demands.
type shopper struct {
	s     *story
	alias string
	dir   *launchkey.DirectoryClient
	shop  *launchkey.ServiceClient
}

func (s *story) newShopper() *shopper {
	s.t.Helper()
	shop, err := s.factory.ServiceClient(s.shopID)
	if err != nil {
		s.t.Fatal(err)
	}
	return &shopper{s, "mia." + strings.ToLower(rand.Text()[:6]), s.factory.DirectoryClient(), shop}
}

// link has the directory make a code, which comes with a picture.
func (c *shopper) link() *launchkey.DeviceLink {
	c.s.t.Helper()
	made, err := c.dir.LinkDevice(c.s.t.Context(), c.alias, launchkey.LinkDeviceOptions{})
	if err != nil {
		c.s.t.Fatal(err)
	}
	c.s.Log.Secret(made.Code)
	return made
}

func (c *shopper) linkedPhone() *phone {
	c.s.t.Helper()
	p := c.s.newPhone()
	p.linkBy(c.link().Code)
	return p
}

// ask has the shop ask something, with demands.
func (c *shopper) ask(what launchkey.NewAuthorization) launchkey.AuthorizationID {
	c.s.t.Helper()
	asked, err := c.shop.CreateAuthorizationRequest(c.s.t.Context(), c.alias, what)
	if err != nil {
		c.s.t.Fatal(err)
	}
	return asked.ID
}

// answer waits for what the phone says.
func (c *shopper) answer(id launchkey.AuthorizationID) *launchkey.AuthorizationResponse {
	c.s.t.Helper()
	return harness.Until(c.s.t, "an answer", func() (*launchkey.AuthorizationResponse, bool) {
		got, err := c.shop.AuthorizationResponse(c.s.t.Context(), id)
		if errors.Is(err, launchkey.ErrPending) {
			return nil, false
		}
		if err != nil {
			c.s.t.Fatal(err)
		}
		return got, true
	})
}
