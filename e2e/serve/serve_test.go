// Package serve holds the program to what operators rely on: it starts, says how it is, stops in order, forgets
// nothing, and is a sandbox only when told so.
package serve

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

const applyFile = `organizations:
- name: Acme
  directories:
  - name: customers
    applications:
    - name: Bank
      number: 7
      authy: {api_key: %q}
    users:
    - authy_id: 1337
      email: a@example.com
      phone: "+14053425699"
      totp: {secret: %s}
`

const seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// start runs a server and gives a client of its application.
func start(t *testing.T, o harness.Options) (*harness.Server, *authy.Client) {
	t.Helper()
	key := rand.Text()
	o.Apply, o.Secrets = fmt.Sprintf(applyFile, key, seed), []string{key, seed}
	s := harness.Start(t, o)
	c, err := authy.New(key, authy.WithBaseURL(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// logs waits for a text in the log, which is written in its own time.
func logs(t *testing.T, s *harness.Server, text string) {
	t.Helper()
	harness.Until(t, fmt.Sprintf("%q in the log", text), func() (any, bool) { return nil, strings.Contains(s.Log.String(), text) })
}

func TestASandboxOnlyWhenToldSo(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		s, c := start(t, harness.Options{Engine: engine, Real: true})
		for _, path := range []string{"/sandbox", "/sandbox/messages?to=%2B14053425699", "/sandbox/clock", "/demo"} {
			if got := s.Get(t, path); got.Status != http.StatusNotFound {
				t.Errorf("%s answers %d", path, got.Status)
			}
		}
		moved := s.Send(t, harness.Request{Method: http.MethodPost, Path: "/sandbox/clock", Body: `{"advance":"1h"}`})
		if moved.Status != http.StatusNotFound {
			t.Errorf("the clock of a real server answers %d", moved.Status)
		}
		if strings.Contains(s.Log.String(), "SANDBOX") {
			t.Error("a real server calls itself a sandbox")
		}
		if _, err := c.VerifyToken(t.Context(), 1337, "0000000", authy.VerifyOptions{}); err == nil {
			t.Error("a real server takes the sandbox's token")
		}
		if _, err := c.VerifyToken(t.Context(), 1337, harness.Code(t, seed, time.Now()), authy.VerifyOptions{}); err != nil {
			t.Errorf("a right token: %v", err)
		}
	})
}

func TestTheSandboxIsLoudAndExcludesProviders(t *testing.T) {
	t.Parallel()
	s, _ := start(t, harness.Options{Engine: harness.SQLite})
	logs(t, s, "SANDBOX: nothing is sent")
	for _, path := range []string{"/sandbox", "/authenticator"} {
		if page := s.Get(t, path); !strings.Contains(string(page.Body), "Never use") {
			t.Errorf("%s does not say that this is a sandbox", path)
		}
	}
	config := t.TempDir() + "/config.yaml"
	harness.Write(t, config, "twilio: {account_sid: AC1, auth_token: secret, from: \"+15005550006\"}\n")
	out, err := harness.Run(t, "", "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--sandbox", "--config", config)
	if err == nil || !strings.Contains(err.Error(), "exclude each other") {
		t.Errorf("a sandbox with a provider: %q, %v", out, err)
	}
}

func TestTheServerSaysHowItIs(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		s, c := start(t, harness.Options{Engine: engine})
		if _, err := c.AppDetails(t.Context()); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{
			"/healthz": "ok", "/readyz": "ok", "/metrics": `route="GET /protected/{format}/app/details",status="200"`,
		} {
			if got := s.Get(t, path); got.Status != http.StatusOK || !strings.Contains(string(got.Body), want) {
				t.Errorf("%s answers %d without %q", path, got.Status, want)
			}
		}
		metrics := string(s.Get(t, "/metrics").Body)
		for _, name := range []string{"Acme", "Bank", "a@example.com", "4053425699", `"1337"`} {
			if strings.Contains(metrics, name) {
				t.Errorf("the metrics name %s", name)
			}
		}
		logs(t, s, `route="GET /protected/{format}/app/details"`)
	})
}

// TestStoppingIsOrderly: who waits is let go, and everything is there again afterwards.
func TestStoppingIsOrderly(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		s, c := start(t, harness.Options{Engine: engine})
		token, err := c.RegistrationToken(authy.NewRegistration{AppName: "Bank", AppID: 7, CustomUserID: "jo"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := client.NewDevice(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Link(t.Context(), client.Link{Token: token, Name: "Test", Platform: "cli"}); err != nil {
			t.Fatal(err)
		}
		used := harness.Code(t, seed, s.Now(t))
		if _, err := c.VerifyToken(t.Context(), 1337, used, authy.VerifyOptions{}); err != nil {
			t.Fatal(err)
		}
		listening, ended := make(chan struct{}), make(chan error, 1)
		go func() { ended <- listen(t.Context(), d, listening) }()
		<-listening
		s.Stop()
		if err := <-ended; err == nil {
			t.Error("the stream of a stopped server goes on")
		}
		s.Start()
		if _, err := d.Self(t.Context()); err != nil {
			t.Errorf("after a restart the device is unknown: %v", err)
		}
		if _, err := c.VerifyToken(t.Context(), 1337, used, authy.VerifyOptions{}); err == nil {
			t.Error("a token counts again after a restart")
		}
		logs(t, s, "0 created, 0 updated")
	})
}

// listen follows the device's stream until it ends.
func listen(ctx context.Context, d *client.Device, listening chan<- struct{}) error {
	for _, err := range d.Stream(ctx) {
		if err != nil {
			return err
		}
		if listening != nil {
			close(listening)
			listening = nil
		}
	}
	return nil
}

// TestAWrongMasterKeyOpensNothing: a database is worth nothing without the key that seals it.
func TestAWrongMasterKeyOpensNothing(t *testing.T) {
	t.Parallel()
	s, _ := start(t, harness.Options{Engine: harness.PostgreSQL})
	other := t.TempDir() + "/other.key"
	harness.Write(t, other, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n")
	out, err := harness.Run(t, "", "user", "link-code", "--authy-id", "1337", "--database", s.DatabaseURL(), "--master-key", "file:"+other)
	if err == nil {
		t.Errorf("another master key opens the database: %s", out)
	}
}
