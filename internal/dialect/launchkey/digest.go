package launchkey

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
)

// funcSHA256 is the digest of everything that goes out.
const funcSHA256 = "S256"

// digest is the lower-case hex digest of a body by the protocol's name of the function.
func digest(name string, body []byte) (string, bool) {
	switch name {
	case funcSHA256:
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

// equal compares in time that depends on the lengths alone.
func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
