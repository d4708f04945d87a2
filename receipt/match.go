package receipt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"

	"github.com/twinseal/twinseal/policy"
)

// Match asks the person for a number that is shown where the question was
// caused: to choose it among Choices, or to type as many digits as Digits says.
// Which number it is, only the server knows.
type Match struct {
	Choices []string `json:"choices,omitempty"`
	Digits  string   `json:"digits,omitempty"`
}

const (
	// matchChoices is how many numbers a person chooses from: one glance.
	matchChoices = 3
	// matchDigits is how many a person types: one wrong answer ends the question,
	// so two are enough.
	matchDigits = "2"
	// minNumber and maxNumber are the numbers of two digits, none of which begins
	// with a zero that people would leave out.
	minNumber, maxNumber = 10, 99
)

var numberPattern = regexp.MustCompile(`^[1-9][0-9]$`)

// NewMatch draws a number, and what a question asks to have it confirmed in that
// way; nil and "" where no way is named.
func NewMatch(way policy.Match, random io.Reader) (*Match, string, error) {
	switch way {
	case policy.MatchType:
		number, err := drawNumber(random)
		return &Match{Digits: matchDigits}, number, err
	case policy.MatchPick:
		return newChoices(random)
	}
	return nil, "", nil
}

// newChoices draws different numbers; the place of the right one is drawn too.
func newChoices(random io.Reader) (*Match, string, error) {
	m := &Match{}
	for len(m.Choices) < matchChoices {
		number, err := drawNumber(random)
		if err != nil {
			return nil, "", err
		}
		if !slices.Contains(m.Choices, number) {
			m.Choices = append(m.Choices, number)
		}
	}
	right, err := rand.Int(random, big.NewInt(matchChoices))
	if err != nil {
		return nil, "", fmt.Errorf("draw a number: %w", err)
	}
	return m, m.Choices[right.Int64()], nil
}

func drawNumber(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(maxNumber-minNumber+1))
	if err != nil {
		return "", fmt.Errorf("draw a number: %w", err)
	}
	return fmt.Sprint(minNumber + n.Int64()), nil
}

// Way says how the number is asked for; "" for no match.
func (m *Match) Way() policy.Match {
	switch {
	case m == nil:
		return ""
	case m.Digits != "":
		return policy.MatchType
	}
	return policy.MatchPick
}

// Takes reports whether a number may be answered at all, right or wrong.
func (m *Match) Takes(number string) bool {
	if m.Way() == policy.MatchPick {
		return slices.Contains(m.Choices, number)
	}
	return m != nil && numberPattern.MatchString(number)
}

func (m *Match) validate() error {
	switch {
	case m == nil:
		return nil
	case m.Digits != "":
		if m.Digits != matchDigits || m.Choices != nil {
			return errors.New("match: it asks for two digits, or offers three numbers")
		}
		return nil
	case len(m.Choices) != matchChoices:
		return errors.New("match: it asks for two digits, or offers three numbers")
	}
	for i, number := range m.Choices {
		if !numberPattern.MatchString(number) || slices.Contains(m.Choices[:i], number) {
			return errors.New("match: a number is repeated, or none of 10 to 99")
		}
	}
	return nil
}

// validWay holds the number that is asked for to the policy that demands one.
func (q Question) validWay() error {
	if q.Policy != nil && !q.Match.Way().Covers(q.Policy.Match) {
		return errors.New("match: the policy demands a number, and the question asks for none or for an easier one")
	}
	return nil
}

// validMatch holds an approval to the number that the question asks for.
func (s Statement) validMatch() error {
	switch {
	case s.Question.Match == nil || s.Decision != Approved:
		if s.Match != "" {
			return errors.New("match: only the approval of a question that asks for a number has one")
		}
		return nil
	case !s.Question.Match.Takes(s.Match):
		return errors.New("match: not a number that the question asks for")
	}
	return nil
}
