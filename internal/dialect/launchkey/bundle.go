package launchkey

import (
	"crypto/sha256"
	"encoding/asn1"
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
	if costly(der, 0) {
		return "", errors.New("takes more rounds to open than any program makes")
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

// Bounds of what a bundle may make the server do: its sender chooses how many rounds of hashing it takes to open.
const (
	maxRounds = 100_000 // some ten times what exporting programs choose
	maxDepth  = 24      // of ASN.1 inside of ASN.1; real ones have fifteen
)

// costly looks for a number of rounds, which follows a salt wherever it stands, that is beyond all reason.
func costly(der []byte, depth int) bool {
	afterText := false
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return false
		}
		var rounds int64
		number := v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger
		if number && afterText {
			if _, err := asn1.Unmarshal(v.FullBytes, &rounds); err != nil || rounds > maxRounds {
				return true
			}
		}
		afterText = v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString
		if (v.IsCompound || afterText) && (depth >= maxDepth || costly(v.Bytes, depth+1)) {
			return true
		}
		der = rest
	}
	return false
}
