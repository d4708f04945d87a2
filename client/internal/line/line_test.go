package line_test

import (
	"testing"

	"github.com/twinseal/twinseal/client/internal/line"
)

func TestWordsOfAServerStayOnOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain words":       "plain words",
		"two\nlines\t\r":    "two lines  ",
		"\x1b[31mred\x1b[m": " [31mred [m",
		"Café zoë":          "Café zoë",
		"left \u202e right": "left   right",
		"0123456789abcdefg": "0123456789abcdef…",
		"éééééééééééééééé":  "éééééééééééééééé",
		"\xff":              "�",
		"":                  "",
	} {
		if got := line.Printable(in, 16); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}
