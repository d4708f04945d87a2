package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// pair are two modules that only work at versions made for each other: the second is a translated C library
// whose layout the first was generated against.
var pair = map[string]string{
	"modernc.org/sqlite": "v1.60.1",
	"modernc.org/libc":   "v1.77.1",
}

var requirement = regexp.MustCompile(`(?m)^(?:require)?\s*(\S+)\s+(v\S+)`)

// sqlitePair holds go.mod to the pair: moving one of them, even by way of another module, is a decision.
func sqlitePair(t *tree) []string {
	found := map[string]string{}
	for _, m := range requirement.FindAllStringSubmatch(t.texts["go.mod"], -1) {
		found[m[1]] = m[2]
	}
	var complaints []string
	for _, name := range []string{"modernc.org/sqlite", "modernc.org/libc"} {
		if found[name] != pair[name] {
			complaints = append(complaints, fmt.Sprintf("go.mod: %s is %q, must be %s", name, found[name], pair[name]))
		}
	}
	return complaints
}

// The words are put together here from pieces, so that this file passes its own rule.
var unwanted = []struct {
	words  *regexp.Regexp
	reason string
}{
	{
		regexp.MustCompile(`(?i)\b(proxy\.golang|sum\.golang|registry\.npmjs|registry\.yarnpkg|files\.pythonhosted)` + `\.org\b|\bpypi` + `\.org\b`),
		"names the host of a package registry: which one is the reader's choice",
	},
	{
		regexp.MustCompile(`(^|[\s"'` + "`" + `(=:<])/(work|root|Users|home/[a-z]+)` + `/`),
		"names a path of somebody's machine",
	},
}

// wordsClean looks for unwanted words in every text, lock files included.
func wordsClean(t *tree) []string {
	var complaints []string
	for _, name := range t.names() {
		for i, line := range strings.Split(t.texts[name], "\n") {
			for _, u := range unwanted {
				if u.words.MatchString(line) {
					complaints = append(complaints, fmt.Sprintf("%s:%d: %s", name, i+1, u.reason))
				}
			}
		}
	}
	return complaints
}

// names lists all texts in order.
func (t *tree) names() []string {
	var names []string
	for name := range t.texts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// promise is a note to come back later; with a link somebody can follow, it is one.
var promise = regexp.MustCompile(`\b(TODO|FIXME)` + `\b`)

// promisesLinked wants a link beside every such note in a Go comment.
func promisesLinked(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		for _, f := range p.files {
			for _, group := range f.ast.Comments {
				for _, c := range group.List {
					if promise.MatchString(c.Text) && !strings.Contains(c.Text, "https://") {
						complaints = append(complaints, f.at(c)+": a note for later without a link: do it, or link to where it is tracked")
					}
				}
			}
		}
	}
	return complaints
}
