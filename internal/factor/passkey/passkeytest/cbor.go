package passkeytest

import "encoding/binary"

// The major types of CBOR (RFC 8949, section 3.1) that authenticators use.
const (
	majorUnsigned = 0
	majorNegative = 1
	majorBytes    = 2
	majorText     = 3
	majorArray    = 4
	majorMap      = 5
)

// Pair is one member of a [Map], its two halves encoded already.
type Pair struct{ Key, Value []byte }

func head(major byte, n uint64) []byte {
	lead := major << 5
	switch {
	case n < 24:
		return []byte{lead | byte(n)}
	case n <= 0xff:
		return []byte{lead | 24, byte(n)}
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16([]byte{lead | 25}, uint16(n))
	case n <= 0xffffffff:
		return binary.BigEndian.AppendUint32([]byte{lead | 26}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{lead | 27}, n)
}

// Int encodes an integer.
func Int(n int64) []byte {
	if n < 0 {
		return head(majorNegative, uint64(-(n + 1)))
	}
	return head(majorUnsigned, uint64(n))
}

// Bytes encodes a byte string.
func Bytes(b []byte) []byte { return append(head(majorBytes, uint64(len(b))), b...) }

// Text encodes a text string.
func Text(s string) []byte { return append(head(majorText, uint64(len(s))), s...) }

// Array encodes items that are encoded already.
func Array(items ...[]byte) []byte {
	out := head(majorArray, uint64(len(items)))
	for _, item := range items {
		out = append(out, item...)
	}
	return out
}

// Map encodes pairs in the order given. It sorts nothing and refuses nothing, so that tests can make maps that
// no authenticator would.
func Map(pairs ...Pair) []byte {
	out := head(majorMap, uint64(len(pairs)))
	for _, p := range pairs {
		out = append(append(out, p.Key...), p.Value...)
	}
	return out
}

func named(key string, value []byte) Pair   { return Pair{Text(key), value} }
func labelled(key int64, value []byte) Pair { return Pair{Int(key), value} }
