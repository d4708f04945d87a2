package text

import (
	"strings"

	"golang.org/x/text/language"
)

// Locale is a language that Twinseal speaks, as a BCP 47 tag.
type Locale string

// The locales, each whole.
const (
	English    Locale = "en"
	Spanish    Locale = "es"
	Portuguese Locale = "pt"
	German     Locale = "de"
	French     Locale = "fr"
	Italian    Locale = "it"
)

// Locales lists them, English first.
func Locales() []Locale {
	return []Locale{English, Spanish, Portuguese, German, French, Italian}
}

// Hints tell a person's likely language when nobody said it. Both may be empty;
// Region is the more exact of the two and is looked at first.
type Hints struct {
	Region      string // ISO 3166 country of the telephone number, such as "MX"
	CallingCode int    // ITU country calling code, such as 52
}

// maxTag is more than any real language tag has; what is longer is not parsed.
const maxTag = 100

var matcher = language.NewMatcher([]language.Tag{
	language.English, language.Spanish, language.Portuguese, language.German, language.French, language.Italian,
})

// For picks the wording for a BCP 47 tag such as "pt-BR": the nearest locale that
// its speakers understand, else English. Without a tag the hints decide, and
// without a hint that says anything, English again.
func For(tag string, hints Hints) Wording {
	tag = strings.TrimSpace(tag)
	switch {
	case tag != "":
		return Wording{byTag(tag)}
	case hints.Region != "":
		return Wording{byRegion(strings.ToUpper(hints.Region))}
	default:
		return Wording{byCallingCode(hints.CallingCode)}
	}
}

func byTag(tag string) Locale {
	if len(tag) > maxTag {
		return English
	}
	// What can be read of a faulty tag is enough to match: "de-x!" is German.
	parsed, _ := language.Parse(tag)
	return match(parsed)
}

func match(tag language.Tag) Locale {
	_, index, confidence := matcher.Match(tag)
	if confidence == language.No {
		return English
	}
	return Locales()[index]
}

// byRegion asks for the likeliest language of the region, except where that is
// one we lack while most people also read one we have.
func byRegion(region string) Locale {
	switch region {
	case "AD":
		return Spanish
	case "BI", "CD", "DJ", "DZ", "KM", "MA", "ML", "MR", "NE", "TN":
		return French
	}
	r, err := language.ParseRegion(region)
	if err != nil {
		return English
	}
	tag, err := language.Compose(language.Und, r)
	if err != nil {
		return English
	}
	return match(tag)
}

// byCallingCode knows the countries that speak another of our languages than
// English. Calling codes that several countries share go by the largest.
func byCallingCode(code int) Locale {
	switch code {
	case 34, 51, 52, 53, 54, 56, 57, 58, 240, 376, 502, 503, 504, 505, 506, 507, 591, 593, 595, 598:
		return Spanish
	case 55, 238, 239, 244, 245, 258, 351, 670:
		return Portuguese
	case 41, 43, 49, 423:
		return German
	case 33, 212, 213, 216, 221, 222, 223, 224, 225, 226, 227, 228, 229, 235, 236, 237, 241, 242, 243, 250, 253, 257, 261, 262, 269,
		352, 377, 508, 509, 590, 594, 596, 681, 687, 689:
		return French
	case 39, 378:
		return Italian
	default:
		return English
	}
}
