package loginid

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// The applications of the world, which share their people. Client ids are of the length that clients know.
var (
	webClient     = "web-" + strings.Repeat("w", 82)     // a shop's pages, without a key
	privateClient = "private-" + strings.Repeat("p", 78) // pages whose calls a backend signs
	backendClient = "backend-" + strings.Repeat("b", 78) // the backend alone
)

const (
	managementKey = "mgmt-0123456789abcdef"
	authyKey      = "0123456789abcdef0123456789abcdef"
)

// world is a server with a shop on it, and the shop's website.
type world struct {
	*harness.Server

	site *website
	key  string // private, of the applications that have one
	sdks map[string]*driver
	wait map[string]*driver // the same packages in programs of their own, which may be kept waiting
}

const applyFile = `
organizations:
- name: Acme
  directories:
  - name: customers
    applications:
    - {name: Shop, loginid: {client_id: %[1]s, url: %[4]q, api_keys: [%[5]s]}}
    - {name: Private, loginid: {client_id: %[2]s, url: %[4]q, public_keys: [%[6]q]}}
    - {name: Backend, loginid: {client_id: %[3]s, type: management, url: %[4]q, public_keys: [%[6]q]}}
    - {name: Bank, passkeys: {url: %[4]q}, authy: {api_key: %[7]s}}
    users:
    - {authy_id: 1337, username: jo, email: jo@example.com, phone: +14155552671}
`

// newWorld starts a server, the website and the packages for servers.
func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := newSite(t, engine)
	w.sdks, w.wait = map[string]*driver{}, map[string]*driver{}
	for name, p := range packages() {
		w.sdks[name] = p.start(t, w.URL)
		if p.waits {
			w.wait[name] = p.start(t, w.URL)
		}
	}
	return w
}

// newSite starts a server and the website.
func newSite(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	private, public := portKey(t)
	w := &world{site: openSite(t), key: string(private)}
	w.Server = harness.Start(t, harness.Options{
		Engine: engine, Secrets: []string{authyKey, managementKey, strings.Split(w.key, "\n")[1]},
		Apply: fmt.Sprintf(applyFile, webClient, privateClient, backendClient, w.site.url, managementKey, string(public), authyKey),
	})
	return w
}

// published is a version of a vendor's package for servers.
type published struct {
	node   string // the name under which it is installed, "" for Python
	python string // where an older version is, relative to the environment
	at     string // the mount under which it calls
	words  words
	waits  bool
}

// packages are the versions, each under a mount that programs use.
func packages() map[string]published {
	return map[string]published{
		"node 0.8":     {node: "@loginid/node-sdk", words: node()},
		"node 0.7":     {node: "node-sdk-0.7", at: "/api/native", words: node(), waits: true},
		"python 0.1.5": {words: newPython(), waits: true},
		"python 0.0.4": {python: "older/0.0.4", at: "/", words: oldPython(), waits: true}, // it doubles the slash
	}
}

func (p published) start(t *testing.T, base string) *driver {
	t.Helper()
	d := &driver{words: p.words}
	if p.node != "" {
		env := []string{"NODE_PATH=" + filepath.Join(harness.Cache(t), "node-loginid", "node_modules"), "NODE_NO_WARNINGS=1"}
		d.caller = harness.StartCaller(t, env, "node", "node/calls.js", p.node, base+p.at)
		return d
	}
	var env []string
	if p.python != "" {
		env = []string{"PYTHONPATH=" + filepath.Join(harness.Cache(t), "venv-loginid", p.python)}
	}
	d.caller = harness.StartCaller(t, env, harness.Python(t, "venv-loginid"), "python/calls.py", base+p.at)
	return d
}

// each tells a story once with every package.
func (w *world) each(t *testing.T, story func(t *testing.T, s *scene)) {
	t.Helper()
	for name, d := range w.sdks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, &scene{world: w, t: t, sdk: d.as(privateClient, w.key), backend: d.as(backendClient, w.key), waiter: w.wait[name], user: fresh()})
		})
	}
}

// scene is a story's own person, and a package as two applications.
type scene struct {
	*world

	t       *testing.T
	sdk     *sdk // as the pages' own backend
	backend *sdk // as the management application
	waiter  *driver
	user    string
}

// fresh is a name that nobody has yet. It needs more than ASCII, and characters that Base64 writes in two ways.
func fresh() string { return "jörg?b~c 名前 " + rand.Text() }

// modules are the packages for browsers, as they are installed.
func modules(t *testing.T) string {
	t.Helper()
	at := filepath.Join(harness.Cache(t), "node-loginid", "node_modules")
	if _, err := os.Stat(at); err != nil {
		t.Fatalf("%v: run scripts/setup test", err)
	}
	return at
}
