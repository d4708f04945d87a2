// Package archtest holds the project to its shape: who may import whom, how large files and packages may grow,
// which words stay out of the tree, and that documentation points at what exists.
//
// Every rule is a function from the parsed tree to a list of complaints, so that a rule is itself tested on small
// invented trees. The rules read source files and never start another program: Go caches a test's result by the
// files the test opened, and a test that asked a tool for the list of imports would be answered from that cache
// after somebody broke the rule.
package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// module is the path under which the tree's packages import each other.
const module = "github.com/twinseal/twinseal"

// rule looks at a tree and says, one line each and beginning with the place, what is wrong with it.
type rule func(*tree) []string

// tree is the project as the rules see it: the packages of its one Go module, the text of every file, and the
// names of those that are not text.
type tree struct {
	packages []*pkg
	texts    map[string]string
	binaries map[string]bool
}

// pkg is a directory with Go files, named by its path from the top.
type pkg struct {
	dir   string
	files []*file
}

// file is one Go file; test says that only `go test` compiles it.
type file struct {
	path  string
	lines int
	test  bool
	fset  *token.FileSet
	ast   *ast.File
}

// skipped are directories that hold nothing people wrote for this project: tools, builds, what a package manager
// brought. The top-level ones are also in .gitignore.
func skipped(dir string) bool {
	switch dir {
	case ".git", ".cache", "bin", "data":
		return true
	}
	switch path.Base(dir) {
	case "node_modules", "dist", ".venv", "__pycache__":
		return true
	}
	return false
}

// load reads the tree below fsys. Nested Go modules and testdata belong to the texts, not to the packages.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{texts: map[string]string{}, binaries: map[string]bool{}}
	byDir := map[string]*pkg{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(name):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		return t.add(fsys, byDir, name)
	})
	if err != nil {
		return nil, err
	}
	for _, p := range byDir {
		if t.ours(p.dir) {
			t.packages = append(t.packages, p)
		}
	}
	sort.Slice(t.packages, func(i, j int) bool { return t.packages[i].dir < t.packages[j].dir })
	return t, nil
}

// add takes one file into the tree.
func (t *tree) add(fsys fs.FS, byDir map[string]*pkg, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if bytes.IndexByte(data, 0) >= 0 {
		t.binaries[name] = true
		return nil
	}
	t.texts[name] = string(data)
	dir := path.Dir(name)
	if !strings.HasSuffix(name, ".go") || slices.Contains(strings.Split(dir, "/"), "testdata") {
		return nil
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p := byDir[dir]
	if p == nil {
		p = &pkg{dir: dir}
		byDir[dir] = p
	}
	p.files = append(p.files, &file{
		path:  name,
		lines: bytes.Count(data, []byte("\n")),
		test:  strings.HasSuffix(name, "_test.go"),
		fset:  fset,
		ast:   parsed,
	})
	return nil
}

// ours says whether dir belongs to the module at the top, and not to a module nested in the tree.
func (t *tree) ours(dir string) bool {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, nested := t.texts[dir+"/go.mod"]; nested {
			return false
		}
	}
	return true
}

// imports lists the paths a file imports, unquoted.
func (f *file) imports() []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// at names the place of a node the way editors understand it.
func (f *file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, f.fset.Position(n.Pos()).Line)
}

// forTests says whether a package exists only to help tests: such packages end in "test".
func forTests(dir string) bool {
	return strings.HasSuffix(path.Base(dir), "test")
}

// within says whether dir is covered by a pattern: a directory, one with stars as in path.Match, or a directory
// and everything below it, written "dir/...". A lone "..." covers all.
func within(pattern, dir string) bool {
	if pattern == "..." {
		return true
	}
	if top, all := strings.CutSuffix(pattern, "/..."); all {
		return dir == top || strings.HasPrefix(dir, top+"/")
	}
	ok, err := path.Match(pattern, dir)
	return ok && err == nil
}

// withinAny says whether one of the patterns covers dir.
func withinAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return within(p, dir) })
}
