package engine

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// valid refuses arguments that cannot be sent, before they reach a transaction
// that others share.
func valid(args []any) error {
	for i, arg := range args {
		switch v := arg.(type) {
		case nil, int64, int, bool, float64, []byte, *int64:
		case string:
			if !validText(v) {
				return fmt.Errorf("argument %d: %w", i+1, ErrText)
			}
		case *string:
			if v != nil && !validText(*v) {
				return fmt.Errorf("argument %d: %w", i+1, ErrText)
			}
		default:
			return fmt.Errorf("argument %d: type %T is not supported", i+1, arg)
		}
	}
	return nil
}

func validText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// plain reduces an argument to nil, int64, bool, float64, string or []byte. It
// returns other types as they are.
func plain(arg any) any {
	switch v := arg.(type) {
	case int:
		return int64(v)
	case []byte:
		if v == nil {
			return nil
		}
	case *string:
		if v == nil {
			return nil
		}
		return *v
	case *int64:
		if v == nil {
			return nil
		}
		return *v
	}
	return arg
}

// inner allocates what a pointer to a pointer shall point to and returns the
// plain destination.
func inner(dest any) any {
	switch d := dest.(type) {
	case **string:
		*d = new(string)
		return *d
	case **int64:
		*d = new(int64)
		return *d
	case **int:
		*d = new(int)
		return *d
	case **bool:
		*d = new(bool)
		return *d
	case **float64:
		*d = new(float64)
		return *d
	}
	return dest
}

// replaceText gives a destination a text, and leaves one that holds it already:
// rows that are read into the same place again have most short texts in common.
func replaceText(d *string, text []byte) {
	if *d != string(text) {
		*d = string(text)
	}
}

// errNull is what a plain destination makes of NULL.
var errNull = errors.New("NULL needs a pointer to a pointer")

// setNull makes the destination nil.
func setNull(dest any) error {
	switch d := dest.(type) {
	case *[]byte:
		*d = nil
	case **string:
		*d = nil
	case **int64:
		*d = nil
	case **int:
		*d = nil
	case **bool:
		*d = nil
	case **float64:
		*d = nil
	default:
		return errNull
	}
	return nil
}
