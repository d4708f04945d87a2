package authsignal

import (
	"slices"
	"strconv"
)

// restShape is what is kept of a method for whoever reads it back, beside what this server acts upon.
func restShape() shape {
	s := shape{
		"smsProvider":      word("TWILIO", "MESSAGE_BIRD", "MESSAGE_BIRD_V2", "MODICA_GROUP", "TNZ", "BIRD", "MESSAGE_MEDIA", "WEBHOOK"),
		"emailProvider":    word("SES", "SMTP", "AIRNZ", "WEBHOOK", "MAILJET", "MAILGUN", "BIRD", "MANDRILL", "SENDGRID"),
		"pushProvider":     word("URBAN_AIRSHIP", "DEFAULT", "FIREBASE", "WEBHOOK"),
		"whatsAppProvider": word("BIRD", "WEBHOOK"),

		"authenticatorAttachment":     word("platform", "cross-platform", "all-supported"),
		"passkeyRegistrationHints":    words(3, "security-key", "client-device", "hybrid"),
		"appAttestationFailureMode":   word("BLOCK", "ALLOW_WITH_WARNING"),
		"enrollmentPromptInterval":    size(maxPromptInterval),
		"credentialLifetimeInMinutes": size(maxCredentialLife),
		"providerType":                showable,
		"defaultCountryCode":          showable,
		"allowedCustomSmsVariables":   words(maxCustomVariables),
		"allowedCustomEmailVariables": words(maxCustomVariables),
		sendingRates:                  objects(shape{"rateLimit": size(maxRate), "windowInMinutes": size(maxRateMinutes)}),
		"prefixRateLimitConfigurations": objects(shape{
			"enabled": boolean, "blockSize": blockSize, "rateLimit": size(maxRate), "windowInMinutes": size(maxRateMinutes), "countryCodes": words(maxCountries),
		}),
		"documentTypes": words(maxDocumentTypes),
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

	maxCredentialLife  = 10 * 366 * 24 * 60 // minutes
	maxCustomVariables = 50                 // as many as an action has data points
	maxCountries       = 300                // more than there are
	maxRates           = 10                 // of one method
	maxBlock           = 15                 // digits of a number (E.164)
)

// objects is a list of objects of one shape.
func objects(of shape) look {
	return func(path string, said any) (any, error) {
		list, ok := said.([]any)
		if !ok || len(list) > maxRates {
			return nil, invalid(path + " is a list of at most 10 objects")
		}
		out := make([]any, len(list))
		for i, one := range list {
			kept, err := inner(of)(path+"["+strconv.Itoa(i)+"]", one)
			if err != nil {
				return nil, err
			}
			out[i] = kept
		}
		return out, nil
	}
}

// blockSize is how much of a number is bounded together: its country, or so many digits.
func blockSize(path string, said any) (any, error) {
	if said == "country" {
		return said, nil
	}
	return size(maxBlock)(path, said)
}

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
