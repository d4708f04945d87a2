package site

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed pages
var common embed.FS

// frameName is the template that every page is set in. A page defines "title"
// and "body", and may define "head".
const frameName = "frame"

const partsName = "parts"

// parsePages sets each template of the site into a frame of its own, so that
// all pages may define the same blocks. What parts.html defines, all of them
// may use.
func parsePages(o Options, asset func(string) (string, error)) (map[string]*template.Template, error) {
	funcs := template.FuncMap{"asset": asset, "sandbox": func() bool { return o.Sandbox }}
	frame, err := template.New(frameName).Funcs(funcs).Funcs(o.Funcs).ParseFS(common, "pages/frame.html")
	if err != nil {
		return nil, err
	}
	parts, err := fs.Glob(o.Files, "pages/"+partsName+".html")
	if err != nil {
		return nil, err
	}
	if len(parts) > 0 {
		if frame, err = frame.ParseFS(o.Files, parts...); err != nil {
			return nil, err
		}
	}
	pages := map[string]*template.Template{}
	for _, source := range []fs.FS{common, o.Files} {
		if err := parseInto(pages, frame, source); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

func parseInto(pages map[string]*template.Template, frame *template.Template, source fs.FS) error {
	names, err := fs.Glob(source, "pages/*.html")
	if err != nil {
		return err
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == frameName || name == partsName {
			continue
		}
		page, err := frame.Clone()
		if err != nil {
			return err
		}
		if pages[name], err = page.ParseFS(source, file); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
	}
	return nil
}
