package launchkey

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// TOTP is what an app needs to show codes (RFC 6238).
type TOTP struct {
	Secret    Secret // Base32, without padding
	Algorithm string // "SHA1", "SHA256" or "SHA512"
	Period    time.Duration
	Digits    int
}

// URI writes the configuration as apps read it from a QR code. It holds the
// secret.
func (t *TOTP) URI(issuer, account string) string {
	query := url.Values{
		"secret": {string(t.Secret)}, "issuer": {issuer}, "algorithm": {t.Algorithm},
		"digits": {strconv.Itoa(t.Digits)}, "period": {strconv.Itoa(int(t.Period / time.Second))},
	}
	label := url.PathEscape(issuer) + ":" + url.PathEscape(account)
	return "otpauth://totp/" + label + "?" + query.Encode()
}

// Limits of a configuration: fewer digits or a shorter period are no second
// factor, more do not exist.
const (
	minDigits = 6
	maxDigits = 10
	minPeriod = 15
	maxPeriod = 600
)

// GenerateUserTOTP makes a configuration for a user, who need not be known yet,
// in place of one that the user has. It is shown this once.
func (c *DirectoryClient) GenerateUserTOTP(ctx context.Context, user string) (*TOTP, error) {
	const op = "generate TOTP"
	if err := checkUser(user); err != nil {
		return nil, err
	}
	var wire struct {
		Secret    string `json:"secret"`
		Algorithm string `json:"algorithm"`
		Period    int    `json:"period"`
		Digits    int    `json:"digits"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, totpPath, userBody{Identifier: user}}, &wire); err != nil {
		return nil, err
	}
	switch {
	case wire.Secret == "":
		return nil, unexpected(op, "it has no secret")
	case wire.Algorithm != "SHA1" && wire.Algorithm != "SHA256" && wire.Algorithm != "SHA512":
		return nil, unexpected(op, "its algorithm is unknown")
	case wire.Digits < minDigits || wire.Digits > maxDigits || wire.Period < minPeriod || wire.Period > maxPeriod:
		return nil, unexpected(op, "its digits or its period are out of range")
	}
	return &TOTP{
		Secret: Secret(wire.Secret), Algorithm: wire.Algorithm, Digits: wire.Digits,
		Period: time.Duration(wire.Period) * time.Second,
	}, nil
}

// RemoveUserTOTP takes the configuration of a user away, if there is one.
func (c *DirectoryClient) RemoveUserTOTP(ctx context.Context, user string) error {
	if err := checkUser(user); err != nil {
		return err
	}
	return c.on.do(ctx, call{"remove TOTP", http.MethodDelete, totpPath, userBody{Identifier: user}}, nil)
}

// VerifyTOTP reports whether a code is the user's of this moment. A code counts
// once. A user without a configuration is ErrNotFound.
func (c *ServiceClient) VerifyTOTP(ctx context.Context, user, code string) (bool, error) {
	const op = "verify TOTP"
	if err := checkUser(user); err != nil {
		return false, err
	}
	body := struct {
		Identifier string `json:"identifier"`
		Code       string `json:"otp"`
	}{user, code}
	var wire struct {
		Valid *bool `json:"valid"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, "/service/v3/totp", body}, &wire); err != nil {
		return false, err
	}
	if wire.Valid == nil {
		return false, unexpected(op, "it does not say whether the code is right")
	}
	return *wire.Valid, nil
}
