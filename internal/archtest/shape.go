package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

// Sizes in lines. A file is a thought, and a package one that still fits in a head.
const (
	fileLines        = 500  // beyond it a file holds two thoughts
	packageQuestions = 5000 // product code only; from here on, say what leaves first
	packageLines     = 8000
)

// filesShort holds every file to fileLines, tests too.
func filesShort(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		for _, f := range p.files {
			if f.lines > fileLines {
				complaints = append(complaints, fmt.Sprintf("%s: %d lines, %d at most: split it by thought", f.path, f.lines, fileLines))
			}
		}
	}
	return complaints
}

// product counts the lines of a package that reach the program.
func (p *pkg) product() int {
	lines := 0
	for _, f := range p.files {
		if !f.test {
			lines += f.lines
		}
	}
	return lines
}

// packagesLarge lists packages of more than limit lines.
func packagesLarge(limit int) rule {
	return func(t *tree) []string {
		var complaints []string
		for _, p := range t.packages {
			if n := p.product(); n > limit {
				complaints = append(complaints, fmt.Sprintf("%s: %d lines, more than %d", p.dir, n, limit))
			}
		}
		return complaints
	}
}

// packagesExplained wants a package comment in every package. One that is all tests explains itself in a test file.
func packagesExplained(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		if !p.explained() {
			complaints = append(complaints, p.dir+": no package comment: say what a caller may rely on")
		}
	}
	return complaints
}

func (p *pkg) explained() bool {
	onlyTests := p.product() == 0
	return slices.ContainsFunc(p.files, func(f *file) bool {
		return f.ast.Doc != nil && (onlyTests || !f.test) && len(strings.Fields(f.ast.Doc.Text())) > 3
	})
}

// emptyNames are package names that say nothing, so that everything fits into them.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "core", "types", "misc", "shared", "base"}

// packagesNamed refuses names that say nothing, as a directory or as a package.
func packagesNamed(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		names := []string{path.Base(p.dir)}
		for _, f := range p.files {
			names = append(names, strings.TrimSuffix(f.ast.Name.Name, "_test"))
		}
		if slices.ContainsFunc(names, func(n string) bool { return slices.Contains(emptyNames, n) }) {
			complaints = append(complaints, p.dir+": the name says nothing: call it by what it is for")
		}
	}
	return complaints
}

// public are the packages strangers import, where every exported name is explained.
var public = []string{"api/...", "client/...", "policy/...", "receipt/..."}

// exportsExplained wants a comment on every exported name of the public packages. A group may share one.
func exportsExplained(t *tree) []string {
	var complaints []string
	for _, p := range t.packages {
		if !withinAny(public, p.dir) || forTests(p.dir) {
			continue
		}
		for _, f := range p.files {
			if !f.test {
				complaints = append(complaints, f.unexplained()...)
			}
		}
	}
	return complaints
}

func (f *file) unexplained() []string {
	var complaints []string
	complain := func(id *ast.Ident) {
		complaints = append(complaints, fmt.Sprintf("%s: %s is exported without a comment", f.at(id), id.Name))
	}
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
				complain(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				for _, id := range undocumented(d, spec) {
					complain(id)
				}
			}
		}
	}
	return complaints
}

// undocumented lists the exported names a spec declares, when neither it nor its group has a comment.
func undocumented(d *ast.GenDecl, spec ast.Spec) []*ast.Ident {
	var ids []*ast.Ident
	var documented bool
	switch s := spec.(type) {
	case *ast.TypeSpec:
		ids, documented = []*ast.Ident{s.Name}, s.Doc != nil || s.Comment != nil
	case *ast.ValueSpec:
		ids, documented = s.Names, s.Doc != nil || s.Comment != nil
	}
	if documented || d.Doc != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id *ast.Ident) bool { return !id.IsExported() })
}

// exportedReceiver says whether a function can be reached from outside: a method of a hidden type cannot.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return true
		}
	}
}
