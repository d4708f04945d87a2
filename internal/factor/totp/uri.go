package totp

import (
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxText bounds seeds and addresses before they are looked at; real ones are a tenth of it.
const maxText = 4096

var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// EncodeSeed is the base32 text of a seed, upper case and without padding, as every app reads it.
func EncodeSeed(seed mfa.Secret) string { return plainBase32.EncodeToString(seed.Reveal()) }

// DecodeSeed reads base32 as people copy it: in any case, in groups, with or without padding. Its errors
// never repeat the text.
func DecodeSeed(text string) (mfa.Secret, error) {
	if len(text) > maxText {
		return mfa.Secret{}, invalid("secret", "the seed is too long")
	}
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(strings.TrimSpace(text)))
	text = strings.TrimRight(text, "=")
	seed, err := plainBase32.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return mfa.Secret{}, invalid("secret", "the seed is not base32 (letters A to Z and digits 2 to 7)")
	}
	secret := mfa.NewSecret(seed)
	return secret, checkSeed(secret)
}

// URI is the otpauth address that apps read from a picture.
func URI(seed mfa.Secret, data mfa.TOTPData) (string, error) {
	data, err := complete(data)
	if err != nil {
		return "", err
	}
	return mfa.Seed{TOTPData: data, Secret: seed}.URI(), nil
}

// ParseURI reads an otpauth address. Parameters it does not know are skipped, as apps do; its errors never
// repeat the address.
func ParseURI(text string) (mfa.Secret, mfa.TOTPData, error) {
	var none mfa.Secret
	if len(text) > maxText {
		return none, mfa.TOTPData{}, invalid("uri", "the otpauth address is too long")
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || !strings.EqualFold(u.Scheme, "otpauth") || !strings.EqualFold(u.Host, "totp") {
		return none, mfa.TOTPData{}, invalid("uri", "the address does not start with otpauth://totp/")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return none, mfa.TOTPData{}, invalid("uri", "the parameters of the otpauth address cannot be read")
	}
	data, err := uriData(u, query)
	if err != nil {
		return none, mfa.TOTPData{}, err
	}
	seed, err := DecodeSeed(query.Get("secret"))
	return seed, data, err
}

func uriData(u *url.URL, query url.Values) (mfa.TOTPData, error) {
	d := mfa.TOTPData{Algorithm: query.Get("algorithm"), Label: strings.TrimPrefix(u.Path, "/")}
	if issuer, label, ok := strings.Cut(d.Label, ":"); ok {
		d.Issuer, d.Label = strings.TrimSpace(issuer), strings.TrimSpace(label)
	}
	if issuer := query.Get("issuer"); issuer != "" {
		d.Issuer = issuer
	}
	for name, field := range map[string]*int{"digits": &d.Digits, "period": &d.Period} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return d, invalid(name, name+" of the otpauth address is not a number above zero")
		}
		*field = n
	}
	return complete(d)
}
