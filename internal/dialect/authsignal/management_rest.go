package authsignal

import "github.com/twinseal/twinseal/internal/mfa/shape"

// restShape is what is kept of a method for whoever reads it back, beside what this server acts upon.
func restShape() shape.Object {
	s := shape.Object{
		"smsProvider":      shape.Word("TWILIO", "MESSAGE_BIRD", "MESSAGE_BIRD_V2", "MODICA_GROUP", "TNZ", "BIRD", "MESSAGE_MEDIA", "WEBHOOK"),
		"emailProvider":    shape.Word("SES", "SMTP", "AIRNZ", "WEBHOOK", "MAILJET", "MAILGUN", "BIRD", "MANDRILL", "SENDGRID"),
		"pushProvider":     shape.Word("URBAN_AIRSHIP", "DEFAULT", "FIREBASE", "WEBHOOK"),
		"whatsAppProvider": shape.Word("BIRD", "WEBHOOK"),

		"authenticatorAttachment":     shape.Word("platform", "cross-platform", "all-supported"),
		"passkeyRegistrationHints":    shape.Words(3, "security-key", "client-device", "hybrid"),
		"appAttestationFailureMode":   shape.Word("BLOCK", "ALLOW_WITH_WARNING"),
		"enrollmentPromptInterval":    shape.Size(maxPromptInterval),
		"credentialLifetimeInMinutes": shape.Size(maxCredentialLife),
		"providerType":                shape.Text,
		"defaultCountryCode":          shape.Text,
		"allowedCustomSmsVariables":   shape.Words(maxCustomVariables),
		"allowedCustomEmailVariables": shape.Words(maxCustomVariables),
		sendingRates:                  shape.Objects(shape.Object{"rateLimit": shape.Size(maxRate), "windowInMinutes": shape.Size(maxRateMinutes)}),
		"prefixRateLimitConfigurations": shape.Objects(shape.Object{
			"enabled": shape.Bool, "blockSize": blockSize, "rateLimit": shape.Size(maxRate), "windowInMinutes": shape.Size(maxRateMinutes), "countryCodes": shape.Words(maxCountries),
		}),
		"documentTypes": shape.Words(maxDocumentTypes),
	}
	for _, name := range []string{
		"hideTotpAppDownloadScreen", "disableEnrollmentPrompt", "dontSkipEnrollmentInputScreen", "showEmailDeliveryTimeWarning",
	} {
		s[name] = shape.Bool
	}
	return s
}

const (
	maxPromptInterval = 365 // days between two invitations
	maxDocumentTypes  = 50  // of passports and cards, which is more than there are

	maxCredentialLife  = 10 * 366 * 24 * 60 // minutes
	maxCustomVariables = 50                 // as many as an action has data points
	maxCountries       = 300                // more than there are
	maxBlock           = 15                 // digits of a number (E.164)
)

// blockSize is how much of a number is bounded together: its country, or so many digits.
func blockSize(path string, said any) (any, error) {
	if said == "country" {
		return said, nil
	}
	return shape.Size(maxBlock)(path, said)
}
