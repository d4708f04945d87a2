package archtest

import (
	"os"
	"strings"
	"testing"
)

// rules are what the tree is held to, each under the sentence it stands for.
var rules = []struct {
	name string
	rule rule
}{
	{"packages import only what the table allows", importsAllowed},
	{"some imports are banned from some packages", importsBanned},
	{"the time comes from the clock port", clockPassedIn},
	{"a file is a thought", filesShort},
	{"a package fits in a head", packagesLarge(packageLines)},
	{"every package explains itself", packagesExplained},
	{"package names say something", packagesNamed},
	{"every public name explains itself", exportsExplained},
	{"sqlite and libc move together", sqlitePair},
	{"texts name no registry and no machine", wordsClean},
	{"notes for later carry a link", promisesLinked},
	{"links of pages point at what exists", linksPoint},
	{"claims name tests that exist", claimsNameTests},
}

func TestTree(t *testing.T) {
	t.Parallel()
	project, err := load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		t.Run(strings.ReplaceAll(r.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			for _, complaint := range r.rule(project) {
				t.Error(complaint)
			}
		})
	}
	for _, question := range packagesLarge(packageQuestions)(project) {
		t.Log("question it: " + question)
	}
}

func TestTableGivesAReasonForEveryRowAndNoRowTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range layers {
		if r.reason == "" {
			t.Errorf("%s: no reason", r.pkg)
		}
		if seen[r.pkg] {
			t.Errorf("%s: stands twice", r.pkg)
		}
		seen[r.pkg] = true
		if first, _ := rowOf(r.pkg); first.pkg != r.pkg {
			t.Errorf("%s: hidden behind the row of %s", r.pkg, first.pkg)
		}
	}
	for _, b := range bans {
		if b.reason == "" {
			t.Errorf("ban of %v: no reason", b.imports)
		}
	}
}
