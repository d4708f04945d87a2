package people

import (
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxSeedURI bounds an otpauth address, in bytes: a seed, a label and an issuer.
const maxSeedURI = 2 << 10

var errSeedURI = &mfa.Error{Code: mfa.Invalid, Field: "otp_uri", Message: "the otpauth address is not one of a TOTP seed"}

// ParseSeedURI reads an otpauth address, as authenticator apps do.
func ParseSeedURI(text string) (mfa.Secret, mfa.TOTPData, error) {
	at, err := url.Parse(text)
	if err != nil || len(text) > maxSeedURI || at.Scheme != "otpauth" || !strings.EqualFold(at.Host, "totp") {
		return mfa.Secret{}, mfa.TOTPData{}, errSeedURI
	}
	q := at.Query()
	plain := strings.ToUpper(strings.TrimRight(strings.ReplaceAll(q.Get("secret"), " ", ""), "="))
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	if err != nil || len(seed) == 0 {
		return mfa.Secret{}, mfa.TOTPData{}, errSeedURI
	}
	data := mfa.TOTPData{Issuer: q.Get("issuer"), Label: strings.TrimPrefix(at.Path, "/"), Algorithm: strings.ToUpper(q.Get("algorithm"))}
	for name, into := range map[string]*int{"digits": &data.Digits, "period": &data.Period} {
		if given := q.Get(name); given != "" {
			if *into, err = strconv.Atoi(given); err != nil || *into <= 0 {
				return mfa.Secret{}, mfa.TOTPData{}, errSeedURI
			}
		}
	}
	return mfa.NewSecret(seed), data, nil
}
