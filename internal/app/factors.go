package app

import (
	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
)

func factors(limits mfa.Limits) mfa.Factors {
	return mfa.Factors{TOTP: totp.New(limits.TOTPWindow), OTP: otp.New(), Recovery: recovery.New(), Device: device.New()}
}
