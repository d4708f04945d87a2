package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// micros is a time as it is stored: microseconds since 1970, the zero time as 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is the time that micros stored.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// octets are bytes as they are stored: never NULL.
func octets(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// encode is a value as JSON text. The values are structs and lists of text and
// cannot fail to encode, unless raw JSON inside of them is malformed.
func encode(what string, value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", &mfa.Error{Code: mfa.Internal, Message: what + " cannot be written as JSON", Cause: err}
	}
	return string(text), nil
}

// encodeList is encode, with "" for an empty list: most are, and cost nothing then.
func encodeList[T any](what string, list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	return encode(what, list)
}

// decode reads what encode wrote; "" leaves the value alone.
func decode(what, text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return damaged(what, err)
	}
	return nil
}

// decodeTexts reads a JSON list of texts. A list of one plain text, which nearly
// every user's addresses are, is taken apart by hand because the hot path reads it.
func decodeTexts[T ~string](what, text string) ([]T, error) {
	if text == "" {
		return nil, nil
	}
	inner, begins := strings.CutPrefix(text, `["`)
	inner, ends := strings.CutSuffix(inner, `"]`)
	if begins && ends && !strings.ContainsAny(inner, `"\`) {
		return []T{T(inner)}, nil
	}
	var list []T
	return list, decode(what, text, &list)
}

// raw is stored JSON, nil for none.
func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// phoneOf puts a number together again from its calling code and E.164 text.
func phoneOf(country int, e164 string) mfa.Phone {
	if country == 0 {
		return mfa.Phone{}
	}
	return mfa.Phone{CountryCode: country, National: strings.TrimPrefix(e164, "+"+strconv.Itoa(country))}
}
