// Package line makes a server's words fit for one line of a log or an error, in
// the same way for all ports of vendors' SDKs.
package line

import (
	"strings"
	"unicode"
)

// Printable puts a space for every character that cannot be printed, line
// breaks and escapes of terminals above all, and cuts what is longer than most
// characters, with an ellipsis to show it.
func Printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
