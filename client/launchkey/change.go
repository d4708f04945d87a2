package launchkey

import "encoding/json"

// Change says what an update does to a value that can also be absent. The zero
// Change leaves it as it is.
type Change[T any] struct {
	made  bool
	value *T
}

// To is the change to a value.
func To[T any](value T) Change[T] { return Change[T]{made: true, value: &value} }

// Clear is the change to no value.
func Clear[T any]() Change[T] { return Change[T]{made: true} }

// IsZero reports whether the value stays as it is.
func (c Change[T]) IsZero() bool { return !c.made }

// MarshalJSON writes the new value, or null for none.
func (c Change[T]) MarshalJSON() ([]byte, error) { return json.Marshal(c.value) }
