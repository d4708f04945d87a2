package authenticator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// world is a server with a bank and a shop, which share their customers' directory, and a club of somebody else.
type world struct {
	*harness.Server

	browser context.Context //nolint:containedctx // it is the browser
	camera  *harness.Camera
	pushes  *harness.PushService

	bank, club  application
	elsewhere   *front // of another server, whose accounts the app may hold
	directoryID launchkey.DirectoryID
	shopID      launchkey.ServiceID
	factory     *launchkey.DirectoryFactory
}

// application is what a program has of its application.
type application struct {
	server *harness.Server
	number int64
	key    string
}

const applyFile = `
organizations:
- name: Acme
  directories:
  - id: %[1]s
    name: customers
    branding: {name: Linden Group, color: "#0b6b3a", logo: linden.png}
    launchkey: {keys: [{public_key: %[4]q}]}
    applications:
    - name: Linden Bank
      number: 7
      authy: {api_key: %[5]q}
    - id: %[2]s
      name: Orchard Shop
      launchkey: {keys: [{public_key: %[4]q}]}
- name: Umbra
  directories:
  - id: %[3]s
    name: members
    applications:
    - name: Umbra Club
      number: 8
      authy: {api_key: %[6]q}
`

func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	private, public := vendorKey()
	w := &world{
		bank: application{nil, 7, rand.Text()}, club: application{nil, 8, rand.Text()}, elsewhere: newFront(t),
		directoryID: launchkey.DirectoryID(uuid.NewString()), shopID: launchkey.ServiceID(uuid.NewString()),
		pushes: harness.NewPushService(t),
	}
	w.Server = harness.Start(t, harness.Options{
		Engine: engine, Localhost: true, Env: []string{"TWINSEAL_PUSH_CONTACT=operator@example.com", "TWINSEAL_AUTHENTICATOR_SERVERS=" + w.elsewhere.URL},
		Beside:  []harness.File{{Name: "linden.png", Text: lindenLogo()}},
		Apply:   fmt.Sprintf(applyFile, w.directoryID, w.shopID, uuid.NewString(), public, w.bank.key, w.club.key),
		Secrets: []string{w.bank.key, w.club.key},
	})
	w.bank.server, w.club.server = w.Server, w.Server
	factory, err := launchkey.NewDirectoryFactory(w.URL, w.directoryID, []byte(private))
	if err != nil {
		t.Fatal(err)
	}
	w.factory = factory
	return w
}

const keyBits = 2048

// vendorKey is the key of the directory and the shop, which takes a moment to make.
var vendorKey = sync.OnceValues(func() (private, public string) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
})

// lindenLogo is a leaf, seen from afar.
func lindenLogo() string {
	const side = 96
	leaf := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.RGBA{0x0b, 0x6b, 0x3a, 0xff}, color.RGBA{0xc8, 0xf0, 0xd4, 0xff}})
	for y := range side {
		for x := range side {
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy+dx*dy < side*side/8 {
				leaf.SetColorIndex(x, y, 1)
			}
		}
	}
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, leaf); err != nil {
		panic(err)
	}
	return drawn.String()
}

// story is one person's, told with the world's things.
type story struct {
	*world

	t *testing.T
}

// customer is somebody whom an application knows.
type customer struct {
	harness.Person

	s   *story
	app application
	id  int64
}

// newCustomer registers somebody new at an application.
func (s *story) newCustomer(app application) *customer {
	s.t.Helper()
	c := &customer{Person: app.server.NewPerson(), s: s, app: app}
	var made struct{ User struct{ ID int64 } }
	s.call(app, http.MethodPost, "/protected/json/users/new", "user[email]", c.Email, "user[cellphone]", c.Number, "user[country_code]", "1").JSON(s.t, &made)
	c.id = made.User.ID
	return c
}

// call makes a request as an application does, with parameters in pairs, whose order may matter.
func (s *story) call(app application, method, path string, pairs ...string) harness.Answer {
	s.t.Helper()
	var form strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		form.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]) + "&")
	}
	got := app.server.Send(s.t, harness.Request{
		Method: method, Path: path, Body: strings.TrimSuffix(form.String(), "&"), Type: "application/x-www-form-urlencoded",
		Header: http.Header{"X-Authy-Api-Key": {app.key}},
	})
	if got.Status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
	}
	return got
}

// link is what a new device is linked with.
type link struct{ Code, URI string }

// link has the operator make a code.
func (c *customer) link() link {
	c.s.t.Helper()
	var made link
	out := c.app.server.Operate(c.s.t, "user", "link-code", "--app", fmt.Sprint(c.app.number), "--authy-id", fmt.Sprint(c.id), "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		c.s.t.Fatalf("no linking code: %v\n%s", err, out)
	}
	c.app.server.Log.Secret(made.Code)
	return made
}

// request is what an application asked.
type request struct {
	c  *customer
	id string
	// number is what the application shows to the person, where there is one to match.
	number string
}

// asked has the customer's application ask, with further parameters in pairs.
func (c *customer) asked(message string, more ...string) *request {
	c.s.t.Helper()
	var made struct {
		Approval struct {
			UUID        string
			NumberMatch string `json:"number_match"`
		} `json:"approval_request"`
	}
	c.s.call(c.app, http.MethodPost, fmt.Sprintf("/onetouch/json/users/%d/approval_requests", c.id), append([]string{"message", message}, more...)...).JSON(c.s.t, &made)
	return &request{c, made.Approval.UUID, made.Approval.NumberMatch}
}

// stands holds the request to its state at the server.
func (r *request) stands(want string) {
	r.c.s.t.Helper()
	harness.Until(r.c.s.t, "the request to be "+want, func() (bool, bool) { return true, r.state() == want })
}

func (r *request) state() string {
	r.c.s.t.Helper()
	var got struct {
		Approval struct{ Status string } `json:"approval_request"`
	}
	r.c.s.call(r.c.app, http.MethodGet, "/onetouch/json/approval_requests/"+r.id).JSON(r.c.s.t, &got)
	return got.Approval.Status
}
