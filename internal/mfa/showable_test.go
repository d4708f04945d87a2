package mfa

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestShowableTextShowsAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "text")
		out := Showable(in)
		switch {
		case !utf8.ValidString(out):
			t.Fatalf("%q is not text", out)
		case Showable(out) != out:
			t.Fatalf("%q changes again to %q", out, Showable(out))
		case strings.IndexFunc(out, invisible) >= 0:
			t.Fatalf("%q holds what no screen shows", out)
		case utf8.RuneCountInString(out) > utf8.RuneCountInString(in):
			t.Fatalf("%q became longer: %q", in, out)
		}
	})
}

func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.In(r, unicode.Zl, unicode.Zp) || r == utf8.RuneError
}

func TestShowableKeepsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Überweisung an Zoë, 12.50 €": "Überweisung an Zoë, 12.50 €",
		"送金しますか？ 😀":                   "送金しますか？ 😀",
		"مرحبا \u0600":                "مرحبا \u0600", // drawn, though it is a format character
		"a\r\nb\tc\u2028d":            "a  b c d",
		"a\u061cb\u202ec\u2066d":      "abcd",
		"a\u00adb\u200dc\ufeffd":      "abcd",
		"a\U000e0041b":                "ab", // tags
		"a\x00b\x7fc\u0085d":          "abcd",
		"a\xffb":                      "ab",
	} {
		if got := Showable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCutKeepsSoManyCharacters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in, n := rapid.String().Draw(t, "text"), rapid.IntRange(0, 50).Draw(t, "runes")
		out := cut(in, n)
		if !strings.HasPrefix(in, out) || !utf8.ValidString(out) || utf8.RuneCountInString(out) != min(n, utf8.RuneCountInString(in)) {
			t.Fatalf("%q cut to %d is %q", in, n, out)
		}
	})
}

func FuzzShowable(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\u202e", "\xff\xfe", "\u0600\u061c", "\U000e0001x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if out := Showable(in); Showable(out) != out || strings.IndexFunc(out, invisible) >= 0 || !utf8.ValidString(out) {
			t.Fatalf("%q became %q", in, out)
		}
	})
}
