package launchkey

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/pkcs12"
)

// maxBundle bounds a push certificate with its key, in bytes of Base64: they have about five thousand.
const maxBundle = 64 << 10

// bundleFingerprint is that of the certificate in a PKCS #12 bundle without a password, in Base64 with or without
// line ends: SHA-256 in upper-case pairs with colons.
func bundleFingerprint(text string) (string, error) {
	if len(text) > maxBundle {
		return "", errors.New("is longer than 64 KiB")
	}
	compact := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	der, err := base64.StdEncoding.DecodeString(compact)
	if err != nil {
		return "", errors.New("is not Base64")
	}
	_, certificate, err := pkcs12.Decode(der, "")
	if err != nil {
		return "", errors.New("is not a PKCS #12 bundle of one key and one certificate without a password")
	}
	sum := sha256.Sum256(certificate.Raw)
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return strings.Join(pairs, ":"), nil
}
