package signature

import "errors"

// Limits on what the package is willing to render. A callback of the protocol
// stays far below each of them; they exist so that a hostile sender cannot buy
// much work or memory with few bytes.
const (
	// MaxBytes bounds a JSON document or query string. Fifty visible and
	// fifty hidden details of the longest permitted texts need about 200 KiB
	// when every character takes four bytes.
	MaxBytes = 1 << 20

	// MaxDepth bounds the nesting of objects and arrays. A callback is four
	// deep; anything much deeper only serves to make names long.
	MaxDepth = 16

	// MaxPairs bounds the number of rendered name=value pairs. A callback has
	// about forty beside its details.
	MaxPairs = 2048

	// MaxName bounds one rendered name in bytes. A detail key may have 200
	// characters, each of which may take twelve bytes when percent-encoded.
	MaxName = 4096
)

// The ways in which a document cannot be rendered. Errors of this package wrap
// one of them and say where.
var (
	// ErrMalformed means that the text is not a JSON object, or not a form.
	ErrMalformed = errors.New("not well formed")

	// ErrDuplicate means that one name is given twice. Readers disagree about
	// which of the two counts, so a signature over both proves nothing.
	ErrDuplicate = errors.New("given more than once")

	// ErrTooLarge means that one of the limits of this package is exceeded.
	ErrTooLarge = errors.New("exceeds a limit")
)
