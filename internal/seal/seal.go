// Package seal keeps secrets encrypted at rest, each bound to its place.
//
// A sealed value opens at the table, column and row it was sealed for and
// nowhere else: whoever can write to the database cannot move one person's seed
// into another person's row. Values are sealed by AES-256-GCM under data keys;
// data keys are stored by the caller, wrapped by a master key that never lies in
// the database. Values that are only ever compared are not sealed but digested,
// under a key of their own, so that they can be looked up.
//
// A sealed value is
//
//	format (1 byte) | data key (4 bytes, big endian) | nonce (12) | ciphertext | tag (16)
//
// and its additional data are the header with the three names of the place, each
// after its length, so that no two places share an encoding.
//
// The nonce is random: NIST SP 800-38D allows 2^32 values under one key, a
// thousand every second for seven weeks. Rotate well before that, or yearly,
// whichever comes first; older values keep opening.
package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Errors that callers tell apart. None of them carries anything secret.
var (
	// ErrMalformed: the bytes were never a sealed value of a format we know.
	ErrMalformed = errors.New("not a sealed value")
	// ErrUnknownKey: sealed under a data key that this ring lacks. Another process
	// may have rotated: read the stored keys again and Merge them.
	ErrUnknownKey = errors.New("sealed under an unknown data key")
	// ErrRefused: altered, or sealed for another place.
	ErrRefused = errors.New("sealed value refused: it was altered or belongs to another place")
)

const (
	formatAESGCM = 1
	headerSize   = 1 + 4
	overhead     = 12 + 16 // nonce and tag
)

// Overhead is by how many bytes a sealed value is longer than what it holds.
const Overhead = headerSize + overhead

// Place is where a sealed value lives. All three names are part of the seal:
// renaming a table or column means sealing its values anew.
type Place struct {
	Table, Column, Row string
}

func (p Place) String() string { return p.Table + "." + p.Column + " of " + p.Row }

// usualPlace is room for the additional data of nearly every place, so that
// building them costs one allocation at most.
const usualPlace = 128

func (p Place) additionalData(header []byte) []byte {
	data := append(make([]byte, 0, usualPlace), header...)
	for _, name := range [...]string{p.Table, p.Column, p.Row} {
		data = binary.AppendUvarint(data, uint64(len(name)))
		data = append(data, name...)
	}
	return data
}

// Seal encrypts the plaintext for its place under the active data key. Two calls
// never give the same bytes.
func (r *Ring) Seal(place Place, plaintext []byte) []byte {
	keys := r.keys.Load()
	out := make([]byte, headerSize, Overhead+len(plaintext))
	out[0] = formatAESGCM
	binary.BigEndian.PutUint32(out[1:], uint32(keys.active))
	return keys.data[keys.active].Seal(out, nil, plaintext, place.additionalData(out))
}

// Open decrypts what Seal made for the same place, under whichever data key it
// was. It is safe for concurrent use and waits for nothing.
func (r *Ring) Open(place Place, sealed []byte) ([]byte, error) {
	id, err := keyOf(sealed)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", place, err)
	}
	key, ok := r.keys.Load().data[id]
	if !ok {
		return nil, fmt.Errorf("%v: %w (%d)", place, ErrUnknownKey, id)
	}
	plaintext, err := key.Open(nil, nil, sealed[headerSize:], place.additionalData(sealed[:headerSize]))
	if err != nil {
		// The cause only ever says "authentication failed".
		return nil, fmt.Errorf("%v: %w", place, ErrRefused)
	}
	return plaintext, nil
}

// NeedsReseal says that the value was sealed under an older data key and should
// be opened and sealed anew. What is not a sealed value needs none: opening it
// would fail.
func (r *Ring) NeedsReseal(sealed []byte) bool {
	id, err := keyOf(sealed)
	return err == nil && id != r.keys.Load().active
}

func keyOf(sealed []byte) (KeyID, error) {
	if len(sealed) < Overhead || sealed[0] != formatAESGCM {
		return 0, ErrMalformed
	}
	return KeyID(binary.BigEndian.Uint32(sealed[1:])), nil
}
