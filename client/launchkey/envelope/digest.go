package envelope

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
)

// SHA256 is the protocol's name of the function that digests everything that is
// made here. Readers also take S384 and S512.
const SHA256 = "S256"

// Digest is the lower-case hexadecimal digest of a body by the protocol's name of
// the function; false for a name that it does not have.
func Digest(function string, body []byte) (string, bool) {
	switch function {
	case SHA256:
		sum := sha256.Sum256(body)
		return hex.EncodeToString(sum[:]), true
	case "S384":
		sum := sha512.Sum384(body)
		return hex.EncodeToString(sum[:]), true
	case "S512":
		sum := sha512.Sum512(body)
		return hex.EncodeToString(sum[:]), true
	}
	return "", false
}

// Digests reports whether a token's function and digest are those of the body, in
// time that depends on lengths alone.
func Digests(function, digest string, body []byte) bool {
	want, ok := Digest(function, body)
	return ok && hmac.Equal([]byte(want), []byte(digest))
}
