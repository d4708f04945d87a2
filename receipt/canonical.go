package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"
)

var (
	errNotCanonical = errors.New("not in canonical form (RFC 8785)")
	errOtherForm    = errors.New("members are missing, null or misspelt, or two forms are mixed")
)

// canonical encodes v by RFC 8785. Text in v must be valid UTF-8: the encoder
// of the standard library would replace what is not.
func canonical(v any) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("cannot be encoded: %w", err)
	}
	if out, ok := ordered(bytes.TrimSuffix(data.Bytes(), []byte("\n"))); ok {
		return out, nil
	}
	out, err := jcs.Transform(data.Bytes())
	if err != nil {
		return nil, fmt.Errorf("cannot be made canonical: %w", err)
	}
	return out, nil
}

// decodeStrict reads data, in any member order and spacing, into v. What v
// holds afterwards, written down again, is the same document.
func decodeStrict(data []byte, v any) error {
	again, err := decode(data, v)
	if err != nil || bytes.Equal(again, data) {
		return err
	}
	form, err := jcs.Transform(data)
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if !bytes.Equal(form, again) {
		return errOtherForm
	}
	return nil
}

// decodeCanonical is decodeStrict for documents that must already be
// canonical.
func decodeCanonical(data []byte, v any) error {
	again, err := decode(data, v)
	if err == nil && !bytes.Equal(again, data) {
		err = errNotCanonical
	}
	return err
}

// decode reads data leniently into v and gives the canonical form of what was
// understood. Comparing that with data is what makes reading strict: repeated
// members, other letter cases and text after the end all show there.
func decode(data []byte, v any) ([]byte, error) {
	if len(data) == 0 {
		return nil, errors.New("empty")
	}
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.DisallowUnknownFields()
	if err := reader.Decode(v); err != nil {
		return nil, fmt.Errorf("not understood: %w", err)
	}
	return canonical(v)
}
