package site

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

//go:embed assets
var shared embed.FS

// types are the kinds of files a site may have.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

// assets are the files of a site under a path that changes with any of them,
// so that a browser may keep them for ever and modules may import each other
// by relative names.
type assets struct {
	prefix  string
	version string
	files   map[string]asset
	open    bool // to pages of other origins
}

type asset struct {
	contentType string
	body        []byte
	small       func() []byte // body in gzip, made when first asked for
}

// newAssets gathers the shared files and a site's own. A later source's file
// takes the place of an earlier one's of the same name.
func newAssets(prefix string, sources ...fs.FS) (*assets, error) {
	a := &assets{prefix: prefix, files: map[string]asset{}}
	common, err := fs.Sub(shared, "assets")
	if err != nil {
		return nil, err
	}
	for _, source := range append([]fs.FS{common}, sources...) {
		if err := a.add(source); err != nil {
			return nil, err
		}
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		fmt.Fprintf(sum, "%s %d\n", name, len(a.files[name].body))
		sum.Write(a.files[name].body)
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

func (a *assets) add(source fs.FS) error {
	if source == nil {
		return nil
	}
	return fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if name == "." && errors.Is(err, fs.ErrNotExist) {
			return nil // a site may have none of its own
		}
		if err != nil || entry.IsDir() {
			return err
		}
		kind, ok := types[path.Ext(name)]
		if !ok {
			return fmt.Errorf("asset %s: no content type for its ending", name)
		}
		body, err := fs.ReadFile(source, name)
		a.files[name] = asset{contentType: kind, body: body, small: sync.OnceValue(func() []byte { return Compress(body) })}
		return err
	})
}

// url is the address of a file. A name that does not exist is an error of the
// template that uses it.
func (a *assets) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return a.prefix + "assets/" + a.version + "/" + name, nil
}

// answer serves a file: for good under the version of today, and to be asked
// for again under any other, which a page that is still open may name.
func (a *assets) answer(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	found, ok := a.files[r.PathValue("file")]
	if !ok {
		return endpoint.Response{}, mfa.Missing("file")
	}
	keep := "no-cache"
	if r.PathValue("version") == a.version {
		keep = "public, max-age=31536000, immutable"
	}
	header := http.Header{"Cache-Control": {keep}, "Cross-Origin-Resource-Policy": {"same-origin"}, "Vary": {"Accept-Encoding"}}
	if a.open {
		Open(header)
	}
	body := found.body
	if TakesGzip(r.Request) {
		body = found.small()
		header.Set("Content-Encoding", "gzip")
	}
	return endpoint.Response{ContentType: found.contentType, Body: body, Header: header}, nil
}

// Open lets pages of any origin load what has these headers. It is for files,
// which say the same to everybody.
func Open(header http.Header) {
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Access-Control-Allow-Origin", "*")
}
