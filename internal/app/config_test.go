package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
)

// file writes a configuration file.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "twinseal.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	name := file(t, "listen: 127.0.0.1:1\ndata: /from/file\nmail: {host: file.example.com, port: 25}\nhook: {headers: {A: b}}\n"+
		"trusted_proxies: [10.0.0.0/8]\nsms_by: [hook]\n")
	t.Setenv("TWINSEAL_LISTEN", "127.0.0.1:2")
	t.Setenv("TWINSEAL_MAIL_HOST", "env.example.com")
	t.Setenv("TWINSEAL_TRUSTED_PROXIES", "192.0.2.1,192.0.2.2")
	t.Setenv("TWINSEAL_SANDBOX", "true")
	t.Setenv("LISTEN", "127.0.0.1:3") // of another program
	c, err := app.LoadConfig(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][2]string{
		"an address of both":   {c.Listen, "127.0.0.1:2"},
		"a host of both":       {c.Mail.Host, "env.example.com"},
		"a list of both":       {strings.Join(c.TrustedProxies, " "), "192.0.2.1 192.0.2.2"},
		"of the file alone":    {c.Data, "/from/file"},
		"a list of the file":   {strings.Join(c.SMSBy, " "), "hook"},
		"a header of the file": {c.Hook.Headers["A"], "b"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %q, want %q", what, got[0], got[1])
		}
	}
	if c.Mail.Port != 25 || !c.Sandbox {
		t.Errorf("the port is %d, the sandbox %v", c.Mail.Port, c.Sandbox)
	}
}

func TestWrongConfigurationsAreRefusedWithoutQuotingThem(t *testing.T) {
	const password = "hunter2hunter2"
	for what, text := range map[string]string{
		"an unknown setting":   "mail:\n  password: " + password + "\n  hosts: x\n",
		"a wrong type":         "mail:\n  password: " + password + "\n  port: many\n",
		"no YAML":              "mail: {password: " + password,
		"the demo by the file": "demo: true\nhook: {secret: " + password + "}\n",
	} {
		_, err := app.LoadConfig(file(t, text))
		if err == nil || !strings.HasPrefix(err.Error(), "configuration ") || strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := app.LoadConfig("nowhere.yaml"); err == nil || !strings.Contains(err.Error(), "nowhere.yaml") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := app.LoadConfig(file(t, strings.Repeat("#", 1<<20+1))); err == nil || !strings.Contains(err.Error(), "larger than a megabyte") {
		t.Errorf("another file altogether: %v", err)
	}
	t.Setenv("TWINSEAL_SANDBOX", password)
	t.Setenv("TWINSEAL_MAIL_PORT", "many")
	_, err := app.LoadConfig("")
	if err == nil || strings.Contains(err.Error(), password) || !strings.Contains(err.Error(), "Sandbox") || !strings.Contains(err.Error(), "Port") {
		t.Errorf("a wrong environment: %v", err)
	}
}

func TestWhatIsLeftOutIsFilledIn(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"":               "http://127.0.0.1:8080",
		"127.0.0.1:99":   "http://127.0.0.1:99",
		":99":            "http://127.0.0.1:99",
		"0.0.0.0:99":     "http://127.0.0.1:99",
		"[::]:99":        "http://127.0.0.1:99",
		"[::1]:99":       "http://[::1]:99",
		"mfa.example:99": "http://mfa.example:99",
	} {
		c := app.Config{Listen: listen}
		if err := c.Finish(); err != nil || c.PublicURL != want || c.Data != "data" {
			t.Errorf("%q: %q with data in %q, %v, want %q", listen, c.PublicURL, c.Data, err, want)
		}
	}
	c := app.Config{PublicURL: "https://mfa.example.com/second//"}
	if err := c.Finish(); err != nil || c.PublicURL != "https://mfa.example.com/second" {
		t.Errorf("a path: %q, %v", c.PublicURL, err)
	}
	c = app.Config{Database: "postgres://localhost/x"}
	if err := c.Finish(); err != nil || !filepath.IsAbs(c.Data) {
		t.Errorf("beside a PostgreSQL the key is in %q, %v, which depends on where the server is started", c.Data, err)
	}
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]app.Config{
		"--public-url without a scheme":            {PublicURL: "mfa.example.com"},
		"--public-url of another scheme":           {PublicURL: "ftp://mfa.example.com"},
		"--public-url without a host":              {PublicURL: "https:///x"},
		"--public-url with a query":                {PublicURL: "https://mfa.example.com?x=y"},
		"--public-url with a fragment":             {PublicURL: "https://mfa.example.com#x"},
		"--database of another engine":             {Database: "mysql://localhost/x"},
		"--database that is a file":                {Database: "twinseal.db"},
		"authenticator_servers with a path":        {AuthenticatorServers: []string{"https://a.example", "https://mfa.example.com/"}},
		"authenticator_servers without https":      {AuthenticatorServers: []string{"http://mfa.example.com"}},
		"authenticator_servers that are a policy":  {AuthenticatorServers: []string{"https://mfa.example.com; script-src *"}},
		"authenticator_servers that are a pattern": {AuthenticatorServers: []string{"https://*.example.com"}},
		"--listen without a port":                  {Listen: "127.0.0.1"},
		"--listen on an IPv6 unbracketed":          {Listen: "::1:80"},
	} {
		option, _, _ := strings.Cut(what, " ")
		if err := c.Finish(); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("%s: %v", what, err)
		}
	}
	secret := app.Config{Database: "postgress://user:hunter2@localhost/x"}
	if err := secret.Finish(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password of a wrong address: %v", err)
	}
}
