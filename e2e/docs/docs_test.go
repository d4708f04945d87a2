// Package docs does what the pages say. Every block of shell commands in the README and in the guides is run
// against the built program, in the order of the page, and what the page shows of its output must come out.
//
// The words after a block's language tell how, and show nowhere on the rendered page:
//
//	```sh                          run in the page's one shell, so that variables stay
//	```sh until=127.0.0.1:8080     a program that goes on: run beside the page until somebody listens there
//	```sh eventually               run again until the output that follows comes out
//	```sh elsewhere                not run here: it changes the machine, or needs a person
//	```yaml file=bank.yaml         a file of that name
//	```text output                 what the block before prints; … stands for anything, alone for any lines
//
// Addresses of the pages are replaced by free ones of this machine.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// pages are those whose every command is run, with the environment of the vendor's packages for Python that
// each one needs: they do not go together in one.
var pages = map[string]string{
	"README.md": "venv", "docs/guide.md": "venv", "docs/guide-launchkey.md": "venv-launchkey", "docs/guide-loginid.md": "venv-loginid",
	"docs/guide-authsignal.md": "venv-authsignal",
}

func TestEveryCommandOfThePagesDoesWhatThePageSays(t *testing.T) {
	t.Parallel()
	for name, python := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, python)
			for _, b := range read(t, name) {
				s.play(b)
			}
		})
	}
}

// elsewhere are the commands that only a person's machine can show. The list keeps the word from becoming a habit.
var elsewhere = []string{"make demo", "make test", "twinseal device link --server http://127.0.0.1:8080 --phone"}

func TestOnlyKnownCommandsAreLeftToTheReader(t *testing.T) {
	t.Parallel()
	for name := range pages {
		for _, b := range read(t, name) {
			if !b.says("elsewhere") {
				continue
			}
			for line := range strings.Lines(b.text) {
				if !known(line) {
					t.Errorf("%s:%d: %q is run by no test", name, b.line, strings.TrimSpace(line))
				}
			}
		}
	}
}

func known(line string) bool {
	for _, command := range elsewhere {
		if strings.HasPrefix(line, command) {
			return true
		}
	}
	return false
}

var (
	flagInHelp = regexp.MustCompile(`(?m)^ +(?:-., )?--([a-z-]+)`)
	flagOnPage = regexp.MustCompile("(?m)^\\| `[a-z_]+` \\| `[A-Z_]+` \\| `--([a-z-]+)` \\|")
)

func TestTheOperatorsPageNamesEveryFlagOfTheServer(t *testing.T) {
	t.Parallel()
	help, err := harness.Run(t, "", "serve", "--help")
	if err != nil {
		t.Fatal(err)
	}
	names := func(re *regexp.Regexp, text string) []string {
		var found []string
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return found
	}
	onPage := names(flagOnPage, text(t, "docs/operations.md"))
	known := slices.DeleteFunc(names(flagInHelp, help), func(name string) bool { return name == "help" || name == "config" })
	if !slices.Equal(onPage, known) {
		t.Errorf("the page has the flags %v, the program %v", onPage, known)
	}
}

// text is a page as it stands in the tree.
func text(t *testing.T, name string) string {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// read takes a page apart.
func read(t *testing.T, name string) []block {
	t.Helper()
	blocks, err := parse(name, text(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}
