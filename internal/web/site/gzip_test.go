package site_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/internal/web/site"
)

func TestGzipIsForWhoeverNamesIt(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"":                         false,
		"identity":                 false,
		"*":                        false,
		"gzip":                     true,
		"br, GZIP":                 true,
		"deflate, gzip;q=0.5, br":  true,
		"gzip ; q = 1.0":           true,
		"gzip;q=0":                 false,
		"br;q=1.0, gzip; q=0.000":  false,
		"x-gzip-like, not-gzip":    false,
		"identity;q=0.1,gzip;q=.1": true,
	} {
		if got := site.TakesGzip(&http.Request{Header: http.Header{"Accept-Encoding": {header}}}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// Whatever a caller says it takes, packed is packed and can be unpacked.
func FuzzGzipIsForWhoeverNamesIt(f *testing.F) {
	for _, seed := range []string{"gzip", "br;q=1, gzip;q=0", "gzip;q", ";;,", "gzip;q=0.0001"} {
		f.Add(seed, []byte("body"))
	}
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		site.TakesGzip(&http.Request{Header: http.Header{"Accept-Encoding": {header}}})
		r, err := gzip.NewReader(bytes.NewReader(site.Compress(body)))
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, body) {
			t.Fatalf("%q became %q: %v", body, unpacked, err)
		}
	})
}
