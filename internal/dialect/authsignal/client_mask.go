package authsignal

import (
	"strings"
	"unicode/utf8"
)

// What a token of a challenge shows of a person is masked: whoever holds one is not yet that person.

// shownDigits is how many digits of a number are shown: enough to tell one's own telephones apart.
const shownDigits = 3

// maskPhone shows the last digits of a number.
func maskPhone(number string) string {
	if len(number) <= shownDigits {
		return strings.Repeat("*", len(number))
	}
	hidden := len(number) - shownDigits
	return strings.Repeat("*", hidden) + number[hidden:]
}

// maskEmail shows the first character of an address and its domain.
func maskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return strings.Repeat("*", utf8.RuneCountInString(address))
	}
	_, first := utf8.DecodeRuneInString(address)
	if first >= at {
		return "*" + address[at:]
	}
	return address[:first] + "****" + address[at:]
}
