package stepup

import "github.com/twinseal/twinseal/internal/mfa"

// Entry is one means by which a user proves themselves, in the way in which people speak of it.
type Entry struct {
	mfa.Authenticator

	Method  mfa.Method
	Address string
}
