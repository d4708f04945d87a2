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
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cannot be encoded: %w", err)
	}
	out, err := jcs.Transform(data)
	if err != nil {
		return nil, fmt.Errorf("cannot be made canonical: %w", err)
	}
	return out, nil
}

// decodeStrict reads data, in any member order and spacing, into v. What v
// holds afterwards, written down again, is the same document.
func decodeStrict(data []byte, v any) error {
	_, err := decode(data, v)
	return err
}

// decodeCanonical is decodeStrict for documents that must already be
// canonical.
func decodeCanonical(data []byte, v any) error {
	form, err := decode(data, v)
	if err != nil {
		return err
	}
	if !bytes.Equal(form, data) {
		return errNotCanonical
	}
	return nil
}

func decode(data []byte, v any) ([]byte, error) {
	if len(data) == 0 {
		return nil, errors.New("empty")
	}
	form, err := jcs.Transform(data)
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	reader := json.NewDecoder(bytes.NewReader(form))
	reader.DisallowUnknownFields()
	if err := reader.Decode(v); err != nil {
		return nil, fmt.Errorf("not understood: %w", err)
	}
	again, err := canonical(v)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(form, again) {
		return nil, errOtherForm
	}
	return form, nil
}
