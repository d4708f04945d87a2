package endpoint

import "bytes"

// HoldsNull reports whether JSON text holds U+0000, which cannot be kept: the escape, as raw it is no JSON.
func HoldsNull(body []byte) bool {
	escape := []byte("u0000")
	for at := 0; ; at += len(escape) {
		i := bytes.Index(body[at:], escape)
		if i < 0 {
			return false
		}
		at += i
		slashes := 0
		for at-slashes > 0 && body[at-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			return true
		}
	}
}
