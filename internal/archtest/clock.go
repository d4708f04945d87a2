package archtest

import (
	"fmt"
	"go/ast"
)

// timeless are the packages that are told the time: what they decide can be replayed on any day.
var timeless = []string{
	"internal/mfa", "internal/rule", "internal/bucket", "internal/text",
	"internal/factor/*", "internal/store", "internal/auditlog", "internal/dialect/*",
}

// realTime are files that must not follow a clock somebody set, and why.
var realTime = map[string]string{
	"internal/mfa/cache.go": "a cache's age is real: a sandbox clock that is set must not keep stale callers",
}

// clockPassedIn keeps product code of those packages from reading the machine's clock or sleeping on it.
func clockPassedIn(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		if forTests(p.dir) || !withinAny(timeless, p.dir) {
			continue
		}
		for _, f := range p.files {
			if !f.test && realTime[f.path] == "" {
				complaints = append(complaints, f.clockReads()...)
			}
		}
	}
	return complaints
}

func (f *file) clockReads() []string {
	var complaints []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "time" {
			return true
		}
		switch sel.Sel.Name {
		case "Now", "Since", "Until", "Sleep":
			complaints = append(complaints, fmt.Sprintf("%s: time.%s: take the time from the clock you were given", f.at(sel), sel.Sel.Name))
		}
		return true
	})
	return complaints
}
