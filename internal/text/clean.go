package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the values that go into messages, in characters. What is longer is
// cut, except addresses, which are of no use when cut.
const (
	MaxApp             = 64  // a name; longer ones would push the code out of an SMS
	MaxCode            = 32  // the longest code we make, a recovery code, has room to spare
	MaxActionMessage   = 255 // what the Authy dialect accepts
	MaxApprovalMessage = 200 // what the Authy dialect shows
	MaxDevice          = 64  // a name
	MaxNumber          = 32  // fifteen digits and their punctuation
	MaxURL             = 500 // longer than any address an operator publishes
)

// unnamed stands in for an application without a name: it is Twinseal that writes.
const unnamed = "Twinseal"

func appName(name string) string {
	if name = clean(name, MaxApp); name != "" {
		return name
	}
	return unnamed
}

// clean makes one short line of a value: control characters and breaks become
// single spaces, marks that turn the direction of writing and broken bytes vanish.
// Joiners stay: some scripts and many emoji need them.
func clean(value string, limit int) string {
	// Four bytes hold any character; what lies far beyond the limit is not even read.
	value = value[:min(len(value), 8*limit*utf8.UTFMax)]
	var b strings.Builder
	count, gap := 0, false
	for _, r := range value {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			gap = b.Len() > 0
			continue
		case r == utf8.RuneError || misleads(r):
			continue
		}
		if gap {
			b.WriteByte(' ')
			count, gap = count+1, false
		}
		if count >= limit {
			break
		}
		b.WriteRune(r)
		count++
	}
	return strings.TrimRight(b.String(), " ")
}

// misleads knows characters that nobody sees: those by which a name could make
// the rest of a line read backwards, and those that only make two texts differ.
func misleads(r rune) bool {
	switch r {
	case '\u200b', '\u2060', '\ufeff', '\u00ad':
		return true
	default:
		return unicode.Is(unicode.Bidi_Control, r)
	}
}

// cleanURL lets an address through that is one, and nothing else.
func cleanURL(url string) string {
	bad := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || misleads(r)
	}
	web := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
	if !web || len(url) > MaxURL || strings.ContainsFunc(url, bad) {
		return ""
	}
	return url
}
