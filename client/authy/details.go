package authy

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxText is the longest message, key or value of an approval request. Some of
// the vendor's programs cut longer ones, others refuse them; a text that is
// approved without being seen whole is worse than an error, so this one refuses.
const maxText = 200

// Detail is one line of an approval request.
type Detail struct{ Key, Value string }

// Details are the lines of an approval request. People see them in this order.
type Details []Detail

// Get returns the value of a key, or an empty text.
func (d Details) Get(key string) string {
	for _, detail := range d {
		if detail.Key == key {
			return detail.Value
		}
	}
	return ""
}

// MarshalJSON writes an object with its members in the given order.
func (d Details) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, detail := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(detail.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(detail.Value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (d Details) check(field string) error {
	seen := map[string]bool{}
	for i, detail := range d {
		line := field + " " + strconv.Itoa(i+1)
		if detail.Key == "" {
			return &FormatError{Field: line, Reason: "must have a key"}
		}
		if seen[detail.Key] {
			return &FormatError{Field: line, Reason: "repeats the key of an earlier one"}
		}
		seen[detail.Key] = true
		if err := checkLength(line, detail.Key, maxText); err != nil {
			return err
		}
		if err := checkLength(line, detail.Value, maxText); err != nil {
			return err
		}
	}
	return nil
}

// Resolution is the screen density a logo is made for.
type Resolution string

// The resolutions of a [Logo].
const (
	LogoDefault Resolution = "default"
	LogoLow     Resolution = "low"
	LogoMedium  Resolution = "med"
	LogoHigh    Resolution = "high"
)

// maxLogoURL is the longest address of a logo that the vendor's programs send.
const maxLogoURL = 500

// Logo is a picture shown with an approval request.
type Logo struct {
	Resolution Resolution `json:"res"`
	URL        string     `json:"url"`
}

// checkLogos holds logos to the rules of the vendor's programs: known
// resolutions, and a default one if there is any.
func checkLogos(logos []Logo) error {
	hasDefault := len(logos) == 0
	for _, logo := range logos {
		switch logo.Resolution {
		case LogoDefault:
			hasDefault = true
		case LogoLow, LogoMedium, LogoHigh:
		default:
			return &FormatError{Field: "logo", Reason: `must have the resolution "default", "low", "med" or "high"`}
		}
		if logo.URL == "" {
			return &FormatError{Field: "logo", Reason: "must have a URL"}
		}
		if err := checkLength("logo URL", logo.URL, maxLogoURL); err != nil {
			return err
		}
	}
	if !hasDefault {
		return &FormatError{Field: "logos", Reason: `must include one with the resolution "default"`}
	}
	return nil
}
