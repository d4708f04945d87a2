package passkeys

import (
	"github.com/twinseal/twinseal/internal/agent"
	"github.com/twinseal/twinseal/internal/mfa"
)

// nameOf makes a name for a passkey that nobody has named: what registered it, where that can be told.
func nameOf(userAgent string, data mfa.PasskeyData) string {
	switch title := agent.TitleOf(userAgent); {
	case title != "":
		return title
	case data.BackupEligible:
		return "Passkey"
	}
	return "Security key"
}
