package text_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/text"
)

func TestATagDecidesTheLocale(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]text.Locale{
		"en": text.English, "en-GB": text.English, "es": text.Spanish, "es-419": text.Spanish, "ES-mx": text.Spanish,
		"pt": text.Portuguese, "pt-BR": text.Portuguese, "pt-PT": text.Portuguese, "pt_BR": text.Portuguese,
		"de": text.German, "de-CH": text.German, "de-AT": text.German, "gsw": text.German, "fr": text.French, "fr-CA": text.French,
		"it": text.Italian, "it-CH": text.Italian, "\tit\n": text.Italian,
		"zh": text.English, "zh-HK": text.English, "ja": text.English, "nl": text.English, "tl": text.English, "he": text.English,
		"tlh": text.English, "und": text.English, "*": text.English, "!!": text.English, "-": text.English, "\x00": text.English,
		strings.Repeat("de-", 1000): text.English,
	} {
		// The number is Mexican: whoever names a language means it.
		if got := text.For(tag, text.Hints{Region: "MX", CallingCode: 52}).Locale(); got != want {
			t.Errorf("%.20q: got %s, want %s", tag, got, want)
		}
	}
}

func TestWithoutATagTheNumberDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region string
		code   int
		want   text.Locale
	}{
		{"MX", 52, text.Spanish},
		{"ES", 34, text.Spanish},
		{"AR", 54, text.Spanish},
		{"PY", 595, text.Spanish},
		{"AD", 376, text.Spanish},
		{"BR", 55, text.Portuguese},
		{"PT", 351, text.Portuguese},
		{"AO", 244, text.Portuguese},
		{"TL", 670, text.Portuguese},
		{"DE", 49, text.German},
		{"AT", 43, text.German},
		{"CH", 41, text.German},
		{"LI", 423, text.German},
		{"FR", 33, text.French},
		{"LU", 352, text.French},
		{"SN", 221, text.French},
		{"MA", 212, text.French},
		{"CD", 243, text.French},
		{"BI", 257, text.French},
		{"RW", 250, text.French},
		{"MR", 222, text.French},
		{"RE", 262, text.French},
		{"NE", 227, text.French},
		{"IT", 39, text.Italian},
		{"SM", 378, text.Italian},
		{"GB", 44, text.English},
		{"US", 1, text.English},
		{"CN", 86, text.English},
		{"NL", 31, text.English},
		{"BE", 32, text.English},
		{"", 0, text.English},
		{"ZZ", 999, text.English},
		{"001", -1, text.English},
		{"Mexico", 888, text.English},
	} {
		if got := text.For("", text.Hints{Region: c.region}).Locale(); got != c.want {
			t.Errorf("region %s: got %s, want %s", c.region, got, c.want)
		}
		if got := text.For(" ", text.Hints{CallingCode: c.code}).Locale(); got != c.want {
			t.Errorf("calling code %d: got %s, want %s", c.code, got, c.want)
		}
	}
	if got := text.For("", text.Hints{Region: "pr", CallingCode: 1}).Locale(); got != text.Spanish {
		t.Errorf("Puerto Rico shares its calling code and is Spanish by region, got %s", got)
	}
}
