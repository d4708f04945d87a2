package rulebook

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/internal/rule"
)

// Bounds of the tests of one rule, all of which are run with every change of what it stands on.
const (
	maxTests      = 20
	maxTestsBytes = 32 << 10
)

// FieldTests is the field of refusals for rules whose own tests fail, or cannot be read.
const FieldTests = "tests"

// Test is an example that a rule carries: facts, and whether it must match them. Value lists are those of the
// application unless the facts bring others.
type Test struct {
	Name   string         `json:"name"`
	Facts  map[string]any `json:"facts"`
	Expect *bool          `json:"expect"`
}

// Result is what became of a test.
type Result struct {
	Test

	Got     bool
	Missing []string // facts that were asked for and not given
}

// Passed reports whether the rule said what was expected.
func (r *Result) Passed() bool { return r.Got == *r.Expect }

// Complaint says how a test failed.
func (r *Result) Complaint() string {
	said := map[bool]string{true: "matches", false: "does not match"}
	text := fmt.Sprintf("the rule %s", said[r.Got])
	if len(r.Missing) > 0 {
		text += ", and the test says nothing of " + strings.Join(r.Missing, ", ")
	}
	return text
}

// ReadTests reads those of a rule.
func ReadTests(tests json.RawMessage) ([]Test, error) {
	if len(tests) == 0 {
		return nil, nil
	}
	if len(tests) > maxTestsBytes {
		return nil, invalid(FieldTests, "the tests of a rule take at most 32 KiB")
	}
	var out []Test
	if err := json.Unmarshal(tests, &out); err != nil {
		return nil, invalid(FieldTests, `tests are written [{"name":"…","facts":{"ip.isAnonymous":true},"expect":true}]`)
	}
	if len(out) > maxTests {
		return nil, invalid(FieldTests, fmt.Sprintf("a rule carries at most %d tests", maxTests))
	}
	for i := range out {
		if out[i].Expect == nil {
			return nil, invalid(FieldTests, "a test says whether it expects the rule to match")
		}
		if out[i].Name == "" {
			out[i].Name = fmt.Sprintf("test %d", i+1)
		}
	}
	return out, nil
}

// Test runs the tests of a rule of the draft that the book was made of.
func (b *Book) Test(i int) ([]Result, error) {
	r, program := &b.draft.Rules[i], b.programs[i]
	tests, err := ReadTests(r.Tests)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(tests))
	for i, test := range tests {
		known := b.scope.Know(example{knowing{rule.Map(test.Facts), b}})
		got, err := program.Matches(known)
		if err != nil {
			return nil, invalid(FieldTests, fmt.Sprintf("the test %q of the rule %q takes too many steps", test.Name, r.Name))
		}
		results[i] = Result{Test: test, Got: got, Missing: known.Missing()}
	}
	return results, nil
}

// example prefers what the test says of value lists.
type example struct{ knowing }

// Fact implements [rule.Facts].
func (e example) Fact(name string) (any, bool) {
	if fact, ok := e.Facts.Fact(name); ok {
		return fact, true
	}
	return e.knowing.Fact(name)
}
