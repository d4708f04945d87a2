package archtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

// invented builds a tree from path → text pairs.
func invented(t *testing.T, files map[string]string) *tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tr, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// imports is a Go file of the given package that imports paths.
func imports(pkg string, paths ...string) string {
	var b strings.Builder
	b.WriteString("// Package " + pkg + " is made up for a test.\npackage " + pkg + "\n")
	for _, p := range paths {
		b.WriteString("import _ \"" + strings.Replace(p, "ours/", module+"/", 1) + "\"\n")
	}
	return b.String()
}

// dotOrg completes the name of a host that may not be spelled out in this tree.
const dotOrg = ".org"

func TestRules(t *testing.T) {
	t.Parallel()
	long := "// Package bus is long.\npackage bus\n" + strings.Repeat("\n", fileLines)
	cases := []struct {
		name  string
		rule  rule
		files map[string]string
		want  string // a part of the one complaint; empty for none
	}{
		{"allowed import", importsAllowed, map[string]string{"internal/worker/a.go": imports("worker", "ours/internal/mfa")}, ""},
		{"import against the direction", importsAllowed, map[string]string{"internal/mfa/a.go": imports("mfa", "ours/internal/store")}, "internal/mfa/a.go: imports internal/store"},
		{"one dialect in another", importsAllowed, map[string]string{"internal/dialect/loginid/a.go": imports("loginid", "ours/internal/dialect/authy")}, "another dialect"},
		{"native alone sees api", importsAllowed, map[string]string{"internal/dialect/native/a.go": imports("native", "ours/api")}, ""},
		{"other dialects do not", importsAllowed, map[string]string{"internal/dialect/loginid/a.go": imports("loginid", "ours/api")}, "imports api"},
		{"the demo bank uses the SDK", importsAllowed, map[string]string{"internal/web/demo/a.go": imports("demo", "ours/client/authy")}, ""},
		{"other pages do not", importsAllowed, map[string]string{"internal/web/console/a.go": imports("console", "ours/client/authy")}, "no privileged path"},
		{"package without a row", importsAllowed, map[string]string{"internal/new/a.go": imports("new")}, "add one and a reason"},
		{"tests build what they need", importsAllowed, map[string]string{"internal/mfa/a_test.go": imports("mfa", "ours/internal/store")}, ""},
		{"but not the wiring", importsAllowed, map[string]string{"internal/mfa/a_test.go": imports("mfa", "ours/internal/app")}, "imports internal/app"},
		{"test packages stay out of the program", importsAllowed, map[string]string{"internal/app/a.go": imports("app", "ours/internal/mfa/mfatest")}, "imports internal/mfa/mfatest"},
		{"own package from an external test", importsAllowed, map[string]string{"api/a_test.go": imports("api_test", "ours/api")}, ""},
		{"a nested module is its own", importsAllowed, map[string]string{"tools/go.mod": "module x\n", "tools/a.go": imports("main")}, ""},

		{"HTTP in the middle", importsBanned, map[string]string{"internal/mfa/a.go": imports("mfa", "net/http")}, "no I/O in the middle"},
		{"SQL in a dialect", importsBanned, map[string]string{"internal/dialect/authy/a.go": imports("authy", "github.com/jackc/pgx/v5")}, "behind the store"},
		{"weak randomness", importsBanned, map[string]string{"internal/seal/a.go": imports("seal", "math/rand/v2")}, "crypto/rand"},
		{"weak randomness in tests", importsBanned, map[string]string{"internal/seal/a_test.go": imports("seal", "math/rand/v2")}, ""},

		{"clock read in the middle", clockPassedIn, map[string]string{"internal/mfa/a.go": "package mfa\nimport \"time\"\nvar at = time.Now()\n"}, "a.go:3: time.Now"},
		{"clock read elsewhere", clockPassedIn, map[string]string{"internal/app/a.go": "package app\nimport \"time\"\nvar at = time.Now()\n"}, ""},

		{"long file", filesShort, map[string]string{"internal/bus/a_test.go": long}, "split it"},
		{"large package", packagesLarge(400), map[string]string{"internal/bus/a.go": long}, "502 lines, more than 400"},
		{"tests do not make a package large", packagesLarge(400), map[string]string{"internal/bus/a_test.go": long}, ""},
		{"no package comment", packagesExplained, map[string]string{"api/a.go": "package api\n"}, "no package comment"},
		{"comment in one file is enough", packagesExplained, map[string]string{"api/a.go": imports("api"), "api/b.go": "package api\n"}, ""},
		{"a package of tests explains itself there", packagesExplained, map[string]string{"e2e/a_test.go": imports("e2e")}, ""},
		{"empty name", packagesNamed, map[string]string{"internal/helpers/a.go": imports("helpers")}, "says nothing"},
		{"empty name behind a good directory", packagesNamed, map[string]string{"internal/bus/a.go": imports("util")}, "says nothing"},

		{"silent function", exportsExplained, map[string]string{"api/a.go": "package api\nfunc Do() {}\n"}, "a.go:2: Do is exported"},
		{"silent method", exportsExplained, map[string]string{"client/authy/a.go": "package authy\n// T is.\ntype T[K any] int\nfunc (t *T[K]) Do() {}\n"}, "Do is exported"},
		{"method of a hidden type", exportsExplained, map[string]string{"api/a.go": "package api\ntype t int\nfunc (t) Do() {}\n"}, ""},
		{"silent constant", exportsExplained, map[string]string{"receipt/a.go": "package receipt\nconst Max = 1\n"}, "Max is exported"},
		{"group with one comment", exportsExplained, map[string]string{"receipt/a.go": "package receipt\n// Decisions.\nconst (\n\tYes = 1\n\tNo = 2\n)\n"}, ""},
		{"silent inside", exportsExplained, map[string]string{"internal/bus/a.go": "package bus\nfunc Do() {}\n"}, ""},

		{"matching pair", sqlitePair, map[string]string{"go.mod": "require (\n\tmodernc.org/sqlite v1.60.1\n\tmodernc.org/libc v1.77.1 // indirect\n)\n"}, ""},
		{"moved libc", sqlitePair, map[string]string{"go.mod": "require modernc.org/sqlite v1.60.1\nrequire modernc.org/libc v1.78.0\n"}, `libc is "v1.78.0"`},

		{"registry host", wordsClean, map[string]string{"a.json": "x\n\"https://registry.npmjs" + dotOrg + "/y\"\n"}, "a.json:2: names the host"},
		{"machine path", wordsClean, map[string]string{"README.md": "see /" + "work/x\n"}, "somebody's machine"},
		{"route that ends like one", wordsClean, map[string]string{"README.md": "see /demo/" + "work/x\n"}, ""},
		{"promise without link", promisesLinked, map[string]string{"api/a.go": "package api\n// TO" + "DO later\n"}, "without a link"},
		{"promise with link", promisesLinked, map[string]string{"api/a.go": "package api\n// TO" + "DO https://example.com/1\n"}, ""},

		{"link to nowhere", linksPoint, map[string]string{"docs/a.md": "[x](../b.md#y)\n"}, "links to ../b.md#y"},
		{"reference to nowhere", linksPoint, map[string]string{"a.md": "[x]: docs/b.md\n"}, "links to docs/b.md"},
		{"links that hold", linksPoint, map[string]string{"a.md": "[x](docs/) [y](docs/b.md) [z](#here) [w](https://example.com) `[v](code)`\n```\n[u](code)\n```\n", "docs/b.md": ""}, ""},
		{"claim without its test", claimsNameTests, map[string]string{"docs/a.md": "| `internal/bus.TestGone` |\n"}, "names the test TestGone of internal/bus"},
		{"claim with its test", claimsNameTests, map[string]string{"docs/a.md": "`internal/bus.TestHere`\n", "internal/bus/a_test.go": "package bus\nfunc TestHere() {}\n"}, ""},
		{"picture", linksPoint, map[string]string{"a.md": "![x](p.png)\n", "p.png": "\x89PNG\x00"}, ""},
	}
	for _, c := range cases {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			got := strings.Join(c.rule(invented(t, c.files)), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("complaints %q, want %q", got, c.want)
			}
		})
	}
}

func TestLoadRefusesWhatDoesNotParse(t *testing.T) {
	t.Parallel()
	_, err := load(fstest.MapFS{"api/a.go": &fstest.MapFile{Data: []byte("package")}})
	if err == nil {
		t.Error("a file that does not parse went unnoticed")
	}
}
