package handoffs

import (
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Sizes of codes. A phrase of six words out of more than 2048 has 66 bits, which nobody guesses over a network.
const (
	shortDigits = 6
	longBytes   = 24
	phraseWords = 6
	maxCode     = 200 // bytes of what people type; the longest phrase is a third of it
)

//go:embed words.txt
var wordList string

// words are short English words, each once, none rude, that are told apart when they are read aloud.
func words() []string { return strings.Fields(wordList) }

// draw makes a code of a form.
func draw(random io.Reader, form mfa.HandoffForm) (string, error) {
	switch form {
	case mfa.HandoffShort:
		var digits strings.Builder
		for range shortDigits {
			n, err := below(random, 10)
			if err != nil {
				return "", err
			}
			digits.WriteByte('0' + byte(n))
		}
		return digits.String(), nil
	case mfa.HandoffPhrase:
		list := words()
		phrase := make([]string, phraseWords)
		for i := range phrase {
			n, err := below(random, len(list))
			if err != nil {
				return "", err
			}
			phrase[i] = list[n]
		}
		return strings.Join(phrase, " "), nil
	default:
		raw := make([]byte, longBytes)
		if _, err := io.ReadFull(random, raw); err != nil {
			return "", err
		}
		return base64.RawURLEncoding.EncodeToString(raw), nil
	}
}

// below draws a number under n, each equally likely: values that would favour some are drawn again. n is 65536 at
// most.
func below(random io.Reader, n int) (int, error) {
	const all = 1 << 16
	var raw [2]byte
	for {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return 0, err
		}
		if v := int(binary.BigEndian.Uint16(raw[:])); v < all-all%n {
			return v % n, nil
		}
	}
}

// normal brings what people type to the form that was issued; "" for what cannot be one.
func normal(form mfa.HandoffForm, code string) string {
	if len(code) > maxCode {
		return ""
	}
	switch form {
	case mfa.HandoffShort:
		return strings.NewReplacer(" ", "", "-", "").Replace(code)
	case mfa.HandoffPhrase:
		return strings.Join(strings.FieldsFunc(strings.ToLower(code), func(r rune) bool { return r == ' ' || r == '-' || r == '\n' || r == '\t' }), " ")
	default:
		return strings.TrimSpace(code)
	}
}
