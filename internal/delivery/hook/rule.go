package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rule judges an answer. It is written as conditions separated by spaces, all of which must hold:
//
//	2xx                       the status, whole or by its first digit
//	202,409                   one of several
//	messages.0.status=0       a value in the JSON answer, by its path
//	status=queued,sent        one of several
//
// A rule without a status condition asks for 2xx as well. The empty rule is 2xx.
type Rule struct{ conditions []condition }

// condition wants what stands at the path (the status where there is none) to be one of the values.
type condition struct {
	path   string
	values []string
}

const anySuccess = "2xx"

// ParseRule reads a rule.
func ParseRule(text string) (*Rule, error) {
	rule := &Rule{}
	for word := range strings.FieldsSeq(text) {
		path, list, isPath := strings.Cut(word, "=")
		if !isPath {
			path, list = "", word
		}
		c := condition{path, strings.Split(list, ",")}
		for _, value := range c.values {
			if isPath && path == "" || !isPath && !isStatus(value) {
				return nil, fmt.Errorf("%q is neither a status such as 2xx or 202 nor a condition such as messages.0.status=0", word)
			}
		}
		rule.conditions = append(rule.conditions, c)
	}
	return rule, nil
}

func isStatus(text string) bool {
	if len(text) != len(anySuccess) || text[0] < '1' || text[0] > '5' {
		return false
	}
	_, err := strconv.Atoi(text)
	return err == nil || strings.HasSuffix(text, "xx")
}

func (r *Rule) empty() bool { return len(r.conditions) == 0 }

func (r *Rule) matches(a answer) bool {
	asked := false
	for _, c := range r.conditions {
		asked = asked || c.path == ""
		if !c.matches(a) {
			return false
		}
	}
	return asked || a.hasStatus(anySuccess)
}

func (c condition) matches(a answer) bool {
	if c.path == "" {
		return slices.ContainsFunc(c.values, a.hasStatus)
	}
	value, ok := a.at(c.path)
	return ok && slices.Contains(c.values, value)
}

// shownValue bounds what is repeated of an answer: enough for a number or a word, not for a message.
const shownValue = 16

// seen says what a rule found, for an error: short numbers and words alone.
func (r *Rule) seen(a answer) string {
	var text strings.Builder
	for _, c := range r.conditions {
		value, ok := a.at(c.path)
		if c.path != "" && ok && len(value) <= shownValue && !strings.ContainsAny(value, " @+") && !isNumberLike(value) {
			text.WriteString(", " + c.path + " " + value)
		}
	}
	return text.String()
}

// isNumberLike keeps telephone numbers and codes out of errors.
func isNumberLike(value string) bool {
	const codeDigits = 4
	digits := 0
	for _, b := range []byte(value) {
		if b >= '0' && b <= '9' {
			digits++
		}
	}
	return digits >= codeDigits
}

// answer is what a provider said.
type answer struct {
	status int
	json   any // nil where it is no JSON
}

func parseAnswer(status int, body []byte) answer {
	a := answer{status: status}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&a.json); err != nil {
		a.json = nil // many providers answer a word, and some nothing
	}
	return a
}

func (a answer) hasStatus(pattern string) bool {
	status := strconv.Itoa(a.status)
	return pattern == status || strings.HasSuffix(pattern, "xx") && strings.HasPrefix(status, pattern[:1])
}

// at finds the text, number or truth value at a path of member names and list positions.
func (a answer) at(path string) (string, bool) {
	if path == "" {
		return "", false
	}
	node := a.json
	for step := range strings.SplitSeq(path, ".") {
		switch n := node.(type) {
		case map[string]any:
			node = n[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n) {
				return "", false
			}
			node = n[i]
		default:
			return "", false
		}
	}
	switch n := node.(type) {
	case string:
		return n, true
	case json.Number:
		return n.String(), true
	case bool:
		return strconv.FormatBool(n), true
	}
	return "", false
}
