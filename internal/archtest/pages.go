package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"
)

var (
	fence      = regexp.MustCompile("(?ms)^\\s*```.*?^\\s*```")
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	inlineLink = regexp.MustCompile(`\]\(<?([^)>\s]+)>?[^)]*\)`)
	linkTarget = regexp.MustCompile(`(?m)^\[[^\]]+\]:\s*(\S+)`)
	scheme     = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

// linksPoint follows the relative links of every Markdown page: what they name exists.
func linksPoint(t *tree) []string {
	var complaints []string
	for _, name := range t.names() {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, target := range links(t.texts[name]) {
			if to, _, _ := strings.Cut(target, "#"); to != "" && !t.exists(path.Join(path.Dir(name), to)) {
				complaints = append(complaints, fmt.Sprintf("%s: links to %s, which does not exist", name, target))
			}
		}
	}
	return complaints
}

// links lists the targets within the tree; addresses of other places and code samples are left alone.
func links(markdown string) []string {
	prose := codeSpan.ReplaceAllString(fence.ReplaceAllString(markdown, ""), "")
	var targets []string
	for _, re := range []*regexp.Regexp{inlineLink, linkTarget} {
		for _, m := range re.FindAllStringSubmatch(prose, -1) {
			if !scheme.MatchString(m[1]) && !strings.HasPrefix(m[1], "//") {
				targets = append(targets, m[1])
			}
		}
	}
	return targets
}

// exists says whether a file or a directory of that name is in the tree.
func (t *tree) exists(name string) bool {
	if t.binaries[name] {
		return true
	}
	if _, ok := t.texts[name]; ok || name == "." {
		return true
	}
	for text := range t.texts {
		if strings.HasPrefix(text, name+"/") {
			return true
		}
	}
	return false
}

// namedTest is how pages point at the test that proves a claim: package directory, dot, name, in code quotes.
var namedTest = regexp.MustCompile("`([a-z0-9_/]+)\\.((?:Test|Fuzz|Example|Benchmark)[A-Za-z0-9_]+)`")

// claimsNameTests follows such pointers: a claim whose test was renamed or removed is no longer proved.
func claimsNameTests(t *tree) []string {
	tests := map[string]bool{}
	for _, p := range t.packages {
		for _, f := range p.files {
			for _, decl := range f.ast.Decls {
				if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil {
					tests[p.dir+"."+d.Name.Name] = true
				}
			}
		}
	}
	var complaints []string
	for _, name := range t.names() {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range namedTest.FindAllStringSubmatch(t.texts[name], -1) {
			if !tests[m[1]+"."+m[2]] {
				complaints = append(complaints, fmt.Sprintf("%s: names the test %s of %s, which does not exist", name, m[2], m[1]))
			}
		}
	}
	return complaints
}
