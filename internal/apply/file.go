package apply

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/twinseal/twinseal/internal/mfa"
)

// MaxFile bounds a file: about a quarter of a million users. Larger populations come in several files.
const MaxFile = 64 << 20

// File is an apply file that was read but not judged.
type File struct {
	name string
	tree *ast.File
	body body
}

// Read parses a file. The name stands in its errors, with the line.
func Read(name string, r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > MaxFile {
		return nil, fmt.Errorf("%s is larger than 64 MiB; split it into several files", name)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("%s is empty; it needs at least \"organizations:\"", name)
	}
	f := &File{name: name}
	if f.tree, err = parser.ParseBytes(text, 0); err != nil {
		return nil, fmt.Errorf("%s:%s", name, describe(err))
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f.body); err != nil {
		return nil, fmt.Errorf("%s:%s", name, describe(err))
	}
	return f, nil
}

// describe writes a YAML error as line:column: what is wrong, without quoting the file: its lines hold
// secrets.
func describe(err error) string {
	if at, ok := errors.AsType[yaml.Error](err); ok && at.GetToken() != nil {
		p := at.GetToken().Position
		return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, at.GetMessage())
	}
	return " " + err.Error()
}

// Locate turns a refusal whose field is a path into an error that starts with the file's name and line.
func (f *File) Locate(err error) error {
	refusal, ok := errors.AsType[*mfa.Error](err)
	if !ok || refusal.Field == "" {
		return err
	}
	return fmt.Errorf("%s:%d: %s (%s)", f.name, f.line(refusal.Field), refusal.Message, refusal.Field)
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
