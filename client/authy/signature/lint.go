package signature

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Block is the part of an approval request that a linted text stands in.
type Block string

// The two blocks of key and value pairs that an application chooses freely.
const (
	Details       Block = "details"
	HiddenDetails Block = "hidden_details"
)

// Verifier is a published program that checks callbacks in a way of its own.
type Verifier string

// The verifiers that differ from [Canonical] for some texts.
const (
	VerifierPython      Verifier = "Python authy"
	VerifierJava        Verifier = "Java authy-java"
	VerifierNodeClient  Verifier = "Node authy-client"
	VerifierAllFamilies Verifier = "several SDKs"
)

// Warning says that a callback repeating a key or value would be refused by a
// verifier, although its signature is right.
type Warning struct {
	Key      string
	Verifier Verifier
	Reason   string
}

// String is the warning as one sentence for an operator.
func (w Warning) String() string {
	return fmt.Sprintf("detail %q will fail in %s: %s", w.Key, w.Verifier, w.Reason)
}

// longestJavaName is the longest flattened name the Java verifier looks at; it
// raises an error beyond.
const longestJavaName = 200

// position is the look of an array position to a verifier that blanks positions
// by searching the finished text.
var position = regexp.MustCompile(`\[[0-9]+\]`)

// Lint returns the reasons why a callback with these details would not verify
// with every published client. One signature cannot satisfy two canonical
// renderings, so the remedy is to choose other keys or values.
func Lint(block Block, pairs []Pair) []Warning {
	var warnings []Warning
	for _, p := range pairs {
		warnings = append(warnings, lintKey(block, p.Key)...)
		warnings = append(warnings, lintValue(p)...)
	}
	return append(warnings, lintOrder(pairs)...)
}

func lintKey(block Block, key string) []Warning {
	var warnings []Warning
	warn := func(by Verifier, reason string) {
		warnings = append(warnings, Warning{Key: key, Verifier: by, Reason: reason})
	}
	if digits(key) {
		warn(VerifierAllFamilies, "a key of digits only is taken for a position in an array")
	}
	if key == "" || strings.ContainsAny(key, "[]") {
		warn(VerifierAllFamilies, "an empty key or one with brackets reads as nesting when the callback comes by GET")
	}
	if strings.ContainsAny(key, "*~") {
		warn(VerifierJava, "'*' and '~' are encoded differently")
	}
	flattened := "approval_request[transaction][" + string(block) + "][" + key + "]"
	if utf8.RuneCountInString(flattened) > longestJavaName {
		warn(VerifierJava, fmt.Sprintf("its flattened name has more than %d characters", longestJavaName))
	}
	return warnings
}

func lintValue(p Pair) []Warning {
	var warnings []Warning
	warn := func(by Verifier, reason string) {
		warnings = append(warnings, Warning{Key: p.Key, Verifier: by, Reason: reason})
	}
	if position.MatchString(p.Value) {
		warn(VerifierPython, "a number in square brackets is blanked in values too")
	}
	if strings.HasPrefix(p.Value, "None") {
		warn(VerifierPython, "\"None\" at the start of a value is removed")
	}
	if strings.ContainsAny(p.Value, "*~") {
		warn(VerifierJava, "'*' and '~' are encoded differently")
	}
	return warnings
}

// maxOrdered bounds the comparison of every key with every other; an approval
// request has far fewer.
const maxOrdered = 200

// lintOrder finds pairs of keys that a verifier sorts the other way round.
func lintOrder(pairs []Pair) []Warning {
	keys := make([]string, 0, len(pairs))
	for _, p := range pairs[:min(len(pairs), maxOrdered)] {
		keys = append(keys, p.Key)
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(sorted(a), sorted(b)) })
	var warnings []Warning
	for i, key := range keys {
		for _, later := range keys[i+1:] {
			if key+"]" > later+"]" {
				warnings = append(warnings, Warning{key, VerifierJava, fmt.Sprintf("unencoded, it sorts after %q", later)})
			}
			if collated(key) > collated(later) || foreign(key) != foreign(later) {
				warnings = append(warnings, Warning{key, VerifierNodeClient, fmt.Sprintf("in the order of a dictionary, it does not sort before %q", later)})
			}
		}
	}
	return warnings
}

// sorted is the text by which [Canonical] orders a key among its siblings.
func sorted(key string) string { return url.QueryEscape(key) + shut }

// collated approximates the order of JavaScript's localeCompare for ASCII:
// marks before digits before letters, capitals like small letters.
func collated(key string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(key) {
		switch {
		case unicode.IsLetter(r):
			b.WriteByte('c')
		case unicode.IsDigit(r):
			b.WriteByte('b')
		default:
			b.WriteByte('a')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// foreign tells keys with letters beyond ASCII, which a dictionary puts beside
// their plain relatives and byte order puts before all of them.
func foreign(key string) bool {
	return strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII })
}
