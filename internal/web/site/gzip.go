package site

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// TakesGzip says whether the caller unpacks gzip. A weight of zero is the only
// way to refuse it by name; what is not named is not sent.
func TakesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(part, " ", "")), ";")
		if coding == "gzip" {
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

// Compress packs what is sent many times and made once.
func Compress(body []byte) []byte {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return body // never: the level is one of those there are
	}
	_, _ = w.Write(body) // into memory
	_ = w.Close()
	return packed.Bytes()
}
