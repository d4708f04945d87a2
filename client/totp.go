package client

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 names it, and HMAC does not need collision resistance
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"

	"github.com/twinseal/twinseal/api"
)

// Code is a one-time code and how long it is still shown.
type Code struct {
	Value     string
	ExpiresIn time.Duration
}

// ErrNoTOTP means that the account came without a seed.
var ErrNoTOTP = errors.New("this account has no one-time codes")

// TOTP gives the account's code of this moment, by the server's clock.
func (d *Device) TOTP() (Code, error) {
	account := d.Account()
	if account.TOTP == nil {
		return Code{}, ErrNoTOTP
	}
	return totpAt(*account.TOTP, d.Now())
}

// Bounds of a seed's parameters: what RFC 4226 can give, and a period that
// people can live with.
const (
	minDigits = 4
	maxDigits = 9
	maxPeriod = 3600
)

func totpAt(seed api.TOTP, at time.Time) (Code, error) {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(seed.Secret, "="))
	if err != nil || len(key) == 0 {
		return Code{}, errors.New("the seed is not base32")
	}
	newHash, err := hashOf(seed.Algorithm)
	if err != nil {
		return Code{}, err
	}
	if seed.Digits < minDigits || seed.Digits > maxDigits || seed.Period < 1 || seed.Period > maxPeriod {
		return Code{}, fmt.Errorf("the seed's %d digits or %d seconds are out of range", seed.Digits, seed.Period)
	}
	period := int64(seed.Period)
	step := at.Unix() / period
	left := time.Unix((step+1)*period, 0).Sub(at)
	return Code{Value: hotp(newHash, key, uint64(step), seed.Digits), ExpiresIn: left}, nil
}

// hotp is RFC 4226, section 5.3.
func hotp(newHash func() hash.Hash, key []byte, counter uint64, digits int) string {
	mac := hmac.New(newHash, key)
	var message [8]byte
	binary.BigEndian.PutUint64(message[:], counter)
	mac.Write(message[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, number%modulus)
}

func hashOf(algorithm string) (func() hash.Hash, error) {
	switch strings.ToUpper(algorithm) {
	case "SHA1":
		return sha1.New, nil
	case "SHA256":
		return sha256.New, nil
	case "SHA512":
		return sha512.New, nil
	}
	return nil, fmt.Errorf("the seed's algorithm %q is not SHA1, SHA256 or SHA512", algorithm)
}
