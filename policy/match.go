package policy

import "slices"

// Match says how a person shows that it was they who caused a question: by a
// number that stands where they did, and that whoever floods them with
// questions cannot tell them.
type Match string

// The ways, from the weaker on; the zero value asks for no number.
const (
	MatchPick Match = "pick" // choose it among three
	MatchType Match = "type" // type it
)

// matches are all ways in their order.
func matches() []Match { return []Match{"", MatchPick, MatchType} }

// Valid reports whether there is such a way; none is one too.
func (m Match) Valid() bool { return slices.Contains(matches(), m) }

// Covers reports whether a number that is asked for in this way is as hard to
// guess as one in the other.
func (m Match) Covers(other Match) bool {
	return slices.Index(matches(), m) >= slices.Index(matches(), other)
}

// StricterMatch gives the way that is harder to guess by.
func StricterMatch(a, b Match) Match {
	if a.Covers(b) {
		return a
	}
	return b
}

func (m Match) explain() []string {
	switch m {
	case MatchPick:
		return []string{"pick the number that is shown where you started this"}
	case MatchType:
		return []string{"type the number that is shown where you started this"}
	}
	return nil
}
