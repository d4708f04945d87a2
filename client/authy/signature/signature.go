package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// The two headers that carry a signature. Senders must write them in exactly
// this capitalisation over HTTP/1.1, because one of the vendor's verifiers looks
// them up case-sensitively; it is also Go's canonical form.
const (
	HeaderSignature = "X-Authy-Signature"
	HeaderNonce     = "X-Authy-Signature-Nonce"
)

// Sign returns the signature of a message. The method counts in upper case and
// the URL without its query and fragment, as every party of the protocol
// computes them; everything else is taken as given. params is the canonical
// text of [Canonical] or [CanonicalForm].
func Sign(key, nonce, method, url, params string) string {
	mac := hmac.New(sha256.New, []byte(key))
	for i, part := range []string{nonce, strings.ToUpper(method), withoutQuery(url), params} {
		if i > 0 {
			mac.Write([]byte{'|'})
		}
		mac.Write([]byte(part))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify reports whether signature is the one [Sign] makes. It takes the same
// time for every wrong signature of the right length. An empty key never
// verifies, so that a missing setting cannot turn the check off, and neither
// does a nonce containing a pipe, which could move the borders between the
// signed parts.
func Verify(key, nonce, method, url, params, signature string) bool {
	if key == "" || strings.Contains(nonce, "|") {
		return false
	}
	want := Sign(key, nonce, method, url, params)
	return hmac.Equal([]byte(want), []byte(signature))
}

func withoutQuery(url string) string {
	if end := strings.IndexAny(url, "?#"); end >= 0 {
		return url[:end]
	}
	return url
}
