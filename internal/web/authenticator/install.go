package authenticator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/web/site"
)

// keptADay is for what rarely changes and stands under a name of its own.
const keptADay = "public, max-age=86400"

// worker is the script that keeps the app, under a name that changes with the
// page: by that browsers see that there is something new.
func worker(page []byte) (packed, error) {
	script, err := fs.ReadFile(files, "dist/worker.js")
	if err != nil {
		return packed{}, err
	}
	sum := sha256.Sum256(page)
	return pack(append(fmt.Appendf(nil, "self.pageVersion=%q;\n", hex.EncodeToString(sum[:8])), script...)), nil
}

// script answers with the worker, which browsers must not keep for long, and
// lets it answer for the whole app.
func (a *Authenticator) script(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	header := http.Header{
		"Cache-Control": {"no-cache"}, "Service-Worker-Allowed": {"/authenticator"},
		"Content-Security-Policy": {a.page.Header.Get("Content-Security-Policy")},
	}
	return a.worker.answer(r, "text/javascript; charset=utf-8", header), nil
}

func (a *Authenticator) describe(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	return a.manifest.answer(r, "application/manifest+json", http.Header{"Cache-Control": {keptADay}}), nil
}

// packed is a file in both forms, made once.
type packed struct{ plain, small []byte }

func pack(file []byte) packed { return packed{file, site.Compress(file)} }

func (p packed) answer(r *endpoint.Request, kind string, header http.Header) endpoint.Response {
	header.Set("Vary", "Accept-Encoding")
	body := p.plain
	if site.TakesGzip(r.Request) {
		header.Set("Content-Encoding", "gzip")
		body = p.small
	}
	return endpoint.Response{ContentType: kind, Header: header, Body: body}
}

// icon answers with one of the pictures that systems show for the app.
func icon(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	name := r.PathValue("icon")
	body, err := fs.ReadFile(files, path.Join("icons", path.Base(name)))
	if err != nil || path.Ext(name) != ".png" {
		return endpoint.Response{}, mfa.Missing("icon")
	}
	return endpoint.Response{ContentType: "image/png", Body: body, Header: http.Header{"Cache-Control": {keptADay}}}, nil
}
