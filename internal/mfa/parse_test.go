package mfa_test

import (
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country, national string
		want              string // E.164, or the reason
	}{
		{"1", "4155552671", "+14155552671"},
		{"+1", "(415) 555-2671", "+14155552671"},
		{" 44 ", "20.7946.0018", "+442079460018"},
		{"57", "3007771212", "+573007771212"},
		{"44", "07911 123456", "+447911123456"}, // as people write it at home
		{"44", "0 20 7946 0018", "+442079460018"},
		{"1", "1 415 555 2671", "+14155552671"},
		{"39", "06 698 12345", "+390669812345"}, // a zero that belongs to the number
		{"1", "123456", "+1123456"},             // operators test with numbers that no plan assigns
		{"1", "12345", "phone_invalid"},
		{"1", "", "phone_invalid"},
		{"1", "415555267a", "phone_invalid"},
		{"1", "４１５５５５２６７１", "phone_invalid"}, // full-width digits
		{"1", "415/5552671", "phone_invalid"},
		{"1", "12345678901234", "+112345678901234"},
		{"1", "123456789012345", "phone_invalid"},
		{"999", "4155552671", "country_invalid"},
		{"0", "4155552671", "country_invalid"},
		{"-1", "4155552671", "country_invalid"},
		{"", "4155552671", "country_invalid"},
		{"US", "4155552671", "country_invalid"},
		{"99999999999999999999", "4155552671", "country_invalid"},
	} {
		got, err := mfa.ParsePhone(c.country, c.national)
		text := got.E164()
		if e, ok := err.(*mfa.Error); ok { //nolint:errorlint // returned bare
			text = string(e.Reason)
		}
		if text != c.want {
			t.Errorf("%q %q: %s, want %s", c.country, c.national, text, c.want)
		}
	}
}

func TestParseE164(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]mfa.Phone{
		"+14155552671":       {CountryCode: 1, National: "4155552671"},
		" +1 415 555-2671 ":  {CountryCode: 1, National: "4155552671"},
		"+44 (20) 7946 0018": {CountryCode: 44, National: "2079460018"},
		"+351912345678":      {CountryCode: 351, National: "912345678"},
		"+44 (0)7911 123456": {CountryCode: 44, National: "7911123456"},
		"14155552671":        {},
		"+":                  {},
		"":                   {},
		"+1":                 {},
		"+12345":             {},
		"+999123456789":      {},
		"++14155552671":      {},
		"+1415555267x":       {},
		"tel:+14155552671":   {},
	} {
		got, err := mfa.ParseE164(in)
		if got != want || (err == nil) == want.Empty() {
			t.Errorf("%q: %+v, %v, want %+v", in, got, err, want)
		}
	}
}

func TestThePlanTellsLines(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		line   mfa.LineType
		region string
	}{
		"+14155552671":  {mfa.LineCellphone, "US"}, // a plan that does not tell
		"+442079460018": {mfa.LineLandline, "GB"},
		"+447400123456": {mfa.LineCellphone, "GB"},
		"+445612345678": {mfa.LineVoIP, "GB"},
		"+1123456":      {mfa.LineUnknown, "US"},
	} {
		p, err := mfa.ParseE164(in)
		if err != nil {
			t.Fatal(in, err)
		}
		if p.Line() != want.line || p.Region() != want.region {
			t.Errorf("%s: %s in %s, want %s in %s", in, p.Line(), p.Region(), want.line, want.region)
		}
	}
	var none mfa.Phone
	if none.E164() != "" || none.Line() != mfa.LineUnknown {
		t.Errorf("no number is %q, %s", none.E164(), none.Line())
	}
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ann@example.com":                  "ann@example.com",
		" ann+tag@mail.example.com ":       "ann+tag@mail.example.com",
		"zoë@example.com":                  "zoë@example.com",
		"":                                 "",
		"ann":                              "",
		"ann@":                             "",
		"@example.com":                     "",
		"ann@localhost":                    "",
		"ann@example.":                     "",
		"ann@.com":                         "",
		"Ann <ann@example.com>":            "",
		"ann@example.com, bob@example.co":  "",
		"ann@example.com\r\nBcc: x@y.zz":   "",
		"a b@example.com":                  "",
		`"a b"@example.com`:                "",
		strings.Repeat("a", 250) + "@b.co": "",
	} {
		got, err := mfa.ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParseUUID(t *testing.T) {
	t.Parallel()
	const canonical = "6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10"
	for in, want := range map[string]string{
		canonical:                          canonical,
		strings.ToUpper(canonical):         canonical,
		"{" + canonical + "}":              "",
		"urn:uuid:" + canonical:            "",
		"6f6a2c3e0d0f4b3c9a612f6f8d1c7b10": "",
		"":                                 "",
		canonical[:35] + "g":               "",
		canonical + " ":                    "",
	} {
		got, err := mfa.ParseUUID("id", in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestLinkingCodesReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"K7QF2MPX": "K7QF2MPX", " k7qf-2mpx ": "K7QF2MPX", "K7 QF.2M PX": "K7QF2MPX", "OIL0": "0110", "": "",
	} {
		if got := mfa.NormalLinkCode(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParseE164(f *testing.F) {
	for _, s := range []string{"+14155552671", "+44 (20) 7946 0018", "+", "+999", "1415", "+0000000", "+1\x00", "+８"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		p, err := mfa.ParseE164(in)
		if err != nil {
			if !p.Empty() || !mfa.IsCode(err, mfa.Invalid) {
				t.Fatalf("%q: %+v, %v", in, p, err)
			}
			return
		}
		wellFormedPhone(t, p)
	})
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range [][2]string{{"1", "4155552671"}, {"+44", "20-7946-0018"}, {"", ""}, {"1", "١٢٣٤٥٦"}, {"+-1", "123456"}, {"44", "07911123456"}, {"52", "15512345678"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, country, national string) {
		p, err := mfa.ParsePhone(country, national)
		if err != nil {
			if !p.Empty() || !mfa.IsCode(err, mfa.Invalid) {
				t.Fatalf("%q %q: %+v, %v", country, national, p, err)
			}
			return
		}
		wellFormedPhone(t, p)
	})
}

// wellFormedPhone is what the rest of the program relies on.
func wellFormedPhone(t *testing.T, p mfa.Phone) {
	t.Helper()
	text := p.E164()
	if len(text) < 8 || len(text) > 16 || text[0] != '+' || strings.Trim(text[1:], "0123456789") != "" {
		t.Fatalf("%+v is written %q", p, text)
	}
	if again, err := mfa.ParseE164(text); err != nil || again != p {
		t.Fatalf("%q reads back as %+v, %v, want %+v", text, again, err, p)
	}
	_, _ = p.Line(), p.Region() // they take every number
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"ann@example.com", "a@b.c", "<a@b.c>", "a@[1.2.3.4]", "a@b.c\n", `"\""@b.c`, "=?utf-8?q?a?=@b.c", "a@b.c (x)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := mfa.ParseEmail(in)
		if err != nil {
			return
		}
		if strings.IndexFunc(got, unicode.IsControl) >= 0 || strings.ContainsAny(got, "<>,\" ") || !utf8.ValidString(got) {
			t.Fatalf("%q was taken", got)
		}
		if at, err := mail.ParseAddress(got); err != nil || at.Address != got {
			t.Fatalf("%q is read as %v, %v", got, at, err)
		}
	})
}
