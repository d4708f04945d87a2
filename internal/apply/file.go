package apply

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/twinseal/twinseal/internal/mfa"
)

// MaxFile bounds a file: about a hundred thousand users, whose tree takes a gigabyte of memory. Larger
// populations come in several files.
const MaxFile = 16 << 20

// File is an apply file that was read but not judged.
type File struct {
	name string
	tree *ast.File
	body body
	side fs.FS // nil: no other files are read
}

// Beside gives the directory from which files are taken that this one names.
func (f *File) Beside(side fs.FS) *File {
	f.side = side
	return f
}

// Read parses a file. The name stands in its errors, with the line.
func Read(name string, r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > MaxFile:
		return nil, fmt.Errorf("%s is larger than 16 MiB; split it into several files", name)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%s is not text in UTF-8", name)
	}
	f := &File{name: name}
	if f.tree, err = parse(text); err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	root, err := onlyDocument(f.tree)
	if err == nil && root == nil {
		return nil, fmt.Errorf("%s is empty; it needs at least \"organizations:\"", name)
	}
	if err == nil {
		err = object(root, f.body.members())
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return f, nil
}

// parse gives the syntax tree, or a fault. The parser is not ours: should it panic over a file, the file is
// refused like any other that cannot be read.
func parse(text []byte) (tree *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault{1, 1, "this is not YAML"}
		}
	}()
	tokens := lexer.Tokenize(string(text))
	if err := shallow(tokens); err != nil {
		return nil, err
	}
	tree, err = parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // object has better words for twins
	return tree, describe(err)
}

// onlyDocument is the root of the file's one document, nil where there is none.
func onlyDocument(tree *ast.File) (ast.Node, error) {
	var root ast.Node
	for _, d := range tree.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			return nil, faultAt(d.Body, "a second document begins here; a file holds one")
		}
		root = d.Body
	}
	return root, nil
}

// quoted is what a library's message may quote from the file.
var quoted = regexp.MustCompile(`"[^"]*"`)

// describe turns an error of the parser into a fault without what it quotes: lines hold secrets.
func describe(err error) error {
	if err == nil {
		return nil
	}
	f := &fault{1, 1, "this is not YAML"}
	if at, ok := errors.AsType[yaml.Error](err); ok && at.GetToken() != nil {
		f.line, f.column = at.GetToken().Position.Line, at.GetToken().Position.Column
		f.text = quoted.ReplaceAllString(at.GetMessage(), "…")
	}
	return f
}

// Bounds of a file's nesting, far above the format's own depth. The parser calls itself for each level, and
// would not end for a file of brackets.
const (
	maxNesting = 32  // brackets, or dashes on one line
	maxIndent  = 200 // columns before a line's first word
)

// shallow refuses files that are nested more deeply than any that makes sense.
func shallow(tokens token.Tokens) error {
	open, dashes, line := 0, 0, 0
	for _, t := range tokens {
		first := t.Position.Line != line
		if first {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open = max(open-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			dashes++
		}
		if open > maxNesting || dashes > maxNesting || first && t.Position.Column > maxIndent {
			return &fault{t.Position.Line, t.Position.Column, "this is nested too deeply"}
		}
	}
	return nil
}

// Locate turns a refusal whose field is a path into an error that starts with the file's name and line.
func (f *File) Locate(err error) error {
	refusal, ok := errors.AsType[*mfa.Error](err)
	if !ok || refusal.Field == "" {
		return err
	}
	at := fmt.Sprintf("%s:%d: %s (%s)", f.name, f.line(refusal.Field), refusal.Message, refusal.Field)
	if refusal.Code == mfa.Internal || refusal.Code == mfa.Unavailable {
		return fmt.Errorf("%s: %w", at, err) // the file is right; its operator needs the cause
	}
	return errors.New(at)
}

// line finds the line of a path, or of the nearest part around it that the file has.
func (f *File) line(path string) int {
	for path != "" {
		if at, err := yaml.PathString("$." + path); err == nil {
			if node, err := at.FilterFile(f.tree); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	return 1
}
