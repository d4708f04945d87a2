package launchkey

import (
	"context"
	"encoding/base32"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// seedAnswer is told once.
type seedAnswer struct {
	Secret    string `json:"secret"`
	Algorithm string `json:"algorithm"`
	Period    int    `json:"period"`
	Digits    int    `json:"digits"`
}

func (d *Dialect) generateTOTP(ctx context.Context, c *call) (answer, error) {
	ref, err := c.identifier()
	if err != nil {
		return answer{}, err
	}
	seed, err := d.seeds.Replace(ctx, c.caller, ref.Alias)
	if err != nil {
		return answer{}, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed.Secret.Reveal())
	return created(seedAnswer{text, seed.Algorithm, seed.Period, seed.Digits})
}

func (d *Dialect) removeTOTP(ctx context.Context, c *call) (answer, error) {
	ref, err := c.identifier()
	if err != nil {
		return answer{}, err
	}
	if err := d.seeds.Remove(ctx, c.caller, ref); err != nil {
		return answer{}, err
	}
	return done()
}

type validAnswer struct {
	Valid bool `json:"valid"`
}

func (d *Dialect) verifyTOTP(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Identifier member[string] `json:"identifier"`
		Code       member[string] `json:"otp"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name, code := k.name("identifier", in.Identifier), need(&k, "otp", in.Code)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	result, err := d.service.CheckToken(ctx, mfa.TokenCheck{
		Caller: c.caller, User: mfa.UserRef{Alias: name}, Token: padded(code), Force: true, Only: mfa.KindTOTP,
	})
	if err != nil {
		return answer{}, err
	}
	if result.Outcome == mfa.TokenLimited {
		return answer{}, refuse(failLimited)
	}
	return found(validAnswer{result.Outcome == mfa.TokenAccepted})
}

// codeDigits is the length of the codes of seeds made here.
const codeDigits = 6

// padded gives a code its leading zeros back: clients that take codes for numbers lose them.
func padded(code string) string {
	if code == "" || strings.Trim(code, "0123456789") != "" {
		return code
	}
	return strings.Repeat("0", max(0, codeDigits-len(code))) + code
}
