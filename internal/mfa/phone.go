package mfa

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in its two halves, digits only. The zero value is no number.
type Phone struct {
	CountryCode int    // ITU calling code, 1 to 999
	National    string // digits after the calling code
}

// E164 is the number as +14155552671, or "" for none.
func (p Phone) E164() string {
	if p.CountryCode == 0 {
		return ""
	}
	return "+" + strconv.Itoa(p.CountryCode) + p.National
}

// Empty reports whether there is no number.
func (p Phone) Empty() bool { return p.CountryCode == 0 }

// LineType is what the numbering plan says of a number.
type LineType string

const (
	LineCellphone LineType = "cellphone"
	LineLandline  LineType = "landline"
	LineVoIP      LineType = "voip"
	LineUnknown   LineType = "unknown"
)

// Numbers outside of these bounds cannot be dialled (E.164 allows fifteen digits in all).
const (
	minPhoneDigits = 6
	maxPhoneDigits = 15
)

// ParsePhone reads a calling code and a national number as people type them: digits with spaces, dots,
// dashes and parentheses. It checks the calling code and the length, not whether the number is assigned,
// because operators test with numbers no plan assigns.
func ParsePhone(countryCode, national string) (Phone, error) {
	cc, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(countryCode), "+"))
	if err != nil || cc < 1 || phonenumbers.GetRegionCodeForCountryCode(cc) == phonenumbers.UNKNOWN_REGION {
		return Phone{}, &Error{Code: Invalid, Reason: ReasonCountryInvalid, Field: "country_code", Message: "the country calling code does not exist"}
	}
	digits, ok := phoneDigits(national)
	if !ok || len(digits) < minPhoneDigits || len(digits)+len(strconv.Itoa(cc)) > maxPhoneDigits {
		return Phone{}, &Error{Code: Invalid, Reason: ReasonPhoneInvalid, Field: "phone_number", Message: "the phone number is invalid"}
	}
	return Phone{CountryCode: cc, National: digits}.unprefixed(), nil
}

// unprefixed drops what people dial before a number within its country, such as the zero of 07911 123456:
// however it is written, one telephone is one person and has one limit. Numbers that no plan assigns stay as
// they are.
func (p Phone) unprefixed() Phone {
	n := p.metadata()
	if n == nil || int(n.GetCountryCode()) != p.CountryCode || !phonenumbers.IsValidNumber(n) {
		return p
	}
	if national := phonenumbers.GetNationalSignificantNumber(n); len(national) >= minPhoneDigits {
		p.National = national
	}
	return p
}

// ParseE164 reads a number that starts with + and its calling code.
func ParseE164(text string) (Phone, error) {
	invalid := &Error{Code: Invalid, Reason: ReasonPhoneInvalid, Field: "phone", Message: "the phone number is invalid; write it as +14155552671"}
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "+")
	digits, clean := phoneDigits(rest)
	if !ok || !clean {
		return Phone{}, invalid
	}
	for n := 1; n <= 3 && n < len(digits); n++ {
		cc, _ := strconv.Atoi(digits[:n])
		if phonenumbers.GetRegionCodeForCountryCode(cc) != phonenumbers.UNKNOWN_REGION {
			return ParsePhone(digits[:n], digits[n:])
		}
	}
	return Phone{}, invalid
}

func phoneDigits(text string) (string, bool) {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune("-. ()", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// Region is the ISO 3166 country of the number, or "" when its calling code is shared and undecided.
func (p Phone) Region() string {
	if n := p.metadata(); n != nil {
		if region := phonenumbers.GetRegionCodeForNumber(n); region != "" && region != phonenumbers.UNKNOWN_REGION {
			return region
		}
	}
	return phonenumbers.GetRegionCodeForCountryCode(p.CountryCode)
}

// Line is the kind of line that the numbering plan assigns to the number; plans such as the North
// American one do not tell mobile from fixed, and such numbers count as cellphones because they can
// receive messages as far as anyone offline can know.
func (p Phone) Line() LineType {
	n := p.metadata()
	if n == nil {
		return LineUnknown
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return LineCellphone
	case phonenumbers.FIXED_LINE:
		return LineLandline
	case phonenumbers.VOIP:
		return LineVoIP
	default:
		return LineUnknown
	}
}

func (p Phone) metadata() *phonenumbers.PhoneNumber {
	n, err := phonenumbers.Parse(p.E164(), "")
	if err != nil {
		return nil
	}
	return n
}
