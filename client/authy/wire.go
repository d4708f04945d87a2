package authy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The scalars below read every spelling of a value that servers of this protocol
// are known to send. null leaves the zero value.

var errScalar = errors.New("not a value of the expected type")

// flag reads true, "true" and 1 as true in any case, and their opposites.
type flag bool

func (f *flag) UnmarshalJSON(raw []byte) error {
	switch strings.ToLower(strings.Trim(string(raw), `"`)) {
	case "true", "1":
		*f = true
	case "false", "0", "", "null":
		*f = false
	default:
		return errScalar
	}
	return nil
}

// text reads a string, or a number as its literal.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil { // also null
		*t = text(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		*t = text(n)
		return nil
	}
	return errScalar
}

// number reads an integer, or a string of digits.
type number int64

func (n *number) UnmarshalJSON(raw []byte) error {
	raw = bytes.Trim(raw, `"`)
	if len(raw) == 0 || string(raw) == "null" {
		*n = 0
		return nil
	}
	value, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return errScalar
	}
	*n = number(value)
	return nil
}

// instant reads a time in epoch seconds, as number or text, or in RFC 3339. Zero
// and null are the zero time.
type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(raw []byte) error {
	var t text
	if err := t.UnmarshalJSON(raw); err != nil {
		return err
	}
	at, err := parseInstant(string(t))
	i.Time = at
	return err
}

// lastEpoch is the end of the year 9999, beyond which a time cannot be written.
const lastEpoch = 253402300799

func parseInstant(s string) (time.Time, error) {
	if s == "" || s == "0" {
		return time.Time{}, nil
	}
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		if seconds < 0 || seconds > lastEpoch {
			return time.Time{}, fmt.Errorf("time: %w", errScalar)
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("time: %w", errScalar)
	}
	return at.UTC(), nil
}

// maxSeconds is the longest life that fits a duration, some 290 years; a server
// has no use for more.
const maxSeconds = 1 << 33

func seconds(n number) time.Duration {
	return time.Duration(max(0, min(int64(n), maxSeconds))) * time.Second
}
