package rule

import "fmt"

// Reason says what kind of fault conditions have.
type Reason string

// The reasons of refusals.
const (
	Malformed Reason = "malformed"
	TooLarge  Reason = "too large"
	TooDeep   Reason = "too deep"
	TooSlow   Reason = "too slow"
)

// Refusal is why conditions were not taken, in a sentence for who wrote them.
type Refusal struct {
	Reason   Reason
	Sentence string
}

func (r *Refusal) Error() string { return r.Sentence }

func malformed(format string, args ...any) *Refusal {
	return &Refusal{Reason: Malformed, Sentence: fmt.Sprintf(format, args...)}
}
