package authy

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// checkDigits refuses anything but the given number of ASCII digits.
func checkDigits(field, s string, shortest, longest int) error {
	if !onlyDigits(s) || len(s) < shortest || len(s) > longest {
		return &FormatError{Field: field, Reason: fmt.Sprintf("must consist of %d to %d digits", shortest, longest)}
	}
	return nil
}

// checkLength refuses a text of more characters than the vendor's programs send.
func checkLength(field, s string, longest int) error {
	if utf8.RuneCountInString(s) > longest {
		return &FormatError{Field: field, Reason: fmt.Sprintf("must not be longer than %d characters", longest)}
	}
	return nil
}

// addr is the text of an address, empty for the zero address.
func addr(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
