package authsignal

import "slices"

// restShape is what is kept of a method for whoever reads it back, beside what this server acts upon.
func restShape() shape {
	s := shape{
		"smsProvider":      word("TWILIO", "MESSAGE_BIRD", "MESSAGE_BIRD_V2", "MODICA_GROUP", "TNZ", "WEBHOOK"),
		"emailProvider":    word("SES", "SMTP", "AIRNZ", "WEBHOOK", "MAILJET", "MAILGUN", "BIRD", "MANDRILL", "SENDGRID"),
		"pushProvider":     word("URBAN_AIRSHIP", "WEBHOOK"),
		"whatsAppProvider": word("BIRD", "WEBHOOK"),

		"authenticatorAttachment":   word("platform", "cross-platform", "all-supported"),
		"passkeyRegistrationHints":  words(3, "security-key", "client-device", "hybrid"),
		"appAttestationFailureMode": word("BLOCK", "ALLOW_WITH_WARNING"),
		"enrollmentPromptInterval":  size(maxPromptInterval),
		"providerType":              showable,
		"documentTypes":             words(maxDocumentTypes),
	}
	for _, name := range []string{
		"hideTotpAppDownloadScreen", "disableEnrollmentPrompt", "dontSkipEnrollmentInputScreen", "showEmailDeliveryTimeWarning",
	} {
		s[name] = boolean
	}
	return s
}

const (
	maxPromptInterval = 365 // days between two invitations
	maxDocumentTypes  = 50  // of passports and cards, which is more than there are
)

// words is a list of texts, of the known ones where some are named.
func words(most int, known ...string) look {
	return func(path string, said any) (any, error) {
		list, ok := said.([]any)
		if !ok || len(list) > most {
			return nil, invalid(path + " is a list of words")
		}
		for _, one := range list {
			text, ok := one.(string)
			if !ok || len(known) > 0 && !slices.Contains(known, text) {
				return nil, invalid(path + " holds a word that it cannot")
			}
			if _, err := showable(path, text); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
}
