package archtest

import (
	"fmt"
	"strings"
)

// row is one line of the allow-list: the package (or pattern), what of ours it may import, and why.
type row struct {
	pkg    string
	may    []string
	reason string
}

// layers is the allow-list; the first row that covers a package counts. Everything points inwards: the domain
// in the middle knows no wire, no SQL and no screen. A package without a row fails: add one and its reason.
var layers = []row{
	{"api", nil, "wire types are read by strangers' programs: they drag nothing along"},
	{"policy", nil, "devices and servers judge by the same code, and strangers' devices may use it alone"},
	{"receipt", []string{"policy"}, "offline verification must be possible without the server's code; what was demanded is part of what was signed"},
	{"client", []string{"api", "receipt", "policy", "client/launchkey/answerpackage"}, "the SDK speaks the public API, checks receipts and seals what is for others' eyes, nothing else"},
	{"client/authy/signature", nil, "one implementation of the callback signature, for those who make and those who check it"},
	{"client/launchkey/envelope", nil, "one implementation of what is around LaunchKey's requests and answers, for those who make and those who read them"},
	{"client/launchkey/answerpackage", []string{"policy", "client/launchkey/envelope"}, "one implementation of the sealed answers, for devices that make and those that open them"},
	{"client/launchkey/launchkeytest", []string{"client/launchkey/answerpackage", "policy"}, "plays the server for tests of the port and of programs built on it"},
	{"client/loginid/loginidtest", nil, "plays the server for tests of the port and of programs built on it, as a second opinion"},
	{"client/authsignal/authsignaltest", nil, "plays the server for tests of the port and of programs built on it, as a second opinion"},
	{"client/internal/line", nil, "words a server's text for logs in the same way for all ports, and knows none"},
	{"client/internal/carry", nil, "does with requests and answers of HTTP what all ports do alike, and knows none"},
	{"client/internal/poll", nil, "waits in the same way for all ports, and knows none"},
	{
		"client/*",
		[]string{"api", "receipt", "policy", "client/internal/carry", "client/internal/line", "client/internal/poll", "client/*/signature", "client/launchkey/answerpackage", "client/launchkey/envelope"},
		"a port of a vendor's SDK stands on the public parts alone",
	},

	{"internal/rule", nil, "pure: conditions in, verdict out"},
	{"internal/bucket", nil, "pure: arithmetic of limits"},
	{"internal/text", nil, "pure: wording by locale and channel"},
	{"internal/text/screens", []string{"internal/text"}, "pure: wording of pages, in the same locales"},
	{"internal/agent", nil, "pure: what a user agent says"},
	{"internal/maker", nil, "pure: what the models of authenticators are called"},
	{"internal/travel", nil, "pure: two positions and the time between"},
	{"internal/publicnet", nil, "pure: which addresses strangers may have us call"},
	{"internal/picture", nil, "pure: pictures in, harmless ones out"},
	{"internal/logo", []string{"internal/picture", "internal/publicnet"}, "fetches what applications name, knows no noun"},
	{"internal/place/placetest", nil, "databases for tests"},
	{"internal/place", []string{"internal/mfa"}, "facts of an address from the operator's files, behind the domain's port"},
	{"internal/seal", nil, "encryption at rest knows places and bytes, no nouns"},
	{"internal/bus", nil, "wake-ups carry an id and know nothing of what changed"},
	{"internal/mfa", []string{"internal/rule", "internal/bucket", "internal/text", "policy", "receipt"}, "the middle knows no wire, no SQL, no screen"},
	{"internal/mfa/passkeys", []string{"internal/mfa", "internal/agent", "policy", "receipt"}, "rules of one factor, apart because of their number; they judge and sign as devices' answers do, and name passkeys after browsers"},
	{"internal/mfa/accounts", []string{"internal/mfa"}, "rules of accounts that people sign in to, apart because of their number"},
	{"internal/mfa/handoffs", []string{"internal/mfa"}, "rules of codes that hand something to another device, likewise"},
	{"internal/mfa/facts", []string{"internal/mfa"}, "what rules may know, for those who gather and those who judge it"},
	{"internal/mfa/people", []string{"internal/mfa"}, "rules of users as applications speak of them when they track actions, apart because of their number"},
	{"internal/mfa/actions", []string{"internal/mfa", "internal/mfa/facts", "internal/mfa/people", "internal/mfa/rulebook", "internal/agent", "internal/travel"}, "rules of what users are about to do: it gathers facts of people, browsers and journeys, and has the book decide"},
	{
		"internal/mfa/stepup",
		[]string{"internal/mfa", "internal/mfa/actions", "internal/mfa/people", "internal/mfa/passkeys", "internal/text", "policy"},
		"every kind of proof moves an action in the write that burns it, and words what is sent for it",
	},
	{"internal/mfa/grants", []string{"internal/mfa"}, "rules of sessions that proved actions open, likewise"},
	{"internal/mfa/phonelinks", []string{"internal/mfa", "internal/text"}, "rules of linking a device by a number, likewise"},
	{"internal/mfa/sessions", []string{"internal/mfa"}, "rules of who is logged in where, likewise"},
	{"internal/mfa/configuration", []string{"internal/mfa"}, "rules of what an organization makes for itself, apart because of their number"},
	{"internal/mfa/joins", []string{"internal/mfa", "policy", "receipt"}, "rules of devices that let others in, likewise; draws numbers as questions do"},
	{"internal/mfa/devices", []string{"internal/mfa"}, "rules of a person's devices and of recovery, likewise"},
	{"internal/mfa/seeds", []string{"internal/mfa"}, "rules of seeds shown to other authenticator apps, likewise"},
	{"internal/mfa/statistics", []string{"internal/mfa"}, "counts of what applications did, likewise"},
	{"internal/mfa/webhooks", []string{"internal/mfa"}, "rules of subscriptions to events, likewise"},
	{"internal/mfa/verifications", []string{"internal/mfa", "internal/text"}, "rules of codes for numbers that are nobody's yet, apart because of their number"},
	{"internal/mfa/provision", []string{"internal/mfa", "internal/mfa/configuration"}, "what an operator writes down, made true in one go"},
	{"internal/mfa/rulebook", []string{"internal/mfa", "internal/mfa/facts", "internal/rule"}, "what operators write about actions, read by the language of rules"},
	{"internal/mfa/shape", []string{"internal/mfa"}, "pure: what may stand in JSON that pages and consoles read back"},
	{"internal/mfa/relying", []string{"internal/mfa"}, "pure: what may be said of a relying party"},
	{"internal/mfa/mfatest", []string{"internal/...", "policy", "receipt", "api", "client/..."}, "a world for tests builds whatever its actors need"},

	{"internal/factor/factortest", []string{"internal/mfa", "internal/mfa/mfatest", "receipt"}, "the suite every factor passes"},
	{"internal/factor/passkey/passkeytest", nil, "an authenticator of its own, that shares no code with what checks it"},
	{"internal/factor/*", []string{"internal/mfa", "policy", "receipt"}, "one kind of proof each, without I/O"},
	{"internal/delivery/deliverytest", []string{"internal/mfa", "internal/mfa/mfatest", "receipt"}, "the suite every provider passes"},
	{"internal/delivery", []string{"internal/mfa", "receipt"}, "what the providers share"},
	{"internal/delivery/webpush", []string{"internal/mfa", "internal/delivery", "internal/publicnet"}, "calls where devices say, and so guards itself"},
	{"internal/delivery/*", []string{"internal/mfa", "internal/delivery", "receipt"}, "one provider each"},

	{"internal/store/engine", nil, "what two SQL engines promise, before any noun"},
	{"internal/store/storetest", []string{"internal/...", "policy", "receipt"}, "the contract of storage, on every engine"},
	{"internal/store", []string{"internal/mfa", "internal/bucket", "internal/seal", "internal/store/engine", "policy"}, "records in SQL: the nouns they hold, the seals on their secrets, and the arithmetic of packed counts"},
	{"internal/auditlog", []string{"internal/mfa"}, "a log over the domain's events"},
	{"internal/worker", []string{"internal/mfa", "internal/auditlog"}, "drives due rows through the domain's ports"},
	{"internal/apply", []string{"internal/mfa", "internal/mfa/provision", "internal/mfa/relying", "internal/picture"}, "reads apply files and calls the domain, as a dialect would"},

	{"internal/keyring", []string{"internal/mfa"}, "the server's own key pairs, in the domain's secrets"},
	{"internal/endpoint", []string{"internal/mfa"}, "turns (response, error) into HTTP; needs the domain's error codes"},
	{"internal/dialect/dialecttest", []string{"internal/...", "policy", "receipt", "api", "client/..."}, "a server for the tests of any dialect"},
	{
		"internal/dialect/native",
		[]string{"internal/mfa", "internal/mfa/devices", "internal/mfa/joins", "internal/mfa/passkeys", "internal/mfa/phonelinks", "internal/mfa/sessions", "internal/endpoint", "api", "policy", "receipt"},
		"our own API is a dialect with public wire types, and devices sign their requests as receipt says",
	},
	{
		"internal/dialect/authy",
		[]string{"internal/mfa", "internal/mfa/seeds", "internal/mfa/statistics", "internal/mfa/verifications", "internal/mfa/webhooks", "internal/endpoint", "client/authy/signature"},
		"never a store, a factor or another dialect; signs callbacks with the code that verifies them",
	},
	{
		"internal/dialect/launchkey",
		[]string{"internal/mfa", "internal/mfa/configuration", "internal/mfa/devices", "internal/mfa/provision", "internal/mfa/seeds", "internal/mfa/sessions", "internal/keyring", "internal/endpoint", "policy", "receipt", "client/launchkey/envelope", "client/launchkey/answerpackage"},
		"never a store, a factor or another dialect; signs and seals with the code that its clients use, asks devices in receipt's form, and judges its part of plans",
	},
	{
		"internal/dialect/loginid",
		[]string{"internal/mfa", "internal/mfa/passkeys", "internal/mfa/handoffs", "internal/mfa/accounts", "internal/mfa/provision", "internal/agent", "internal/maker", "internal/keyring", "internal/endpoint"},
		"never a store, a factor or another dialect; its nouns are those of the domain's services for passkeys, handed-over codes and accounts; it judges its part of plans",
	},
	{
		"internal/dialect/authsignal",
		[]string{
			"internal/mfa", "internal/mfa/actions", "internal/mfa/configuration", "internal/mfa/facts", "internal/mfa/people", "internal/mfa/stepup", "internal/mfa/rulebook", "internal/mfa/grants",
			"internal/mfa/passkeys", "internal/mfa/provision", "internal/mfa/relying", "internal/agent", "internal/maker", "internal/keyring",
			"internal/mfa/shape", "internal/endpoint", "internal/text", "internal/text/screens",
		},
		"never a store, a factor or another dialect; its nouns are those of the domain's services for actions and who proves them; it judges its part of plans",
	},
	{"internal/dialect/*", []string{"internal/mfa", "internal/endpoint", "policy"}, "never a store, a factor or another dialect"},
	{
		"internal/web/demo",
		[]string{"internal/mfa", "internal/endpoint", "internal/web/site", "client/authy", "client/authy/signature"},
		"a customer's application in miniature: it goes through the SDK like everybody else",
	},
	{"internal/web/site", []string{"internal/mfa", "internal/endpoint"}, "what pages share"},
	{"internal/web/protocol", nil, "the device protocol in the browser: files, whose tests hold them to policy and receipt"},
	{
		"internal/web/authenticator",
		[]string{"internal/mfa", "internal/endpoint", "internal/web/site", "api"},
		"serves files, and the cookie that the device protocol names",
	},
	{
		"internal/web/approve",
		[]string{"internal/endpoint", "internal/web/site", "internal/web/protocol"},
		"serves files, and signs by the modules of protocol",
	},
	{
		"internal/web/hosted",
		[]string{
			"internal/mfa", "internal/mfa/stepup", "internal/mfa/people", "internal/mfa/actions", "internal/mfa/passkeys",
			"internal/text", "internal/text/screens", "internal/endpoint", "internal/web/site",
		},
		"a screen in front of the rules by which people prove themselves, as a dialect is a wire in front of them",
	},
	{"internal/web/*", []string{"internal/mfa", "internal/endpoint", "internal/web/site"}, "pages have no privileged path"},

	{"internal/app", []string{"internal/...", "api", "client/...", "policy", "receipt"}, "the one place where the parts meet"},
	{"cmd/twinseal", []string{"internal/app", "api", "client/...", "policy", "receipt"}, "the program: flags in front of app and the SDK"},

	{"internal/archtest", nil, "judges all, uses none"},
	{"internal/pgtest", nil, "starts a PostgreSQL for whoever tests against one"},
	{"examples/...", []string{"client/...", "policy"}, "strangers' programs in miniature: nothing but the public parts"},
	{"e2e/...", []string{"api", "client/...", "policy", "receipt", "internal/pgtest", "internal/factor/passkey/passkeytest"}, "sees the program from outside, through public doors; its people have passkeys of their own"},
	{"bench/...", []string{"internal/...", "api", "client/...", "policy", "receipt"}, "measures any part against the ceiling"},
}

// testKit is what test files may import beside their package's row. Tests build a working system around what
// they test, and speak to it as strangers do; only the wiring itself stays out of reach, because what needs it is
// a story for e2e.
func testKit(dir string) bool {
	return forTests(dir) || !withinAny([]string{"internal/app/...", "cmd/..."}, dir)
}

// importsAllowed holds every import of ours to the table.
func importsAllowed(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		r, ok := rowOf(p.dir)
		if !ok {
			complaints = append(complaints, p.dir+": no row in the import table: add one and a reason (internal/archtest/imports.go)")
			continue
		}
		for _, f := range p.files {
			complaints = append(complaints, f.strayImports(p.dir, r)...)
		}
	}
	return complaints
}

// rowOf finds the row that covers a package.
func rowOf(dir string) (row, bool) {
	for _, r := range layers {
		if within(r.pkg, dir) {
			return r, true
		}
	}
	return row{}, false
}

// strayImports lists the imports of ours that neither the row nor, for test files, the test kit allows.
func (f *file) strayImports(dir string, r row) []string {
	var complaints []string
	for _, imported := range f.imports() {
		target, ours := strings.CutPrefix(imported, module+"/")
		if !ours || target == dir || withinAny(r.may, target) && (!forTests(target) || f.maySeeTests(dir)) {
			continue
		}
		if f.test && testKit(target) {
			continue
		}
		complaints = append(complaints, fmt.Sprintf("%s: imports %s, but of %s the table says: %s", f.path, target, r.pkg, r.reason))
	}
	return complaints
}

// maySeeTests: packages made for tests never enter the program.
func (f *file) maySeeTests(dir string) bool {
	return f.test || forTests(dir) || within("bench/...", dir) || within("e2e/...", dir)
}

// ban keeps something from outside the project out of some packages; except names files that may, and why.
type ban struct {
	pkgs    []string
	imports []string
	reason  string
	except  map[string]string
}

// bans are the directions the allow-list cannot express: what of the standard library and of others' modules
// stays out of where. They bind product code; tests and benchmarks are free.
var bans = []ban{
	{
		pkgs:    []string{"internal/mfa", "internal/mfa/*", "internal/rule", "internal/bucket", "internal/text", "internal/factor/*", "policy", "receipt"},
		imports: []string{"net", "net/http", "database/sql", "os", "os/exec"},
		reason:  "no I/O in the middle: it is handed what it needs",
		except:  map[string]string{"internal/mfa/delivery.go": "a dialect renders a callback as a request, which the worker sends"},
	},
	{
		pkgs:    []string{"internal/dialect/*", "internal/web/...", "internal/endpoint", "internal/worker", "api", "client/...", "cmd/..."},
		imports: []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx/..."},
		reason:  "SQL lives behind the store",
	},
	{
		pkgs:    []string{"..."},
		imports: []string{"math/rand", "math/rand/v2"},
		reason:  "everything random here guards something: use crypto/rand",
	},
}

// importsBanned holds product code to the bans.
func importsBanned(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		if forTests(p.dir) || within("bench/...", p.dir) || within("e2e/...", p.dir) {
			continue
		}
		for _, b := range bans {
			if withinAny(b.pkgs, p.dir) {
				complaints = append(complaints, b.broken(p)...)
			}
		}
	}
	return complaints
}

// broken lists the files of a package that import what is banned there.
func (b ban) broken(p *pkg) []string {
	var complaints []string
	for _, f := range p.files {
		for _, imported := range f.imports() {
			if !f.test && b.except[f.path] == "" && withinAny(b.imports, imported) {
				complaints = append(complaints, fmt.Sprintf("%s: imports %s: %s", f.path, imported, b.reason))
			}
		}
	}
	return complaints
}
