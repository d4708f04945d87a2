package endpoint

import (
	"bytes"
	"encoding/json"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

const contentJSON = "application/json; charset=utf-8"

// encoded is an encoder with the buffer it writes to.
type encoded struct {
	buffer  bytes.Buffer
	encoder *json.Encoder
}

// Buffers beyond this size are not kept: one large list must not be held for ever.
const maxPooled = 64 << 10

// encoders are shared by all handlers; the pool is no state, only memory that is used again.
var encoders = sync.Pool{New: func() any {
	e := &encoded{}
	e.encoder = json.NewEncoder(&e.buffer)
	e.encoder.SetEscapeHTML(false)
	return e
}}

func (e *encoded) release() {
	if e != nil && e.buffer.Cap() <= maxPooled {
		encoders.Put(e)
	}
}

// JSON is v in compact JSON, struct fields in their order, without HTML escapes. Its body lies in memory
// that is used again once the response is written: a response is returned once and never kept.
func JSON(status int, v any) (Response, error) {
	e, err := encode(v)
	if err != nil {
		return Response{}, err
	}
	return e.response(status), nil
}

// ASCIIJSON is JSON in which everything beyond ASCII is written as \uXXXX, for clients that read bytes as
// Latin-1.
func ASCIIJSON(status int, v any) (Response, error) {
	e, err := encode(v)
	if err != nil {
		return Response{}, err
	}
	if plain := e.buffer.Bytes(); !isASCII(plain) {
		escaped := AppendASCII(make([]byte, 0, 2*len(plain)), plain)
		e.buffer.Reset()
		e.buffer.Write(escaped)
	}
	return e.response(status), nil
}

func encode(v any) (*encoded, error) {
	e, _ := encoders.Get().(*encoded)
	e.buffer.Reset()
	if err := e.encoder.Encode(v); err != nil {
		return nil, err
	}
	e.buffer.Truncate(e.buffer.Len() - 1) // the newline that Encode ends with
	return e, nil
}

func (e *encoded) response(status int) Response {
	return Response{Status: status, ContentType: contentJSON, Body: e.buffer.Bytes(), encoded: e}
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// AppendASCII appends JSON text to dst with everything beyond ASCII as \uXXXX. Beyond ASCII there is
// nothing in JSON but the inside of strings, so the meaning stays.
func AppendASCII(dst, text []byte) []byte {
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			dst, text = append(dst, text[0]), text[1:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, high), low)
			continue
		}
		dst = appendEscape(dst, r)
	}
	return dst
}

func appendEscape(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
